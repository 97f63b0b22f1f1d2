"""The knowledge base: short articles for the middle of a talk, one key away and searchable while one types.

Articles are Markdown files, one folder a language, in the order of their names. An organisation adds its own, or puts
another in the place of ours, in ``DOZVON_HOME``/knowledge/<language>.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from fastapi import APIRouter, Request, Response
from markdown_it import MarkdownIt
from markupsafe import Markup, escape

from agent_console.page import language_of, page, services_of

router = APIRouter()

SHIPPED = Path(__file__).parent / "articles"
SHORT = 3
"""Words of fewer letters are too common to look for."""
AROUND = 60
"""Letters shown on either side of what was found."""


@dataclass(frozen=True, slots=True)
class Article:
    """One article; ``text`` is its Markdown without the heading."""

    name: str
    title: str
    text: str

    @property
    def html(self) -> Markup:
        """As it is shown; whatever HTML its text holds is shown as text."""
        return Markup(MarkdownIt("commonmark", {"html": False}).enable("table").render(self.text))

    def found(self, words: list[str]) -> Markup | None:
        """Where all the words are, with the first of them in its sentence; None where one is missing."""
        whole = f"{self.title}\n{self.text}"
        if not all(re.search(re.escape(word), whole, re.IGNORECASE) for word in words):
            return None
        plain = re.sub(r"[*#>|]|-{3,}", " ", self.text)
        place = re.search(re.escape(words[0]), plain, re.IGNORECASE)
        if place is None:
            return Markup()
        before, after = plain[max(0, place.start() - AROUND) : place.start()], plain[place.end() :][:AROUND]
        return Markup("…{}<mark>{}</mark>{}…").format(before, place[0], after)


@cache
def articles(folders: tuple[Path, ...]) -> tuple[Article, ...]:
    """The articles of these folders, by name; a later folder's takes the place of an earlier one's."""
    return tuple(
        one for _, one in sorted({one.name: one for folder in folders for one in _read(folder)}.items())
    )


def _read(folder: Path) -> Iterator[Article]:
    for path in sorted(folder.glob("*.md")):
        heading, _, text = path.read_text(encoding="utf-8").strip().partition("\n")
        yield Article(path.stem, heading.lstrip("# "), text)


@router.get("/knowledge")
async def knowledge(request: Request, q: str = "", read: str = "") -> Response:
    """The articles, those in which all words of ``q`` are, and the one that is read."""
    language = language_of(request)
    own = services_of(request).settings.home / "knowledge" / language
    known = articles((SHIPPED / language, own))
    words = [word for word in q.split() if len(word) >= SHORT]
    hits = [(one, where) for one in known if (where := one.found(words) if words else Markup()) is not None]
    chosen = next((one for one in known if one.name == read), hits[0][0] if hits else None)
    html = _marked(chosen.html, words) if chosen else Markup()
    return page(request, "desk/knowledge.html.j2", q=q, hits=hits, chosen=chosen, html=html)


def _marked(html: Markup, words: list[str]) -> Markup:
    """The words of a search, made visible in the text between tags."""
    if not words:
        return html
    sought = re.compile("|".join(re.escape(str(escape(word))) for word in words), re.IGNORECASE)
    parts = re.split(r"(<[^>]*>)", html)
    return Markup(
        "".join(
            part if part.startswith("<") else sought.sub(lambda hit: f"<mark>{hit[0]}</mark>", part)
            for part in parts
        )
    )
