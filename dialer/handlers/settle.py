"""Settle: write what happened to calls, and plan what follows; one transaction a batch."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo

from dialer.handlers.call_back import Missed, owe
from dialer.handlers.step_caps import note_ended
from dialer.running import INBOUND
from dialer.work import Work
from domain.call import Call
from domain.caller import CallerKind
from domain.campaign import Plan
from domain.debtor import Debtor, Promise, Want
from domain.inbound import judge_inbound
from domain.phone import phone_after
from domain.touch import Outcome
from domain.verdict import Verdict, judge
from ivr_scripts.language import About, Result
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
    """A call or a message that is over, with the plan that it was part of."""

    call: Call
    plan: Plan
    phone: str
    campaign_id: int
    caller: CallerKind | None = None
    line: str = ""
    """The number of ours that he called; empty when we called him."""
    judged: Verdict | None = None
    """What came of it where no call tells: it was a message."""

    @property
    def verdict(self) -> Verdict:
        """Its outcome and why."""
        if self.judged:
            return self.judged
        return judge_inbound(self.call, self.caller) if self.line else judge(self.call)


def settle(
    books: Books,
    work_of: Callable[[int], Work],
    seen: Sequence[Entry],
    ended: Sequence[Ended],
    now: datetime,
) -> None:
    """Journal what was ``seen`` of running calls, close those ``ended`` and write their next plans."""

    def write(tx: Transaction) -> None:
        tx.journal.append(seen)
        end_touches(tx, work_of, ended, now)

    books.attempt(write)


def end_touches(
    tx: Transaction, work_of: Callable[[int], Work], ended: Sequence[Ended], now: datetime
) -> None:
    """Close touches and write their next plans.

    One that somebody else has closed, a newer owner of the campaign say, is left alone with its plan.
    """
    closed = tx.touches.close([Closing(end.call, end.verdict, now) for end in ended])
    came_in = [end for end in ended if end.line and end.call.touch in closed]
    owe(tx, [Missed(end.call, end.verdict.outcome, end.phone, end.line) for end in came_in], now)
    ours: dict[int, list[Ended]] = {}
    for end in ended:
        if end.call.touch not in closed or end.campaign_id == INBOUND:
            continue
        ours.setdefault(end.campaign_id, []).append(end)
    for campaign_id, ends in ours.items():
        work = work_of(campaign_id)
        talks = [(end.plan, end.verdict.outcome, end.call.talk_s) for end in ends]
        note_ended(tx, campaign_id, work, talks, now)
        tx.plans.save(campaign_id, _plans(tx, work.strategy, ends, now))


def _plans(tx: Transaction, strategy: Strategy, ends: Sequence[Ended], now: datetime) -> list[Plan]:
    """What follows for each debtor, by what has become known of him in the call and while it went on."""
    ids = [end.plan.debtor_id for end in ends]
    debtors = tx.debtors.load(ids, strategy.wants)
    history = touches_of(tx.connection, ids) if Want.HISTORY in strategy.wants else {}
    promised: list[Promised] = []
    plans: list[Plan] = []
    for end in ends:
        debtor = _with_phone(tx, debtors[end.plan.debtor_id], end)
        if end.call.result == Result.PROMISE:
            promise = _promise(strategy, debtor, end.call, now)
            promised.append(Promised(debtor.id, promise, end.call.touch))
            debtor = replace(debtor, promises=(*debtor.promises, promise))
        plan = after_touch(strategy, end.plan, end.verdict.outcome, end.call.result, now, end.phone)
        plans.append(replan(strategy, debtor, plan, now, history.get(debtor.id, ())))
    tx.promises.add(promised)
    return plans


def _with_phone(tx: Transaction, debtor: Debtor, end: Ended) -> Debtor:
    """The debtor with what the call has shown about the phone that was rung."""
    outcome = end.verdict.outcome
    row = tx.touches.in_a_row(debtor.id, end.phone, outcome) if outcome is Outcome.INVALID_NUMBER else 0
    phones = tuple(
        replace(phone, status=phone_after(phone.status, outcome, row)) if phone.number == end.phone else phone
        for phone in debtor.phones
    )
    if phones == debtor.phones:
        return debtor
    for before, after in zip(debtor.phones, phones, strict=True):
        if before.status is not after.status:
            tx.debtors.mark_phone(debtor.id, after.number, after.status)
    return replace(debtor, phones=phones)


def _promise(strategy: Strategy, debtor: Debtor, call: Call, now: datetime) -> Promise:
    """By the day that the debtor named, else until which the strategy waits; of the sum that he named, if any."""
    named = dict(call.answers)
    kopecks = int(Decimal(named[About.PROMISE_SUM]) * 100) if About.PROMISE_SUM in named else None
    if About.PROMISE_DATE in named:
        return Promise(now, date.fromisoformat(named[About.PROMISE_DATE]), kopecks)
    answer = strategy.after_result.get(Result.PROMISE)
    zone = ZoneInfo(debtor.zones[0] if debtor.zones else "UTC")
    due = now + (answer.wait if answer and answer.wait else PROMISED_WITHIN)
    return Promise(now, due.astimezone(zone).date(), kopecks)
