"""The feed of the floor over a real Redis: what screens are told, in order, and the present state behind it."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import pytest
from redis.asyncio import Redis

from dialer.floor.commands import COMMANDS, ask_floor, see_floor, serve_commands
from dialer.floor.feed import BOARD, Feed, FeedKind, stream_of
from dialer.floor.floor import Floor
from dialer.floor.screens import (
    FeedEntry,
    present,
    read_feed,
    send_message,
)
from dialer.lease import lease_key
from domain.errors import InputError, NotAllowed
from domain.operator_events import Called, LegEnded, OfferMissed, PhoneSeen, PickedUp
from ledger.books import Books
from tests.dialer.test_floor import ANNA, BORIS, House
from tests.ledger.rows import NOON
from tests.polling import until

pytestmark = pytest.mark.integration

CALL = {"direction": "out", "debtors": [7], "outcome": "talk_debtor", "outcome_reason": "talked"}


@dataclass
class Told:
    """A house whose feed is written, and what was read of it."""

    house: House
    feed: Feed
    redis: Redis

    @property
    def floor(self) -> Floor:
        return self.house.floor

    async def read(self, operator: int, last: FeedKind, after: str = "0-0") -> list[FeedEntry]:
        """The entries up to the first of a kind."""
        found = []
        async for entry in read_feed(self.redis, operator, after):
            found.append(entry)
            if entry.kind is last:
                return found
        raise AssertionError("the feed never ends")

    async def row(self, operator: int, **wanted: Any) -> dict[str, Any]:
        """His row, once it tells that."""
        found: list[dict[str, Any]] = []

        async def look() -> bool:
            row = await present(self.redis, operator)
            found[:] = [row] if row else []
            return row is not None and wanted.items() <= row.items()

        await until(look, what=f"the row tells {wanted}")
        return found[0]

    def rings(self, leg: str = "leg1") -> None:
        self.floor.take(Called(ANNA, NOON, leg, "t1"))

    def talks(self, leg: str = "leg1") -> None:
        self.rings(leg)
        self.floor.take(PickedUp(ANNA, NOON, leg, "t1"))

    def hangs_up(self, leg: str = "leg1") -> None:
        self.floor.take(LegEnded(ANNA, NOON + timedelta(seconds=4), leg, "t1"))


@asynccontextmanager
async def telling(books: Books, url: str) -> AsyncIterator[Told]:
    house, redis = House(books), Redis.from_url(url)
    await redis.flushall()
    feed = Feed(redis, house.floor, house.clock)
    house.floor.known_of_call = lambda touch: dict(CALL)
    await house.open()
    task = asyncio.create_task(feed.run())
    try:
        yield Told(house, feed, redis)
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)
        await redis.aclose()
        house.ledger.close()


@pytest.fixture
async def told(books: Books, redis_server: str) -> AsyncIterator[Told]:
    async with telling(books, redis_server) as found:
        yield found


async def test_a_call_is_told_in_order(told: Told) -> None:
    row = await told.row(ANNA, state="ready")
    told.talks()
    told.hangs_up()
    told.floor.take(OfferMissed(ANNA, NOON))
    told.feed.tell(ANNA, FeedKind.MESSAGE, {"text": "the end"})
    entries = await told.read(ANNA, FeedKind.MESSAGE, row["feed"])
    kinds = [entry.kind.value for entry in entries]
    assert kinds == ["offer", "state", "connected", "state", "ended", "state", "message"]
    offer, rings, connected, _, ended, wraps_up, _ = (entry.facts for entry in entries)
    assert (offer["touch"], offer["leg"], offer["debtors"]) == ("t1", "leg1", [7])
    assert connected["touch"] == "t1"
    assert (ended["talked"], ended["outcome"]) == (True, "talk_debtor")
    assert rings["call"]["talking"] is False
    assert (wraps_up["state"], wraps_up["call"]["debtors"]) == ("wrap_up", [7])
    assert wraps_up["wrap_up_ends"] == (NOON + timedelta(seconds=14)).isoformat()


async def test_the_row_and_the_stream_are_of_one_instant(told: Told) -> None:
    """Whoever reads the row reads the stream on from it, and hears nothing twice that the row tells."""
    for leg in ("leg1", "leg2", "leg3"):
        told.talks(leg)
        told.hangs_up(leg)
    row = await told.row(ANNA, state="wrap_up")
    told.floor.take(PhoneSeen(ANNA, NOON, reachable=False))
    told.rings("leg4")
    (first,) = (await told.read(ANNA, FeedKind.OFFER, row["feed"]))[:1]
    assert (first.kind, first.facts["leg"]) == (FeedKind.OFFER, "leg4")


async def test_an_offer_that_nobody_takes(told: Told) -> None:
    row = await told.row(ANNA, state="ready")
    told.rings()
    told.floor.take(OfferMissed(ANNA, NOON))
    told.hangs_up()
    entries = await told.read(ANNA, FeedKind.TAKEN_OUT, row["feed"])
    ended = next(entry.facts for entry in entries if entry.kind is FeedKind.ENDED)
    assert (ended["talked"], ended["seconds"], ended["outcome"]) == (False, 0.0, None)
    assert entries[-1].facts["reason"] == "missed offer"


async def test_all_are_on_the_board(told: Told) -> None:
    await told.row(BORIS, state="ready")
    assert [row["login"] for row in await see_floor(told.redis)] == ["anna", "boris"]
    assert await present(told.redis, 99) is None


async def test_a_supervisor_s_word(told: Told) -> None:
    row = await told.row(BORIS)
    await send_message(told.redis, BORIS, "Молодец", "olga", NOON)
    (entry,) = (await told.read(BORIS, FeedKind.MESSAGE, row["feed"]))[-1:]
    assert (entry.facts["text"], entry.facts["author"], entry.at) == ("Молодец", "olga", NOON)


async def test_a_redis_that_was_emptied_has_the_truth_again(told: Told) -> None:
    told.talks()
    await told.row(ANNA, state="talking")
    await told.redis.flushall()
    row = await told.row(ANNA, state="talking")
    assert row["call"]["touch"] == "t1"
    told.hangs_up()
    assert [entry.kind for entry in await told.read(ANNA, FeedKind.STATE)] == [FeedKind.ENDED, FeedKind.STATE]


async def test_whoever_takes_the_floor_over_tells_everybody_s_state(told: Told) -> None:
    told.talks()
    await told.row(ANNA, state="talking")
    staff = [operator for operator, _ in told.floor.operators()]
    with told.house.books.read() as tx:
        last = tx.operators.last_changes()
    told.floor.let_go()
    await told.redis.delete(BOARD, stream_of(ANNA))
    assert await present(told.redis, ANNA) is None
    told.floor.begin(staff, last)
    entries = await told.read(ANNA, FeedKind.STATE)
    assert entries[-1].facts["operator"] == ANNA


class TestCommands:
    @pytest.fixture
    async def served(self, told: Told) -> AsyncIterator[Told]:
        await told.redis.set(lease_key("floor"), "ours")
        task = asyncio.create_task(serve_commands(told.redis, told.floor, told.feed))
        yield told
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)

    async def test_more_wrap_up_once(self, served: Told) -> None:
        with pytest.raises(InputError, match="he writes nothing down now"):
            await ask_floor(served.redis, "extend", "anna")
        served.talks()
        served.hangs_up()
        row = await ask_floor(served.redis, "extend", "anna", "20")
        assert (row["extended"], row["wrap_up_ends"]) == (True, (NOON + timedelta(seconds=34)).isoformat())
        with pytest.raises(InputError, match="made longer once"):
            await ask_floor(served.redis, "extend", "anna", "20")
        with pytest.raises(InputError, match="no number of seconds"):
            await ask_floor(served.redis, "extend", "anna", "nan")
        served.house.clock.at += timedelta(seconds=33)
        served.floor.end_wrap_ups()
        assert (await served.row(ANNA, state="wrap_up"))["extended"]
        served.house.clock.at += timedelta(seconds=2)
        served.floor.end_wrap_ups()
        await served.row(ANNA, state="ready", extended=False)

    async def test_what_the_rules_refuse_is_told_as_data(self, served: Told) -> None:
        async def refuse(operator: int, argument: str) -> Any:
            del operator
            raise NotAllowed(argument, refused_by=("calls-per-day",), next_allowed=NOON)

        served.floor.verbs["call"] = refuse
        with pytest.raises(NotAllowed, match="not now") as told:
            await ask_floor(served.redis, "call", "anna", "not now")
        assert (told.value.refused_by, told.value.next_allowed) == (("calls-per-day",), NOON)

    @pytest.mark.parametrize("text", ["", "{", "[]", "7", '{"id": "1", "verb": "ready", "login": "anna"}'])
    async def test_what_is_no_request_ends_nobody_s_floor(self, served: Told, text: str) -> None:
        await served.redis.rpush(COMMANDS, text)
        assert (await ask_floor(served.redis, "ready", "anna"))["login"] == "anna"

    async def test_an_unknown_verb_is_one_line(self, served: Told) -> None:
        with pytest.raises(InputError, match="'dance' is no command"):
            await ask_floor(served.redis, "dance", "anna")
        await ask_floor(served.redis, "ready", "anna")
