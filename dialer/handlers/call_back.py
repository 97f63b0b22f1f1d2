"""Call back: who is owed a call, and the touch by which he gets it; the rules judge it like any other."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from asterisk.ami.render import OriginateRequest
from dialer.handlers.inbound import REMEMBERED
from dialer.handlers.out_of_plan import out_of_plan
from dialer.scripts import RECORD
from domain.call import Call
from domain.callback import Callback, desk_of, due_at
from domain.intensity import Refused
from domain.touch import Outcome, TouchId
from domain.verdict import OPERATOR_WANTED
from ledger.books import Books, Transaction
from ledger.touches import TouchRequest

STEP = "call_back"
CONTEXT, EXTEN = "dozvon-inbound", "operator"
WAIT_S = 30


@dataclass(frozen=True, slots=True)
class Missed:
    """A call that came in and has ended without a talk."""

    call: Call
    outcome: Outcome
    phone: str
    line: str

    @property
    def owed(self) -> bool:
        """Whether he wanted somebody who was not there."""
        wanted = self.call.result == OPERATOR_WANTED or self.outcome is Outcome.ABANDONED
        return wanted and self.call.operator is None


def owe(tx: Transaction, missed: Sequence[Missed], now: datetime) -> None:
    """Note whom we owe a call. Nobody calls strangers back, nor those who do not show their numbers."""
    for one in missed:
        debtor_id = tx.inbound.debtor_of(one.call.touch)
        if one.owed and debtor_id is not None and one.phone:
            line = tx.lines.find(one.line)
            language = tx.debtors.load([debtor_id])[debtor_id].language
            desks = {desk for operator in tx.operators.all() for desk in operator.desks}
            desk = desk_of(one.call.came_to, language, line, desks)
            why = f"rang us in vain, {one.outcome.value}"
            tx.call_backs.owe(Callback(one.call.touch, debtor_id, one.phone, desk, why, due_at(line, now)))


def read_due(books: Books, now: datetime, limit: int) -> list[Callback]:
    """Who is to be called back now, with the operator who talked to him last."""
    with books.read() as tx:
        return [
            replace(one, operator=tx.inbound.last_operator([one.debtor_id], now - REMEMBERED))
            for one in tx.call_backs.due(now, limit)
        ]


def call_back(books: Books, owed: Callback, node: str, id: TouchId, now: datetime) -> TouchRequest | None:
    """Reserve the touch; None when it may not be now, or need not be any more."""

    def reserve(tx: Transaction) -> TouchRequest | None:
        if owed.debtor_id in tx.inbound.calling([owed.debtor_id], tx.inbound.at(owed.touch)):
            tx.call_backs.drop(owed.touch, "he has rung us again")
            return None
        asked = out_of_plan(tx, owed.debtor_id, owed.phone, id=id, node=node, step=STEP, why=owed.why)
        if asked is None:
            tx.call_backs.drop(owed.touch, "no campaign says by which rules")
            return None
        (verdict,) = tx.touches.reserve([asked.request], asked.rules, asked.basis, now)
        if isinstance(verdict, Refused):
            _not_now(tx, owed, verdict)
            return None
        tx.call_backs.rung(owed.touch, id)
        return asked.request

    return books.attempt(reserve)


def _not_now(tx: Transaction, owed: Callback, verdict: Refused) -> None:
    reason = f"held back by {', '.join(verdict.rules)}"
    if verdict.next_allowed is None:
        tx.call_backs.drop(owed.touch, reason)
    else:
        tx.call_backs.postpone(owed.touch, verdict.next_allowed, reason)


def request_of(
    touch: TouchRequest, owed: Callback, trunk: str, timeout_s: float, first: int | None, *, record: bool
) -> OriginateRequest:
    """The call: who answers waits at his desk like one who has rung us, first for the operator he knows."""
    return OriginateRequest(
        touch=touch.id,
        channel=f"PJSIP/{touch.phone}@{trunk}",
        context=CONTEXT,
        exten=EXTEN,
        timeout_s=timeout_s,
        caller_id=touch.caller_number,
        variables={
            "DZ_DESK": owed.desk,
            "DZ_WAIT": str(WAIT_S),
            "DZ_FIRST": str(first) if first is not None else "",
            RECORD: "yes" if record else "",
            "__DZ_TOUCH": touch.id,
            "__DZ_DEBTOR": str(touch.debtor.id),
        },
    )
