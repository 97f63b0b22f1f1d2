"""A provider who has failed five times gets one message to try, whatever waits, and the others when he has taken it."""

from __future__ import annotations

import pytest

from dialer.messages import counter, limits
from dialer.messages.provider import Answer, Outgoing, Refused
from domain.message import MessageState
from ledger.books import Books
from tests.dialer.messages.post import Post, receipt
from tests.dialer.messages.test_room import WAIT_S, Rig, SlowProvider, reserved
from tests.polling import until

pytestmark = pytest.mark.unit

DOWN = Refused("not connected", retry=True, down=True)


class Doubtful(SlowProvider):
    """He fails at once so many times, and then answers when he ``wakes``."""

    fails = limits.FAILURES

    async def send(self, message: Outgoing) -> Answer:
        if self.fails:
            self.fails -= 1
            return DOWN
        return await super().send(message)


async def test_one_message_tries(books: Books, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(limits, "FIRST_PAUSE_S", 0.05)
    monkeypatch.setattr(counter, "TURN_WITHIN_S", 1e6)
    post = Post(books)
    touches = reserved(post, *"ABCDEFGHI")
    hub = Doubtful("hub", ("messenger",), by_part=False)
    rig = Rig(post, hub)
    async with rig.at_work():
        rig.room.give("messenger", touches[:5])
        await until(lambda: not hub.fails, WAIT_S, "five failures")
        rig.room.give("messenger", touches[5:])
        await until(lambda: hub.asleep == 1, WAIT_S, "one tries")
        for nth in range(2):
            assert hub.tell(receipt(f"nobody's {nth}", MessageState.DELIVERED))
            await until(lambda nth=nth: hub.thanked == nth + 1, WAIT_S, "a round is over")  # type: ignore[misc]
        assert (hub.asleep, hub.got) == (1, [])
        hub.wakes.set()
        for touch in touches[5:]:
            await rig.state(touch, MessageState.ACCEPTED)
        assert len(hub.got) == 4
