"""What callers hear while they wait: every clip of every place and time exists."""

from __future__ import annotations

import pytest

from ivr_scripts.waiting import CALL_BACK, waiting_clips, waiting_texts

pytestmark = pytest.mark.unit


@pytest.mark.parametrize(
    ("place", "wait_s", "said"),
    [
        (1, 0, ("один.", "одну минуту.")),
        (2, 120, ("два.", "две минуты.")),
        (10, 300, ("десять.", "пять минут.")),
        (11, 600, ("больше десяти.", "десять минут.")),
        (99, 3600, ("больше десяти.", "больше десяти минут.")),
    ],
)
def test_place_and_wait(place: int, wait_s: float, said: tuple[str, str]) -> None:
    _, where, _, how_long, _ = waiting_clips(place, wait_s)
    assert (where, how_long) == said


def test_every_clip_is_spoken_ahead() -> None:
    texts = set(waiting_texts())
    assert CALL_BACK in texts
    for place in range(1, 30):
        for seconds in range(0, 3600, 15):
            assert texts.issuperset(waiting_clips(place, seconds))
