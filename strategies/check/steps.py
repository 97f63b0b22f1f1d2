"""What is wrong with single steps: names, caps, hours, outcomes, and steps that never come."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from domain.rules import RuleSet
from domain.said import Said, said
from domain.touch import Outcome
from domain.window import Hours
from strategies.check.finding import Finding, Known, Path, error, one_of, warning
from strategies.language import Segment, Strategy
from strategies.steps import Step, StepKind
from strategies.values import hours_words

_RUNG = frozenset(
    {
        Outcome.NO_CARRIER,
        Outcome.INVALID_NUMBER,
        Outcome.UNAVAILABLE,
        Outcome.BUSY,
        Outcome.NO_ANSWER,
        Outcome.REJECTED,
        Outcome.BLOCKED_BY_OPERATOR,
        Outcome.MACHINE_NO_MSG,
        Outcome.MACHINE_MSG,
        Outcome.ANSWERED_SHORT,
        Outcome.ABANDONED,
        Outcome.TALK_WRONG_PERSON,
        Outcome.TALK_THIRD_PARTY,
        Outcome.TALK_DEBTOR,
        Outcome.UNKNOWN,
    }
)
OUTCOMES: dict[StepKind, frozenset[Outcome]] = {
    StepKind.IVR: _RUNG | {Outcome.MSG_DELIVERED},
    StepKind.CALL: _RUNG,
    StepKind.BAILIFF: frozenset({Outcome.NO_ANSWER}),
    StepKind.MESSAGE: frozenset(
        {
            Outcome.MSG_SENT,
            Outcome.MSG_DELIVERED,
            Outcome.MSG_FAILED,
            Outcome.INVALID_NUMBER,
            Outcome.UNAVAILABLE,
            Outcome.REJECTED,
            Outcome.BLOCKED_BY_OPERATOR,
            Outcome.UNKNOWN,
        }
    ),
}
"""What may become of a step of each kind; a touch that was ``not_placed`` is tried again without being told."""


def all_steps(strategy: Strategy) -> Iterator[tuple[Path, Step]]:
    """Every step of every segment and variant, with its path."""
    for place, segment in enumerate(strategy.segments):
        for path, steps in sequences(segment, ("segments", str(place))):
            for index, step in enumerate(steps):
                yield (*path, str(index)), step


def sequences(segment: Segment, path: Path) -> Iterator[tuple[Path, tuple[Step, ...]]]:
    """The segment's own steps and those of its variants, with their paths."""
    yield (*path, "steps"), segment.steps
    for name, variant in segment.split.variants.items() if segment.split else ():
        yield (*path, "split", "variants", name, "steps"), variant.steps


def step_findings(strategy: Strategy, rules: RuleSet, known: Known, now: datetime) -> Iterator[Finding]:
    """All that can be said of each step by itself."""
    for place, segment in enumerate(strategy.segments):
        for path, steps in sequences(segment, ("segments", str(place))):
            yield from _after_stop(path, steps)
    for path, step in all_steps(strategy):
        yield from _names(path, step, known)
        yield from _bailiffs(path, step)
        yield from _caps(path, step)
        yield from _outcomes(path, step)
        yield from _hours(path, step, rules, now)


def _after_stop(path: Path, steps: tuple[Step, ...]) -> Iterator[Finding]:
    stop = next((index for index, step in enumerate(steps) if step.kind is StepKind.STOP), len(steps))
    for index in range(stop + 1, len(steps)):
        what = said(
            "step %(step)r never comes: %(stop)r above it stops", step=steps[index].id, stop=steps[stop].id
        )
        yield error((*path, str(index)), what, said("take it out, or move it above the stop"))


def _names(path: Path, step: Step, known: Known) -> Iterator[Finding]:
    if step.ivr is not None and step.ivr not in known.scripts:
        what = said("there is no IVR script %(script)r", script=step.ivr)
        yield error((*path, "ivr"), what, one_of(known.scripts))
    if step.bailiff and step.performer not in known.performs:
        what = said("no campaign calls bailiffs: step %(step)r is passed over", step=step.id)
        yield warning((*path, step.kind), what, said("start one over their portfolio, see docs/bailiffs.md"))
    elif step.performer and step.performer not in known.performs:
        what = said(
            "nobody performs %(performer)s yet: step %(step)r is passed over",
            **{"performer": step.performer, "step": step.id},
        )
        yield warning((*path, step.kind), what, _performer_wanted(step))


def _performer_wanted(step: Step) -> Said:
    """What makes an idle step act."""
    if step.message:
        return said(
            "name who carries %(kind)s in DOZVON_PROVIDERS, or take the step out", kind=step.message.kind
        )
    return said("keep it for later, or take it out")


def _bailiffs(path: Path, step: Step) -> Iterator[Finding]:
    """What says nothing of a step that touches no debtor."""
    if step.bailiff is None:
        return
    idle = {("hours",): step.hours, ("cap",): step.cap, ("bailiff", "mode"): step.bailiff.mode}
    for where, given in idle.items():
        if given:
            name = where[-1]
            what = said(
                "step %(step)r touches no debtor: %(name)s says nothing of it", step=step.id, name=name
            )
            remedy = said("take it out: the campaign that calls bailiffs has its own")
            yield warning((*path, *where), what, remedy)


def _caps(path: Path, step: Step) -> Iterator[Finding]:
    for name in ("touches_a_day", "roubles_a_day"):
        if step.cap and getattr(step.cap, name) == 0:
            what = said("a cap of zero: step %(step)r would never act, and hold its debtors up", step=step.id)
            yield error((*path, "cap", name), what, said("raise it, or take the step out"))


def _outcomes(path: Path, step: Step) -> Iterator[Finding]:
    for outcome in step.retry:
        where = (*path, "retry", outcome)
        if outcome is Outcome.NOT_PLACED:
            what = said("a touch that was not placed is tried again by itself")
            yield error(where, what, said("take this retry out"))
        elif outcome not in OUTCOMES[step.kind]:
            what = said("%(outcome)s never becomes of %(kind)s steps", outcome=outcome, kind=step.kind)
            yield error(where, what, one_of(OUTCOMES[step.kind]))


def _hours(path: Path, step: Step, rules: RuleSet, now: datetime) -> Iterator[Finding]:
    for rule in rules.hours if step.hours and step.kind is not StepKind.BAILIFF else ():
        if step.channel not in rule.channels or not rule.valid.covers(now):
            continue
        lawful = {*rule.work, *rule.off, *(hours for day in rule.weekdays.values() for hours in day)}
        outside = [span for span in step.hours or () if not _within(span, lawful)]
        if outside:
            lawfully = hours_words(tuple(sorted(lawful, key=lambda hours: hours.opens)))
            what = said(
                "%(hours)s lies outside the hours of %(rules)s (%(lawful)s)",
                **{"hours": hours_words(tuple(outside)), "rules": rules.id, "lawful": lawfully},
            )
            yield error((*path, "hours"), what, said("narrow it"))


def _within(span: Hours, lawful: set[Hours]) -> bool:
    """Whether the span is covered by lawful hours, put together where they touch."""
    reached = span.opens
    for hours in sorted(lawful, key=lambda hours: hours.opens):
        if hours.opens <= reached < hours.closes:
            reached = hours.closes
    return reached >= span.closes
