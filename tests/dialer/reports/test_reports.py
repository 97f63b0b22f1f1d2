"""Every report, counted by hand from a small log; what is not known is empty, never zero."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

import pytest

from dialer.reports.ask import ReportAsk, whole_campaign
from dialer.reports.catalogue import REPORTS, make_report
from dialer.reports.nearest import UNREADABLE
from dialer.reports.table import Figure, Table
from dialer.settings import PriceSettings, Settings
from domain.campaign import CampaignStatus
from domain.errors import InputError
from domain.operator import OperatorState, StateChange
from domain.operator_events import OperatorId
from domain.touch import Channel, Direction, Outcome
from ledger.books import Books
from ledger.tally import count_refusals
from tests.dialer.figures import Log
from tests.ledger.plans_of_queries import listening
from tests.ledger.rows import NOON, add_campaign

pytestmark = pytest.mark.unit

DAY = timedelta(days=1)
SETTINGS = Settings(prices=PriceSettings(attempt=0.1, minute=2, sms=3, messenger=1))
TODAY = NOON.date()
MARCH = ReportAsk(date(2026, 3, 1), date(2026, 4, 1), NOON + DAY, SETTINGS, "spring")


@pytest.fixture
def log(books: Books) -> Log:
    return Log(books)


def tables(books: Books, name: str, ask: ReportAsk = MARCH) -> list[Table]:
    with books.read() as tx:
        return list(make_report(tx, name, ask).tables)


def labelled(table: Table) -> dict[object, object]:
    return {row[0]: row[1].value if isinstance(row[1], Figure) else row[1] for row in table.rows}


class TestAsked:
    @pytest.mark.parametrize("name", sorted(REPORTS))
    def test_of_an_empty_campaign_nothing_is_invented(self, books: Books, log: Log, name: str) -> None:
        assert tables(books, name)

    @pytest.mark.parametrize("name", sorted(REPORTS))
    def test_one_of_a_campaign_needs_it(self, books: Books, log: Log, name: str) -> None:
        house = ReportAsk(MARCH.since, MARCH.until, MARCH.now, SETTINGS)
        if REPORTS[name].of_campaign:
            with pytest.raises(InputError, match="--campaign: this report is of one campaign; name it"):
                tables(books, name, house)
        else:
            assert tables(books, name, house)

    def test_unknown_names_and_days_out_of_order(self, books: Books, log: Log) -> None:
        with pytest.raises(InputError, match="no report 'profit'; reports: progress, results"):
            tables(books, "profit")
        with pytest.raises(InputError, match="period: 2026-03-01 to 2026-03-01 holds no day"):
            tables(books, "cost", ReportAsk(MARCH.since, MARCH.since, NOON, SETTINGS))
        with pytest.raises(InputError, match="no campaign 'winter'"):
            tables(books, "cost", ReportAsk(MARCH.since, MARCH.until, NOON, SETTINGS, "winter"))

    def test_a_period_ends_now_at_the_latest(self) -> None:
        assert MARCH.ends == NOON + DAY
        assert MARCH.begins == NOON - 9.5 * DAY, "midnight in Moscow"

    def test_the_whole_campaign(self, books: Books, log: Log) -> None:
        with books.read() as tx:
            days = whole_campaign(tx, "spring", NOON + DAY, MARCH.zone)
        assert days == (TODAY, TODAY + 2 * DAY)

    def test_no_report_reads_the_log_whole(self, books: Books, log: Log) -> None:
        log.touch(Outcome.NO_ANSWER)
        with books.read() as tx:
            with listening(tx.connection) as asked:
                for name in sorted(REPORTS.keys() - {"intensity"}):
                    make_report(tx, name, MARCH)
            assert not asked.scanned(tx.connection) & {"touch", "tally", "promise", "payment", "operator_log"}


class TestHouse:
    def test_progress_of_a_period(self, books: Books, log: Log) -> None:
        log.touch(Outcome.NO_ANSWER, times=2)
        log.touch(Outcome.NO_ANSWER, NOON - 20 * DAY)
        log.touch(None)
        progress, outcomes = tables(books, "progress")
        assert labelled(progress)["IVR calls"] == 3
        assert labelled(progress)["portfolio"] == 10 * 100_000, "kopecks"
        assert outcomes.rows == [("no_answer", 2, 1.0)]

    def test_results(self, books: Books, log: Log) -> None:
        assert labelled(tables(books, "results")[0])["receipts"] is None
        log.payment(TODAY, debtor=1, roubles=300)
        log.payment(TODAY, debtor=1, roubles=200)
        log.payment(date(2026, 4, 1), debtor=2)
        found = labelled(tables(books, "results")[0])
        assert (found["receipts"], found["debtors who paid"]) == (50_000, 1)
        assert (found["debtors who paid in full"], found["receipts, of the portfolio"]) == (0, 0.05)

    def test_outcomes_by_channel(self, books: Books, log: Log) -> None:
        log.touch(Outcome.NO_ANSWER, times=3)
        log.touch(Outcome.MSG_DELIVERED, talk_s=5)
        log.touch(Outcome.MSG_SENT, channel=Channel.SMS)
        log.touch(Outcome.NOT_PLACED)
        (table,) = tables(books, "outcomes")
        assert table.rows == [
            ("sms", "msg_sent", 1, 1.0),
            ("voice_msg", "no_answer", 3, 0.75),
            ("voice_msg", "msg_delivered", 1, 0.25),
        ]


class TestEffect:
    def test_payments_follow_the_last_touch_before_them(self, books: Books, log: Log) -> None:
        log.touch(Outcome.NO_ANSWER, debtor=1)
        log.touch(
            Outcome.MSG_DELIVERED, NOON + timedelta(hours=1), debtor=1, talk_s=9, channel=Channel.CALL_AGENT
        )
        log.touch(Outcome.NO_ANSWER, NOON + 2 * DAY, debtor=1)
        log.touch(Outcome.NO_ANSWER, NOON - 40 * DAY, debtor=3)
        log.payment(TODAY + DAY, debtor=1, roubles=100)
        log.payment(TODAY, debtor=2, roubles=50)
        log.payment(TODAY, debtor=3, roubles=30)
        _, by_segment, by_version, by_channel, _ = tables(books, "effectiveness")
        assert by_channel.rows == [
            ["call_agent", 1, 1, 1, 10_000, 10_000.0],
            ["", 0, 0, 2, 8_000, None],
            ["voice_msg", 1, 0, 0, 0, 0.0],
        ]
        assert [row[0] for row in by_segment.rows] == ["fresh", ""]
        assert [row[0] for row in by_version.rows] == ["strategy of spring@1", ""]

    def test_before_and_after_are_as_long(self, books: Books, log: Log) -> None:
        log.payment(TODAY - DAY, roubles=10)
        log.payment(TODAY, roubles=70)
        before, after = tables(books, "effectiveness")[0].rows
        assert before[1:] == [date(2026, 2, 27), date(2026, 3, 9), 1000, 1, 1]
        assert after[1:] == [date(2026, 3, 1), date(2026, 3, 11), 8000, 2, 1]

    def test_contacts_promises_and_what_was_kept(self, books: Books, log: Log) -> None:
        heard = log.touch(Outcome.MSG_DELIVERED, talk_s=9, times=4)
        for touch, state in zip(heard, ("kept", "broken", "open"), strict=False):
            log.promise(touch, state=state)
        *_, promises = tables(books, "effectiveness")
        assert promises.rows == [["fresh", "voice_msg", 4, 3, 1, 1, 0.75, 0.5]]

    def test_costs(self, books: Books, log: Log) -> None:
        log.touch(Outcome.NO_ANSWER, times=9)
        log.touch(Outcome.MSG_DELIVERED, talk_s=61)
        log.touch(Outcome.MSG_SENT, channel=Channel.SMS, times=2)
        log.touch(Outcome.NOT_PLACED)
        log.payment(TODAY, roubles=55)
        channels, income = tables(books, "cost")
        assert channels.rows == [
            ["sms", 2, 0, 600, 300.0, None],
            ["voice_msg", 10, 1, 500, 50.0, 500.0],
            ["all", 12, 1, 1100, 1100 / 12, 1100.0],
        ]
        assert income.rows == [(5500, 1100, 20.0)]
        with books.write() as tx:
            tx.campaigns.set_status("spring", CampaignStatus.FINISHED)
        _, whole_house = tables(books, "cost", ReportAsk(MARCH.since, MARCH.until, MARCH.now, SETTINGS))
        assert whole_house.rows == income.rows, "what a finished campaign brought in counts like its costs"


class TestPeople:
    def test_operators(self, books: Books, log: Log) -> None:
        with books.write() as tx:
            anna = OperatorId(tx.operators.add("anna", "Анна", [], "secret", 30).id)
            ready, talking = OperatorState.READY, OperatorState.TALKING
            midnight = MARCH.begins
            tx.operators.append_log(
                [
                    StateChange(anna, midnight + timedelta(hours=1), talking, "", "t", "", ready, 7200.0),
                    StateChange(anna, midnight + timedelta(hours=2), ready, "", "", "", talking, 3600.0),
                ]
            )
        talk = log.touch(Outcome.TALK_DEBTOR, channel=Channel.CALL_HUMAN, talk_s=90, operator_id=anna)
        log.touch(Outcome.TALK_WRONG_PERSON, channel=Channel.CALL_HUMAN, talk_s=30, operator_id=anna)
        log.promise(talk[0])
        ((row,),) = [table.rows for table in tables(books, "operators")]
        told = dict(zip((column.name for column in tables(books, "operators")[0].columns), row, strict=True))
        assert (told["login"], told["signed in"], told["ready"], told["talking"]) == (
            "anna",
            7200.0,
            3600.0,
            3600.0,
        )
        assert (told["talks"], told["contacts"], told["promises"]) == (2, 1, 1)
        assert (told["mean talk"], told["talks an hour"], told["busy"]) == (60.0, 1.0, 0.5)

    def test_intensity_of_a_period_and_who_refused(self, books: Books, log: Log) -> None:
        log.touch(Outcome.NO_ANSWER, times=2, debtor=1)
        log.touch(Outcome.NO_ANSWER, NOON - 20 * DAY, debtor=1)
        with books.write() as tx:
            count_refusals(tx.connection, log.campaign.id, {"hours": 2, "calls-per-day": 7}, NOON)
            count_refusals(tx.connection, log.campaign.id, {"hours": 50}, NOON - 20 * DAY)
        distribution, most, refused, _, _ = tables(books, "intensity")
        assert distribution.rows == [(2, 1, 1.0)]
        assert labelled(most)["most on one day"] == 2
        assert refused.rows == [("calls-per-day", 7), ("hours", 2)]

    def test_who_is_nearest_to_limits(self, books: Books, log: Log) -> None:
        now = MARCH.now - timedelta(hours=1)
        log.touch(Outcome.TALK_DEBTOR, now, debtor=3, channel=Channel.CALL_HUMAN)
        log.touch(Outcome.TALK_DEBTOR, now - DAY, times=2, debtor=5, channel=Channel.CALL_HUMAN)
        log.touch(Outcome.MSG_SENT, now, debtor=5, channel=Channel.SMS)
        log.touch(Outcome.MSG_DELIVERED, now - 9 * DAY, debtor=5)
        log.touch(Outcome.NO_ANSWER, now, times=20, debtor=7)
        log.touch(Outcome.TALK_DEBTOR, now, debtor=8, channel=Channel.CALL_HUMAN, direction=Direction.IN)
        nearest = tables(books, "intensity")[-1]
        assert nearest.title == "Nearest to limits"
        assert nearest.rows == [
            ["calls-per-day", "day", "D3", 1, 1, 0],
            ["calls-per-week", "week", "D5", 2, 2, 0],
            ["calls-per-week", "week", "D3", 1, 2, 1],
            ["calls-per-month", "month", "D5", 2, 8, 6],
            ["calls-per-month", "month", "D3", 1, 8, 7],
            ["messages-per-day", "day", "D5", 1, 2, 1],
            ["messages-per-week", "week", "D5", 1, 4, 3],
            ["messages-per-month", "month", "D5", 2, 16, 14],
        ]

    def test_an_open_touch_counts_as_its_worst(self, books: Books, log: Log) -> None:
        now = MARCH.now - timedelta(hours=1)
        log.touch(Outcome.TALK_DEBTOR, now - DAY, debtor=3, channel=Channel.CALL_HUMAN)
        log.touch(None, now, debtor=3, channel=Channel.CALL_HUMAN)
        rows = {row[0]: row[3] for row in tables(books, "intensity")[-1].rows}
        assert rows == {"calls-per-day": 1, "calls-per-week": 2, "calls-per-month": 2}

    def test_limits_of_a_strategy_that_cannot_be_read_are_not_told(self, books: Books, log: Log) -> None:
        with books.write() as tx:
            add_campaign(tx, log.portfolio.id, "old")
        nearest = tables(books, "intensity", replace(MARCH, campaign="old"))[-1]
        assert (nearest.rows, nearest.notes) == ((), (UNREADABLE,))

    def test_queues_of_nobody(self, books: Books, log: Log) -> None:
        log.touch(Outcome.TALK_DEBTOR, direction=Direction.IN, channel=Channel.CALL_HUMAN)
        assert [table.rows for table in tables(books, "queues")] == [[], []]
