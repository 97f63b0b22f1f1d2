"""The form of a disposition: from typed text to facts, and whether they are within what may be agreed to.

Whatever is wrong is told beside its field, all of it at once.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any
from zoneinfo import ZoneInfo

from domain.disposition import Disposition, Fields, Need
from domain.errors import FieldFault, FormFault
from ledger.imports.phones import normalise
from ledger.imports.values import LONGEST_NOTE, day, kopecks, moment
from strategies.promises import PromiseRules

LONGEST_PROOF = 200
NEEDED = "This is needed"


def read_fields(raw: Mapping[str, str], zone: ZoneInfo) -> Fields:
    """The fields as typed, by the names of `Need`; others are let be. Times without an offset are of the debtor's
    ``zone``. FormFault with every field that cannot be read.
    """
    found: dict[str, Any] = {}
    faults = []
    for need in Need:
        if text := raw.get(need.value, "").strip():
            try:
                found["kopecks" if need is Need.SUM else need.value] = _READERS[need](text, zone)
            except _Unreadable as wrong:
                faults.append(FieldFault(need.value, wrong.message, wrong.facts))
    if faults:
        raise FormFault(faults)
    return Fields(**found)


@dataclass(frozen=True, slots=True)
class Bounds:
    """What an operator may agree to with one debtor today, by his clock: of a debt of ``owed`` kopecks."""

    rules: PromiseRules
    owed: int
    today: date

    @property
    def last_day(self) -> date:
        """The last day that a promise may name."""
        return self.today + self.rules.within

    @property
    def least(self) -> int:
        """The kopecks that a promise must be at least."""
        return self.rules.least(self.owed)


def check_fields(kind: Disposition, fields: Fields, bounds: Bounds, now: datetime) -> None:
    """FormFault with every field that is missing, or beyond what may be agreed to."""
    faults = [FieldFault(need.value, NEEDED) for need in kind.needs if not fields.of(need)]
    if kind.result == "promise":
        faults += _promise_faults(kind, fields, bounds)
    if Need.AT in kind.needs and fields.at and fields.at <= now:
        faults.append(FieldFault(Need.AT.value, "The time has passed"))
    if faults:
        raise FormFault(faults)


def _promise_faults(kind: Disposition, fields: Fields, bounds: Bounds) -> Iterator[FieldFault]:
    if fields.date and fields.date < bounds.today:
        yield FieldFault(Need.DATE.value, "The day has passed")
    elif fields.date and fields.date > bounds.last_day:
        yield FieldFault(Need.DATE.value, "No later than %(date)s", {"date": bounds.last_day})
    if fields.kopecks and fields.kopecks > bounds.owed:
        yield FieldFault(Need.SUM.value, "More than is owed: %(kopecks)s", {"kopecks": bounds.owed})
    elif fields.kopecks and fields.kopecks < bounds.least:
        yield FieldFault(Need.SUM.value, "No less than %(kopecks)s", {"kopecks": bounds.least})
    if Need.PARTS in kind.needs and fields.parts and not 2 <= fields.parts <= bounds.rules.parts:
        yield FieldFault(Need.PARTS.value, "From 2 to %(most)s parts", {"most": bounds.rules.parts})
    elif Need.PARTS in kind.needs and fields.parts and 0 < (fields.kopecks or 0) < fields.parts:
        yield FieldFault(Need.SUM.value, "No less than %(kopecks)s", {"kopecks": fields.parts})


class _Unreadable(Exception):
    def __init__(self, message: str, **facts: object) -> None:
        super().__init__(message)
        self.message, self.facts = message, facts


def _reading(read: Callable[[str], Any], message: str) -> Callable[[str, ZoneInfo], Any]:
    def reader(text: str, _: ZoneInfo) -> Any:
        try:
            return read(text)
        except (ValueError, OverflowError):
            raise _Unreadable(message) from None

    return reader


def _sum(text: str, _: ZoneInfo) -> int:
    try:
        found = kopecks(text)
    except ValueError:
        raise _Unreadable("Not a sum in roubles like 1234.56") from None
    if not found:
        raise _Unreadable("A sum must be more than nothing")
    return found


def _at(text: str, zone: ZoneInfo) -> datetime:
    try:
        told = moment(text)
        return (told if told.tzinfo else told.replace(tzinfo=zone)).astimezone(UTC)
    except (ValueError, OverflowError):
        raise _Unreadable("Not a time like 2026-03-10T09:00 or 10.03.2026 09:00") from None


def _words(most: int) -> Callable[[str, ZoneInfo], str]:
    def reader(text: str, _: ZoneInfo) -> str:
        if len(text) > most:
            raise _Unreadable("Longer than %(most)s letters", most=most)
        if not all(sign.isprintable() or sign in "\r\n\t" for sign in text):
            raise _Unreadable("Holds signs that cannot be written down")
        return text

    return reader


def _parts(text: str) -> int:
    if len(text) > 3 or not text.isascii() or not text.isdigit():
        raise ValueError(text)
    return int(text)


_READERS: Mapping[Need, Callable[[str, ZoneInfo], Any]] = {
    Need.DATE: _reading(day, "Not a day like 2026-03-10 or 10.03.2026"),
    Need.SUM: _sum,
    Need.PARTS: _reading(_parts, "Not a whole number"),
    Need.AT: _at,
    Need.PROOF: _words(LONGEST_PROOF),
    Need.PHONE: _reading(normalise, "Not a telephone number that can be called"),
    Need.NOTE: _words(LONGEST_NOTE),
}
