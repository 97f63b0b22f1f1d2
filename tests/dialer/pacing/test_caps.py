"""Pacing by caps: never more than channels, calls per second and the call limit allow."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dialer.pacing import PacingDecision
from dialer.pacing.caps import BURST_S, Caps, CapsPacer

pytestmark = pytest.mark.unit

TICK = 0.05


def dialled(caps: Caps, seconds: float, start: float = 100.0) -> int:
    """How many are dialled when every call ends at once."""
    pacer = CapsPacer()
    return sum(pacer.decide(caps, 0, start + tick * TICK).dial for tick in range(round(seconds / TICK)))


class TestCallsPerSecond:
    @pytest.mark.parametrize("rate", [0.5, 1.0, 7.0, 20.0, 333.0])
    def test_the_rate_is_held_over_a_minute(self, rate: float) -> None:
        assert dialled(Caps(10_000, rate), 60.0) == pytest.approx(rate * 60, abs=max(2.0, rate * BURST_S))

    def test_a_pause_is_not_made_up_for(self) -> None:
        pacer, caps = CapsPacer(), Caps(10_000, 20.0)
        pacer.decide(caps, 0, 0.0)
        assert pacer.decide(caps, 0, 3600.0) == PacingDecision(5, "calls per second")

    def test_a_late_tick_is(self) -> None:
        pacer, caps = CapsPacer(), Caps(10_000, 20.0)
        pacer.decide(caps, 0, 0.0)
        assert pacer.decide(caps, 0, 0.2).dial == 4

    def test_nobody_is_dialled_at_rate_none(self) -> None:
        assert dialled(Caps(10, 0.0), 60.0) == 0

    def test_a_clock_that_stands_or_goes_back_grants_nothing(self) -> None:
        pacer, caps = CapsPacer(), Caps(10_000, 20.0)
        pacer.decide(caps, 0, 10.0)
        assert [pacer.decide(caps, 0, now).dial for now in (10.0, 9.0, 9.0)] == [0, 0, 0]


class TestChannels:
    def test_free_channels_only(self) -> None:
        assert CapsPacer().decide(Caps(5, 1000.0), 3, 0.0) == PacingDecision(2, "channels")

    @pytest.mark.parametrize("in_flight", [5, 6])
    def test_none_when_all_are_taken(self, in_flight: int) -> None:
        assert CapsPacer().decide(Caps(5, 1000.0), in_flight, 0.0) == PacingDecision(0, "channels")


class TestCallLimit:
    def test_the_last_calls(self) -> None:
        assert CapsPacer().decide(Caps(100, 1000.0, 3), 0, 0.0) == PacingDecision(3, "call limit")

    @pytest.mark.parametrize("left", [0, -2])
    def test_none_left(self, left: int) -> None:
        assert CapsPacer().decide(Caps(100, 1000.0, left), 0, 0.0) == PacingDecision(0, "call limit")


def test_what_nobody_was_there_for_is_given_back_but_not_saved() -> None:
    pacer, caps = CapsPacer(), Caps(10_000, 20.0)
    granted = pacer.decide(caps, 0, 0.0).dial
    pacer.give_back(granted)
    assert pacer.decide(caps, 0, 0.0).dial == granted
    pacer.give_back(1000)
    assert pacer.decide(caps, 0, 1.0).dial == 5


@given(
    st.integers(0, 50),
    st.floats(0, 500),
    st.one_of(st.none(), st.integers(0, 50)),
    st.lists(st.tuples(st.floats(0, 5), st.integers(0, 60)), max_size=30),
)
def test_no_cap_is_ever_passed(
    channels: int, rate: float, limit: int | None, ticks: list[tuple[float, int]]
) -> None:
    pacer, now, total = CapsPacer(), 0.0, 0
    for pause, in_flight in ticks:
        now += pause
        left = None if limit is None else limit - total
        dial = pacer.decide(Caps(channels, rate, left), in_flight, now).dial
        assert 0 <= dial <= max(0, channels - in_flight)
        assert left is None or dial <= left
        total += dial
        assert total <= rate * (now + BURST_S) + 1
