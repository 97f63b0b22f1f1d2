"""The wallboard: figures of now from Redis, of today from the counts, each counted by hand."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import timedelta

import orjson
import pytest
from redis.asyncio import Redis
from redis.exceptions import RedisError

from dialer.board import board_key, desk_key, note_pop, publish, waiting_board
from dialer.callbacks.rates import RATES
from dialer.floor.feed import BOARD
from dialer.handlers.wallboard import WHOLE_FLOOR, Wallboard, campaigns_in
from dialer.live import Live, look
from dialer.running import Running
from dialer.settings import Settings
from dialer.wallboard import Abandons, Board, Scope
from domain.call import Call, advance
from domain.call_events import Answered, Queued
from domain.campaign import CampaignStatus, Plan
from domain.errors import InputError
from domain.touch import Channel, Outcome, TouchId
from ledger.books import Books
from tests.dialer.figures import Log
from tests.ledger.plans_of_queries import listening
from tests.ledger.rows import NOON

pytestmark = pytest.mark.integration

NOBODY = Live()
SETTINGS = Settings(zone="Europe/Moscow")
DAY = timedelta(days=1)
NOW = NOON + timedelta(minutes=1)
SPRING = {
    "in_flight": 7,
    "calls_per_second": 1.5,
    "reason": "calls per second",
    "placed": 9,
}
ANNA = {"operator": 1, "login": "anna", "desk": "debts", "state": "ready", "since": NOON.isoformat()}
BORIS = {"operator": 2, "login": "boris", "desk": "water", "state": "talking", "since": NOON.isoformat()}


@pytest.fixture
def log(books: Books) -> Log:
    return Log(books)


@pytest.fixture
async def redis(redis_server: str) -> AsyncIterator[Redis]:
    """An empty Redis."""
    opened: Redis = Redis.from_url(redis_server)
    await opened.flushdb()
    yield opened
    await opened.flushdb()
    await opened.aclose()


class TestLook:
    async def test_nothing_runs(self, redis: Redis) -> None:
        assert await look(redis) == Live()

    async def test_every_board_is_found(self, redis: Redis) -> None:
        await publish(redis, board_key("spring"), SPRING)
        await publish(redis, desk_key("debts"), {"desk": "debts", "idle": 1})
        await redis.set(BOARD, orjson.dumps([ANNA]))
        await publish(redis, RATES, {"debts": {"factor": 0.5}})
        for ms in range(1, 101):
            await note_pop(redis, float(ms))
        live = await look(redis)
        assert (live.campaigns, live.desks) == ({"spring": SPRING}, {"debts": {"desk": "debts", "idle": 1}})
        assert (live.operators, live.callbacks) == ([ANNA], {"debts": {"factor": 0.5}})
        assert (live.pop_p95_ms, live.waiting) == (96.0, {})

    async def test_without_redis_nothing_is_known(self) -> None:
        nowhere: Redis = Redis.from_url("unix:///nowhere/redis.sock")
        assert await look(nowhere) == Live(up=False)
        await note_pop(nowhere, 12.0)
        with pytest.raises(RedisError):
            await nowhere.ping()
        await nowhere.aclose()


class TestBoard:
    def test_an_empty_floor_has_no_shares(self, books: Books) -> None:
        with books.read() as tx:
            shown = Wallboard(SETTINGS).boards(tx, Live(up=False), NOON, [WHOLE_FLOOR])[WHOLE_FLOOR]
        assert (shown.live, shown.campaigns, shown.figures.answer_rate) == (False, [], None)
        assert (shown.figures.abandons.share, shown.figures.served.level) == (None, None)
        assert shown.to_json()["figures"]["calls"] == 0

    def test_today_is_counted_since_midnight_of_the_house(self, books: Books, log: Log) -> None:
        log.touch(Outcome.MSG_DELIVERED, NOON - timedelta(hours=12), talk_s=61)  # 00:00 in Moscow
        log.touch(Outcome.NO_ANSWER, NOON - timedelta(hours=12, seconds=1))
        log.touch(Outcome.NO_ANSWER, times=2)
        log.touch(Outcome.NOT_PLACED)
        promised = log.touch(Outcome.TALK_DEBTOR, channel=Channel.CALL_HUMAN, talk_s=30)
        log.promise(promised[0])
        figures = self.shown(books).figures
        assert (figures.calls, figures.answered, figures.contacts, figures.promises) == (4, 2, 2, 1)
        assert figures.answer_rate == 0.5
        assert figures.kopecks == 3 * 150, "two begun minutes and one"

    def test_abandons_are_a_share_of_live_answers_for_operators(self, books: Books, log: Log) -> None:
        log.touch(Outcome.TALK_DEBTOR, channel=Channel.CALL_HUMAN, talk_s=9, times=3)
        log.touch(Outcome.ABANDONED, NOON - timedelta(hours=2), channel=Channel.CALL_HUMAN, talk_s=2)
        log.touch(Outcome.ANSWERED_SHORT, talk_s=2)
        log.touch(Outcome.NO_ANSWER, channel=Channel.CALL_HUMAN)
        shown = self.shown(books)
        assert shown.figures.abandons == Abandons(1, 4, 0.03)
        assert shown.figures.abandons.share == 0.25
        assert shown.figures.abandons_half_hour == Abandons(0, 3, 0.03)
        assert shown.to_json()["campaigns"][0]["abandons"]["share"] == 0.25

    def test_yesterday_until_this_hour(self, books: Books, log: Log) -> None:
        heard = log.touch(Outcome.MSG_DELIVERED, NOON - DAY - timedelta(hours=1), talk_s=5, times=3)
        log.touch(Outcome.MSG_DELIVERED, NOON - DAY + timedelta(hours=1), talk_s=5)
        log.promise(heard[0], NOON - DAY - timedelta(hours=1))
        log.promise(heard[0], NOON - DAY + timedelta(hours=1))
        figures = self.shown(books).figures
        assert (figures.contacts_yesterday, figures.promises_yesterday) == (3, 1)
        assert (figures.contacts, figures.promises) == (0, 0)

    def test_now_is_what_diallers_show(self, books: Books, log: Log) -> None:
        live = Live(
            campaigns={"spring": SPRING},
            operators=[ANNA, BORIS],
            callbacks={"debts": {"figures": {"calls_in": 2.5, "service_level": 0.8}}},
            waiting={"debts": {"waiting": 2, "longest_s": 12.5}, "water": {"waiting": 1, "longest_s": 3.0}},
            pops_ms=[120.0],
        )
        shown = self.shown(books, live)
        figures, (line,) = shown.figures, shown.campaigns
        assert (figures.channels, figures.channels_cap, figures.calls_per_second) == (7, 10, 1.5)
        assert (line.shown, line.reason, line.status) == (True, "calls per second", CampaignStatus.RUNNING)
        assert (figures.callers_waiting, figures.longest_wait_s, figures.pop_p95_ms) == (3, 12.5, 120.0)
        assert (figures.callbacks_expected, figures.service_level_expected) == (2.5, 0.8)
        assert shown.states == {"ready": 1, "talking": 1}

    def test_a_desk_shows_its_own_operators_and_callers(self, books: Books, log: Log) -> None:
        live = Live(operators=[ANNA, BORIS], waiting={"water": {"waiting": 1, "longest_s": 3.0}})
        shown = self.shown(books, live, Scope(desk="debts"))
        assert (shown.operators, shown.figures.callers_waiting) == ([ANNA], 0)

    def test_scopes_part_campaigns(self, books: Books, log: Log) -> None:
        other = Log(books, "autumn", "water")
        log.touch(Outcome.NO_ANSWER, times=2)
        other.touch(Outcome.BUSY, phone="+79169990000")
        scopes = (Scope(), Scope(campaign="spring"), Scope(portfolio="water"), Scope(campaign="winter"))
        with books.read() as tx:
            boards = Wallboard(SETTINGS).boards(tx, Live(), NOW, scopes)
        assert [boards[scope].figures.calls for scope in scopes[:3]] == [3, 2, 1]
        assert scopes[3] not in boards, "who asks for what there is not spoils nobody's board"

    @pytest.mark.parametrize("scope", [Scope(campaign="winter"), Scope(portfolio="gas")], ids=str)
    def test_a_scope_that_there_is_not(self, books: Books, log: Log, scope: Scope) -> None:
        with pytest.raises(InputError), books.read() as tx:
            campaigns_in(tx, scope)

    def test_what_is_believed_for_a_minute_is_of_the_past_only(self, books: Books, log: Log) -> None:
        wallboard = Wallboard(SETTINGS)
        calls = []
        log.touch(Outcome.NO_ANSWER, NOON - timedelta(hours=2))
        for at, reserved in (
            (NOW, NOON),
            (NOW + timedelta(seconds=59), NOON - timedelta(hours=2)),
            (NOW + timedelta(seconds=61), NOON),
        ):
            log.touch(Outcome.NO_ANSWER, reserved)
            with books.read() as tx:
                shown = wallboard.boards(tx, Live(), at, [WHOLE_FLOOR])[WHOLE_FLOOR]
            calls.append(shown.figures.calls)
        assert calls == [2, 2, 4]

    def test_just_after_midnight_the_hour_is_of_yesterday_too(self, books: Books, log: Log) -> None:
        midnight = NOON - timedelta(hours=12)  # 00:00 in Moscow
        log.touch(Outcome.MSG_DELIVERED, midnight - timedelta(minutes=10), talk_s=59, times=2)
        log.touch(Outcome.MSG_DELIVERED, midnight + timedelta(minutes=1), talk_s=59)
        with books.read() as tx:
            boards = Wallboard(SETTINGS).boards(tx, Live(), midnight + timedelta(minutes=5), [WHOLE_FLOOR])
        figures = boards[WHOLE_FLOOR].figures
        assert (figures.calls, figures.kopecks) == (1, 150)
        assert figures.kopecks_an_hour == round(3 * 150 * 60 / 65), "from 23:00 on"

    def test_no_table_of_the_log_is_read_whole(self, books: Books, log: Log) -> None:
        log.touch(Outcome.NO_ANSWER)
        with books.read() as tx:
            with listening(tx.connection) as asked:
                Wallboard(SETTINGS).boards(tx, Live(), NOON, [WHOLE_FLOOR])
            scanned = asked.scanned(tx.connection)
        assert not scanned & {"touch", "tally", "pulse", "promise", "callback", "debtor", "plan"}

    @staticmethod
    def shown(books: Books, live: Live = NOBODY, scope: Scope = WHOLE_FLOOR) -> Board:
        with books.read() as tx:
            return Wallboard(SETTINGS).boards(tx, live, NOW, [scope])[scope]


def test_who_waits_is_told_by_desk_and_by_the_longest_wait() -> None:
    def waits(number: int, desk: str, since: float) -> Running:
        call = Call(TouchId(f"t{number}"))
        for event in (Answered(call.touch, NOON), Queued(call.touch, NOON, desk)):
            call = advance(call, event)
        running = Running(call, Plan(0, NOON), "", 0, "n1", since)
        running.queued = since
        return running

    calls = [waits(1, "debts", 5.0), waits(2, "debts", 2.0), waits(3, "water", 9.0)]
    assert waiting_board([*calls, Running(Call(TouchId("t4")), Plan(0, NOON), "", 0, "n1", 1.0)], 10.0) == {
        "debts": {"waiting": 2, "longest_s": 8.0},
        "water": {"waiting": 1, "longest_s": 1.0},
    }
