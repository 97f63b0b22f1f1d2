"""The funnel: from the whole portfolio to who may be touched now, every debtor in one bucket with its reason."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from enum import StrEnum
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo

from dialer.handlers.reserve import present_of, touch_request
from dialer.ids import new_touch_id
from dialer.work import Work
from domain.campaign import Campaign, Plan, PlanState, Why
from domain.debtor import Debtor, Want
from domain.intensity import BLOCK, CALLER_NUMBER, LEGAL_BASIS, ZONE, Ask, Refused, Standing, Verdict, permit
from domain.phone import Phone, PhoneNumber
from domain.proceeding import Enforcement
from domain.rules import Validity
from domain.touch import PastTouch
from ledger.books import Transaction
from ledger.history import load_history, touches_of
from ledger.reports.funnel import Alike, FunnelRows
from ledger.reports.table import share
from strategies.evaluate import Present, next_step, step_decision
from strategies.facts import Facts
from strategies.moves import Act, Decision, Move

SOMEBODY = Phone(PhoneNumber(""))
SOMETHING = Enforcement(open=True, known=True)
PASSED_OVER = frozenset({Why.NOT_PERFORMED, Why.NO_PHONE, Why.NO_BAILIFF, Why.OUTSIDE_HOURS})
"""Why a step that cannot be done is left at once for the next one."""
HELD = frozenset({Why.HELD_BACK, Why.OUTSIDE_HOURS, Why.BETTER_HOUR, Why.CAP})


class Stage(StrEnum):
    """The parts of the funnel, from its mouth to its end."""

    NOT_PLANNED = "not_planned"
    DONE = "done"
    WAITS = "waits"
    HELD_BACK = "held_back"
    IN_TOUCH = "in_touch"
    CALLABLE = "callable"


class Bucket(NamedTuple):
    """Where a debtor stands and why: a `Why`, or the rule that holds him back."""

    stage: Stage
    why: str = ""


NOT_PLANNED, IN_TOUCH, CALLABLE = Bucket(Stage.NOT_PLANNED), Bucket(Stage.IN_TOUCH), Bucket(Stage.CALLABLE)


@dataclass(frozen=True, slots=True)
class Funnel:
    """Debtors by bucket, at an instant; a debtor whose better hour is still to come counts as callable."""

    campaign: str
    at: datetime
    buckets: dict[Bucket, int]

    @property
    def debtors(self) -> int:
        """All of the portfolio."""
        return sum(self.buckets.values())

    def to_json(self) -> dict[str, Any]:
        """The document of ``dozvon report funnel --json``."""
        return {
            "campaign": self.campaign,
            "at": self.at.isoformat(),
            "debtors": self.debtors,
            "callable": self.buckets.get(CALLABLE, 0),
            "buckets": [
                {"stage": bucket.stage, "why": bucket.why, "debtors": n, "share": share(n, self.debtors)}
                for bucket, n in self.buckets.items()
            ],
        }


def funnel(tx: Transaction, work: Work, campaign: Campaign, now: datetime) -> Funnel:
    """Count a campaign's debtors by where they stand."""
    rows = FunnelRows(tx.connection, campaign, now)
    judge = judge_of(tx, work, campaign, now)
    counts: Counter[Bucket] = Counter()
    due: Counter[Alike] = Counter()
    for some in rows.plans():
        counts[standing(some.state, some.why)] += some.plans - some.due
        due[some.alike] += some.due
    counts[NOT_PLANNED] = rows.debtors() - counts.total() - due.total()
    counts.update(_due(rows, +due, judge))
    stages = list(Stage)
    found = (item for item in counts.items() if item[1])
    ordered = sorted(found, key=lambda item: (stages.index(item[0].stage), -item[1], item[0].why))
    return Funnel(campaign.name, now, dict(ordered))


def judge_of(tx: Transaction, work: Work, campaign: Campaign, now: datetime) -> Judge:
    """Who says what the engine would do with a campaign's debtors at ``now``."""
    return Judge(tx, work, campaign, now, replace(present_of(tx, campaign, work, now), lawful=None))


def standing(state: PlanState, why: Why) -> Bucket:
    match state:
        case PlanState.DONE:
            return Bucket(Stage.DONE, why)
        case PlanState.IN_TOUCH:
            return IN_TOUCH
        case PlanState.DUE:
            return Bucket(Stage.HELD_BACK if why in HELD else Stage.WAITS, why)


def _due(rows: FunnelRows, due: Counter[Alike], judge: Judge) -> Counter[Bucket]:
    """Those who are due now: most of them together, the blocked by their channels, the rest one by one."""
    singles = judge.singles(rows, due)
    together = {alike: judge.together(alike) for alike in due}
    counts: Counter[Bucket] = Counter()
    apart: Counter[Alike] = Counter()
    for debtor, (alike, channels) in rows.blocked().items():
        if debtor not in singles:
            apart[alike] += 1
            counts[together[alike].when_blocked(channels)] += 1
    for _, alike, bucket in judge.singly(singles):
        apart[alike] += 1
        counts[bucket] += 1
    for alike, count in due.items():
        counts[together[alike].bucket] += count - apart[alike]
    return counts


class _Common(NamedTuple):
    """The bucket of debtors who are alike, and the channel that they would be touched over, if any."""

    bucket: Bucket
    channel: str = ""

    def when_blocked(self, channels: Collection[str]) -> Bucket:
        """The same for one whom a block keeps from these channels; only the right to act at all is asked before."""
        before = self.bucket.why in (LEGAL_BASIS, CALLER_NUMBER, ZONE)
        return self.bucket if before or self.channel not in channels else Bucket(Stage.HELD_BACK, BLOCK)


@dataclass(frozen=True, slots=True)
class Judge:
    """Says what the engine would do now, and does nothing."""

    tx: Transaction
    work: Work
    campaign: Campaign
    now: datetime
    present: Present
    asked: dict[Ask, tuple[Validity | None, Sequence[PastTouch]]] = field(default_factory=dict)

    def singles(self, rows: FunnelRows, due: Collection[Alike]) -> set[int]:
        """Who of those that are due must be asked apart."""
        zones = {ZoneInfo(zone) for alike in due for zone in alike.zones}
        limits = [limit for limit in self.work.rules.limits if limit.max and limit.valid.covers(self.now)]
        near = rows.near_limits(limits, zones)
        return rows.narrowly_blocked() | rows.consenting() | near | rows.elsewhere()

    def together(self, alike: Alike) -> _Common:
        """Of debtors without blocks, consents and touches of their own."""
        segment = self.work.strategy.segment(alike.segment)
        if segment is None:
            return _Common(Bucket(Stage.WAITS, Why.STRATEGY_CHANGED))
        who = (0, "", self.campaign.portfolio_id, alike.zones, alike.region)
        debtor = Debtor(*who, phones=(SOMEBODY,), enforcements=(SOMETHING,))
        facts = Facts(debtor, self.now)
        plan = Plan(0, self.now, segment=alike.segment, variant=alike.variant, step=alike.step)
        decision = self._settled(lambda at: step_decision(segment, at, facts, self.present), plan)
        if not isinstance(decision, Act):
            return _Common(_moved(decision))
        channel, basis = decision.step.channel, self.work.portfolio.basis
        ask = Ask(channel, debtor.id, campaign=str(self.campaign.id), trunk=self.campaign.caller_number)
        number, history = self._of_house(ask)
        standing = Standing(alike.zones, alike.region, number=number)
        verdict = permit(self.work.rules, ask, standing, history=history, basis=basis, now=self.now)
        return _Common(_judged(verdict), channel)

    def _of_house(self, ask: Ask) -> tuple[Validity | None, Sequence[PastTouch]]:
        """The caller number as it is registered, and what limits of the house count."""
        if ask not in self.asked:
            history = load_history(self.tx.connection, [ask], {}, self.work.rules, self.now).of(ask)
            self.asked[ask] = self.tx.numbers.registered({ask.trunk}).get(ask.trunk), history
        return self.asked[ask]

    def singly(self, debtors: Collection[int]) -> Iterator[tuple[int, Alike, Bucket]]:
        """Of each of these, by all that is known of him."""
        strategy = self.work.strategy
        plans = self.tx.plans.load(self.campaign.id, list(debtors))
        known = self.tx.debtors.load(debtors, strategy.wants)
        history = touches_of(self.tx.connection, debtors) if Want.HISTORY in strategy.wants else {}
        for id, plan in plans.items():
            debtor = known[id]
            alike = Alike(plan.segment, plan.variant, plan.step, debtor.zones, debtor.region)
            yield id, alike, self._single(debtor, plan, history.get(id, ()))

    def _single(self, debtor: Debtor, plan: Plan, history: Sequence[PastTouch]) -> Bucket:
        def decide(plan: Plan) -> Decision:
            return next_step(self.work.strategy, debtor, plan, self.now, history, self.present)

        decision = self._settled(decide, plan)
        if not isinstance(decision, Act):
            return _moved(decision)
        request = touch_request(decision, debtor, self.campaign, self.work, "", new_touch_id())
        ((verdict, _),) = self.tx.touches.judge(
            [request], self.work.rules, self.work.portfolio.basis, self.now
        )
        return _judged(verdict)

    def _settled(self, decide: Callable[[Plan], Decision | None], plan: Plan) -> Decision | None:
        """What is decided in the end, when the steps that cannot be done have been passed over."""
        decision = decide(plan)
        while (
            isinstance(decision, Move) and decision.reason.why in PASSED_OVER and self._is_due(decision.plan)
        ):
            decision = decide(decision.plan)
        return decision

    def _is_due(self, plan: Plan) -> bool:
        return plan.state is PlanState.DUE and plan.due_at <= self.now


def _moved(move: Move | None) -> Bucket:
    """Where a plan that is due goes without a touch; None: its step is no more."""
    return standing(move.plan.state, move.reason.why) if move else Bucket(Stage.WAITS, Why.STRATEGY_CHANGED)


def _judged(verdict: Verdict) -> Bucket:
    return Bucket(Stage.HELD_BACK, verdict.rules[0]) if isinstance(verdict, Refused) else CALLABLE
