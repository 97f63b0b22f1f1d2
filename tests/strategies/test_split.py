"""Champion, challengers and the control group: stable, and in their shares."""

from __future__ import annotations

from collections import Counter
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from strategies.language import Split
from strategies.split import variant_of

pytestmark = pytest.mark.unit

PEOPLE = [f"D{number}" for number in range(20_000)]


def split(salt: str = "autumn", **shares: Any) -> Split:
    return Split.model_validate(
        {"salt": salt, "variants": {name: {"share": share} for name, share in shares.items()}}
    )


THREE = split(champion=70, gentle=20, control=10)


def test_shares_converge() -> None:
    counted = Counter(variant_of(THREE, person) for person in PEOPLE)
    assert {name: round(100 * of / len(PEOPLE)) for name, of in counted.items()} == {
        "champion": 70,
        "gentle": 20,
        "control": 10,
    }


@given(st.permutations(["champion", "gentle", "control"]), st.integers(0, 19_000))
def test_neither_the_order_of_variants_nor_that_of_debtors_matters(order: list[str], start: int) -> None:
    shares: dict[str, Any] = {"champion": 70, "gentle": 20, "control": 10}
    turned = split(**{name: shares[name] for name in order})
    for person in reversed(PEOPLE[start : start + 20]):
        assert variant_of(turned, person) == variant_of(THREE, person)


def test_a_known_debtor_falls_where_he_fell_yesterday() -> None:
    assert [variant_of(THREE, f"D{n}") for n in range(8)] == [
        "champion",
        "champion",
        "gentle",
        "control",
        *4 * ["champion"],
    ]


def test_a_share_that_grows_moves_no_more_than_it_must() -> None:
    grown = split(champion=80, gentle=14, control=6)
    moves = Counter((variant_of(THREE, person), variant_of(grown, person)) for person in PEOPLE)
    moved = {pair: count for pair, count in moves.items() if pair[0] != pair[1]}
    assert sum(moved.values()) == pytest.approx(0.10 * len(PEOPLE), rel=0.1)
    assert {to for _, to in moved} <= {"champion", "gentle"}  # nobody whom we contacted becomes a control


def test_another_salt_is_another_split() -> None:
    spring = split("spring", champion=70, gentle=20, control=10)
    before = [person for person in PEOPLE if variant_of(THREE, person) == "control"]
    still = [person for person in before if variant_of(spring, person) == "control"]
    assert len(still) / len(before) == pytest.approx(0.10, abs=0.03)


def test_a_share_of_nothing_takes_nobody() -> None:
    counted = Counter(variant_of(split(champion=100, gentle=0), person) for person in PEOPLE[:1000])
    assert counted == {"champion": 1000}
