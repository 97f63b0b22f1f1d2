"""What becomes of a message depends on seed, number, channel and count alone."""

from __future__ import annotations

from collections import Counter

import pytest

from dialer.demo.post_office.addressees import (
    DEFAULT_SHARES,
    Addressee,
    Habits,
    State,
    addressee_of,
    fate_of,
)
from domain.touch import Channel
from tests.dialer.demo.post_office.offices import phone

pytestmark = pytest.mark.unit


def test_shares_hold() -> None:
    assert sum(DEFAULT_SHARES.values()) == pytest.approx(1.0)
    drawn = Counter(addressee_of(f"+7935{nth:07}", Habits()) for nth in range(20_000))
    for who, share in DEFAULT_SHARES.items():
        assert drawn[who] / 20_000 == pytest.approx(share, abs=0.01)


@pytest.mark.parametrize("who", list(Addressee))
def test_a_forced_number_behaves_so_whatever_the_seed(who: Addressee) -> None:
    assert {addressee_of(phone(who, nth), Habits(seed=str(nth))) for nth in range(5)} == {who}


def test_the_same_message_has_the_same_fate() -> None:
    habits = Habits()
    fates = [list(fate_of("+79351234567", Channel.MESSENGER, 1, habits)) for _ in range(2)]
    assert fates[0] == fates[1]


@pytest.mark.parametrize("who", list(Addressee))
@pytest.mark.parametrize("channel", [Channel.SMS, Channel.MESSENGER])
def test_a_fate_ends_and_goes_forward_in_time(who: Addressee, channel: Channel) -> None:
    stages = list(fate_of(phone(who), channel, 1, Habits()))
    assert [stage.after for stage in stages] == sorted(stage.after for stage in stages)
    assert any(stage.state.is_final for stage in stages)
    assert (State.READ in {stage.state for stage in stages}) <= (channel is Channel.MESSENGER)
