"""IVR scripts: read, changed and checked as one types, played through with answers, and heard in the browser.

Scripts come with the product; a changed text is taken along as a file. Nothing here is published.
"""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import structlog
from anyio import to_thread
from fastapi import APIRouter, Request, Response
from fastapi.responses import JSONResponse
from pydantic import BaseModel, Field

from agent_console.floor.review import PLACE
from agent_console.forms import parsed
from agent_console.page import page, rendered, services_of
from dialer.script_facts import SAMPLE_FACTS
from dialer.settings import Settings
from dialer.voices import engines_of
from domain.errors import InputError
from ivr_scripts.conversation import Conversation, Event, Spoken
from ivr_scripts.language import Script
from ivr_scripts.listen import write_call
from ivr_scripts.load import find_script, parse_script, script_text, shipped_scripts
from ivr_scripts.openers import opener_problems
from ivr_scripts.prompts.synthesise import prepare_prompts
from strategies.regime import openers_of, shipped_regimes

log = structlog.get_logger(__name__)
router = APIRouter()

LONGEST = 100_000


class Played(BaseModel):
    """A text, and what the debtor answers to its questions: digits, words, or ``-`` for silence; ``1,-,2``."""

    name: str = Field(max_length=100)
    text: str = Field(max_length=LONGEST)
    answers: str = Field(default="", max_length=200)


@router.get("/scripts")
async def scripts(request: Request) -> Response:
    """The scripts that there are."""
    listed = [find_script(name)[0] for name in shipped_scripts()]
    return page(request, "floor/scripts.html.j2", scripts=listed)


@router.get("/scripts/{name}")
async def script(request: Request, name: str) -> Response:
    """One script, in an editor."""
    text, _ = script_text(name)
    return page(request, "floor/script.html.j2", name=name, text=text, **_looked(text, name))


@router.post("/scripts/check")
async def check(request: Request) -> Response:
    """What is wrong with the text that is being typed, and how it looks now."""
    asked = await _asked(request)
    looked = await to_thread.run_sync(_looked, asked.text, asked.name)
    html = rendered(request, "floor/script_review.html.j2", **looked)
    return JSONResponse({"findings": looked["findings"], "html": html, "ok": looked["script"] is not None})


@router.post("/scripts/play")
async def play(request: Request) -> Response:
    """All that the call says, with these answers, as text."""
    asked = await _asked(request)
    read = await to_thread.run_sync(parse_script, asked.text, asked.name)
    events = list(_events(request, read, asked.answers))
    return page(request, "floor/played.html.j2", events=[(type(one).__name__, one) for one in events])


@router.post("/scripts/listen")
async def listen(request: Request) -> Response:
    """The same as sound."""
    asked = await _asked(request)
    read = await to_thread.run_sync(parse_script, asked.text, asked.name)
    events, settings = list(_events(request, read, asked.answers)), services_of(request).settings
    sound = await to_thread.run_sync(_spoken, settings, read, events)
    return Response(sound, media_type="audio/wav")


def _spoken(settings: Settings, read: Script, events: list[Event]) -> bytes:
    texts = [clip for event in events if isinstance(event, Spoken) for clip in event.clips]
    engines = engines_of(settings, read.language)
    store = prepare_prompts(texts, settings.prompts.folder.resolve(), engines, warn=log.warning)
    with tempfile.TemporaryDirectory(prefix="dz-listen-") as folder:
        file = Path(folder) / "call.wav"
        write_call(events, store, file)
        return file.read_bytes()


def _events(request: Request, read: Script, answers: str) -> Iterator[Event]:
    today = services_of(request).now().date()
    return Conversation(read, SAMPLE_FACTS, today, _in_turn(answers)).events()


def _in_turn(answers: str) -> Callable[[], str]:
    """The answers in their order, then silence."""
    given = iter(answers.split(",") if answers else [])
    return lambda: next(given, "-").strip().removeprefix("-")


def _looked(text: str, name: str) -> dict[str, Any]:
    """The script, or what is wrong with it, and the regimes that are content with how it begins."""
    try:
        read = parse_script(text, name)
    except InputError as fault:
        place = PLACE.search(fault.where)
        line, column = (int(place["line"]), int(place["column"] or 1)) if place else (1, 1)
        said = f"{fault.what}; {fault.remedy}" if fault.remedy else fault.what
        finding = {"severity": "error", "line": line, "column": column, "text": said}
        return {"script": None, "findings": [finding], "regimes": []}
    fit = [regime for regime in shipped_regimes() if not opener_problems(read, openers_of(regime))]
    return {"script": read, "findings": [], "regimes": fit}


async def _asked(request: Request) -> Played:
    asked, form = await parsed(request, Played)
    if asked is None:
        raise InputError("; ".join(f"{name}: {fault}" for name, fault in form.faults.items()))
    return asked
