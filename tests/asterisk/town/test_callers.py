"""Who calls back: reproducible, in the plan's shares, with the plan's delays."""

from __future__ import annotations

from statistics import mean, median

import pytest

from asterisk.town.callers import CallersPlan, call_in_of, calls_back
from domain.errors import InputError

pytestmark = pytest.mark.unit

NUMBERS = [f"7916{i:07d}" for i in range(20_000)]
PLAN = CallersPlan()


def test_calls_in_per_hundred_calls_are_those_of_the_reference_project() -> None:
    back = [found for number in NUMBERS if (found := calls_back(number, 1, "a", PLAN))]
    assert sum(1 + one.again for one in back) / len(NUMBERS) == pytest.approx(0.028, abs=0.004)
    assert mean(one.again for one in back) == pytest.approx(0.2, abs=0.06)
    assert mean(one.at_once for one in back) == pytest.approx(0.1, abs=0.05)
    later = [one.after_s for one in back if not one.at_once]
    assert median(later) == pytest.approx(900, rel=0.25)
    assert {one.after_s for one in back if one.at_once} == {PLAN.at_once_after_s}


def test_the_same_call_is_always_followed_alike() -> None:
    plan = CallersPlan(share=0.5)
    first = [calls_back(number, 1, "a", plan) for number in NUMBERS[:200]]
    assert first == [calls_back(f"+{number}", 1, "a", plan) for number in NUMBERS[:200]]
    assert first != [calls_back(number, 2, "a", plan) for number in NUMBERS[:200]]


def test_nobody_calls_back_when_the_share_is_none() -> None:
    assert not any(calls_back(number, 1, "a", CallersPlan(share=0)) for number in NUMBERS[:500])


@pytest.mark.parametrize("wrong", [{"share": 1.1}, {"again": -0.1}, {"delay_sigma": -1.0}, {"stays_s": -1.0}])
def test_a_plan_that_cannot_be_is_refused(wrong: dict[str, float]) -> None:
    with pytest.raises(InputError, match="callers plan"):
        CallersPlan(**wrong)


def test_a_line_of_the_record_tells_who_rang_whom() -> None:
    found = call_in_of({"caller": "79160000001 78005553535", "disposition": "ANSWERED"})
    assert (found.number, found.line, found.answered) == ("79160000001", "78005553535", True)
