"""An operator's desk on the real stage: what his screen is told of a call, calls of his own wish, and what follows."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import select

from asterisk.town import Role
from dialer.clock import SystemClock
from dialer.demo.team import Team, login_of
from dialer.disposition_form import read_fields
from dialer.floor.commands import ask_floor
from dialer.floor.feed import FeedKind
from dialer.floor.screens import FeedEntry, present, read_feed
from dialer.handlers.dispose import Disposed, dispose
from dialer.recordings import recordings_of
from domain.campaign import Why
from domain.errors import InputError, NotAllowed
from domain.touch import Outcome, TouchId
from ledger.tables import PhoneRow, table
from tests.e2e.floor_play import PEOPLE_TOWN, FloorPlay, floor_of, operators
from tests.e2e.play import forced, open_play
from tests.polling import until

pytestmark = pytest.mark.e2e

ONE = Team(1, talk_s=50.0, talk_cv=0.0, wrap_up_s=1)
ANNA = login_of(1)
MOSCOW = ZoneInfo("Europe/Moscow")
PHONES = [forced(Role.LISTENS_TO_END, nth) for nth in range(2)]


class Screen:
    """What anna's screen has been told so far."""

    def __init__(self) -> None:
        self.entries: list[FeedEntry] = []

    def told(self, *kinds: FeedKind) -> list[dict[str, Any]]:
        return [entry.facts for entry in self.entries if entry.kind in kinds]

    async def sees(self, kind: FeedKind, times: int = 1, **facts: object) -> dict[str, Any]:
        """The last of so many entries of a kind with these facts."""

        def those() -> list[dict[str, Any]]:
            return [one for one in self.told(kind) if facts.items() <= one.items()]

        await until(lambda: len(those()) >= times, what=f"{times} {kind} with {facts}")
        return those()[-1]


@asynccontextmanager
async def screen_of(floor: FloorPlay, operator: int) -> AsyncIterator[Screen]:
    """A screen that is open from now on: the present state first, then what changes."""
    screen = Screen()
    await until(lambda: present(floor.redis, operator), what="a dialler drives the floor")
    row = await present(floor.redis, operator)
    assert row

    async def follow() -> None:
        async for entry in read_feed(floor.redis, operator, row["feed"]):
            screen.entries.append(entry)

    task = asyncio.create_task(follow())
    try:
        yield screen
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)


async def ask(floor: FloorPlay, verb: str, argument: str = "") -> dict[str, Any]:
    return await ask_floor(floor.redis, verb, ANNA, argument)


async def test_a_day_at_the_desk(folder: Path, prompts: Path) -> None:
    how = {"town": PEOPLE_TOWN, "cps": 5, "strategy": operators("preview"), "team": ONE}
    async with (
        open_play(folder, prompts, PHONES, **how) as play,  # type: ignore[arg-type]
        floor_of(play) as floor,
        play.dialler(),
        screen_of(floor, 1) as screen,
    ):
        await floor.sign_in()
        await ask(floor, "pause", "back office")
        debtors = {row.phone: row.debtor_id for row in phones_of(floor)}
        touch = await a_call_of_his_own_wish(floor, screen, debtors[PHONES[0]])
        await what_the_rules_refuse(floor, debtors)
        await what_it_brought(floor, touch)
        await the_next_one_is_shown_and_called(floor, screen, debtors[PHONES[1]])
        await all_ended(floor)
        logged = {row.id for row in play.touches()}
        await until(
            lambda: {call.touch_id for call in play.stage.record()} == logged, what="carrier and log agree"
        )


async def all_ended(floor: FloorPlay) -> None:
    await until(lambda: all(row.outcome for row in floor.play.touches()), what="every call has its outcome")


async def is_at_rest(floor: FloorPlay, state: str) -> None:
    """He is shown nobody, and does that."""

    async def look() -> bool:
        row = await floor.state_of(ANNA)
        return (row["state"], row["preview"]) == (state, None)

    await until(look, what=f"he is {state}, with nobody shown")


def phones_of(floor: FloorPlay) -> Any:
    phone = table(PhoneRow)
    with floor.play.books.read() as tx:
        return tx.connection.execute(select(phone.c.number.label("phone"), phone.c.debtor_id)).all()


async def a_call_of_his_own_wish(floor: FloorPlay, screen: Screen, debtor: int) -> TouchId:
    """From a pause, and back into it."""
    row = await ask(floor, "call", json.dumps({"debtor": debtor, "phone": PHONES[0]}))
    touch = row["preview"]["touch"]
    assert (row["state"], row["preview"]["mode"]) == ("paused", "manual")
    offer = await screen.sees(FeedKind.OFFER, touch=touch)
    assert (offer["direction"], offer["number"], offer["debtors"]) == ("out", PHONES[0], [debtor])
    await screen.sees(FeedKind.CONNECTED, touch=touch)
    assert (await ask(floor, "hold"))["call"]["waits"] == "hold"
    assert (await ask(floor, "unhold"))["call"]["waits"] == ""
    clock = SystemClock(floor.play.settings.clock_ahead)
    answered = clock.now()
    await until(lambda: clock.now() - answered > timedelta(seconds=5.5), what="it is no short answer")
    await ask(floor, "hang_up")
    ended = await screen.sees(FeedKind.ENDED, touch=touch)
    assert (ended["talked"], ended["outcome"]) == (True, Outcome.TALK_DEBTOR)
    await is_at_rest(floor, "paused")
    kinds = [entry.kind for entry in screen.entries if entry.facts.get("touch") == touch]
    order = [FeedKind.OFFER, FeedKind.CONNECTED, FeedKind.ENDED]
    assert [kind for kind in kinds if kind in order] == order
    await all_ended(floor)
    return TouchId(touch)


async def what_the_rules_refuse(floor: FloorPlay, debtors: dict[str, int]) -> None:
    again = json.dumps({"debtor": debtors[PHONES[0]], "phone": PHONES[0]})
    with pytest.raises(NotAllowed, match="the rules do not allow it now: calls-per-day") as told:
        await ask(floor, "call", again)
    assert told.value.next_allowed
    with pytest.raises(InputError, match="no phone that he may be called on"):
        await ask(floor, "call", json.dumps({"debtor": debtors[PHONES[1]], "phone": PHONES[0]}))
    with pytest.raises(InputError, match="needs a debtor's id and a phone"):
        await ask(floor, "call", "soon")
    with pytest.raises(InputError, match="he is in no call"):
        await ask(floor, "hang_up")
    row = await floor.state_of(ANNA)
    assert (row["state"], row["reason"], row["preview"]) == ("paused", "back office", None)


async def what_it_brought(floor: FloorPlay, touch: TouchId) -> None:
    play, now = floor.play, SystemClock(floor.play.settings.clock_ahead).now()
    day = now.astimezone(MOSCOW).date() + timedelta(days=3)
    fields = read_fields({"date": day.isoformat(), "sum": "100"}, MOSCOW)
    with play.books.write() as tx:
        assert [talk.touch for talk in tx.dispositions.undisposed(1, now - timedelta(days=1))] == [touch]
        dispose(tx, Disposed(touch, "promise.once", fields), 1, now)
        debtor = tx.dispositions.talk(touch).debtor_id
        assert debtor
        (recording,) = recordings_of(tx, play.settings, touch)
    assert recording.read_bytes().startswith(b"RIFF")
    plan = play.plans()[debtor]
    assert (plan.why, plan.reason) == (Why.ANSWERED, f"promise.once, said operator {ANNA}")


async def the_next_one_is_shown_and_called(floor: FloorPlay, screen: Screen, debtor: int) -> None:
    """Who has promised is not shown."""
    await ask(floor, "ready")
    shown: dict[str, Any] = await screen.sees(FeedKind.PREVIEW, debtor_id=debtor, mode="preview", touch=None)
    assert shown["phone"] == PHONES[1]
    with pytest.raises(InputError, match="is shown somebody"):
        await ask(floor, "call", json.dumps({"debtor": debtor, "phone": PHONES[1]}))
    await ask(floor, "dial")
    connected = await screen.sees(FeedKind.CONNECTED, times=2)
    assert (connected["debtors"], connected["campaign"], connected["step"]) == ([debtor], "play", "talk")
    await ask(floor, "hang_up")
    await screen.sees(FeedKind.ENDED, times=2)
    await is_at_rest(floor, "ready")
