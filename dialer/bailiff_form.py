"""The form of a talk with a bailiff: from typed text to an answer for each proceeding that was spoken of."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from datetime import date

from dialer.handlers.bailiff_result import Answer
from domain.errors import FieldFault, FormFault
from domain.proceeding import ProceedingStatus
from ledger.imports.values import LONGEST_NOTE, day
from ledger.proceedings import Case

STATUS, UNTIL, NOTE = "status", "until", "note"
"""Fields of a proceeding; each is written with its id behind it, as ``status-17``."""
AGAIN = "date"


def read_answers(raw: Mapping[str, str], cases: Sequence[Case]) -> tuple[list[Answer], date | None]:
    """What he said of each proceeding, and the day on which he wants to be called again. FormFault with every field
    that cannot be read, or where nothing was answered at all.
    """
    faults: list[FieldFault] = []
    answers = [
        answer
        for case in cases
        if (answer := _answer(raw, case.proceeding.id, case.proceeding.number, faults))
    ]
    again = _day(raw, AGAIN, faults)
    if not answers and not faults:
        faults.append(FieldFault("", "Choose what he said of one proceeding at least"))
    if faults:
        raise FormFault(faults)
    return answers, again


def fields_of(id: int) -> Iterator[str]:
    """The names of a proceeding's fields."""
    return (f"{name}-{id}" for name in (STATUS, UNTIL, NOTE))


def _answer(raw: Mapping[str, str], id: int, number: str, faults: list[FieldFault]) -> Answer | None:
    status, until, note = fields_of(id)
    told, words = raw.get(status, ""), raw.get(note, "").strip()
    if not told:
        if words or raw.get(until):
            faults.append(FieldFault(status, "Choose how it stands"))
        return None
    known = None
    with suppress(ValueError):
        known = ProceedingStatus(told)
    if known is None:
        faults.append(FieldFault(status, "Choose how it stands"))
        return None
    if len(words) > LONGEST_NOTE:
        faults.append(FieldFault(note, "Longer than %(most)s letters", {"most": LONGEST_NOTE}))
    if known is ProceedingStatus.ENDED and not words:
        faults.append(FieldFault(note, "Why has it ended?"))
    return Answer(number, known, promised_until=_day(raw, until, faults), note=words)


def _day(raw: Mapping[str, str], name: str, faults: list[FieldFault]) -> date | None:
    text = raw.get(name, "").strip()
    if not text:
        return None
    try:
        return day(text)
    except (ValueError, OverflowError):
        faults.append(FieldFault(name, "Not a day like 2026-03-10 or 10.03.2026"))
        return None
