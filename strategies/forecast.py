"""What a strategy would do to one debtor in the next days: the engine's own decisions, with outcomes drawn by chance.

Pure and repeatable: a debtor's outcomes hang on his key alone, so that two strategies meet the same luck. Facts stay
as they are (nobody pays), there are channels enough for everybody, and a call is placed the moment that it may be.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from domain.block import Block
from domain.campaign import Plan, PlanState, Why
from domain.debtor import Debtor
from domain.intensity import HORIZON, Ask, Refused, Standing, Verdict, permit
from domain.portfolio import LegalBasis
from domain.rules import RuleSet
from domain.touch import Channel, PastTouch, TouchId
from domain.window import DAY, local_midnight
from strategies.after_touch import after_touch
from strategies.chances import Chances, Prices, draw
from strategies.evaluate import Present, Used, first_plan, next_step
from strategies.language import Strategy
from strategies.moves import Act
from strategies.steps import Step

MOST_DECISIONS = 2_000
"""No debtor is decided about so often in a week; a strategy that goes round in a circle is cut off here."""


@dataclass(slots=True)
class Assumptions:
    """What a forecast takes for granted. ``weight`` is how many debtors of the portfolio one forecast stands for:
    caps of a day are used up so much faster. It notes what steps with a cap have used, so that it is of one run only.
    """

    strategy: Strategy
    rules: RuleSet
    basis: LegalBasis | None
    chances: Chances
    prices: Prices
    performs: frozenset[str]
    learn: bool = True
    weight: float = 1.0
    _used: defaultdict[date, dict[tuple[str, str], Used]] = field(default_factory=lambda: defaultdict(dict))

    def present(self, day: date) -> Present:
        """What holds for all debtors on a day."""
        return Present(self.performs, self._used[day], learn=self.learn)

    def book(self, day: date, segment: str, step: Step, cost: float) -> None:
        """Note what a step with a cap has used."""
        if step.cap:
            used = self._used[day].get((segment, step.id), Used())
            more = Used(used.touches + round(self.weight), used.roubles + cost * self.weight)
            self._used[day][segment, step.id] = more


@dataclass(frozen=True, slots=True)
class Subject:
    """A debtor with what stands about him: past touches, and the blocks of himself and of his phones."""

    debtor: Debtor
    history: Sequence[PastTouch] = ()
    blocks: Sequence[Block] = ()


@dataclass(slots=True)
class Fate:
    """What became of one debtor. ``touches`` and ``costs`` (roubles) are by local date and channel; ``held_back`` are
    the rules that held him back; ``passed_over`` the steps that nobody performs, ``asked`` those that asked a bailiff
    of him, whose word never comes.
    """

    segment: str
    variant: str
    left_alone: Why | None
    touches: Counter[tuple[date, Channel]] = field(default_factory=Counter)
    costs: defaultdict[tuple[date, Channel], float] = field(default_factory=lambda: defaultdict(float))
    held_back: set[str] = field(default_factory=set)
    passed_over: set[str] = field(default_factory=set)
    asked: set[str] = field(default_factory=set)


def forecast(subject: Subject, assumptions: Assumptions, now: datetime, days: int) -> Fate:
    """Play the strategy for one debtor from ``now`` on through so many dates of his, today's rest being the first."""
    plan = first_plan(assumptions.strategy, subject.debtor, now, subject.history)
    done = plan.state is PlanState.DONE
    fate = Fate(plan.segment, plan.variant, plan.why if done else None)
    zone = ZoneInfo(subject.debtor.zones[0] if subject.debtor.zones else "UTC")
    player = _Player(subject, assumptions, fate, list(subject.history), zone)
    until = local_midnight(now.astimezone(zone).date() + days * DAY, zone)
    at = now
    for _ in range(MOST_DECISIONS):
        at = max(at, plan.due_at)
        if plan.state is not PlanState.DUE or at >= until:
            break
        plan = player.turn(plan, at)
    return fate


@dataclass(slots=True)
class _Player:
    subject: Subject
    given: Assumptions
    fate: Fate
    history: list[PastTouch]
    zone: ZoneInfo

    def turn(self, plan: Plan, at: datetime) -> Plan:
        """One decision, and what follows from it."""
        given, debtor = self.given, self.subject.debtor
        day = at.astimezone(self.zone).date()
        decision = next_step(given.strategy, debtor, plan, at, self.history, given.present(day))
        if not isinstance(decision, Act):
            noted = {Why.NOT_PERFORMED: self.fate.passed_over, Why.ASKED: self.fate.asked}
            if decision.reason.why in noted:
                noted[decision.reason.why].add(f"{decision.reason.segment}: {decision.reason.step}")
            return decision.plan
        phone = decision.choice.phone.number if decision.choice else ""
        verdict = self._asked(decision.step.channel, phone, at)
        if isinstance(verdict, Refused):
            self.fate.held_back.update(verdict.rules)
            return replace(plan, due_at=verdict.next_allowed or at + HORIZON)
        return self._touch(decision, phone, at, day)

    def _asked(self, channel: Channel, phone: str, at: datetime) -> Verdict:
        debtor, blocks = self.subject.debtor, tuple(self.subject.blocks)
        standing = Standing(debtor.zones, debtor.region, blocks)
        ask = Ask(channel, debtor.id, phone, creditor=debtor.creditor)
        return permit(self.given.rules, ask, standing, history=self.history, basis=self.given.basis, now=at)

    def _touch(self, act: Act, phone: str, at: datetime, day: date) -> Plan:
        debtor, channel, number = self.subject.debtor, act.step.channel, len(self.history)
        chance = draw(self.given.chances[channel], f"{debtor.external_id}\0{number}")
        id = TouchId(f"forecast {number}")
        self.history.append(
            PastTouch(id, at, channel, chance.outcome, debtor.id, phone, creditor=debtor.creditor)
        )
        cost = self.given.prices.of(act.step, chance.talk_s)
        self.fate.touches[day, channel] += 1
        self.fate.costs[day, channel] += cost
        self.given.book(day, act.plan.segment, act.step, cost)
        ended = at + timedelta(seconds=chance.talk_s)
        return after_touch(self.given.strategy, act.plan, chance.outcome, chance.result, ended, phone)
