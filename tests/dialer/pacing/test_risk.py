"""The look-ahead's distribution against the exact one."""

from __future__ import annotations

import numpy as np
import pytest

from dialer.pacing.risk import Balance, Chances, Outlook

pytestmark = pytest.mark.unit


def exact(answered: list[float], freed: list[float], spare: int) -> float:
    """P(people >= operators), by convolution."""
    people, operators = np.ones(1), np.ones(1)
    for chance in answered:
        people = np.convolve(people, [1 - chance, chance])
    for chance in freed:
        operators = np.convolve(operators, [1 - chance, chance])
    return float(sum(p * o for k, p in enumerate(people) for j, o in enumerate(operators) if k >= j + spare))


def alike(chances: list[float]) -> Chances:
    return Chances(np.array(chances)[:, None], np.ones(len(chances)))


def outlook(answered: list[float], freed: list[float], spare: int, new: float = 0.2) -> Outlook:
    """One second ahead, of which all is told."""
    return Outlook(alike(answered), alike(freed), alike([new]), np.ones(1), spare, 0.0)


def short(one: Outlook, dials: int = 0) -> float:
    return float(Balance(one).short(np.array([dials]))[0, 0])


@pytest.mark.parametrize(("operators", "within"), [(3, 0.04), (5, 0.02), (10, 0.01), (40, 0.005)])
@pytest.mark.parametrize("rate", [0.05, 0.3, 0.6])
def test_the_tail_is_close_to_the_exact_one(operators: int, within: float, rate: float) -> None:
    draw = np.random.default_rng(operators)
    for _ in range(20):
        freed = list(draw.uniform(0, 0.5, operators))
        spare = int(draw.integers(0, 3))
        answered = list(draw.uniform(0, 2 * rate, max(1, round(0.25 * operators / rate))).clip(0, 1))
        found = short(outlook(answered, freed, spare))
        assert found == pytest.approx(exact(answered, freed, spare), abs=within)


def test_alike_ones_may_be_told_together() -> None:
    apart, together = alike([0.3] * 7), Chances(np.array([[0.3]]), np.array([7.0]))
    assert together.cumulants() == pytest.approx(apart.cumulants())


def test_new_dials_count_as_those_in_flight() -> None:
    added = short(outlook([0.3] * 4, [0.2] * 6, 1, new=0.3), 5)
    assert added == pytest.approx(short(outlook([0.3] * 9, [0.2] * 6, 1)))


@pytest.mark.parametrize("new", [0.005, 0.04, 0.2, 0.9])
def test_the_number_allowed_is_the_last_within_the_threshold(new: float) -> None:
    one = outlook([0.2] * 6, [0.3] * 10, 2, new)
    risks = [short(one, dials) for dials in range(1600)]
    for threshold in (0.001, 0.05, 0.3, 0.7):
        expected = sum(risk <= threshold for risk in risks)
        dials, risk = one.allowed(10_000, threshold)
        assert dials == expected
        assert risk == pytest.approx(risks[expected])
        assert one.allowed(3, threshold)[0] == min(3, expected)


def test_an_answer_that_takes_the_operator_of_a_later_one_is_a_risk_too() -> None:
    one = Outlook(alike([0.0]), alike([0.0]), alike([0.1]), np.array([1.0, 0.0]), 1, 0.0)
    assert one.risks(np.array([[0.1, 0.7]])) == pytest.approx([0.7])
    assert one.risks(np.array([[0.7, 0.1]])) == pytest.approx([0.7])


def test_doubt_makes_careful() -> None:
    sure = outlook([0.2] * 6, [0.3] * 10, 2)
    unsure = Outlook(sure.answered, sure.freed, sure.new, sure.when, sure.spare, 0.5)
    assert unsure.allowed(1000, 0.05)[0] < sure.allowed(1000, 0.05)[0]
