"""Our lines, as the command line and the console tell them: each change is in the audit log and can be taken back."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import asdict, dataclass
from datetime import datetime
from zoneinfo import available_timezones

from asterisk.operators import queue_of
from dialer.handlers.taking_back import befores_of, note_change
from dialer.repertoire import repertoire
from domain.audit import AuditAction, Subject
from domain.campaign import DEFAULT_DESK
from domain.errors import FieldFault, FormFault, InputError
from domain.inbound import AROUND_THE_CLOCK, BAILIFFS_DESK, Line, Purpose
from domain.user import Actor
from domain.window import Hours, parse_hours
from ledger.imports.phones import normalise_own
from ledger.transaction import Transaction

ALWAYS, CLOSED = "always", "closed"
DESKS: Mapping[str, str] = {Purpose.DEBTORS: DEFAULT_DESK, Purpose.BAILIFFS: BAILIFFS_DESK}
LONGEST_WAIT_S = 600


@dataclass(frozen=True, slots=True)
class ToldLine:
    """A line in words: hours like ``09:00-13:00, 14:00-18:00``, ``always`` or ``closed``; no desk is its kind's."""

    number: str
    purpose: str = Purpose.DEBTORS
    portfolio: str = ""
    desk: str = ""
    zone: str = "Europe/Moscow"
    hours: str = ALWAYS
    weekend: str = ALWAYS
    script: str = ""
    closed_script: str = CLOSED
    overflow_desk: str = ""
    overflow_s: int = 60


def told_of(line: Line) -> ToldLine:
    """A line in words."""
    return ToldLine(**asdict(line) | {"hours": _written(line.hours), "weekend": _written(line.weekend)})


def put_line(tx: Transaction, told: ToldLine, *, by: Actor, now: datetime) -> Line:
    """Take calls at a number, or change what becomes of them. FormFault with every field that is wrong."""
    line = _line(tx, told)
    was = tx.lines.find(line.number)
    tx.lines.put(line)
    _note(tx, line.number, was, line, by, now)
    return line


def remove_line(tx: Transaction, number: str, *, by: Actor, now: datetime) -> Line:
    """Take no more calls there; answers what it was. InputError when it is no line of ours."""
    gone = tx.lines.remove(number)
    _note(tx, number, gone, None, by, now)
    return gone


def take_back_line(tx: Transaction, change: int, *, by: Actor, now: datetime) -> None:
    """Put back what was before the last change. InputError when there is a newer one, or it cannot be any more."""
    for number, was in befores_of(tx, AuditAction.LINE_CHANGED, change).items():
        if was is None:
            remove_line(tx, number, by=by, now=now)
        else:
            put_line(tx, ToldLine(**was), by=by, now=now)


def _note(
    tx: Transaction, number: str, was: Line | None, becomes: Line | None, by: Actor, now: datetime
) -> None:
    before, after = (asdict(told_of(line)) if line else None for line in (was, becomes))
    note_change(tx, AuditAction.LINE_CHANGED, Subject("line", number), before, after, by=by, now=now)


def _line(tx: Transaction, told: ToldLine) -> Line:
    if faults := [*_misspelt(told), *_unfit(tx, told)]:
        raise FormFault(faults)
    purpose = Purpose(told.purpose)
    return Line(
        number=normalise_own(told.number),
        purpose=purpose,
        portfolio=told.portfolio,
        desk=told.desk or DESKS[purpose],
        zone=told.zone,
        hours=_hours(told.hours),
        weekend=_hours(told.weekend),
        script=told.script,
        closed_script=told.closed_script,
        overflow_desk=told.overflow_desk,
        overflow_s=told.overflow_s if told.overflow_desk else 0,
    )


def _misspelt(told: ToldLine) -> Iterator[FieldFault]:
    for field, (check, message) in _CHECKS.items():
        text = getattr(told, field)
        if (text or field in _NEEDED) and not _passes(check, text):
            yield FieldFault(field, message, {"value": text})


def _unfit(tx: Transaction, told: ToldLine) -> Iterator[FieldFault]:
    if told.portfolio and told.portfolio not in {one.name for one in tx.portfolios.all()}:
        yield FieldFault("portfolio", "There is no portfolio %(value)s", {"value": told.portfolio})
    scripts = repertoire(tx).names
    for field in ("script", "closed_script"):
        if (name := getattr(told, field)) and name not in scripts:
            yield FieldFault(field, "There is no script %(value)s", {"value": name})
    if told.overflow_desk and told.overflow_desk == (told.desk or DESKS.get(told.purpose)):
        yield FieldFault("overflow_desk", "Another desk than that of the line is needed")
    if told.overflow_desk and not 1 <= told.overflow_s <= LONGEST_WAIT_S:
        yield FieldFault("overflow_s", "From 1 to 600 seconds")


def _passes(check: Callable[[str], object], text: str) -> bool:
    try:
        check(text)
    except (ValueError, InputError):
        return False
    return True


def _hours(text: str) -> tuple[Hours, ...] | None:
    return AROUND_THE_CLOCK if text == ALWAYS else parse_hours(text)


def _zone(name: str) -> None:
    if name not in available_timezones():
        raise ValueError(name)


_NO_DESK = "Small Latin letters, digits, - and _, a letter first, at most 40: %(value)s cannot be a desk"
_NO_HOURS = "Hours are written like 09:00-13:00, 14:00-18:00, or always, or closed"
_CHECKS: Mapping[str, tuple[Callable[[str], object], str]] = {
    "number": (normalise_own, "This is no telephone number"),
    "purpose": (Purpose, "A line is for debtors or for bailiffs"),
    "desk": (queue_of, _NO_DESK),
    "zone": (_zone, "There is no time zone %(value)s: they are written like Europe/Moscow"),
    "hours": (_hours, _NO_HOURS),
    "weekend": (_hours, _NO_HOURS),
    "overflow_desk": (queue_of, _NO_DESK),
}
_NEEDED = frozenset({"number", "purpose", "zone", "hours", "weekend"})


def _written(hours: tuple[Hours, ...] | None) -> str:
    return ALWAYS if hours is None else ", ".join(map(str, hours)) or CLOSED
