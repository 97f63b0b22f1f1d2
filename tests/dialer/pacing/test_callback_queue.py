"""What a team can take, how fast it works, how many will be there, and what callers find."""

from __future__ import annotations

import numpy as np
import pytest

from dialer.pacing.callbacks import QueueFacts
from dialer.pacing.callbacks.erlang import Rhythm, capacities, capacity, service_level
from dialer.pacing.callbacks.plan import plan_rates
from dialer.pacing.callbacks.service import House, expected_service
from dialer.pacing.callbacks.staff import Staff

pytestmark = pytest.mark.unit

NOON = 12 * 3600.0


def facts(at: float, operators: int, staffing: list[tuple[float, float]]) -> QueueFacts:
    return QueueFacts(at, operators, 0, 0, 20.0, staffing=staffing)


class TestErlang:
    def test_known_figures(self) -> None:
        """One server: Erlang C's chance to wait is the load itself (M/M/1)."""
        assert service_level(1, 0.5, 0.0) == pytest.approx(0.5)
        assert service_level(1, 0.5, 2.0) == pytest.approx(1 - 0.5 * np.exp(-1.0))
        assert service_level(2, 1.0, 0.0) == pytest.approx(2 / 3)

    def test_overload_serves_nobody_in_time(self) -> None:
        assert service_level(3, 3.0, 0.1) == 0.0
        assert service_level(0, 0.1, 0.1) == 0.0

    @pytest.mark.parametrize("operators", [1, 5, 40])
    def test_capacity_just_holds(self, operators: int) -> None:
        most = capacity(operators, 0.8, 0.13)
        assert service_level(operators, most, 0.13) == pytest.approx(0.8, abs=1e-6)
        assert most < operators

    def test_a_large_team_takes_more_each(self) -> None:
        few, many = capacities(np.array([3.0, 30.0]), 0.8, 0.13)
        assert many / 30 > few / 3
        assert capacities(np.array([0.0, 2.5]), 0.8, 0.13)[0] == 0.0


class TestService:
    @pytest.mark.parametrize(("operators", "handle_s"), [(3, 150.0), (5, 60.0), (10, 150.0), (20, 150.0)])
    def test_is_near_erlang_where_nothing_changes(self, operators: int, handle_s: float) -> None:
        load = capacity(operators, 0.8, 20 / handle_s)
        calls = np.full(240, load / handle_s * 60)
        found = expected_service(House(0, handle_s, 1e6, 20.0), calls, np.full(240, float(operators)))
        assert found.level[-1] == pytest.approx(0.8, abs=0.05)

    def test_a_lunch_shows_and_passes(self) -> None:
        team = np.array([10.0] * 30 + [4.0] * 30 + [10.0] * 30)
        found = expected_service(House(6, 150.0, 180.0, 20.0), np.full(90, 2.6), team)
        assert found.level[25] > 0.9
        assert found.level[55] < 0.3
        assert found.level[-1] > 0.9
        assert found.wait_s[55] > 10 * found.wait_s[25]

    def test_those_who_wait_already_are_served_first(self) -> None:
        team, calls = np.full(20, 5.0), np.full(20, 0.5)
        empty, full = (expected_service(House(n, 150.0, 180.0, 20.0), calls, team) for n in (0, 40))
        assert full.level[0] < 0.2 < 0.95 < empty.level[0]
        assert full.level[-1] > 0.8

    @pytest.mark.parametrize("handle_s", [0.001, 1.0, 1e6])
    def test_stays_finite(self, handle_s: float) -> None:
        found = expected_service(House(50, handle_s, 0.001, 20.0), np.full(60, 1000.0), np.full(60, 2.0))
        assert np.isfinite(found.level).all()
        assert ((found.level >= 0) & (found.level <= 1)).all()
        assert np.isfinite(found.wait_s).all()

    def test_with_nobody_there_nobody_is_answered(self) -> None:
        found = expected_service(House(0, 150.0, 180.0, 20.0), np.full(5, 1.0), np.zeros(5))
        assert not found.level.any()


class TestRhythm:
    def test_begins_with_what_is_usual(self) -> None:
        assert Rhythm(180.0, 10.0).mean_s == 180.0

    def test_talks_that_never_end_are_seen_before_they_end(self) -> None:
        rhythm = Rhythm(180.0, 10.0)
        for _ in range(60):
            rhythm.spent(0, 10 * 60.0, 60.0)
        assert rhythm.mean_s > 2000

    def test_follows_a_change_within_an_hour(self) -> None:
        rhythm = Rhythm(180.0, 10.0)
        for mean_s in (100.0, 300.0):
            for _ in range(90):
                rhythm.spent(10 * 60 / mean_s, 10 * 60.0, 60.0)
        assert 170 < rhythm.mean_s < 300

    def test_is_never_nothing(self) -> None:
        rhythm = Rhythm(1.0, 1.0)
        rhythm.spent(1e6, 0.0, 60.0)
        assert rhythm.mean_s == 1.0


class TestStaff:
    PLAN: tuple[tuple[float, float], ...] = ((0.0, 10.0), (NOON, 4.0), (NOON + 3600, 10.0))

    def test_without_a_plan_it_stays_as_it_is(self) -> None:
        assert set(Staff().ahead(facts(NOON, 7, []), 60).tolist()) == {7.0}

    def test_follows_the_plan(self) -> None:
        staff = Staff()
        now = facts(NOON - 1800, 10, list(self.PLAN))
        staff.seen(now)
        ahead = staff.ahead(now, 120)
        assert ahead[28] == pytest.approx(10.0)
        assert ahead[60] == pytest.approx(4.0)
        assert ahead[100] == pytest.approx(10.0)

    def test_those_who_stay_on_are_expected_to_leave_soon(self) -> None:
        staff = Staff()
        now = facts(NOON, 10, list(self.PLAN))
        staff.seen(now)
        ahead = staff.ahead(now, 30)
        assert ahead[0] > 8
        assert ahead[20] < 4.5

    def test_who_did_not_come_today_is_missed_later_too(self) -> None:
        staff = Staff()
        for minute in range(120):
            staff.seen(facts(NOON - 3 * 3600 + 60 * minute, 5, list(self.PLAN)))
        ahead = staff.ahead(facts(NOON - 3600, 5, list(self.PLAN)), 100)
        assert ahead[30] < 6
        assert ahead[90] < 2.5

    def test_before_the_plan_begins_nobody_is_there(self) -> None:
        assert Staff().ahead(facts(0.0, 0, [(7200.0, 5.0)]), 60).max() == 0.0


class TestPlan:
    RESPONSE = np.triu(np.full((120, 120), 0.03 / 30)).T * np.tri(120, 120, 0) * (1 - np.tri(120, 120, -31))

    def test_fills_the_room(self) -> None:
        """Callbacks come evenly over half an hour: in the end 0.03 calls in per call out."""
        steady = plan_rates(np.full(120, 3.0), np.zeros(120), self.RESPONSE, 0.03, 20.0)
        assert 60 * 0.03 * steady.rates[60:90].mean() == pytest.approx(3.0, rel=0.25)

    def test_what_is_committed_is_left_room(self) -> None:
        free, busy = (
            plan_rates(np.full(120, 3.0), np.full(120, taken), self.RESPONSE, 0.03, 20.0)
            for taken in (0.0, 2.0)
        )
        assert busy.rates[0] < 0.6 * free.rates[0]

    def test_a_lunch_ahead_holds_back_before_it(self) -> None:
        room = np.array([3.0] * 20 + [1.0] * 60 + [3.0] * 40)
        plan = plan_rates(room, np.zeros(120), self.RESPONSE, 0.03, 20.0)
        assert plan.rates[0] < 1.25
        assert plan.binding >= 20

    def test_into_a_full_queue_little_is_dialled(self) -> None:
        plan = plan_rates(np.full(120, 1.0), np.full(120, 5.0), self.RESPONSE, 0.03, 20.0)
        assert plan.rates[0] < 0.05
        assert plan.load > 4

    def test_the_ceiling_holds(self) -> None:
        assert plan_rates(np.full(120, 1e6), np.zeros(120), self.RESPONSE, 0.03, 7.0).rates.max() == 7.0
