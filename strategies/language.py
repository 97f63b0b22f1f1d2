"""The strategy language: segments in order, each with its steps. docs/strategies.md is its reference.

Clauses are in clauses.py, steps in steps.py. Unknown keys are errors.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from functools import cached_property
from typing import Self

from pydantic import Field, model_validator

from domain.campaign import Mode
from domain.debtor import Want
from domain.said import said
from strategies.clauses import When
from strategies.logic import Clause, Test, compiled, wants, words
from strategies.phones import PhoneOrder
from strategies.promises import PromiseRules
from strategies.steps import Cap, Step
from strategies.values import Duration, Strict

ID = r"^[\w-]+$"


def _distinct(what: str, names: Iterable[str]) -> None:
    seen: set[str] = set()
    for name in names:
        if name in seen:
            raise ValueError(said("%(what)s %(name)r is given twice", what=what, name=name))
        seen.add(name)


class PhoneRule(Strict):
    """Which phone is rung: in the order given, confirmed ones first, or the one most likely to be answered."""

    order: PhoneOrder = PhoneOrder.GIVEN


class Exit(Strict):
    """A condition that ends the plan, with the reason."""

    when: When
    reason: str = Field(min_length=1)

    @cached_property
    def holds(self) -> Test:
        """The condition, compiled."""
        return compiled(self.when.clause)


class Variant(Strict):
    """A share of the segment's debtors, in per cent: the segment's steps, steps of its own, or none at all."""

    share: int = Field(ge=0, le=100)
    steps: tuple[Step, ...] = ()
    leave_alone: bool = False

    @model_validator(mode="after")
    def _one(self) -> Self:
        if self.steps and self.leave_alone:
            raise ValueError(said("who is left alone has no steps"))
        _distinct("step", (step.id for step in self.steps))
        return self


class Split(Strict):
    """Champion, challengers and a control group: who falls where is a stable hash of the salt and the debtor."""

    salt: str = Field(min_length=1)
    variants: dict[str, Variant] = Field(min_length=2)

    @model_validator(mode="after")
    def _all_shared_out(self) -> Self:
        total = sum(variant.share for variant in self.variants.values())
        if total != 100:
            raise ValueError(said("the shares sum to %(total)s, not to 100", total=total))
        return self


class Segment(Strict):
    """Debtors for whom one sequence of steps is meant; or a reason to leave them alone.

    Only a segment that is of ``help`` contacts people of a vulnerable group: others pass them over.
    """

    id: str = Field(pattern=ID)
    title: str = ""
    when: When = When()
    priority: int = Field(default=0, ge=0, le=100)
    help: bool = False
    phones: PhoneRule = PhoneRule()
    exits: tuple[Exit, ...] = ()
    split: Split | None = None
    steps: tuple[Step, ...] = ()
    stop: str = ""

    @model_validator(mode="after")
    def _steps_or_stop(self) -> Self:
        if bool(self.steps) == bool(self.stop):
            what = said(
                "segment %(segment)r needs steps, or stop with a reason, and not both", segment=self.id
            )
            raise ValueError(what)
        if self.stop and self.split:
            what = said("segment %(segment)r stops everybody: it has nothing to split", segment=self.id)
            raise ValueError(what)
        _distinct("step", (step.id for step in self.steps))
        _distinct("exit", (ending.reason for ending in self.exits))
        return self

    @cached_property
    def clause(self) -> Clause:
        """Its conditions as a tree."""
        return self.when.clause

    @cached_property
    def holds(self) -> Test:
        """Its conditions, compiled."""
        return compiled(self.clause)

    @cached_property
    def presses(self) -> bool:
        """Whether it contacts debtors, and not to help them: vulnerable people are kept out of it."""
        return not (self.help or self.stop)

    @cached_property
    def clause_words(self) -> str:
        """Its conditions as a person reads them."""
        return words(self.clause)

    def steps_of(self, variant: str) -> tuple[Step, ...]:
        """The steps of the debtors in a variant of the split ("" without one)."""
        own = self.split.variants.get(variant) if self.split else None
        return (() if own.leave_alone else own.steps or self.steps) if own else self.steps

    @property
    def all_steps(self) -> Iterator[Step]:
        """The steps of every variant."""
        yield from self.steps
        for variant in self.split.variants.values() if self.split else ():
            yield from variant.steps


class AfterResult(Strict):
    """What an answer of the debtor means for the plan: exactly one of the three."""

    wait: Duration | None = None
    stop: str | None = None
    other_phone: Duration | None = None

    @model_validator(mode="after")
    def _one(self) -> Self:
        if sum(value is not None for value in (self.wait, self.stop, self.other_phone)) != 1:
            raise ValueError(said("needs exactly one of wait, stop or other_phone"))
        return self


class Strategy(Strict):
    """A reviewed file: who is contacted, how, when and how often, under which law."""

    name: str
    title: str = ""
    regime: str
    policies: tuple[str, ...] = ()
    segments: tuple[Segment, ...] = Field(min_length=1)
    after_result: dict[str, AfterResult] = Field(default_factory=dict)
    promises: PromiseRules = PromiseRules()

    @model_validator(mode="after")
    def _segments_distinct(self) -> Self:
        _distinct("segment", (segment.id for segment in self.segments))
        return self

    @property
    def priorities(self) -> tuple[int, ...]:
        """The priorities that plan rows of this strategy may have."""
        return tuple({segment.priority for segment in self.segments})

    @property
    def scripts(self) -> frozenset[str]:
        """Names of the IVR scripts that the steps use."""
        return frozenset(step.ivr for segment in self.segments for step in segment.all_steps if step.ivr)

    @cached_property
    def lanes(self) -> frozenset[tuple[str, Mode]]:
        """The desks that its operators' calls go to, and how they are dialled there."""
        steps = (step for segment in self.segments for step in segment.all_steps)
        return frozenset((step.desk, step.mode) for step in steps if step.mode)

    @cached_property
    def wants(self) -> frozenset[Want]:
        """The groups of facts that its clauses, phone orders and steps look at: what a loader must fetch."""
        clauses = [segment.clause for segment in self.segments]
        clauses += [ending.when.clause for segment in self.segments for ending in segment.exits]
        best = any(segment.phones.order is PhoneOrder.BEST for segment in self.segments)
        quality = {Want.QUALITY} if best else set[Want]()
        return frozenset(quality | ({Want.ENFORCEMENT} if self.asks else set())).union(*map(wants, clauses))

    @cached_property
    def asks(self) -> bool:
        """Whether some of its steps ask bailiffs."""
        return any(step.bailiff for segment in self.segments for step in segment.all_steps)

    @cached_property
    def caps(self) -> Mapping[tuple[str, str], Cap]:
        """The daily caps, by segment and step."""
        return {
            (segment.id, step.id): step.cap
            for segment in self.segments
            for step in segment.all_steps
            if step.cap
        }

    def segment(self, id: str) -> Segment | None:
        """The segment with that id."""
        return next((segment for segment in self.segments if segment.id == id), None)

    def step(self, segment: str, variant: str, id: str) -> Step | None:
        """The step with that id in a variant of a segment."""
        found = self.segment(segment)
        return next((step for step in found.steps_of(variant) if step.id == id), None) if found else None
