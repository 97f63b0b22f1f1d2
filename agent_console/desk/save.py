"""Save: the sheet of a talk, with a debtor or with a bailiff, in one transaction."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from agent_console.desk.sheet import Sheet
from dialer.bailiff_form import read_answers
from dialer.disposition_form import read_fields
from dialer.handlers.bailiff_result import note_answers, note_told
from dialer.handlers.dispose import Disposed, Done, dispose
from ledger.books import Transaction


def saved(tx: Transaction, sheet: Sheet, typed: Mapping[str, str], operator: int, now: datetime) -> Done:
    """Write it all down, or nothing. Raises as `dispose` does, and FormFault for a bailiff's answers."""
    debtor_id = sheet.debtor.id if sheet.debtor else None
    fields = read_fields({name: typed.get(name, "") for name in sheet.fields}, sheet.zone)
    done = dispose(tx, Disposed(sheet.touch, sheet.code, fields, debtor_id), operator, now)
    if sheet.cases is None or sheet.code != "bailiff.results":
        return done
    answers, again = read_answers(typed, sheet.cases)
    if debtor_id is None:
        note_told(tx, sheet.touch, answers, sheet.cases, now)
    else:
        note_answers(tx, sheet.touch, answers, call_again=again, now=now)
    return done
