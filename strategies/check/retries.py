"""Retries and repeats that the rules make impossible: played through from every half hour of a week.

A retry is impossible when, from whatever lawful instant the step begins, some retry in the row meets a limit that
the touches before it have used up. Hours alone never make it so: a row too long for one day goes on in the morning.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta

from domain.intensity import Allowed, Ask, Refused, Standing, permit
from domain.portfolio import LegalBasis
from domain.rules import ALWAYS, RuleSet
from domain.said import said
from domain.touch import Channel, Outcome, PastTouch, TouchId
from strategies.check.finding import Finding, error
from strategies.check.steps import OUTCOMES, all_steps
from strategies.language import Strategy
from strategies.steps import Step, StepKind
from strategies.values import duration_words

MONDAY = datetime(2024, 1, 1, tzinfo=UTC)
"""The first of a month too, so that calendar windows begin together."""

STARTS = tuple(MONDAY + timedelta(minutes=30) * place for place in range(7 * 48))
LONGEST_ROW = 60
"""How many touches in a row are played through."""

BASIS = LegalBasis("assumed", MONDAY - timedelta(days=1))
ANYWHERE = Standing(("UTC",))


def retry_findings(strategy: Strategy, rules: RuleSet, now: datetime) -> Iterator[Finding]:
    """Steps whose channel is closed, retries and repeats that can never happen at their time."""
    hours, limits = _of_now(rules, now)
    for path, step in all_steps(strategy):
        if step.kind in (StepKind.WAIT, StepKind.STOP, StepKind.BAILIFF):
            continue
        if (row := _Row(hours, limits, step.channel)).refused_at() is not None:
            what = said("%(rules)s allows no %(channel)s at all", rules=rules.id, channel=step.channel)
            yield error((*path, step.kind), what, said("take the step out, or choose another channel"))
            continue
        for outcome, retry in step.retry.items():
            if outcome not in OUTCOMES[step.kind]:
                continue
            row = _Row(hours, limits, step.channel, outcome, retry.after, retry.times, retry.other_phone)
            yield from _impossible((*path, "retry", outcome), "retry", row)
        if step.repeat:
            row = _Row(
                hours,
                limits,
                step.channel,
                _usual(step),
                step.repeat.every,
                step.repeat.times,
                other_phone=True,
            )
            yield from _impossible((*path, "repeat"), "repeat", row)


def _usual(step: Step) -> Outcome:
    """What a repeat follows at the least: nobody answered, or the message went out."""
    return Outcome.MSG_SENT if step.kind is StepKind.MESSAGE else Outcome.NO_ANSWER


def _impossible(path: tuple[str, ...], what: str, row: _Row) -> Iterator[Finding]:
    refused = row.refused_at()
    if refused is None:
        return
    place, limits = refused
    words = said(
        "%(what)s %(place)s of %(times)s can never happen %(gap)s after %(outcome)s: %(limits)s has no room for it",
        **{"what": what, "place": place, "times": row.times, "gap": duration_words(row.gap)},
        **{"outcome": row.outcome, "limits": ", ".join(limits)},
    )
    shorter = said("write times: %(times)s, or a longer pause", times=place - 1)
    yield error(path, words, shorter if place > 1 else said("pause longer"))


def _of_now(rules: RuleSet, now: datetime) -> tuple[RuleSet, RuleSet]:
    """The hours and the limits in force, as if they always were, without holidays."""
    hours = tuple(replace(rule, valid=ALWAYS) for rule in rules.hours if rule.valid.covers(now))
    limits = tuple(replace(rule, valid=ALWAYS) for rule in rules.limits if rule.valid.covers(now))
    return RuleSet(rules.id, hours=hours), RuleSet(rules.id, limits=limits)


Refusal = tuple[int, tuple[str, ...]]


@dataclass(frozen=True, slots=True)
class _Row:
    """A touch and ``times`` more, each ``gap`` after the one before, all with the same outcome."""

    hours: RuleSet
    limits: RuleSet
    channel: Channel
    outcome: Outcome = Outcome.NO_ANSWER
    gap: timedelta = timedelta(hours=1)
    times: int = 0
    other_phone: bool = False

    def refused_at(self) -> Refusal | None:
        """The touch (0 is the first) that limits refuse whenever the row begins, at the best; None: it can be."""
        starts = [start for start in STARTS if self._open(start)]
        by_day = [
            start for start in starts if all(self._open(start + self.gap * n) for n in range(1, self._long))
        ]
        found: list[Refusal] = []
        for start in by_day or starts:
            refused = self._played(start)
            if refused is None:
                return None
            found.append(refused)
        return max(found, default=(0, ("hours",)))

    @property
    def _long(self) -> int:
        return min(self.times, LONGEST_ROW) + 1

    def _played(self, start: datetime) -> Refusal | None:
        history: list[PastTouch] = []
        at = start
        for place in range(self._long):
            at = self._opening(at)
            phone = f"phone {place}" if self.other_phone else "phone"
            ask = Ask(self.channel, 1, phone)
            verdict = permit(self.limits, ask, ANYWHERE, history=history, basis=BASIS, now=at)
            if isinstance(verdict, Refused):
                return place, verdict.rules
            history.append(PastTouch(TouchId(str(place)), at, self.channel, self.outcome, 1, phone))
            at += self.gap
        return None

    def _opening(self, at: datetime) -> datetime:
        """This instant, or when the hours open next."""
        verdict = permit(self.hours, Ask(self.channel, 1), ANYWHERE, history=(), basis=BASIS, now=at)
        return at if isinstance(verdict, Allowed) else verdict.next_allowed or at

    def _open(self, at: datetime) -> bool:
        return self._opening(at) == at
