"""Dispose: an operator says what a talk brought, and all that follows from it is written in one transaction.

Said again, it is corrected: what followed from the first word is put back before the second one is carried out.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

from dialer.disposition_form import Bounds, check_fields
from dialer.handlers.bailiff_result import note_absent
from dialer.handlers.correct import correct
from dialer.handlers.disposition_effects import Case, Next, carry_out
from dialer.handlers.disposition_undo import as_it_was, note_moves, put_back
from dialer.handlers.replan import Replanner
from dialer.handlers.take_over import published_strategy
from domain.debtor import Debtor
from domain.disposition import Disposition, Fields, disposition
from domain.errors import FieldFault, FormFault, InputError
from domain.portfolio import PortfolioKind
from domain.touch import Direction, TouchId
from ledger.books import Transaction
from ledger.dispositions import Talk, Told
from strategies.promises import PromiseRules

BLANK = Fields()
CHOSEN = "the operator said who it was"


class StillTalking(InputError):
    """The call has not ended yet, or its end is not in the log: a moment later it will be."""


@dataclass(frozen=True, slots=True)
class Disposed:
    """What an operator says of a touch. ``debtor_id`` is whom he talked to, where several had the number."""

    touch: TouchId
    code: str
    fields: Fields = BLANK
    debtor_id: int | None = None


@dataclass(frozen=True, slots=True)
class Done:
    """What happens next, in words, and whether an earlier word was corrected."""

    next: tuple[Next, ...]
    corrected: bool = False


def dispose(tx: Transaction, told: Disposed, operator_id: int, now: datetime) -> Done:
    """Write it all down. FormFault when a field is wrong, StillTalking while the call goes on, InputError when it was
    not his talk or the code is none; then the transaction must not be committed.
    """
    kind, talk = disposition(told.code), _his_talk(tx, told.touch, operator_id)
    debtor = _debtor(tx, talk, told, now)
    login, before = tx.operators.login(operator_id), tx.dispositions.of(told.touch)
    if debtor is None or kind.result == "bailiff":
        next = _without_a_debt(tx, talk, kind, told.fields, login, now)
        facts: dict[str, Any] = {}
    else:
        check_fields(kind, told.fields, bounds_of(tx, debtor, now), now)
        if before:
            put_back(tx, before, talk, debtor, now)
            debtor = tx.debtors.load([debtor.id])[debtor.id]
        facts = as_it_was(tx, debtor, talk)
        next = _carried_out(tx, Case(talk, debtor, kind, told.fields, login), facts, now)
    said = Told(
        touch=told.touch,
        operator_id=operator_id,
        debtor_id=debtor.id if debtor else None,
        code=kind.code,
        at=now,
        fields=_plain(told.fields),
        note=told.fields.note,
        before=facts,
        saves=before.saves + 1 if before else 1,
    )
    tx.dispositions.tell(said)
    return Done(next, before is not None)


def bounds_of(tx: Transaction, debtor: Debtor, now: datetime) -> Bounds:
    """What may be agreed to with a debtor, by the strategy that speaks for his portfolio."""
    campaign = tx.campaigns.latest(debtor.portfolio_id)
    version = tx.versions.get(campaign.strategy_version_id) if campaign else None
    rules = published_strategy(version)[0].promises if version else PromiseRules()
    zone = ZoneInfo(next(iter(debtor.zones), "UTC"))
    return Bounds(rules, debtor.kopecks, now.astimezone(zone).date())


def _his_talk(tx: Transaction, touch: TouchId, operator_id: int) -> Talk:
    talk = tx.dispositions.talk(touch)
    if talk.outcome is None:
        raise StillTalking(f"call {touch} has not ended yet", remedy="save when the talk is over")
    if talk.operator_id not in (None, operator_id):
        raise InputError("it was another operator's talk", remedy="he says what it brought")
    return talk


def _debtor(tx: Transaction, talk: Talk, told: Disposed, now: datetime) -> Debtor | None:
    """Whom he talked to, where that is somebody whom we know."""
    chosen = told.debtor_id if told.debtor_id is not None else talk.debtor_id
    if chosen is None:
        if not (disposition(told.code).stranger or told.code.startswith("bailiff.")):
            raise FormFault([FieldFault("debtor", "Choose whose call it was")])
        return None
    debtor = tx.debtors.load([chosen]).get(chosen)
    if debtor is None:
        raise FormFault([FieldFault("debtor", "There is no such debtor")])
    if chosen != talk.debtor_id:
        if talk.direction is Direction.OUT:
            raise FormFault([FieldFault("debtor", "It was another debtor who was called")])
        tx.inbound.identified(talk.touch, debtor, CHOSEN, now)
    bailiff = tx.portfolios.get(debtor.portfolio_id).kind is PortfolioKind.BAILIFFS
    if bailiff is not told.code.startswith("bailiff."):
        what = "a bailiff's talk" if bailiff else "no bailiff's talk"
        raise InputError(f"it was {what}", where="code", remedy="take one of his dispositions")
    return debtor


def _without_a_debt(
    tx: Transaction, talk: Talk, kind: Disposition, fields: Fields, login: str, now: datetime
) -> tuple[Next, ...]:
    """A stranger's talk, and a bailiff's: what he said of each proceeding is noted by `note_answers`."""
    if kind.code == "bailiff.absent" and talk.debtor_id is not None:
        note_absent(tx, talk.touch, author=login, call_again=fields.date, now=now)
        return (Next("He is called again"),)
    if kind.result != "bailiff":
        _set_outcome(tx, talk, kind, login, now)
    return ()


def _carried_out(tx: Transaction, case: Case, facts: dict[str, Any], now: datetime) -> tuple[Next, ...]:
    _set_outcome(tx, case.talk, case.kind, case.login, now)
    next = carry_out(tx, case, now)
    Replanner(tx, case.debtor.portfolio_id, now)([case.debtor.id])
    note_moves(tx, case.debtor, facts)
    return next


def _set_outcome(tx: Transaction, talk: Talk, kind: Disposition, login: str, now: datetime) -> None:
    if talk.outcome is not kind.outcome:
        correct(tx, talk.touch, kind.outcome, author=login, reason=f"the operator: {kind.code}", now=now)


def _plain(fields: Fields) -> dict[str, Any]:
    """What was filled in, as JSON values."""
    told = {name: getattr(fields, name) for name in fields.__slots__ if name != "note"}
    return {
        name: value.isoformat() if isinstance(value, date) else value for name, value in told.items() if value
    }
