"""What next for one debtor: pure, and every answer carries its reason.

first_plan   when a campaign takes a debtor in
next_step    when a plan falls due: act, or move on
after_touch  (after_touch.py) when a touch has ended: retry, repeat, wait, next step, or stop
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from domain.campaign import Plan, PlanState, Why
from domain.debtor import Debtor
from domain.phone import Phone
from domain.said import said
from domain.touch import Channel, PastTouch
from domain.window import DAY, local_midnight, next_opening
from strategies.enquiry import after_asking, to_ask
from strategies.facts import Facts
from strategies.language import Segment, Strategy
from strategies.matching import NEEDS_HELP, match_segment
from strategies.moves import Act, Decision, Move, following
from strategies.phones import PhoneChoice, choose_phone
from strategies.reason import Reason
from strategies.split import variant_of
from strategies.steps import Bailiff, Cap, Step, StepKind
from strategies.textable import takes_messages
from strategies.values import duration_words, hours_words


@dataclass(frozen=True, slots=True)
class Used:
    """What a step has used up today, all debtors together."""

    touches: int = 0
    roubles: float = 0.0


@dataclass(frozen=True, slots=True)
class Present:
    """What holds for all debtors now.

    ``performs`` names the `Step.performer`s at work; ``used`` is today's use of each (segment, step) with a cap;
    ``lawful`` tells whether an hour would do, and without it nobody waits for a better one. Without ``learn`` past
    calls do not choose phones. ``unreached`` are (kind, number) of phones at which such messages never arrive.
    """

    performs: frozenset[str] = frozenset({StepKind.IVR.value, StepKind.CALL.value})
    used: Mapping[tuple[str, str], Used] = field(default_factory=dict)
    lawful: Callable[[Debtor, Channel, datetime], bool] | None = None
    learn: bool = True
    unreached: frozenset[tuple[str, str]] = frozenset()


PRESENT = Present()


def first_plan(strategy: Strategy, debtor: Debtor, now: datetime, history: Sequence[PastTouch] = ()) -> Plan:
    """The plan with which a debtor enters a campaign."""
    facts = Facts(debtor, now, history)
    return _enter(match_segment(strategy, facts), facts).plan


def next_step(
    strategy: Strategy,
    debtor: Debtor,
    plan: Plan,
    now: datetime,
    history: Sequence[PastTouch] = (),
    present: Present = PRESENT,
) -> Decision:
    """What to do with a plan that is due. A debtor whose facts moved him to another segment starts there."""
    facts = Facts(debtor, now, history)
    segment = match_segment(strategy, facts)
    entered = _enter(segment, facts)
    if segment is None or entered.plan.state is PlanState.DONE:
        return entered
    if plan.segment != segment.id:
        return _anew(entered, Why.FACTS_CHANGED if strategy.segment(plan.segment) else Why.STRATEGY_CHANGED)
    here = plan.variant == entered.plan.variant
    if here and (after := after_asking(strategy, debtor, plan, now)):
        return Move(
            after,
            Reason(after.why, segment.id, segment.clause_words, after.variant, after.step, after.reason),
        )
    decision = step_decision(segment, plan, facts, present) if here else None
    return decision or _anew(entered, Why.STRATEGY_CHANGED)


def step_decision(segment: Segment, plan: Plan, facts: Facts, present: Present) -> Decision | None:
    """What the plan's step does for a debtor who belongs into the segment; None when it has no such step."""
    steps = segment.steps_of(plan.variant)
    place = next((place for place, step in enumerate(steps) if step.id == plan.step), None)
    if place is None:
        return None
    step = steps[place]
    plan = replace(plan, priority=segment.priority, desk=step.desk, mode=step.mode)
    return _Turn(facts, segment, step, steps[place + 1 :], plan, present).decide()


def _enter(segment: Segment | None, facts: Facts) -> Move:
    """The beginning of a segment, or why he is left alone."""
    debtor = facts.debtor
    if debtor.kopecks == 0:
        return _entered(Reason(Why.PAID), facts)
    if segment is None:
        return _entered(Reason(Why.NO_SEGMENT, detail=NEEDS_HELP if debtor.vulnerable else ""), facts)
    id, clause = segment.id, segment.clause_words
    if segment.stop:
        return _entered(Reason(Why.LEFT_ALONE, id, clause, detail=segment.stop), facts)
    variant = variant_of(segment.split, debtor.external_id) if segment.split else ""
    steps = segment.steps_of(variant)
    if not steps:
        return _entered(Reason(Why.CONTROL, id, clause, variant), facts)
    for ending in segment.exits:
        if ending.holds(facts):
            return _entered(Reason(Why.EXIT, id, clause, variant, detail=ending.reason), facts)
    if not _can_be_rung(debtor) and all(step.rings for step in steps if step.performer):
        return _entered(Reason(Why.NO_PHONE, id, clause, variant), facts)
    first = Reason(Why.FIRST, id, clause, variant, steps[0].id)
    return _entered(first, facts, priority=segment.priority, desk=steps[0].desk, mode=steps[0].mode)


def _entered(reason: Reason, facts: Facts, **lane: Any) -> Move:
    """The plan of a debtor who has no touch yet, with its place in the queues; one who was given no step is done."""
    plan = Plan(
        facts.debtor.id,
        facts.now,
        PlanState.DUE if reason.step else PlanState.DONE,
        reason.segment,
        reason.variant,
        reason.step,
        why=reason.why,
        reason=str(reason),
        **lane,
    )
    return Move(plan, reason)


def _can_be_rung(debtor: Debtor) -> bool:
    return any(phone.diallable for phone in debtor.phones)


def _anew(entered: Move, why: Why) -> Move:
    reason = replace(entered.reason, why=why)
    return Move(reason.on(entered.plan), reason)


@dataclass(frozen=True, slots=True)
class _Turn:
    """One debtor at one step of his segment."""

    facts: Facts
    segment: Segment
    step: Step
    later: tuple[Step, ...]
    plan: Plan
    present: Present

    def decide(self) -> Decision:
        step, now = self.step, self.facts.now
        if step.wait is not None:
            words = said("step %(step)s waits %(duration)s", step=step.id, duration=duration_words(step.wait))
            waits = self._reason(Why.WAITS, words)
            return following(self.plan, self.later, now + step.wait, waits, Why.FINISHED)
        if step.stop is not None:
            return self._postponed(Why.STOPPED, now, step.stop, PlanState.DONE)
        if step.performer not in self.present.performs:
            words = said("nobody performs %(performer)s steps yet", performer=step.performer)
            return self._passed_over(Why.NOT_PERFORMED, words)
        if step.bailiff:
            return self._ask(step.bailiff)
        if step.rings and not self._phones:
            unfit = said("no phone that takes such messages")
            return self._passed_over(
                Why.NO_PHONE, unfit if step.message else said("no phone that may be dialled")
            )
        return self._when_open() or self._under_cap() or self._act()

    def _ask(self, bailiff: Bailiff) -> Move:
        """He is asked when he is called next: no touch of the debtor, so that no law of contact holds it back."""
        if not to_ask(self.facts.debtor):
            return self._passed_over(Why.NO_BAILIFF, said("no open proceeding whose bailiff is called"))
        since = self.plan.asked_at or self.facts.now
        within = duration_words(bailiff.within)
        words = said(
            "step %(step)s waits %(within)s for a word of his bailiff", step=self.step.id, within=within
        )
        reason = self._reason(Why.ASKED, words)
        return Move(reason.on(self.plan, asked_at=since, due_at=since + bailiff.within), reason)

    def _when_open(self) -> Move | None:
        """None when the hours of the step are now, or it has none."""
        if not self.step.hours:
            return None
        opens = next_opening(self.step.hours, self._zones(), self.facts.now)
        if opens == self.facts.now:
            return None
        hours = hours_words(self.step.hours)
        words = said("step %(step)s acts at %(hours)s local time", step=self.step.id, hours=hours)
        if opens is None:
            never = said("%(hours)s, which all his zones never share", hours=words)
            return self._passed_over(Why.OUTSIDE_HOURS, never)
        return self._postponed(Why.OUTSIDE_HOURS, opens, words)

    def _under_cap(self) -> Move | None:
        """None when the step has something left for today, or has no cap."""
        used = self.present.used.get((self.segment.id, self.step.id), Used())
        spent = _spent(self.step.cap, used) if self.step.cap else ""
        if not spent:
            return None
        zones, now = self._zones(), self.facts.now
        tomorrow = max(local_midnight(now.astimezone(zone).date() + DAY, zone) for zone in zones)
        if self.step.hours:
            tomorrow = next_opening(self.step.hours, zones, tomorrow) or tomorrow
        words = said("step %(step)s has used up its %(cap)s of today", step=self.step.id, cap=spent)
        return self._postponed(Why.CAP, tomorrow, words)

    def _act(self) -> Decision:
        choice = self._choose_phone() if self.step.rings else None
        if choice and choice.not_before and choice.not_before > self.facts.now:
            return self._postponed(Why.BETTER_HOUR, choice.not_before, choice.reason)
        plan = self.plan
        first = plan.step == self.segment.steps_of(plan.variant)[0].id
        words = said("segment %(segment)s, step %(step)s", segment=self.segment.id, step=plan.step)
        if plan.round:
            words = said("%(turn)s, repeat %(place)s", turn=words, place=plan.round)
        if plan.attempts:
            words = said("%(turn)s, retry %(place)s", turn=words, place=plan.attempts)
        once = Why.FIRST if first else Why.NEXT_STEP
        reason = self._reason(Why.RETRY if plan.attempts else Why.REPEAT if plan.round else once, words)
        return Act(reason.on(plan), self.step, choice, reason)

    @property
    def _phones(self) -> tuple[Phone, ...]:
        """The phones that the step may go to."""
        phones = tuple(phone for phone in self.facts.debtor.phones if phone.diallable)
        message, unreached = self.step.message, self.present.unreached
        if message is None:
            return phones
        fit = (phone for phone in phones if takes_messages(phone.number))
        return tuple(phone for phone in fit if (message.kind, phone.number) not in unreached)

    def _choose_phone(self) -> PhoneChoice | None:
        debtor = replace(self.facts.debtor, phones=self._phones)
        lawful, hours = self.present.lawful, self.step.hours

        def may_ring(at: datetime) -> bool:
            open_then = not hours or next_opening(hours, self._zones(), at) == at
            return lawful is not None and open_then and lawful(debtor, self.step.channel, at)

        return choose_phone(
            debtor,
            self.segment.phones.order,
            self.facts.now,
            turn=self.plan.turn,
            avoid=self.plan.avoid,
            learn=self.present.learn,
            may_ring=may_ring if lawful and not self.step.message else None,
        )

    def _passed_over(self, why: Why, words: str) -> Move:
        skipped = said("%(reason)s: step %(step)s is passed over", reason=words, step=self.step.id)
        reason = self._reason(why, skipped)
        return following(self.plan, self.later, self.facts.now, reason, why)

    def _postponed(self, why: Why, due_at: datetime, words: str, state: PlanState = PlanState.DUE) -> Move:
        reason = self._reason(why, words)
        return Move(reason.on(self.plan, state=state, due_at=due_at), reason)

    def _reason(self, why: Why, detail: str) -> Reason:
        segment, plan = self.segment, self.plan
        return Reason(why, segment.id, segment.clause_words, plan.variant, plan.step, detail)

    def _zones(self) -> list[ZoneInfo]:
        return [ZoneInfo(zone) for zone in self.facts.debtor.zones or ("UTC",)]


def _spent(cap: Cap, used: Used) -> str:
    """What of a cap is used up, in words; empty while there is something left."""
    if cap.touches_a_day is not None and used.touches >= cap.touches_a_day:
        return said("%(touches)s touches", touches=cap.touches_a_day)
    if cap.roubles_a_day is not None and used.roubles >= cap.roubles_a_day:
        return said("%(roubles)s roubles", roubles=f"{cap.roubles_a_day:g}")
    return ""
