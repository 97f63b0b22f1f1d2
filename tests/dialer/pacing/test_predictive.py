"""Predictive pacing: what it reaches, what it never does, and that it says why."""

from __future__ import annotations

import math
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dialer.pacing import EventKind, PacingDecision, PacingEvent, Snapshot, make_pacer
from dialer.pacing.predictive import PER_OPERATOR, PROBES
from dialer.pacing.shift import Shift
from dialer.pacing.simulator import simulate
from domain.errors import InputError
from tests.dialer.pacing.shifts import scenario

pytestmark = pytest.mark.unit


def predictive(**options: Any) -> Any:
    return make_pacer("predictive", **options)


def shift(seed: int = 1, **values: Any) -> Shift:
    told = scenario(**values)
    pacer = predictive(target_abandon=told.target_abandon, patience=told.patience_s)
    return simulate(told, pacer, seed)


class Bounded:
    """Sees that no decision breaks a rule, whatever the world does."""

    def __init__(self) -> None:
        self._inner = predictive()
        self.most = 0

    def decide(self, snapshot: Snapshot) -> PacingDecision:
        decision: PacingDecision = self._inner.decide(snapshot)
        in_flight = len(snapshot.ringing_since) + decision.dial
        self.most = max(self.most, in_flight)
        assert 0 <= decision.dial <= snapshot.leads_left
        assert decision.reason
        if decision.dial:
            assert snapshot.operators > 0
            assert in_flight <= PER_OPERATOR * snapshot.operators
        return decision


class TestWhatItReaches:
    def test_operators_wait_much_less_than_with_one_dial_each_and_the_target_holds(self) -> None:
        told = scenario(agents=20, hours=0.6, answer_rate=0.25, talk_s=60)
        one_each = simulate(told, make_pacer("progressive"), 1).to_json()
        ours = simulate(told, predictive(), 1).to_json()
        assert ours["utilisation"] > one_each["utilisation"] + 0.25
        assert ours["abandon"] <= 0.04
        assert ours["abandon_worst_30min"] <= 0.07

    def test_the_same_facts_bring_the_same_decisions(self) -> None:
        assert shift(3, hours=0.2).to_json() == shift(3, hours=0.2).to_json()

    @pytest.mark.parametrize("values", [{"patience_s": 20}, {"target_abandon": 0.3}], ids=str)
    def test_a_patient_public_and_a_larger_target_are_used(self, values: dict[str, Any]) -> None:
        usual, more = (shift(agents=10, hours=0.5, **told).to_json()["utilisation"] for told in ({}, values))
        assert more > usual + 0.02

    def test_a_short_list_of_people_who_all_answer_at_once_is_not_wasted_on_a_cold_start(self) -> None:
        ring = {"setup": 0.5, "gamma_shape": 3.0, "gamma_scale": 0.1}
        world = {"agents": 10, "leads": 100, "answer_rate": 1.0, "fast_fail_rate": 0.0, "ring_s": ring}
        talks = {"talk_s": 5.5, "talk_cv": 0.3, "wrap_s": 5.0}
        abandoned = [shift(seed, hours=0.05, **world, **talks).to_json()["abandon"] for seed in range(1, 7)]
        assert sum(abandoned) / len(abandoned) <= 0.04


class TestItNeverRunsAway:
    @pytest.mark.parametrize(
        "values",
        [
            {"answer_rate": 0.0},
            {"answer_rate": [[0, 0.3], [400, 0.0], [800, 0.5]]},
            {"answer_rate": 0.8},
            {"talk_s": 0, "wrap_s": 0},
            {"talk_s": [[0, 30], [600, 0.1]]},
            {"outages": [[400, 200], [800, 30]]},
            {"agents": [[0, 5], [400, 0], [500, 30], [800, 1]]},
            {"leads": 200},
            {"machine_rate": 0.75, "fast_fail_rate": 0.0},
            {"ring_timeout_s": 120, "answer_rate": 0.02},
        ],
        ids=str,
    )
    def test_dials_in_flight_are_bounded_whatever_happens(self, values: dict[str, Any]) -> None:
        bounded = Bounded()
        simulate(scenario(hours=0.2, **values), bounded, 1)
        assert bounded.most <= PER_OPERATOR * 30

    def test_after_an_hour_without_answers_a_full_answer_rate_costs_few(self) -> None:
        told = scenario(agents=20, hours=0.7, answer_rate=[[0, 0.25], [1200, 0.0], [2100, 0.5]])
        abandons = round(
            (figures := simulate(told, predictive(), 1).to_json())["abandon"] * figures["answers"]
        )
        assert abandons <= 0.03 * figures["answers"] + 60

    def test_a_failing_carrier_is_probed(self) -> None:
        probes = [
            moment.in_flight
            for moment in shift(agents=20, hours=0.3, outages=[[600, 300]]).moments
            if 640 < moment.second < 900
        ]
        assert max(probes) <= PROBES

    def test_nobody_is_dialled_without_an_operator_and_it_says_so(self) -> None:
        decision = predictive().decide(Snapshot(0.0, leads_left=100))
        assert (decision.dial, decision.reason) == (0, "no operator is there")

    def test_an_exhausted_list_is_told(self) -> None:
        assert predictive().decide(Snapshot(0.0, idle_since=[0.0])).reason == "the list is exhausted"

    def test_it_starts_with_one_dial_per_idle_operator(self) -> None:
        decision = predictive().decide(
            Snapshot(10.0, idle_since=[1.0, 2.0, 3.0], ringing_since=[9.0], leads_left=9)
        )
        assert (decision.dial, decision.reason) == (2, "too little is known yet")


class TestFactsThatCannotBe:
    @pytest.mark.parametrize("pacer", ["predictive", "progressive", "ratio"])
    @pytest.mark.parametrize(
        ("facts", "says"),
        [
            ({"now": math.nan}, "the clock does not tell the time"),
            ({"now": 50.0}, "the clock went back by 50.0 s"),
            ({"idle_since": [500.0]}, "idle_since holds a time that is not in the past"),
            ({"ringing_since": [math.nan]}, "ringing_since holds"),
            ({"talking_since": [-math.inf]}, "talking_since holds"),
            ({"events": [PacingEvent.talk_ended(-1)]}, "a duration that cannot be"),
            ({"events": [PacingEvent.answered(math.inf)]}, "a duration that cannot be"),
        ],
    )
    def test_nothing_is_dialled_and_the_reason_is_clear(
        self, pacer: str, facts: dict[str, Any], says: str
    ) -> None:
        one = make_pacer(pacer)
        one.decide(Snapshot(100.0, idle_since=[1.0], leads_left=10))
        told = {"now": 101.0, "idle_since": [1.0], "leads_left": 10, **facts}
        decision = one.decide(Snapshot(**told))
        assert decision.dial == 0
        assert says in decision.reason

    def test_a_clock_that_went_back_is_believed_from_then_on(self) -> None:
        pacer = predictive()
        dials = [
            pacer.decide(Snapshot(now, idle_since=[1.0], leads_left=10)).dial for now in (100.0, 50.0, 51.0)
        ]
        assert dials == [1, 0, 1]

    def test_facts_that_are_far_apart_are_answered_with_one_dial_each(self) -> None:
        pacer = predictive()
        simulate(scenario(agents=20, hours=0.1), pacer, 1)
        decision = pacer.decide(Snapshot(9000.0, idle_since=[8990.0] * 20, leads_left=1000))
        assert decision.dial == 20
        assert "s apart" in decision.reason


TIMES = st.lists(st.floats(-1e6, 1e6), max_size=30)


@settings(max_examples=40)
@given(
    st.lists(
        st.tuples(st.floats(0, 1e4), TIMES, TIMES, TIMES, TIMES, TIMES, st.integers(-5, 500)), max_size=8
    )
)
def test_any_facts_are_answered(rows: list[tuple[Any, ...]]) -> None:
    pacer = Bounded()
    events = [PacingEvent(kind, 3.0) for kind in EventKind] * 6
    for now, idle, talking, wrapping, ringing, waiting, leads in rows:
        pacer.decide(Snapshot(now, idle, talking, wrapping, ringing, waiting, max(0, leads), events))


@pytest.mark.parametrize(
    ("name", "options", "says"),
    [
        ("clever", {}, "unknown pacer 'clever'; one of progressive, ratio, predictive"),
        ("ratio", {"level": 0.5}, "0.5 is not between 1 and 20"),
        ("progressive", {"level": 2}, "has no option level"),
        ("predictive", {"target_abandon": 0.0}, "no share between 0 and 1"),
        ("predictive", {"patience": math.nan}, "no number of seconds"),
    ],
)
def test_a_pacer_that_cannot_be_made_is_refused(name: str, options: dict[str, Any], says: str) -> None:
    with pytest.raises(InputError, match=says.replace("?", ".")):
        make_pacer(name, **options)
