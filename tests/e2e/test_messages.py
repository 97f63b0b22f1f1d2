"""Messages on a bad day: their sender is killed in the middle, the post office refuses, forgets and doubles.

What it has got stands in our log once, nothing stands there that it has not got, and no limit is broken.
"""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import pytest

from benchmarks.contention import count_breaches
from dialer.demo.post_office.addressees import Addressee, Habits
from dialer.demo.post_office.plan import PostPlan
from domain.touch import Outcome
from ledger.audit import verify
from tests.dialer.demo.post_office.offices import phone
from tests.e2e.message_play import MessagePlay, open_message_play, strategy
from tests.e2e.play import ordinary
from tests.polling import until

pytestmark = [pytest.mark.e2e, pytest.mark.proof]

DEBTORS = 110
BAD_DAY = PostPlan(habits=Habits(delay=(0.05, 0.5), replies_after=0.1), answer_s=0.05, faults=0.02)
FLOWS_S, ENDS_S = 90.0, 120.0
EACH = [phone(who, nth) for who in Addressee for nth in range(2)]
"""Two of every habit, so that some get a message and some an SMS."""


def check(play: MessagePlay) -> None:
    """Both sides and the books."""
    comparison = play.compared()
    assert comparison.equal or not (
        comparison.lost or comparison.doubled or comparison.phantom or comparison.different
    ), comparison
    assert comparison.open == 0, comparison
    with play.books.read() as tx:
        assert verify(tx.connection).sound
    assert count_breaches(play.books) == {}


async def test_a_killed_sender_loses_and_doubles_nothing(folder: Path) -> None:
    phones = ordinary(DEBTORS) + EACH
    async with (
        open_message_play(folder, phones, post=BAD_DAY, text=strategy(within="8s")) as play,
        play.process("dialer", "--campaign", "play") as dialler,
    ):
        await play.kill_in_the_middle(10, FLOWS_S)
        await play.kill_in_the_middle(15, FLOWS_S)
        async with play.process("messages") as sender:
            await until(play.idle, ENDS_S, "every message settled")
            assert sender.running
        assert dialler.running
        check(play)
        touched = Counter(row.debtor_id for row in play.touches() if row.campaign_id)
        assert set(touched) == set(range(1, len(phones) + 1))
        assert max(touched.values()) <= 2
        outcomes = Counter(play.log().values())
        assert outcomes[Outcome.MSG_DELIVERED]
        assert outcomes[Outcome.MSG_FAILED]


async def test_what_is_reserved_is_sent_without_redis(folder: Path) -> None:
    post = PostPlan(habits=BAD_DAY.habits, answer_s=0.2)
    async with (
        open_message_play(folder, ordinary(30), post=post, text=strategy(sms=100, within="8s")) as play,
        play.process("dialer", "--campaign", "play"),
        play.process("messages") as sender,
    ):
        await until(lambda: play.post.taken() >= 1, FLOWS_S, "the first letter")
        play.world.redis.stop()
        await until(lambda: None not in play.log().values(), ENDS_S, "every reserved message settled")
        assert sender.running
        check(play)
