"""A record of what a pacer was told and answered: one JSON document a line, the first one names the pacer.

    {"pacer":"predictive","target_abandon":0.03,"patience":2.0,"options":{}}
    {"told":{"now":12.0,"idle_since":[3.5],...,"events":[["answered",8.1]]},"dial":2,"reason":"...","figures":{...}}

A pacer draws nothing and reads no clock, so the same facts bring the same decisions, byte for byte.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import fields
from typing import Any, TypeVar

import orjson

from dialer.pacing.facts import EventKind, Pacer, PacingDecision, PacingEvent, Snapshot
from dialer.pacing.make import make_pacer
from domain.errors import InputError

T = TypeVar("T")
FIELDS = tuple(field.name for field in fields(Snapshot))


def opening(name: str, *, target_abandon: float, patience: float, **options: Any) -> str:
    """The first line, from what `make_pacer` was given."""
    return _text({"pacer": name, "target_abandon": target_abandon, "patience": patience, "options": options})


def line(snapshot: Snapshot, decision: PacingDecision) -> str:
    """The line of one decision."""
    told = {name: getattr(snapshot, name) for name in FIELDS}
    told["events"] = [(event.kind, event.seconds) for event in snapshot.events]
    return _text(
        {"told": told, "dial": decision.dial, "reason": decision.reason, "figures": decision.figures}
    )


def replay(lines: Iterable[str], file: str = "the record") -> Iterator[str]:
    """Each line as a new pacer, told the same, would have it; raises InputError for a line that is none."""
    pacer: Pacer | None = None
    for number, text in enumerate(lines, start=1):
        where = f"{file}, line {number}"
        if pacer is None:
            name, given = _read(text, where, _given)
            pacer = make_pacer(name, **given)
            yield opening(name, **given)
        else:
            snapshot = _read(text, where, _snapshot)
            yield line(snapshot, pacer.decide(snapshot))


def _read(text: str, where: str, form: Callable[[Any], T]) -> T:
    try:
        return form(orjson.loads(text))
    except (KeyError, TypeError, ValueError) as error:
        raise InputError("is no line of a pacer's record", where=where) from error


def _given(document: Any) -> tuple[str, dict[str, Any]]:
    return document["pacer"], document["options"] | {
        name: document[name] for name in ("target_abandon", "patience")
    }


def _snapshot(document: Any) -> Snapshot:
    told = document["told"]
    events = [PacingEvent(EventKind(kind), seconds) for kind, seconds in told["events"]]
    return Snapshot(**{**told, "events": events})


def _text(document: dict[str, Any]) -> str:
    return orjson.dumps(document).decode()
