"""Can anybody satisfy this? Judged against trying every combination of values that could make a difference."""

from __future__ import annotations

import itertools
import math
from collections.abc import Iterator, Mapping
from datetime import timedelta
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from strategies import reach
from strategies.facts import Quantity
from strategies.logic import All, AnyOf, Clause, Flag, Not, OneOf, Range
from strategies.reach import can_hold, culprits

pytestmark = pytest.mark.unit

SUM, AGE = Quantity("sum"), Quantity("building_age")
VALUES: dict[str, list[Any]] = {
    "sum": [-1.0, 0.0, 1.0, 2.0, 3.0],
    "building_age": [-1.0, 0.0, 1.0, 2.0, 3.0, math.nan],
    "stage": [{"pre_court"}, {"judgment"}, {"enforcement"}],
    "region": [{"RU-MOW"}, {"RU-SPE"}, {"RU-TUL"}],
    "tags": [set(), {"a"}, {"b"}, {"a", "b"}],
    "vulnerable": [False, True],
}

edges = st.sampled_from([-math.inf, 0.0, 1.0, 2.0, math.inf])
ranges = st.builds(Range, st.sampled_from([SUM, AGE]), edges, edges).filter(
    lambda found: found.low < found.high
)
names = st.one_of(
    [
        st.builds(OneOf, st.just(fact), st.sets(st.sampled_from(known), min_size=1).map(frozenset))
        for fact, known in (
            ("stage", ["pre_court", "judgment", "enforcement"]),
            ("region", ["RU-MOW", "RU-SPE"]),
            ("tags", ["a", "b"]),
        )
    ]
)
leaves = st.one_of(ranges, names, st.builds(Flag, st.just("vulnerable"), st.booleans()))
clauses: st.SearchStrategy[Clause] = st.recursive(
    leaves,
    lambda parts: st.one_of(
        st.lists(parts, max_size=3).map(lambda found: All(tuple(found))),
        st.lists(parts, min_size=1, max_size=3).map(lambda found: AnyOf(tuple(found))),
        parts.map(Not),
    ),
    max_leaves=6,
)


def holds(clause: Clause, facts: Mapping[str, Any]) -> bool:
    """The plainest reading of a clause."""
    match clause:
        case All(parts):
            return all(holds(part, facts) for part in parts)
        case AnyOf(parts):
            return any(holds(part, facts) for part in parts)
        case Not(part):
            return not holds(part, facts)
        case Range(quantity, low, high):
            return bool(low <= facts[quantity.fact] < high)
        case OneOf(fact, wanted):
            return bool(wanted & facts[fact])
        case Flag(fact, yes):
            return facts[fact] is yes


def everybody() -> Iterator[Mapping[str, Any]]:
    for values in itertools.product(*VALUES.values()):
        yield dict(zip(VALUES, values, strict=True))


@settings(deadline=None)
@given(st.lists(clauses, min_size=1, max_size=2), st.lists(clauses, max_size=3))
def test_the_answer_is_that_of_trying_everybody(wanted: list[Clause], unwanted: list[Clause]) -> None:
    somebody = any(
        all(holds(clause, facts) for clause in wanted)
        and not any(holds(clause, facts) for clause in unwanted)
        for facts in everybody()
    )
    assert can_hold(wanted, unwanted) is somebody


@settings(deadline=None)
@given(st.lists(clauses, min_size=1, max_size=3), st.lists(clauses, max_size=3))
def test_culprits_are_enough_and_none_is_too_much(wanted: list[Clause], unwanted: list[Clause]) -> None:
    if can_hold(wanted, unwanted):
        return
    kept, others = culprits(wanted, unwanted)
    assert not can_hold([wanted[i] for i in kept], [unwanted[i] for i in others])
    for place in kept:
        assert can_hold([wanted[i] for i in kept if i != place], [unwanted[i] for i in others])
    for place in others:
        assert can_hold([wanted[i] for i in kept], [unwanted[i] for i in others if i != place])


def test_an_unknown_number_is_in_no_range_and_in_no_range_s_rest() -> None:
    new, old = Range(AGE, high=2), Range(AGE, low=2)
    assert can_hold([], [new, old])
    assert not can_hold([], [Range(SUM, high=2), Range(SUM, low=2)])


MONTH, QUARTER = timedelta(days=30), timedelta(days=90)
BUSY, SHUT = frozenset({"busy"}), frozenset({"busy", "rejected"})
SMS = frozenset({"sms"})


@pytest.mark.parametrize(
    ("more", "fewer"),
    [
        (Quantity("payments", "count", QUARTER), Quantity("payments", "count", MONTH)),
        (Quantity("payments", "count"), Quantity("payments", "count", MONTH)),
        (Quantity("outcomes", "count", MONTH), Quantity("outcomes", "count", MONTH, BUSY)),
        (Quantity("outcomes", "count", MONTH, SHUT), Quantity("outcomes", "count", MONTH, BUSY, SMS)),
        (Quantity("phones", "known"), Quantity("phones", "confirmed")),
        (Quantity("phones", "diallable"), Quantity("phones", "confirmed")),
    ],
)
def test_what_counts_all_of_another_is_never_less(more: Quantity, fewer: Quantity) -> None:
    many_of_few = [Range(fewer, low=3), Range(more, high=3)]
    assert not can_hold(many_of_few)
    assert not can_hold(many_of_few[::-1])
    assert not can_hold([Range(fewer, low=3)], [Range(more, low=3)])
    assert can_hold([Range(more, low=3), Range(fewer, high=3)])


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (Quantity("payments", "count", QUARTER), Quantity("payments", "sum", MONTH)),
        (Quantity("payments", "count", QUARTER), Quantity("promises", "count", MONTH, frozenset({"kept"}))),
        (Quantity("outcomes", "count", QUARTER, BUSY), Quantity("outcomes", "count", MONTH)),
        (Quantity("outcomes", "count", QUARTER, BUSY, SMS), Quantity("outcomes", "count", MONTH, BUSY)),
    ],
)
def test_what_counts_other_things_may_be_less(one: Quantity, other: Quantity) -> None:
    assert can_hold([Range(one, low=3), Range(other, high=3)])
    assert can_hold([Range(one, high=3), Range(other, low=3)])


def test_a_search_that_grows_too_long_says_yes(monkeypatch: pytest.MonkeyPatch) -> None:
    two_ways = AnyOf((All((Range(SUM, low=1),)), All((Range(SUM, low=2),))))
    assert not can_hold([two_ways, Range(SUM, high=0)])
    monkeypatch.setattr(reach, "LONGEST_SEARCH", 1)
    assert can_hold([two_ways, Range(SUM, high=0)])
