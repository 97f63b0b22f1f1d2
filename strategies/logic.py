"""Clauses as data: a tree over facts that is compiled once to a plain callable, and says itself in words."""

from __future__ import annotations

import math
from collections.abc import Callable, Collection, Iterator
from dataclasses import dataclass
from datetime import date, timedelta

from domain.debtor import Want
from domain.said import listed, said
from strategies.facts import FACTS, NEVER, Facts, Quantity
from strategies.values import duration_words


@dataclass(frozen=True, slots=True)
class Range:
    """The number lies in ``[low, high)``; an infinite bound is none. Times are seconds ago, `NEVER` for never."""

    quantity: Quantity
    low: float = -math.inf
    high: float = math.inf


@dataclass(frozen=True, slots=True)
class OneOf:
    """The fact is one of the names; of a fact with many names at least one is."""

    fact: str
    names: frozenset[str]


@dataclass(frozen=True, slots=True)
class Flag:
    """The fact is as wanted."""

    fact: str
    wanted: bool


@dataclass(frozen=True, slots=True)
class All:
    """Every part holds; none at all is true."""

    parts: tuple[Clause, ...] = ()


@dataclass(frozen=True, slots=True)
class AnyOf:
    """At least one part holds."""

    parts: tuple[Clause, ...]


@dataclass(frozen=True, slots=True)
class Not:
    """The part does not hold."""

    part: Clause


Leaf = Range | OneOf | Flag
Clause = Leaf | All | AnyOf | Not
Test = Callable[[Facts], bool]


def leaves(clause: Clause) -> Iterator[Leaf]:
    """The comparisons of a clause, from left to right."""
    match clause:
        case All(parts) | AnyOf(parts):
            for part in parts:
                yield from leaves(part)
        case Not(part):
            yield from leaves(part)
        case _:
            yield clause


def fact_of(leaf: Leaf) -> str:
    """The name of the fact that it compares."""
    return leaf.quantity.fact if isinstance(leaf, Range) else leaf.fact


def wants(clause: Clause) -> frozenset[Want]:
    """The groups of facts that must be loaded to judge it."""
    found = (FACTS[fact_of(leaf)].want for leaf in leaves(clause))
    return frozenset(want for want in found if want is not None)


def compiled(clause: Clause) -> Test:
    """The clause as a callable."""
    match clause:
        case All(parts):
            return _all([compiled(part) for part in parts])
        case AnyOf(parts):
            tests = [compiled(part) for part in parts]
            return lambda facts: any(test(facts) for test in tests)
        case Not(part):
            test = compiled(part)
            return lambda facts: not test(facts)
        case _:
            return _leaf(clause)


def _all(tests: list[Test]) -> Test:
    if len(tests) == 1:
        return tests[0]

    def every(facts: Facts) -> bool:
        for test in tests:  # noqa: SIM110 - twice as fast as all() over a generator, and asked a million times
            if not test(facts):
                return False
        return True

    return every


def _leaf(leaf: Leaf) -> Test:
    fact = FACTS[fact_of(leaf)]
    if isinstance(leaf, Range) and fact.number:
        measure, low, high = fact.number(leaf.quantity), leaf.low, leaf.high
        return lambda facts: low <= measure(facts) < high
    if isinstance(leaf, OneOf) and fact.names:
        names, read = leaf.names, fact.names
        return lambda facts: not names.isdisjoint(read(facts))
    if isinstance(leaf, Flag) and fact.flag:
        wanted, flag = leaf.wanted, fact.flag
        return lambda facts: flag(facts) is wanted
    raise TypeError(f"{fact.name} is not read like that")


def words(clause: Clause) -> str:
    """The clause as a person reads it."""
    match clause:
        case All(()):
            return said("everybody")
        case All(parts):
            return listed([_nested(part) for part in parts])
        case AnyOf(parts):
            return listed([_nested(part) for part in parts], "%(one)s or %(other)s")
        case Not(part):
            return said("not %(clause)s", clause=_nested(part))
        case Range(quantity):
            return said("%(fact)s %(bounds)s", fact=_name(quantity), bounds=_bounds(clause))
        case OneOf(fact, names):
            return said("%(fact)s %(bounds)s", fact=fact, bounds=_either(names))
        case Flag(fact, wanted):
            return fact if wanted else said("not %(clause)s", clause=fact)


def first_failing(clause: Clause, facts: Facts) -> str:
    """Words for the first part that does not hold, with what the fact is; empty when all hold."""
    if compiled(clause)(facts):
        return ""
    if isinstance(clause, All):
        return next(failing for part in clause.parts if (failing := first_failing(part, facts)))
    if not isinstance(clause, Leaf):
        return words(clause)
    return said("%(clause)s (is %(present)s)", clause=words(clause), present=_present(clause, facts))


def _either(names: Collection[str]) -> str:
    return listed(sorted(names), "%(one)s or %(other)s")


def _nested(clause: Clause) -> str:
    several = isinstance(clause, All | AnyOf) and len(clause.parts) > 1
    return said("(%(clause)s)", clause=words(clause)) if several else words(clause)


def _name(quantity: Quantity) -> str:
    parts = [quantity.fact, "" if quantity.part in ("count", "day") else quantity.part]
    parts += [", ".join(sorted(quantity.of))]
    if quantity.channels:
        parts.append(said("over %(channels)s", channels=", ".join(sorted(quantity.channels))))
    if quantity.within:
        parts.append(said("in %(duration)s", duration=duration_words(quantity.within)))
    return listed([part for part in parts if part], "%(one)s %(other)s")


def _bounds(clause: Range) -> str:
    low, high = clause.low, clause.high
    if low == NEVER:
        return said("never")
    if high == math.nextafter(low, math.inf):
        return said("is %(number)s", number=_number(low, clause.quantity))
    bounds: list[str] = []
    if low > -math.inf:
        bounds.append(said("at least %(number)s", number=_number(low, clause.quantity)))
    if high < math.inf:
        below = said("below %(number)s", number=_number(high, clause.quantity))
        bounds.append(said("ever") if high == NEVER else below)
    return listed(bounds, "%(one)s and %(other)s")


def _number(value: float, quantity: Quantity) -> str:
    if math.isnan(value):
        return said("unknown")
    if quantity.part == "day":
        return date.fromordinal(round(value)).isoformat()
    unit = said("roubles") if quantity.part == "sum" else FACTS[quantity.fact].unit
    if unit == "ago":
        if value >= NEVER:
            return said("never")
        return said("%(duration)s ago", duration=duration_words(timedelta(seconds=value)))
    number = f"{value:.0f}" if value == round(value) else f"{value:.2f}"
    return said("%(number)s %(unit)s", number=number, unit=unit) if unit else number


def _present(leaf: Leaf, facts: Facts) -> str:
    fact = FACTS[fact_of(leaf)]
    if isinstance(leaf, Range) and fact.number:
        return _number(fact.number(leaf.quantity)(facts), leaf.quantity)
    if isinstance(leaf, OneOf) and fact.names:
        return ", ".join(sorted(filter(None, fact.names(facts)))) or said("none")
    return said("not so") if isinstance(leaf, Flag) and leaf.wanted else said("so")
