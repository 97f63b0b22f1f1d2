"""The rate of the robots, its limits, and what a supervisor is told about it."""

from __future__ import annotations

import math
from dataclasses import replace
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dialer.pacing.callbacks import (
    CallbackModel,
    CallbackPacer,
    CallOut,
    Goal,
    Key,
    QueueFacts,
    Reach,
    Waited,
)

pytestmark = pytest.mark.unit

NINE = 9 * 3600.0
NOON = 12 * 3600.0
KEY = Key("informer", "new")


def facts(at: float, operators: int = 10, **more: object) -> QueueFacts:
    return replace(QueueFacts(at, operators, 0, 0, 20.0), **more)  # type: ignore[arg-type]


def run(pacer: CallbackPacer, start: float, minutes: int, **more: object) -> list[float]:
    """Rates of so many minutes, in which nothing happens."""
    return [
        pacer.decide(facts(start + 60 * n, **more), start + 60.0 * n).rate  # type: ignore[arg-type]
        for n in range(minutes)
    ]


class TestConservative:
    """What is not known is not dialled into."""

    def test_no_operators(self) -> None:
        decision = CallbackPacer(CallbackModel()).decide(facts(NINE, 0), NINE)
        assert decision.rate == decision.factor == 0
        assert decision.reason == "IVR stands still: no operator is there to answer those who call back"

    def test_a_closed_queue(self) -> None:
        decision = CallbackPacer(CallbackModel()).decide(facts(NOON, closes_at=NOON - 1), NOON)
        assert decision.rate == 0
        assert decision.reason == "IVR stands still: the queue is closed"

    def test_too_late_to_be_called_back_today(self) -> None:
        decision = CallbackPacer(CallbackModel()).decide(facts(NOON, closes_at=NOON + 720), NOON)
        assert decision.rate == 0
        assert "most of those who call back would come after closing at 12:12" in decision.reason

    def test_stale_facts(self) -> None:
        pacer = CallbackPacer(CallbackModel())
        run(pacer, NINE, 10)
        decision = pacer.decide(facts(NINE + 600), NINE + 900)
        assert decision.rate == 0
        assert decision.reason == "IVR stands still: the queue's facts are 300 s old"

    def test_facts_of_the_future(self) -> None:
        decision = CallbackPacer(CallbackModel()).decide(facts(NINE + 600), NINE)
        assert decision.reason == "IVR stands still: the queue's facts are 600 s ahead of the clock"

    def test_after_facts_come_again_it_begins_low(self) -> None:
        pacer = CallbackPacer(CallbackModel())
        before = run(pacer, NINE, 20)[-1]
        pacer.decide(facts(NINE), NINE + 1200)
        assert 0 < run(pacer, NINE + 1260, 1)[0] < before / 2

    @pytest.mark.parametrize("now", [math.nan, math.inf, NINE - 5])
    def test_a_clock_that_is_wrong(self, now: float) -> None:
        pacer = CallbackPacer(CallbackModel())
        run(pacer, NINE, 1)
        decision = pacer.decide(facts(NINE), now)
        assert decision.rate == 0
        assert "clock" in decision.reason

    @pytest.mark.parametrize(
        "wrong",
        [{"busy": -1}, {"ceiling": math.nan}, {"waiting": math.inf}, {"waited": [Waited(-3, True)]}],
        ids=str,
    )
    def test_facts_that_cannot_be(self, wrong: dict[str, object]) -> None:
        decision = CallbackPacer(CallbackModel()).decide(facts(NINE, **wrong), NINE)  # type: ignore[arg-type]
        assert decision.rate == decision.factor == 0
        assert "cannot be" in decision.reason


class TestLimits:
    def test_goes_up_step_by_step(self) -> None:
        rates = run(CallbackPacer(CallbackModel()), NINE, 15)
        assert rates[0] > 0
        assert all(after <= 1.3 * before + 1e-9 for before, after in pairwise(rates))
        assert rates[-1] > 5 * rates[0]

    def test_goes_down_step_by_step(self) -> None:
        pacer = CallbackPacer(CallbackModel())
        rates = run(pacer, NINE, 30) + run(pacer, NINE + 1800, 15, operators=1, busy=1, waiting=30)
        assert rates[-1] < 0.2 * rates[29]
        assert all(after >= 0.6 * before - 1e-9 for before, after in pairwise(rates[29:]))

    def test_small_differences_are_left_alone(self) -> None:
        rates = run(CallbackPacer(CallbackModel()), NINE, 240)
        assert len(set(rates[60:])) < 60

    def test_deciding_more_often_is_no_way_around_the_steps(self) -> None:
        often, seldom = CallbackPacer(CallbackModel()), CallbackPacer(CallbackModel())
        fast = [often.decide(facts(NINE + 5 * n), NINE + 5.0 * n).rate for n in range(61)]
        slow = run(seldom, NINE, 6)
        assert fast[-1] == pytest.approx(slow[-1], rel=0.1)

    def test_ceiling(self) -> None:
        pacer = CallbackPacer(CallbackModel())
        run(pacer, NINE, 20, ceiling=0.5)
        decision = pacer.decide(facts(NINE + 1200, ceiling=0.5), NINE + 1200)
        assert decision.rate == 0.5
        assert decision.factor == 1.0
        assert "has room for all that trunks and campaigns allow" in decision.reason

    def test_floor(self) -> None:
        pacer = CallbackPacer(CallbackModel(), floor=0.3)
        assert run(pacer, NINE, 60, operators=1, busy=1, waiting=50)[-1] == 0.3

    def test_a_ceiling_of_nothing(self) -> None:
        decision = CallbackPacer(CallbackModel()).decide(facts(NINE, ceiling=0.0), NINE)
        assert decision.rate == decision.factor == 0

    @settings(max_examples=25, deadline=None)
    @given(
        st.lists(
            st.builds(
                QueueFacts,
                at=st.just(0.0),
                operators=st.integers(0, 400),
                busy=st.integers(0, 400),
                waiting=st.integers(0, 2000),
                ceiling=st.floats(0, 100),
                finished=st.integers(0, 1000),
                waited=st.lists(st.builds(Waited, st.floats(0, 1e6), st.booleans()), max_size=20),
            ),
            min_size=1,
            max_size=6,
        ),
        st.lists(st.floats(0, 7200), min_size=6, max_size=6),
    )
    def test_whatever_it_is_told_the_rate_is_a_rate(self, told: list[QueueFacts], gaps: list[float]) -> None:
        pacer, now = CallbackPacer(CallbackModel()), NINE
        for one, gap in zip(told, gaps, strict=False):
            now += gap
            decision = pacer.decide(replace(one, at=now), now)
            assert 0 <= decision.rate <= one.ceiling
            assert 0 <= decision.factor <= 1
            assert decision.reason
            assert all(math.isfinite(figure) for figure in decision.figures.values())


def test_the_outlook_is_by_minute_until_closing() -> None:
    decision = CallbackPacer(CallbackModel()).decide(facts(NINE, closes_at=NINE + 5400), NINE)
    assert decision.outlook is not None
    outlook = decision.outlook
    for series in (outlook.rates, outlook.operators, outlook.calls_in.high, outlook.service.level):
        assert len(series) == 90
    assert outlook.calls_in.mean[0] == decision.figures["calls_in"]


class TestForesight:
    STAFFING = ((0.0, 10.0), (NOON, 2.0), (NOON + 3600, 10.0))

    def test_holds_back_before_lunch_and_says_when(self) -> None:
        flat = run(CallbackPacer(CallbackModel()), NOON - 3600, 45)[-1]
        pacer = CallbackPacer(CallbackModel())
        lunch = run(pacer, NOON - 3600, 45, staffing=self.STAFFING)[-1]
        assert lunch < 0.6 * flat
        decision = pacer.decide(facts(NOON - 900, staffing=self.STAFFING), NOON - 900)
        assert "queue" in decision.reason
        assert "full at 12:" in decision.reason
        assert NOON - 900 + 60 * decision.figures["binding_minute"] >= NOON

    def test_calls_already_made_are_counted(self) -> None:
        quiet, burst = CallbackModel(), CallbackModel()
        burst.advance(NINE - 60)
        burst.called_out(CallOut(NINE - 60, KEY, Reach.HEARD, 10_000))
        rates = [run(CallbackPacer(model), NINE, 1)[-1] for model in (quiet, burst)]
        assert rates[1] < 0.2 * rates[0]
        decision = CallbackPacer(burst).decide(facts(NINE + 60), NINE + 60)
        assert "with calls already made" in decision.reason

    def test_long_talks_leave_less_room(self) -> None:
        rates = []
        for finished in (4, 1):
            pacer = CallbackPacer(CallbackModel())
            rates.append(run(pacer, NINE, 60, busy=8, finished=finished)[-1])
        assert rates[1] < 0.6 * rates[0]

    def test_what_was_missed_is_made_up_for_and_no_credit_is_saved_in_quiet_hours(self) -> None:
        def aim(seconds: float, ceiling: float) -> float:
            pacer = CallbackPacer(CallbackModel(), Goal(0.8, 20.0))
            waited = [Waited(seconds, True)] * 3
            run(pacer, NINE, 120, waited=waited, ceiling=ceiling)
            return pacer.decide(facts(NINE + 7200, ceiling=ceiling), NINE + 7200).figures["aim"]

        assert aim(60.0, 20.0) == aim(60.0, 0.1) == pytest.approx(0.96)
        assert 0.7 <= aim(1.0, 20.0) < 0.8
        assert aim(1.0, 0.1) == 0.8
