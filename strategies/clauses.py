"""How conditions are written: ``fact: condition``, nested by all, any and not. docs/strategies.md has examples."""

from __future__ import annotations

import math
from collections.abc import Iterator
from datetime import date, timedelta
from typing import Annotated, Any, Literal, Self

from pydantic import BeforeValidator, Field, model_validator

from domain.debtor import PromiseState, Stage
from domain.proceeding import ProceedingStatus
from domain.said import said
from domain.touch import Channel, Outcome
from strategies.facts import FACTS, NEVER, Quantity
from strategies.logic import All, AnyOf, Clause, Flag, Not, OneOf, Range
from strategies.values import Duration, Moment, OneOrMore, Strict


class Bounds(Strict):
    """``{at_least: 300, below: 5000}``; a bare number means exactly that many."""

    at_least: float | None = Field(default=None, allow_inf_nan=False)
    below: float | None = Field(default=None, allow_inf_nan=False)
    exactly: float | None = Field(default=None, allow_inf_nan=False)

    @model_validator(mode="after")
    def _a_range(self) -> Self:
        low, high = self.range
        if (low, high) == (-math.inf, math.inf):
            raise ValueError(said("needs at_least, below or exactly"))
        if self.exactly is not None and (self.at_least, self.below) != (None, None):
            raise ValueError(said("exactly stands alone"))
        if low >= high:
            raise ValueError(said("no number is at_least the one and below the other"))
        return self

    @property
    def range(self) -> tuple[float, float]:
        """The bounds, half-open."""
        if self.exactly is not None:
            return self.exactly, math.nextafter(self.exactly, math.inf)
        low = -math.inf if self.at_least is None else self.at_least
        return low, math.inf if self.below is None else self.below

    def of(self, quantity: Quantity) -> Range:
        """As a clause over the quantity."""
        return Range(quantity, *self.range)


def _bounds(value: Any) -> Any:
    return {"exactly": value} if isinstance(value, str | int | float) else value


Number = Annotated[Bounds, BeforeValidator(_bounds, json_schema_input_type=Bounds | float)]
AT_LEAST_ONE = Bounds(at_least=1)


class Telling(Strict):
    """A condition of which any part may be left out, but not all of them."""

    @model_validator(mode="after")
    def _something(self) -> Self:
        parts = list(type(self).model_fields)
        if all(getattr(self, part) is None for part in parts):
            raise ValueError(said("needs %(parts)s or %(last)s", parts=", ".join(parts[:-1]), last=parts[-1]))
        return self


class Ago(Telling):
    """``before: 14d`` (so long ago or longer, or never), ``within: 14d`` (more recently), ``never: true``."""

    before: Duration | None = None
    within: Duration | None = None
    never: bool | None = None

    def parts(self, fact: str) -> Iterator[Clause]:
        """As clauses."""
        quantity = Quantity(fact)
        if self.before:
            yield Range(quantity, low=self.before.total_seconds())
        if self.within:
            yield Range(quantity, high=self.within.total_seconds())
        if self.never is not None:
            yield Range(quantity, low=NEVER) if self.never else Range(quantity, high=NEVER)


class Since(Telling):
    """``before``, ``since``: a month such as 2025-03, a date, or so long ago such as 180d."""

    before: Moment | None = None
    since: Moment | None = None

    def parts(self, fact: str) -> Iterator[Clause]:
        """As clauses."""
        if isinstance(self.before, timedelta):
            yield Range(Quantity(fact), low=self.before.total_seconds())
        if isinstance(self.since, timedelta):
            yield Range(Quantity(fact), high=self.since.total_seconds())
        if isinstance(self.before, date):
            yield Range(Quantity(fact, "day"), high=self.before.toordinal())
        if isinstance(self.since, date):
            yield Range(Quantity(fact, "day"), low=self.since.toordinal())


class Payments(Strict):
    """``within`` days (all that are known when not given); ``count`` or ``sum`` (roubles), at least one payment."""

    within: Duration | None = None
    count: Number | None = None
    sum: Number | None = None

    def parts(self, fact: str) -> Iterator[Clause]:
        """As clauses."""
        if self.count or not self.sum:
            yield (self.count or AT_LEAST_ONE).of(Quantity(fact, "count", self.within))
        if self.sum:
            yield self.sum.of(Quantity(fact, "sum", self.within))


class Promises(Strict):
    """How many promises in one of these states, at least one when ``count`` is not given."""

    state: Annotated[tuple[PromiseState, ...], OneOrMore()] = Field(min_length=1)
    within: Duration | None = None
    count: Number = AT_LEAST_ONE

    def parts(self, fact: str) -> Iterator[Clause]:
        """As clauses."""
        yield self.count.of(Quantity(fact, "count", self.within, frozenset(self.state)))


class Outcomes(Strict):
    """How many touches ``of`` these outcomes (any) over these channels (any), at least one."""

    of: Annotated[tuple[Outcome, ...], OneOrMore()] = ()
    channel: Annotated[tuple[Channel, ...], OneOrMore()] = ()
    within: Duration | None = None
    count: Number = AT_LEAST_ONE

    def parts(self, fact: str) -> Iterator[Clause]:
        """As clauses."""
        yield self.count.of(Quantity(fact, "count", self.within, frozenset(self.of), frozenset(self.channel)))


class Phones(Telling):
    """How many phones are known at all, may be dialled, are confirmed as his."""

    known: Number | None = None
    diallable: Number | None = None
    confirmed: Number | None = None

    def parts(self, fact: str) -> Iterator[Clause]:
        """As clauses."""
        for part in type(self).model_fields:
            bounds = getattr(self, part)
            if bounds:
                yield bounds.of(Quantity(fact, part))


Names = Annotated[tuple[str, ...], OneOrMore(), Field(min_length=1)]
PropertyClasses = Literal["economy", "comfort", "business", "premium", "unknown"]
Words = ProceedingStatus | Literal["nothing"]


def _fact(name: str) -> Any:
    fact = FACTS[name]
    return Field(default=None, description=f"{fact.meaning} ({fact.unit})" if fact.unit else fact.meaning)


class When(Strict):
    """Conditions over facts, all of which must hold; ``all``, ``any`` and ``not`` nest."""

    sum: Number | None = _fact("sum")
    oldest_unpaid: Since | None = _fact("oldest_unpaid")
    months_overdue: Number | None = _fact("months_overdue")
    debts: Number | None = _fact("debts")
    services: Names | None = _fact("services")
    creditor: Names | None = _fact("creditor")
    region: Names | None = _fact("region")
    property_class: Annotated[tuple[PropertyClasses, ...], OneOrMore()] | None = _fact("property_class")
    building_age: Number | None = _fact("building_age")
    stage: Annotated[tuple[Stage, ...], OneOrMore()] | None = _fact("stage")
    bailiff_said: Annotated[tuple[Words, ...], OneOrMore()] | None = _fact("bailiff_said")
    bailiff_overdue: Number | None = _fact("bailiff_overdue")
    payments: Payments | None = _fact("payments")
    part_paid: bool | None = _fact("part_paid")
    promises: Promises | None = _fact("promises")
    overdue_promises: Number | None = _fact("overdue_promises")
    instalment: bool | None = _fact("instalment")
    outcomes: Outcomes | None = _fact("outcomes")
    last_talk: Ago | None = _fact("last_talk")
    phones: Phones | None = _fact("phones")
    vulnerable: bool | None = _fact("vulnerable")
    language: Names | None = _fact("language")
    tags: Names | None = _fact("tags")
    all: tuple[When, ...] | None = Field(default=None, min_length=1, description="every one of these holds")
    any: tuple[When, ...] | None = Field(
        default=None, min_length=1, description="at least one of these holds"
    )
    no: When | None = Field(default=None, alias="not", description="this does not hold")

    @property
    def clause(self) -> Clause:
        """As a tree that can be compiled, compared and said."""
        parts = [part for name in FACTS for part in _parts(name, getattr(self, name))]
        parts += [when.clause for when in self.all or ()]
        if self.any:
            parts.append(AnyOf(tuple(when.clause for when in self.any)))
        if self.no:
            parts.append(Not(self.no.clause))
        return parts[0] if len(parts) == 1 else All(tuple(parts))


def _parts(name: str, value: Any) -> Iterator[Clause]:
    match value:
        case None:
            return
        case bool():
            yield Flag(name, value)
        case tuple():
            yield OneOf(name, frozenset(value))
        case Bounds():
            yield value.of(Quantity(name))
        case _:
            yield from value.parts(name)
