"""IVR scripts: what is in force, a new text under review while one types, played through with answers, and heard."""

from __future__ import annotations

import re
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import structlog
from anyio import to_thread
from fastapi import APIRouter, Request, Response
from fastapi.responses import JSONResponse, RedirectResponse
from pydantic import BaseModel, Field

from agent_console.floor.publishing import Text, asked_text, history, home_of
from agent_console.floor.script_review import ScriptReview, picture, review_script_text
from agent_console.forms import Form, parsed
from agent_console.page import page, rendered, say_of, services_of
from dialer.handlers.script_users import users_of
from dialer.repertoire import repertoire
from dialer.script_facts import SAMPLE_FACTS
from dialer.settings import Settings
from dialer.speaking import write_conversation
from domain.version import VersionKind
from ivr_scripts.conversation import Conversation, Event
from ivr_scripts.language import Script
from ivr_scripts.load import parse_script
from ledger.books import Transaction

log = structlog.get_logger(__name__)
router = APIRouter()

SCRIPT_NAME = r"^[a-z][a-z0-9_]+$"
KIND = VersionKind.SCRIPT


class PlayedText(Text):
    """A text, and what the debtor answers to its questions: digits, words, or ``-`` for silence; ``1,-,2``."""

    answers: str = Field(default="", max_length=200)


class NewScript(BaseModel):
    """A script that shall be written, beginning with the text of another one."""

    name: str = Field(pattern=SCRIPT_NAME, max_length=30)
    like: str


@router.get("/scripts")
async def scripts(request: Request) -> Response:
    """The scripts that there are."""
    return await _listed(request, Form.empty())


@router.post("/scripts")
async def new_script(request: Request) -> Response:
    """Begin a script with the text of another one; nothing is stored before it is handed in."""
    asked, form = await parsed(request, NewScript)
    if asked is None:
        return await _listed(request, form, status=422)
    return RedirectResponse(f"{home_of(KIND, asked.name)}?like={asked.like}", status_code=303)


@router.get("/scripts/{name}")
async def script(request: Request, name: str, version: int = 0, like: str = "") -> Response:
    """The editor, with the text in force, or of the version that is asked for, or begun like another script."""
    services = services_of(request)

    def read(tx: Transaction) -> dict[str, Any]:
        found, known = history(tx, KIND, name, version), repertoire(tx)
        if found["shown"]:
            text = found["shown"].body
        elif name in known.names or not (found["waiting"] or (like and re.match(SCRIPT_NAME, name))):
            text = known.text(name)[0]
        else:
            text = found["waiting"][-1].body if found["waiting"] else _renamed(known.text(like)[0], name)
        return found | {
            "text": text,
            "users": users_of(tx, name),
            "shipped": name in known.names and not found["present"],
            "review": review_script_text(tx, text, name),
        }

    found = await services.read(read)
    return page(
        request,
        "floor/script.html.j2",
        picture=_picture(found["review"]),
        form=Form.empty(hours="0"),
        four_eyes=services.settings.console.four_eyes,
        **found,
    )


@router.post("/scripts/check")
async def check(request: Request) -> Response:
    """What is wrong with the text that is being typed, and how it looks now."""
    asked = await asked_text(request, Text)
    looked = await services_of(request).read(lambda tx: review_script_text(tx, asked.text, asked.name))
    html = rendered(request, "floor/script_review.html.j2", review=looked, picture=_picture(looked))
    return JSONResponse(
        {"findings": looked.marks(say_of(request)), "html": html, "ok": looked.may_be_published}
    )


@router.post("/scripts/play")
async def play(request: Request) -> Response:
    """All that the call says, with these answers, as text."""
    _, events = await _played(request)
    return page(request, "floor/played.html.j2", events=[(type(one).__name__, one) for one in events])


@router.post("/scripts/listen")
async def listen(request: Request) -> Response:
    """The same as sound."""
    read, events = await _played(request)
    sound = await to_thread.run_sync(_spoken, services_of(request).settings, read, events)
    return Response(sound, media_type="audio/wav")


async def _listed(request: Request, form: Form, status: int = 200) -> Response:
    def read(tx: Transaction) -> dict[str, Any]:
        known = repertoire(tx)
        in_force = {one.name: one for one in tx.versions_of(KIND).all_in_force()}
        waiting = [one.name for one in tx.proposals_of(KIND).open()]
        names = sorted(known.names)
        return {
            "scripts": [(known.script(name), in_force.get(name), users_of(tx, name)) for name in names],
            "pairs": [(name, name) for name in names],
            "waiting": waiting,
            "begun": sorted({name for name in waiting if name not in known.names}),
        }

    found = await services_of(request).read(read)
    return page(request, "floor/scripts.html.j2", status=status, form=form, **found)


async def _played(request: Request) -> tuple[Script, list[Event]]:
    asked = await asked_text(request, PlayedText)
    read = await to_thread.run_sync(parse_script, asked.text, asked.name)
    today = services_of(request).now().date()
    return read, list(Conversation(read, SAMPLE_FACTS, today, _in_turn(asked.answers)).events())


def _spoken(settings: Settings, read: Script, events: list[Event]) -> bytes:
    with tempfile.TemporaryDirectory(prefix="dz-listen-") as folder:
        file = Path(folder) / "call.wav"
        write_conversation(events, read.language, settings, file, warn=log.warning)
        return file.read_bytes()


def _in_turn(answers: str) -> Callable[[], str]:
    """The answers in their order, then silence."""
    given: Iterator[str] = iter(answers.split(",") if answers else [])
    return lambda: next(given, "-").strip().removeprefix("-")


def _renamed(text: str, name: str) -> str:
    """The text as the first version of another script."""
    text = re.sub(r"^name:.*$", f"name: {name}", text, count=1, flags=re.MULTILINE)
    return re.sub(r"^version:.*$", "version: 1", text, count=1, flags=re.MULTILINE)


def _picture(looked: ScriptReview) -> list[Any]:
    return picture(looked.script) if looked.script else []
