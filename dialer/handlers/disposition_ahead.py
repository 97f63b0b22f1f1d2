"""What would come of a disposition if it were saved now: asked while the form is filled in, and writes nothing."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from dialer.card import Action
from dialer.disposition_form import NEEDED, Bounds, check_fields
from dialer.handlers.call_back_verdict import call_back_verdict
from domain.debtor import Debtor
from domain.disposition import Disposition, Fields, Need
from domain.errors import FieldFault, FormFault
from domain.instalment import Part, schedule
from ledger.books import Transaction


@dataclass(frozen=True, slots=True)
class Ahead:
    """``faults`` of what is filled in so far; the ``parts`` of a plan; the rules' ``verdict`` on a call back."""

    faults: tuple[FieldFault, ...] = ()
    parts: tuple[Part, ...] = ()
    verdict: Action | None = None


def ahead(
    tx: Transaction,
    debtor: Debtor,
    kind: Disposition,
    fields: Fields,
    bounds: Bounds,
    phone: str,
    now: datetime,
) -> Ahead:
    """How it looks; ``phone`` is the one of the talk. What is not filled in yet is no fault."""
    try:
        check_fields(kind, fields, bounds, now)
    except FormFault as fault:
        wrong = tuple(one for one in fault.faults if one.message != NEEDED)
        if wrong:
            return Ahead(wrong)
    if Need.PARTS in kind.needs and fields.parts and fields.kopecks and fields.date:
        return Ahead(parts=schedule(fields.kopecks, fields.parts, fields.date))
    if kind.result == "call_back" and fields.at:
        return Ahead(verdict=call_back_verdict(tx, debtor.id, fields.phone or phone, fields.at))
    return Ahead()
