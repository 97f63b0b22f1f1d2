"""The register of caller numbers, changed by the command line and the console: each change is in the audit log."""

from __future__ import annotations

from dataclasses import asdict
from datetime import datetime
from typing import Any

from dialer.handlers.taking_back import Document, befores_of, note_change
from domain.audit import AuditAction, Subject
from domain.caller_number import CallerNumber
from domain.user import Actor
from ledger.transaction import Transaction


def register_number(tx: Transaction, entry: CallerNumber, *, by: Actor, now: datetime) -> None:
    """Register a number, or replace what is known of it."""
    was = tx.numbers.find(entry.number)
    tx.numbers.put(entry)
    _note(tx, entry.number, was, by, now)


def end_number(tx: Transaction, number: str, *, by: Actor, now: datetime) -> CallerNumber:
    """Show a number no more: its registration ends now, or is forgotten if it has not begun. Answers what it was.

    Raises InputError when the number is not in the register.
    """
    was = tx.numbers.end(number, now)
    _note(tx, number, was, by, now)
    return was


def take_back_number(tx: Transaction, change: int, *, by: Actor, now: datetime) -> None:
    """Put back what was before the last change; a number that was new is ended. InputError when there is a newer."""
    for number, was in befores_of(tx, AuditAction.NUMBER_CHANGED, change).items():
        if was is None:
            end_number(tx, number, by=by, now=now)
        else:
            register_number(tx, _entry(was), by=by, now=now)


def _note(tx: Transaction, number: str, was: CallerNumber | None, by: Actor, now: datetime) -> None:
    becomes = tx.numbers.find(number)
    documents = (_document(was) if was else None, _document(becomes) if becomes else None)
    note_change(tx, AuditAction.NUMBER_CHANGED, Subject("number", number), *documents, by=by, now=now)


def _document(entry: CallerNumber) -> dict[str, Any]:
    begins, ends = entry.valid_from, entry.valid_to
    return asdict(entry) | {"valid_from": begins.isoformat(), "valid_to": ends.isoformat() if ends else None}


def _entry(document: Document) -> CallerNumber:
    begins, ends = document["valid_from"], document["valid_to"]
    times = {
        "valid_from": datetime.fromisoformat(begins),
        "valid_to": datetime.fromisoformat(ends) if ends else None,
    }
    return CallerNumber(**{**document, **times})
