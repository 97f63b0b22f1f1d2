"""Pages: a template, the words of the visitor's language, and what every page shows (who is signed in, where he is)."""

from __future__ import annotations

from functools import cache
from typing import Any
from zoneinfo import ZoneInfo

import orjson
from fastapi import Request
from fastapi.responses import HTMLResponse
from jinja2 import Environment, PackageLoader, StrictUndefined

from agent_console import shown
from agent_console.assets import asset
from agent_console.named import name_of
from agent_console.services import Services
from agent_console.wording import DEFAULT, LANGUAGES, preferred, words
from domain.errors import DozvonError
from domain.said import Say, retold


@cache
def environment(language: str) -> Environment:
    """The templates in one language; a name that a page was not given is an error, not a blank."""
    made = Environment(
        loader=PackageLoader("agent_console"),
        autoescape=True,
        trim_blocks=True,
        lstrip_blocks=True,
        undefined=StrictUndefined,
        extensions=["jinja2.ext.i18n"],
    )
    made.install_gettext_translations(words(language), newstyle=True)  # type: ignore[attr-defined]
    made.globals |= {"language": language, "LANGUAGES": LANGUAGES, "asset": asset}
    made.filters |= {
        "money": lambda kopecks: shown.money(kopecks, language),
        "number": lambda value: shown.number(value, language),
        "share": lambda value: shown.share(value, language),
        "telephone": shown.telephone,
        "day": lambda value: shown.day(value, language),
        "moment": lambda value, zone: shown.moment(value, zone, language),
        "clock_time": lambda value, zone: shown.clock_time(value, zone, language),
        "span": shown.span,
        "named": lambda value, kind: words(language).gettext(name_of(kind, value)) if value else "",
        "retold": lambda value: retold_by(words(language).gettext, value),
        "json": lambda value: orjson.dumps(value, default=str).decode(),
    }
    return made


def services_of(request: Request) -> Services:
    """What the pages work with."""
    found: Services = request.app.state.services
    return found


def language_of(request: Request) -> str:
    """The visitor's language: as he chose, else as his browser wants."""
    visitor = getattr(request.state, "visitor", None)
    if visitor is not None:
        return str(visitor.language)
    chosen = request.cookies.get("dozvon-language", "")
    return chosen if chosen in LANGUAGES else preferred(request.headers.get("accept-language", DEFAULT))


def rendered(request: Request, template: str, **context: Any) -> str:
    """A template in the visitor's language; it may use ``visitor`` (None: nobody signed in), ``zone`` and ``now``."""
    services = services_of(request)
    common = {
        "request": request,
        "visitor": getattr(request.state, "visitor", None),
        "zone": ZoneInfo(services.settings.zone),
        "now": services.now(),
        "demo": services.settings.demo,
    }
    return environment(language_of(request)).get_template(template).render(common | context)


def page(request: Request, template: str, *, status: int = 200, **context: Any) -> HTMLResponse:
    """A whole page, or the part of one that htmx asked for."""
    return HTMLResponse(rendered(request, template, **context), status_code=status)


def say_of(request: Request) -> Say:
    """Says a message in the visitor's language."""
    return words(language_of(request)).gettext


def retold_by(say: Say, value: str | DozvonError) -> str:
    """What the engine says, or the fault that it tells, in the language of ``say``."""
    return value.in_words(say) if isinstance(value, DozvonError) else retold(value, say)


def told(request: Request, message: str, **values: object) -> str:
    """A message in the visitor's language."""
    text = words(language_of(request)).gettext(message)
    return text % values if values else text
