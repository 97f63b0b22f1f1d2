"""Settle: write what happened to calls, and plan what follows; one transaction a batch."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from domain.call import Call, Verdict, judge
from domain.campaign import Plan
from domain.debtor import Debtor, Promise, Want
from domain.phone import PhoneStatus
from domain.touch import Outcome
from ivr_scripts.language import Result
from ledger.books import Books, Transaction
from ledger.history import touches_of
from ledger.journal import Entry
from ledger.promises import Promised
from ledger.touches import Closing
from strategies.after_touch import after_touch
from strategies.language import Strategy
from strategies.replan import replan

PROMISED_WITHIN = timedelta(days=5)
"""The day of a promise made to a machine, which asks for none, where the strategy does not say how long it waits."""


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
        ours: dict[int, list[Ended]] = {}
        for end in ended:
            if end.call.touch not in closed:
                continue
            ours.setdefault(end.campaign_id, []).append(end)
            if end.verdict.outcome is Outcome.TALK_WRONG_PERSON:
                tx.debtors.mark_phone(end.plan.debtor_id, end.phone, PhoneStatus.WRONG)
        for campaign_id, ends in ours.items():
            tx.plans.save(campaign_id, _plans(tx, strategy_of(campaign_id), ends, now))

    books.attempt(write)


def _plans(tx: Transaction, strategy: Strategy, ends: Sequence[Ended], now: datetime) -> list[Plan]:
    """What follows for each debtor, by what has become known of him in the call and while it went on."""
    ids = [end.plan.debtor_id for end in ends]
    debtors = tx.debtors.load(ids, strategy.wants)
    history = touches_of(tx.connection, ids) if Want.HISTORY in strategy.wants else {}
    promised: list[Promised] = []
    plans: list[Plan] = []
    for end in ends:
        debtor = debtors[end.plan.debtor_id]
        if end.call.result == Result.PROMISE:
            promise = _promise(strategy, debtor, now)
            promised.append(Promised(debtor.id, promise, end.call.touch))
            debtor = replace(debtor, promises=(*debtor.promises, promise))
        plan = after_touch(strategy, end.plan, end.verdict.outcome, end.call.result, now, end.phone)
        plans.append(replan(strategy, debtor, plan, now, history.get(debtor.id, ())))
    tx.promises.add(promised)
    return plans


def _promise(strategy: Strategy, debtor: Debtor, now: datetime) -> Promise:
    """A promise of no sum, by the day until which the strategy waits for it."""
    answer = strategy.after_result.get(Result.PROMISE)
    zone = ZoneInfo(debtor.zones[0] if debtor.zones else "UTC")
    due = now + (answer.wait if answer and answer.wait else PROMISED_WITHIN)
    return Promise(now, due.astimezone(zone).date())
