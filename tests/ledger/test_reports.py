"""The progress and intensity tables, counted from a small log by hand."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from itertools import count
from typing import Any

import pytest
from sqlalchemy import insert, update

from domain.campaign import Campaign, CampaignStatus
from domain.portfolio import Portfolio
from domain.touch import Channel, Direction, Outcome
from ledger.books import Books
from ledger.fact_tables import PaymentRow
from ledger.reports.intensity import Intensity, intensity
from ledger.reports.progress import OutcomeCount, Progress, progress
from ledger.tables import DebtorRow, DebtRow, PhoneRow, PlanRow, TouchRow, table
from ledger.tally import recount
from ledger.totals import recount_totals

pytestmark = pytest.mark.unit

MONDAY = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
DAY = timedelta(days=1)
ZONES = ("Europe/Moscow", "Asia/Yekaterinburg", "Asia/Yakutsk,Asia/Vladivostok", "America/New_York")


@pytest.fixture
def campaign(books: Books, portfolio: Portfolio) -> Campaign:
    """Four debtors, one in each of ``ZONES``, owing 100, 200, 300 and 400 roubles; three have a phone."""
    with books.write() as tx:
        debtors = [
            {"id": n, "portfolio_id": portfolio.id, "external_id": f"D{n}", "zones": zones, "digest": ""}
            for n, zones in enumerate(ZONES, start=1)
        ]
        person = {"name": "", "region": "", "language": "ru", "vulnerable": False}
        tx.connection.execute(insert(table(DebtorRow)), [person | debtor for debtor in debtors])
        debt = {"account": "1", "service": "", "oldest_unpaid": date(2025, 11, 1)}
        tx.connection.execute(
            insert(table(DebtRow)), [debt | {"debtor_id": n, "kopecks": n * 10_000} for n in range(1, 5)]
        )
        phone = {"status": "unverified", "source": "client", "position": 0}
        numbers = [(1, "+79350000001"), (1, "+79350000002"), (2, "+79350000001"), (3, "+79350000003")]
        tx.connection.execute(
            insert(table(PhoneRow)), [phone | {"debtor_id": n, "number": number} for n, number in numbers]
        )
        recount_totals(tx.connection)
        version = tx.versions.put("s", "", author="", now=MONDAY).id
        made = tx.campaigns.create(
            "spring",
            now=MONDAY,
            portfolio_id=portfolio.id,
            version_id=version,
            caller_number="+79350000000",
            max_channels=1,
            max_calls_per_second=1.0,
        )
        plan = {"campaign_id": made.id, "state": "due", "segment": "", "step": "", "attempts": 0, "round": 0}
        plan |= {"priority": 0, "due_at": MONDAY, "reason": ""}
        tx.connection.execute(insert(table(PlanRow)), [plan | {"debtor_id": n} for n in range(1, 5)])
    assert made.status is CampaignStatus.RUNNING
    return made


Log = Callable[..., None]


@pytest.fixture
def log(books: Books, campaign: Campaign) -> Log:
    """Logs a touch."""
    ids = count()

    def touch(
        debtor: int | None,
        at: datetime,
        outcome: Outcome | None = Outcome.NO_ANSWER,
        *,
        channel: Channel = Channel.VOICE_MSG,
        direction: Direction = Direction.OUT,
        talk_s: float | None = None,
        campaign_id: int | None = campaign.id,
    ) -> None:
        texts = dict.fromkeys(
            (
                "phone",
                "caller_number",
                "segment",
                "script",
                "node",
                "reason",
                "digits",
                "result",
                "last_node",
            ),
            "",
        )
        row: dict[str, Any] = texts | {
            "id": f"{next(ids):032x}",
            "debtor_id": debtor,
            "campaign_id": campaign_id,
            "channel": channel.value,
            "direction": direction.value,
            "step": "",
            "reserved_at": at,
            "answered_at": None if talk_s is None else at,
            "outcome": outcome and outcome.value,
            "ring_ms": 0,
            "talk_ms": round((talk_s or 0) * 1000),
        }
        with books.write() as tx:
            tx.connection.execute(insert(table(TouchRow)).values(row))
            recount(tx.connection)

    return touch


@pytest.fixture
def progressed(books: Books, campaign: Campaign) -> Callable[[], Progress]:
    def count_now() -> Progress:
        with books.read() as tx:
            return progress(tx.connection, campaign)

    return count_now


@pytest.fixture
def intense(books: Books, campaign: Campaign) -> Callable[[], Intensity]:
    def count_now() -> Intensity:
        with books.read() as tx:
            return intensity(tx.connection, campaign)

    return count_now


def values(report: Progress | Intensity) -> dict[str, Any]:
    return {row.label: row.value for row in report.rows()}


class TestProgress:
    """The table of the reference project."""

    def test_before_the_first_touch_nothing_is_invented(self, progressed: Callable[[], Progress]) -> None:
        table = values(progressed())
        assert table["portfolio"] == 1000.0
        assert table["debtors"] == 4
        assert table["average debt"] == 250.0
        assert table["debtors with a phone"] == 0.75
        assert table["duration"] == 0
        assert table["all touches"] == 0
        assert table["answer rate of calls"] is None
        assert table["mean talk"] is None
        assert table["receipts"] is None
        assert table["all touches a month"] is None

    def test_calls_messages_and_outcomes_are_counted(
        self, log: Log, progressed: Callable[[], Progress]
    ) -> None:
        log(1, MONDAY, Outcome.MSG_DELIVERED, talk_s=20)
        log(1, MONDAY + DAY, Outcome.ANSWERED_SHORT, talk_s=4)
        log(2, MONDAY, Outcome.BUSY)
        log(2, MONDAY, Outcome.NOT_PLACED)
        log(3, MONDAY, None)
        log(3, MONDAY, Outcome.MSG_SENT, channel=Channel.SMS)
        log(3, MONDAY, Outcome.MSG_SENT, channel=Channel.MESSENGER)
        log(3, MONDAY, Outcome.TALK_DEBTOR, channel=Channel.CALL_AGENT, talk_s=60)
        log(4, MONDAY, Outcome.BUSY, campaign_id=None)
        found = progressed()
        assert (found.ivr_calls, found.sms, found.messenger, found.touches) == (5, 1, 1, 7)
        assert (found.open_touches, found.calls, found.answered) == (1, 4, 3)
        assert found.answer_rate == 0.75
        assert found.mean_talk_s == 28.0
        assert values(found)["touches per debtor"] == 1.75
        assert found.outcomes[0] == OutcomeCount(Outcome.MSG_SENT, 2, 2 / 7)
        assert {one.outcome: one.touches for one in found.outcomes}[Outcome.NOT_PLACED] == 1
        assert sum(one.share for one in found.outcomes) == pytest.approx(1)

    def test_inbound_calls_are_no_touches_of_ours(self, log: Log, progressed: Callable[[], Progress]) -> None:
        for debtor, at in ((1, MONDAY), (1, MONDAY), (2, MONDAY), (None, MONDAY), (3, MONDAY - DAY)):
            call = {"channel": Channel.CALL_HUMAN, "direction": Direction.IN, "campaign_id": None}
            log(debtor, at, Outcome.TALK_DEBTOR, talk_s=9, **call)
        found = progressed()
        assert (found.touches, found.calls, found.inbound_calls, found.debtors_who_called) == (0, 0, 3, 2)
        assert values(found)["debtors who called in, of all"] == 0.5

    def test_receipts_before_and_since(
        self, books: Books, campaign: Campaign, progressed: Callable[[], Progress]
    ) -> None:
        paid = {"portfolio_id": campaign.portfolio_id, "kopecks": 10_000}
        days = [(1, date(2026, 1, 1)), (1, date(2026, 2, 1)), (2, date(2026, 3, 2)), (2, date(2026, 3, 9))]
        with books.write() as tx:
            rows = [paid | {"debtor_id": n, "key": str(day), "paid_on": day} for n, day in days]
            tx.connection.execute(insert(table(PaymentRow)), rows)
        found = values(progressed())
        assert (found["receipts"], found["debtors who paid"], found["debtors who paid in full"]) == (
            200.0,
            1,
            0,
        )
        assert found["payments a month before start"] == pytest.approx(200 / (60 / 30.4375), rel=0.01)

    def test_a_monthly_rate_needs_a_month(self, log: Log, progressed: Callable[[], Progress]) -> None:
        log(1, MONDAY)
        log(1, MONDAY + 20 * DAY)
        assert values(progressed())["IVR calls a month"] is None
        log(1, MONDAY + timedelta(days=365.25 / 3))
        assert values(progressed())["duration"] == pytest.approx(4)
        assert values(progressed())["IVR calls a month"] == pytest.approx(0.75)
        assert values(progressed())["touches per debtor and month"] == pytest.approx(0.75 / 4)

    def test_the_document_has_the_table_and_the_outcomes(
        self, log: Log, progressed: Callable[[], Progress]
    ) -> None:
        log(1, MONDAY, Outcome.BUSY)
        document = progressed().to_json()
        assert document["campaign"] == "spring"
        assert document["first_touch_at"] == "2026-03-02T09:00:00+00:00"
        assert document["outcomes"] == [{"outcome": Outcome.BUSY, "touches": 1, "share": 1.0}]
        assert document["table"][0] == {"label": "portfolio", "value": 1000.0, "unit": "RUB"}
        assert {"label": "receipts", "value": None, "unit": "RUB"} in document["table"]


class TestIntensity:
    """Touches per debtor, on his own days."""

    def test_nobody_was_touched(self, intense: Callable[[], Intensity]) -> None:
        assert intense() == Intensity("spring", {0: 4}, 0, 0, {})
        assert values(intense())["touches per debtor"] == 0

    def test_the_distribution_counts_what_left_us(self, log: Log, intense: Callable[[], Intensity]) -> None:
        log(1, MONDAY)
        log(1, MONDAY + DAY, None)
        log(1, MONDAY + 2 * DAY, Outcome.NOT_PLACED)
        log(1, MONDAY + 3 * DAY, campaign_id=None)
        log(2, MONDAY, Outcome.UNKNOWN)
        log(3, MONDAY, direction=Direction.IN)
        found = intense()
        assert found.distribution == {0: 2, 1: 1, 2: 1}
        assert (found.debtors, found.touches, found.most) == (4, 3, 2)
        assert (found.most_a_day, found.most_a_week) == (1, 2)

    @pytest.mark.parametrize(
        ("debtor", "before_midnight"),
        [
            (1, datetime(2026, 3, 3, 20, 30, tzinfo=UTC)),  # 23:30 in Moscow
            (1, datetime(2026, 3, 3, 20, 39, 59, 900_000, tzinfo=UTC)),  # in 20 minutes it is 23:59:59.9
            (2, datetime(2026, 3, 3, 18, 30, tzinfo=UTC)),  # 23:30 in Yekaterinburg
            (3, datetime(2026, 3, 3, 14, 30, tzinfo=UTC)),  # 23:30 in Yakutsk, the first of his zones
            (4, datetime(2026, 3, 4, 4, 30, tzinfo=UTC)),  # 23:30 in New York, winter
            (4, datetime(2026, 3, 11, 3, 30, tzinfo=UTC)),  # 23:30 in New York, summer
        ],
    )
    def test_a_day_is_the_debtors_own(
        self, log: Log, intense: Callable[[], Intensity], debtor: int, before_midnight: datetime
    ) -> None:
        log(debtor, MONDAY)  # winter in New York
        log(debtor, before_midnight)
        log(debtor, before_midnight + timedelta(hours=1))
        assert intense().most_a_day == 1
        log(debtor, before_midnight + timedelta(minutes=20))
        assert intense().most_a_day == 2

    def test_a_week_is_from_monday_on_the_debtors_clock(
        self, log: Log, intense: Callable[[], Intensity]
    ) -> None:
        sunday_evening = datetime(2026, 3, 8, 20, 30, tzinfo=UTC)  # 23:30 in Moscow
        for at in (sunday_evening - 6 * DAY, sunday_evening, sunday_evening + timedelta(hours=1)):
            log(1, at)
        assert intense().most_a_week == 2
        log(1, sunday_evening + 7 * DAY)
        assert intense().most_a_week == 2
        log(1, sunday_evening + 6 * DAY)
        assert intense().most_a_week == 3

    def test_who_waits_for_which_rule(self, books: Books, intense: Callable[[], Intensity]) -> None:
        plan = table(PlanRow)
        with books.write() as tx:
            for debtor, reason, state in ((1, "held back by hours", "due"), (2, "held back by hours", "due")):
                these = update(plan).where(plan.c.debtor_id == debtor)
                tx.connection.execute(these.values(reason=reason, state=state))
            tx.connection.execute(
                update(plan).where(plan.c.debtor_id == 3).values(reason="paid", state="done")
            )
        assert intense().waiting == {"held back by hours": 2}

    def test_the_document(self, log: Log, intense: Callable[[], Intensity]) -> None:
        log(1, MONDAY)
        assert intense().to_json() == {
            "campaign": "spring",
            "debtors": 4,
            "touches": 1,
            "distribution": [{"touches": 0, "debtors": 3}, {"touches": 1, "debtors": 1}],
            "most_per_debtor": 1,
            "most_per_debtor_and_day": 1,
            "most_per_debtor_and_week": 1,
            "waiting": {},
        }
