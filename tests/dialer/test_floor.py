"""The floor without Asterisk: who is counted for which desk, who is hired and dismissed, what a log replays."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from typing import Any

import pytest

from dialer.floor.floor import Floor
from dialer.floor.log import FloorLog
from dialer.ledger_thread import LedgerThread
from domain.errors import EnvironmentFault, InputError
from domain.operator import Operator, OperatorState, StateChange
from domain.operator_events import Called, LegEnded, OperatorId, PhoneSeen, PickedUp
from ledger.books import Books
from tests.ledger.rows import NOON

pytestmark = pytest.mark.unit

ANNA, BORIS = OperatorId(1), OperatorId(2)
STAFF = [
    Operator(ANNA, "anna", skills=("debt", "court"), wrap_up_s=10),
    Operator(BORIS, "boris", skills=(), wrap_up_s=0),
]


class SetClock:
    """A clock that tests set."""

    def __init__(self) -> None:
        self.at = NOON

    def now(self) -> Any:
        return self.at


class House:
    """A floor that is ours, with both at work and their phones registered."""

    def __init__(self, books: Books) -> None:
        self.clock = SetClock()
        self.books, self.ledger = books, LedgerThread()
        self.floor = Floor(FloorLog(books, self.ledger), self.clock)

    async def open(self) -> None:
        with self.books.write() as tx:
            for one in STAFF:
                tx.operators.add(one.login, one.name, one.skills, "secret", one.wrap_up_s)
        self.floor.begin(STAFF, {})
        for id in (ANNA, BORIS):
            self.floor.take(PhoneSeen(id, self.clock.now(), reachable=True))
            await self.floor.ready(id)

    def counted(self, desk: str) -> list[int]:
        """How many are idle, ringing, talking, wrapping up."""
        facts = self.floor.facts(desk)
        return [
            len(times)
            for times in (facts.idle_since, facts.ringing_since, facts.talking_since, facts.wrapping_since)
        ]


@pytest.fixture
async def house(books: Books) -> Any:
    opened = House(books)
    await opened.open()
    yield opened
    opened.ledger.close()


class TestFacts:
    async def test_everybody_is_counted_once_where_he_is_wanted_most(self, house: House) -> None:
        assert [house.counted(desk)[0] for desk in ("debt", "court", "operators")] == [1, 0, 1]
        house.floor.want("operators", 5)
        assert [house.counted(desk)[0] for desk in ("debt", "court", "operators")] == [0, 0, 2]
        house.floor.want("court", 9)
        assert [house.counted(desk)[0] for desk in ("debt", "court", "operators")] == [0, 1, 1]
        house.floor.unwant("court")
        house.floor.unwant("operators")
        house.floor.unwant("never wanted")
        assert [house.counted(desk)[0] for desk in ("debt", "court", "operators")] == [1, 0, 1]

    async def test_who_leaves_behind_his_call_is_not_counted_in_it(self, house: House) -> None:
        at = house.clock.now()
        house.floor.take(Called(ANNA, at, "leg1", "t1"))
        assert house.counted("debt") == [0, 1, 0, 0]
        house.floor.take(PickedUp(ANNA, at, "leg1", "t1"))
        assert house.counted("debt") == [0, 0, 1, 0]
        await house.floor.pause_after_call(ANNA, "lunch")
        assert house.counted("debt") == [0, 0, 0, 0]
        await house.floor.ready(ANNA)
        house.floor.take(LegEnded(ANNA, at, "leg1", "t1"))
        assert house.counted("debt") == [0, 0, 0, 1]

    async def test_since_when_is_told_by_the_clock_that_nobody_sets_back(self, house: House) -> None:
        before = asyncio.get_running_loop().time()
        house.floor.take(Called(ANNA, house.clock.now(), "leg1"))
        house.floor.take(PickedUp(ANNA, house.clock.now() + timedelta(seconds=1), "leg1"))
        house.clock.at += timedelta(days=1)
        (since,) = house.floor.facts("debt").talking_since
        assert before <= since <= asyncio.get_running_loop().time()

    async def test_what_is_learned_late_was_long_ago(self, house: House) -> None:
        house.clock.at += timedelta(seconds=100)
        before = asyncio.get_running_loop().time()
        house.floor.take(Called(ANNA, NOON + timedelta(seconds=40), "leg1"))
        (since,) = house.floor.facts("debt").ringing_since
        assert before <= since + 60.0 <= asyncio.get_running_loop().time()


class TestCommands:
    async def test_an_answered_command_is_in_the_log(self, house: House) -> None:
        await house.floor.pause(ANNA, "  lunch ")
        with house.books.read() as tx:
            last = tx.operators.last_changes()[ANNA]
        assert (last.state, last.reason) == (OperatorState.PAUSED, "lunch")

    async def test_what_cannot_be_done_is_one_line(self, house: House) -> None:
        with pytest.raises(InputError, match="no operator 99"):
            await house.floor.ready(99)
        await house.floor.sign_out(ANNA)
        with pytest.raises(InputError, match="anna is not signed in; `dozvon operator ready anna`"):
            await house.floor.pause(ANNA, "lunch")
        house.floor.let_go()
        with pytest.raises(EnvironmentFault, match="does not drive the floor"):
            await house.floor.ready(ANNA)

    async def test_a_wrap_up_ends_at_its_limit(self, house: House) -> None:
        for event in (Called(ANNA, NOON, "leg1"), PickedUp(ANNA, NOON, "leg1"), LegEnded(ANNA, NOON, "leg1")):
            house.floor.take(event)
        house.clock.at += timedelta(seconds=9.9)
        house.floor.end_wrap_ups()
        assert house.floor.operator(ANNA).state is OperatorState.WRAP_UP
        house.clock.at += timedelta(seconds=5)
        house.floor.end_wrap_ups()
        assert house.floor.operator(ANNA).since == NOON + timedelta(seconds=10)

    async def test_listeners_hear_of_each_change(self, house: House) -> None:
        heard: list[StateChange] = []
        house.floor.listeners.append(heard.append)
        await house.floor.pause(ANNA, "lunch")
        await house.floor.pause(ANNA, "lunch")
        assert [change.state for change in heard] == [OperatorState.PAUSED]


class TestStaff:
    async def test_who_is_dismissed_is_signed_out_and_gone(self, house: House) -> None:
        heard: list[StateChange] = []
        house.floor.listeners.append(heard.append)
        house.floor.employ(STAFF[1:])
        assert [(change.operator, change.state) for change in heard] == [(ANNA, OperatorState.OFFLINE)]
        assert [operator.login for operator, _ in house.floor.operators()] == ["boris"]
        with pytest.raises(InputError, match="no operator 'anna'"):
            house.floor.id_of("anna")

    async def test_who_is_dismissed_in_a_talk_finishes_it_and_the_log_has_its_end(self, house: House) -> None:
        heard: list[OperatorState] = []
        house.floor.listeners.append(lambda change: heard.append(change.state))
        for event in (Called(ANNA, NOON, "leg1", "t1"), PickedUp(ANNA, NOON, "leg1", "t1")):
            house.floor.take(event)
        house.floor.employ(STAFF[1:])
        assert house.counted("debt") == [0, 0, 0, 0]
        house.floor.take(LegEnded(ANNA, NOON + timedelta(seconds=9), "leg1", "t1"))
        assert heard == [OperatorState.RINGING, OperatorState.TALKING, OperatorState.OFFLINE]
        with pytest.raises(InputError, match="no operator 1"):
            house.floor.operator(ANNA)

    async def test_who_is_new_is_there_and_who_learned_keeps_his_state(self, house: House) -> None:
        vera = Operator(OperatorId(3), "vera", skills=("debt",), wrap_up_s=5)
        house.floor.employ([*STAFF[:1], Operator(BORIS, "boris", skills=("court",), wrap_up_s=7), vera])
        assert house.floor.operator(3).state is OperatorState.OFFLINE
        assert house.floor.operator(BORIS).state is OperatorState.READY
        assert house.floor.operator(BORIS).wrap_up_s == 7
        assert house.counted("court")[0] == 1


class TestReplay:
    async def test_the_known_leg_ends_and_a_later_one_is_whole(self, house: House) -> None:
        def at(seconds: float) -> Any:
            return NOON + timedelta(seconds=seconds)

        house.floor.begin(
            STAFF,
            {
                ANNA: StateChange(
                    ANNA, at(0), OperatorState.TALKING, "", "t1", "leg1", OperatorState.RINGING, 2
                )
            },
        )
        house.clock.at = at(100)
        house.floor.replay(
            [
                Called(ANNA, at(-30), "leg0", "t0"),
                LegEnded(ANNA, at(-20), "leg0", "t0"),
                Called(ANNA, at(-2), "leg1", "t1"),
                PickedUp(ANNA, at(0), "leg1", "t1"),
                LegEnded(ANNA, at(30), "leg1", "t1"),
                Called(ANNA, at(45), "leg2", "t2"),
                PickedUp(ANNA, at(46), "leg2", "t2"),
            ]
        )
        known = house.floor.operator(ANNA)
        assert (known.state, known.touch, known.since) == (OperatorState.TALKING, "t2", at(46))

    async def test_a_talk_whose_end_alone_was_heard_is_whole(self, house: House) -> None:
        begun, up, over = (NOON + timedelta(seconds=after) for after in (10, 12, 40))
        house.clock.at = NOON + timedelta(seconds=42)
        house.floor.take(LegEnded(ANNA, over, "leg1", "t1"))
        house.floor.replay(
            [
                Called(ANNA, begun, "leg1", "t1"),
                PickedUp(ANNA, up, "leg1", "t1"),
                LegEnded(ANNA, over, "leg1", "t1"),
            ]
        )
        known = house.floor.operator(ANNA)
        assert (known.state, known.touch, known.since) == (OperatorState.WRAP_UP, "t1", over)

    async def test_while_another_dialler_drives_nothing_is_known(self, house: House) -> None:
        house.floor.let_go()
        house.floor.hear(
            {"Event": "Newchannel", "Channel": "PJSIP/op1-1", "Uniqueid": "1.1", "Linkedid": "1.0"}, NOON
        )
        assert house.floor.operators() == []
        assert house.counted("debt") == [0, 0, 0, 0]
