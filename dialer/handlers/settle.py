"""Settle: write what happened to calls, and plan what follows; one transaction a batch."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime

from domain.call import Call, Verdict, judge
from domain.campaign import Plan
from domain.phone import PhoneStatus
from domain.touch import Outcome
from ledger.books import Books, Transaction
from ledger.journal import Entry
from ledger.touches import Closing
from strategies.after_touch import after_touch
from strategies.language import Strategy


@dataclass(frozen=True, slots=True)
class Ended:
    """A call that is over, with the plan that it was part of."""

    call: Call
    plan: Plan
    phone: str
    campaign_id: int

    @property
    def verdict(self) -> Verdict:
        """Its outcome and why."""
        return judge(self.call)


def settle(
    books: Books,
    strategy_of: Callable[[int], Strategy],
    seen: Sequence[Entry],
    ended: Sequence[Ended],
    now: datetime,
) -> None:
    """Journal what was ``seen`` of running calls, close those ``ended`` and write their next plans.

    A touch that somebody else has closed, a newer owner of the campaign say, is left alone with its plan.
    """

    def write(tx: Transaction) -> None:
        tx.journal.append(seen)
        closed = tx.touches.close([Closing(end.call, end.verdict, now) for end in ended])
        plans: dict[int, list[Plan]] = {}
        for end in ended:
            if end.call.touch not in closed:
                continue
            verdict = end.verdict
            strategy = strategy_of(end.campaign_id)
            plan = after_touch(strategy, end.plan, verdict.outcome, end.call.result, now, end.phone)
            plans.setdefault(end.campaign_id, []).append(plan)
            if verdict.outcome is Outcome.TALK_WRONG_PERSON:
                tx.debtors.mark_phone(end.plan.debtor_id, end.phone, PhoneStatus.WRONG)
        for campaign_id, changed in plans.items():
            tx.plans.save(campaign_id, changed)

    books.attempt(write)
