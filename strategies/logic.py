"""Clauses as data: a tree over facts that is compiled once to a plain callable, and says itself in words."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date, timedelta

from domain.debtor import Want
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
            return "everybody"
        case All(parts):
            return ", ".join(_nested(part) for part in parts)
        case AnyOf(parts):
            return " or ".join(_nested(part) for part in parts)
        case Not(part):
            return f"not {_nested(part)}"
        case Range(quantity):
            return f"{_name(quantity)} {_bounds(clause)}"
        case OneOf(fact, names):
            return f"{fact} {' or '.join(sorted(names))}"
        case Flag(fact, wanted):
            return fact if wanted else f"not {fact}"


def first_failing(clause: Clause, facts: Facts) -> str:
    """Words for the first part that does not hold, with what the fact is; empty when all hold."""
    if compiled(clause)(facts):
        return ""
    if isinstance(clause, All):
        return next(said for part in clause.parts if (said := first_failing(part, facts)))
    return f"{words(clause)} (is {_present(clause, facts)})" if isinstance(clause, Leaf) else words(clause)


def _nested(clause: Clause) -> str:
    several = isinstance(clause, All | AnyOf) and len(clause.parts) > 1
    return f"({words(clause)})" if several else words(clause)


def _name(quantity: Quantity) -> str:
    parts = [quantity.fact, "" if quantity.part in ("count", "day") else quantity.part]
    parts += [", ".join(sorted(quantity.of))]
    parts += [f"over {', '.join(sorted(quantity.channels))}" if quantity.channels else ""]
    parts += [f"in {duration_words(quantity.within)}" if quantity.within else ""]
    return " ".join(part for part in parts if part)


def _bounds(clause: Range) -> str:
    low, high = clause.low, clause.high
    if low == NEVER:
        return "never"
    if high == math.nextafter(low, math.inf):
        return f"is {_number(low, clause.quantity)}"
    said = [f"at least {_number(low, clause.quantity)}"] if low > -math.inf else []
    if high < math.inf:
        said.append("ever" if high == NEVER else f"below {_number(high, clause.quantity)}")
    return " and ".join(said)


def _number(value: float, quantity: Quantity) -> str:
    if math.isnan(value):
        return "unknown"
    if quantity.part == "day":
        return date.fromordinal(round(value)).isoformat()
    unit = "roubles" if quantity.part == "sum" else FACTS[quantity.fact].unit
    if unit == "ago":
        return "never" if value >= NEVER else f"{duration_words(timedelta(seconds=value))} ago"
    number = f"{value:.0f}" if value == round(value) else f"{value:.2f}"
    return f"{number} {unit}".rstrip()


def _present(leaf: Leaf, facts: Facts) -> str:
    fact = FACTS[fact_of(leaf)]
    if isinstance(leaf, Range) and fact.number:
        return _number(fact.number(leaf.quantity)(facts), leaf.quantity)
    if isinstance(leaf, OneOf) and fact.names:
        return ", ".join(sorted(filter(None, fact.names(facts)))) or "none"
    return "not so" if isinstance(leaf, Flag) and leaf.wanted else "so"
