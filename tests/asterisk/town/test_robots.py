"""Robot operators: how long they talk."""

from __future__ import annotations

from dataclasses import replace
from statistics import mean, pstdev

import pytest

from asterisk.town import RobotPlan
from asterisk.town.robots import talk_seconds
from domain.errors import InputError

pytestmark = pytest.mark.unit

PLAN = RobotPlan({"op1": "one", "op2": "two"}, 15080, 15070)


class TestTalks:
    def test_the_mean_is_exact_and_the_spread_nearly_so(self) -> None:
        talks = replace(PLAN, talk_s=40.0, talk_cv=1.0).talk_lengths
        assert mean(talks) == pytest.approx(40.0, abs=0.01)
        assert pstdev(talks) / mean(talks) == pytest.approx(0.95, abs=0.05)
        assert talks == sorted(talks)

    def test_a_fleet_without_spread_talks_for_the_mean(self) -> None:
        assert set(replace(PLAN, talk_s=7.0, talk_cv=0.0).talk_lengths) == {7.0}

    def test_each_phone_and_each_call_has_its_own_length_by_the_seed(self) -> None:
        drawn = {
            (user, nth): talk_seconds(user, nth, PLAN) for user in sorted(PLAN.phones) for nth in range(30)
        }
        assert len(set(drawn.values())) > 30
        other = replace(PLAN, seed="b")
        assert any(talk_seconds(user, nth, other) != seconds for (user, nth), seconds in drawn.items())


@pytest.mark.parametrize(
    "wrong",
    [
        {"phones": {}},
        {"phones": {"sales": "x"}},
        {"phones": {"op1": "a\nb"}},
        {"seed": "a,b)}"},
        {"talk_s": -1.0},
        {"pickup_s": -1.0},
    ],
)
def test_a_bad_plan_is_refused_with_the_place(wrong: dict[str, object]) -> None:
    with pytest.raises(InputError, match="robot plan"):
        replace(PLAN, **wrong)  # type: ignore[arg-type]
