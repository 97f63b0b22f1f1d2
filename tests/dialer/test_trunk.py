"""A node's line: campaigns together never pass it, whoever asks first."""

from __future__ import annotations

from pathlib import Path

import pytest
from pydantic import SecretStr

from dialer.pacing.facts import PacingDecision
from dialer.settings import NodeSettings
from dialer.trunk import Trunk

pytestmark = pytest.mark.unit


def trunk(channels: int = 10, per_second: float = 1_000) -> Trunk:
    here = Path()
    return Trunk(
        NodeSettings(
            name="node1",
            ami_secret=SecretStr("s"),
            scripts_folder=here,
            channel_log=here,
            max_channels=channels,
            max_calls_per_second=per_second,
        )
    )


def test_what_the_line_carries_is_granted_with_its_own_reason() -> None:
    assert trunk().grant(PacingDecision(4, "operators"), 0, 0.0) == PacingDecision(4, "operators")


def test_campaigns_that_ask_at_once_are_not_promised_the_same_channel() -> None:
    line = trunk(channels=10)
    assert line.grant(PacingDecision(7, "operators"), 0, 0.0).dial == 7
    second = line.grant(PacingDecision(7, "channels"), 0, 0.0)
    assert (second.dial, second.reason) == (3, "the trunk's channels")
    assert line.grant(PacingDecision(1, "channels"), 0, 0.0).dial == 0


def test_what_found_nobody_is_free_again() -> None:
    line = trunk(channels=10)
    line.grant(PacingDecision(10, "operators"), 0, 0.0)
    line.placed(10, calls=4)
    assert line.grant(PacingDecision(10, "operators"), up=4, now=0.0).dial == 6


def test_calls_a_second_are_shared() -> None:
    line = trunk(channels=1_000, per_second=8)
    granted = sum(line.grant(PacingDecision(5, "operators"), 0, tick / 10).dial for tick in range(101))
    assert 80 <= granted <= 83
    assert line.grant(PacingDecision(5, "operators"), 0, 10.0).reason == "the trunk's calls per second"


def test_more_calls_than_channels_grant_nothing() -> None:
    """Callers who ring in, or a smaller number in the settings, may leave more calls up than there are channels."""
    assert trunk(channels=10).grant(PacingDecision(3, "operators"), up=12, now=0.0).dial == 0
