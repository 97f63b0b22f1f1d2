"""What is done to campaigns: it happens, it is checked, and the audit log and the time line say who did it."""

from __future__ import annotations

from datetime import timedelta
from zoneinfo import ZoneInfo

import pytest

from dialer.handlers.campaigns import Caps, review_named, set_caps, set_status
from dialer.handlers.day import day
from dialer.handlers.due_ahead import due_ahead
from dialer.handlers.time_line import changes
from dialer.wallboard import Scope
from domain.campaign import CampaignStatus, Mode, Plan, PlanState
from domain.errors import InputError
from domain.touch import Channel, Outcome
from domain.user import COMMAND_LINE
from domain.version import PublicationKind, VersionKind
from ledger.books import Books
from ledger.reports.time_line import Mark
from tests.dialer.figures import Log
from tests.ledger.plans_of_queries import listening
from tests.ledger.rows import NOON, add_campaign

pytestmark = pytest.mark.unit

HOUR, DAY = timedelta(hours=1), timedelta(days=1)


@pytest.fixture
def log(books: Books) -> Log:
    return Log(books)


def marks(books: Books, campaign: str = "") -> list[Mark]:
    with books.read() as tx:
        return changes(tx, NOON - DAY, NOON + DAY, campaign)


class TestWhatIsDone:
    def test_status_and_caps_change_and_are_told(self, books: Books, log: Log) -> None:
        with books.write() as tx:
            paused = set_status(tx, "spring", CampaignStatus.PAUSED, COMMAND_LINE, NOON)
            capped = set_caps(tx, "spring", Caps(50, 5.0, 1000), COMMAND_LINE, NOON + HOUR)
        assert paused.status is CampaignStatus.PAUSED
        assert (capped.max_channels, capped.call_limit) == (50, 1000)
        assert marks(books, "spring") == [
            Mark(NOON, "campaign status", "status paused", "command line", "spring"),
            Mark(
                NOON + HOUR,
                "campaign caps",
                "call_limit 1000, max_channels 50",
                "command line",
                "spring",
            ),
        ]

    def test_what_is_so_already_is_not_told(self, books: Books, log: Log) -> None:
        with books.write() as tx:
            set_status(tx, "spring", CampaignStatus.RUNNING, COMMAND_LINE, NOON)
            set_caps(tx, "spring", Caps(10, 5.0), COMMAND_LINE, NOON)
        assert marks(books) == []

    def test_a_finished_campaign_stays_so(self, books: Books, log: Log) -> None:
        with books.write() as tx:
            tx.campaigns.set_status("spring", CampaignStatus.FINISHED)
            with pytest.raises(InputError, match="is finished; start a new one"):
                set_status(tx, "spring", CampaignStatus.RUNNING, COMMAND_LINE, NOON)

    @pytest.mark.parametrize(
        ("caps", "what"),
        [
            (Caps(0, 1.0), "channels: 0 calls at once"),
            (Caps(1, 0.01), "calls per second: 0.01 calls per second"),
            (Caps(1, 1.0, 0), "call limit: 0 calls in all"),
        ],
    )
    def test_caps_that_cannot_be_meant(self, books: Books, log: Log, caps: Caps, what: str) -> None:
        with books.write() as tx, pytest.raises(InputError, match=what):
            set_caps(tx, "spring", caps, COMMAND_LINE, NOON)

    def test_publications_stand_in_the_time_line(self, books: Books, log: Log) -> None:
        with books.write() as tx:
            version = tx.versions.get(log.campaign.strategy_version_id)
            tx.versions.put_in_force(version, kind=PublicationKind.PUBLISH, author="Иванова", now=NOON)
        published = Mark(NOON, "publish", "strategy of spring@1", "Иванова")
        assert marks(books) == marks(books, "spring") == [published]
        Log(books, "autumn", "water")
        assert marks(books, "autumn") == []

    def test_scripts_stand_in_the_time_line_of_those_who_play_them(self, books: Books, log: Log) -> None:
        with books.write() as tx:
            scripts = tx.versions_of(VersionKind.SCRIPT)
            for name in ("debt_informer", "reminder", "spring"):
                version = scripts.put(name, "x: 1", author="Иванова", number=3, now=NOON)
                scripts.put_in_force(version, kind=PublicationKind.PUBLISH, author="Иванова", now=NOON)
        played = Mark(NOON, "script publish", "debt_informer@3", "Иванова")
        assert marks(books, "spring") == [played]
        assert len(marks(books)) == 3, "the floor's has them all"

    def test_a_strategy_that_cannot_be_read_plays_nothing(self, books: Books) -> None:
        with books.write() as tx:
            portfolio = tx.portfolios.put("heat", creditor="Сети", contact_phone="", basis=None)
            add_campaign(tx, portfolio.id, "old", "name: old\nregime: of another release\n")
        assert marks(books, "old") == []
        with pytest.raises(InputError, match="nowhere"):
            marks(books, "nowhere")

    def test_a_strategy_by_its_name(self, books: Books, log: Log) -> None:
        with books.read() as tx:
            assert review_named(tx, "enforcement-bailiffs", NOON).strategy.name == "enforcement-bailiffs"
            with pytest.raises(InputError, match="nowhere"):
                review_named(tx, "nowhere", NOON)


class TestDueAhead:
    def test_hours_of_all_lanes(self, books: Books, log: Log) -> None:
        plans = [
            Plan(log.debtors[0], NOON - DAY, step="inform"),
            Plan(log.debtors[1], NOON, step="inform", priority=10),
            Plan(log.debtors[2], NOON + HOUR / 2, step="call", desk="debts", mode=Mode.PREDICTIVE),
            Plan(log.debtors[3], NOON + 3 * HOUR, step="inform"),
            Plan(log.debtors[4], NOON + 20 * HOUR, step="inform"),
            Plan(log.debtors[5], NOON, PlanState.DONE),
        ]
        with books.write() as tx:
            tx.plans.save(log.campaign.id, plans)
            with listening(tx.connection) as asked:
                found = due_ahead(tx, "spring", NOON, hours=4)
            assert "plan" not in asked.scanned(tx.connection)
        assert (found.due, found.hours) == (2, (1, 0, 1, 0))

    def test_of_nobody(self, books: Books, log: Log) -> None:
        with books.read() as tx:
            assert due_ahead(tx, "spring", NOON, hours=2).hours == (0, 0)


class TestDay:
    def test_series_begin_at_midnight(self, books: Books, log: Log) -> None:
        midnight = NOON - 12 * HOUR
        log.touch(Outcome.NO_ANSWER, midnight, times=2)
        log.touch(Outcome.MSG_DELIVERED, midnight + timedelta(minutes=5), talk_s=9)
        log.touch(Outcome.ABANDONED, NOON, channel=Channel.CALL_HUMAN, talk_s=2)
        log.touch(Outcome.TALK_DEBTOR, NOON, channel=Channel.CALL_HUMAN, talk_s=20)
        log.touch(Outcome.MSG_DELIVERED, midnight - 12 * HOUR, talk_s=9)
        log.touch(Outcome.MSG_SENT, NOON, channel=Channel.SMS)
        with books.read() as tx:
            shown = day(tx, NOON, ZoneInfo("Europe/Moscow"), Scope(campaign="spring"))
        assert shown.begins == midnight
        assert shown.outcomes[Outcome.NO_ANSWER][:2] == [2, 0]
        assert shown.outcomes[Outcome.MSG_DELIVERED][:2] == [0, 1]
        assert Outcome.MSG_SENT not in shown.outcomes
        assert [(one.begins, one.abandoned, one.live) for one in shown.abandons] == [(NOON, 1, 2)]
        assert (shown.contacts[0], shown.contacts[1], shown.contacts[-1]) == (0, 1, 2)
        assert (len(shown.contacts), len(shown.contacts_yesterday)) == (145, 288)
        assert (shown.contacts_yesterday[143], shown.contacts_yesterday[144]) == (0, 1)
        assert shown.to_json()["outcomes"]["no_answer"][0] == 2
