"""Scheduled reports: made when a period is over, once, into a folder or to a mailbox; faults are kept to be seen."""

from __future__ import annotations

import socketserver
import threading
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from email import message_from_bytes, policy
from pathlib import Path
from typing import Any

import pytest

from dialer.handlers.schedule_report import schedule_report, unschedule_report
from dialer.jobs.beat import Beat
from dialer.jobs.queue import JobQueue, run_worker, waiting_jobs
from dialer.jobs.reports import make_now, today_of
from dialer.settings import MailSettings, Settings
from domain.errors import EnvironmentFault, InputError
from domain.schedule import Period, Schedule
from domain.user import COMMAND_LINE, Language
from ledger.books import Books
from tests.dialer.figures import Log
from tests.ledger.rows import NOON

pytestmark = pytest.mark.integration

DAY = timedelta(days=1)


DAILY = Schedule("progress", "spring", Period.DAY, "csv", "out", 7, "Europe/Moscow", "")


def wanted(target: str, period: Period = Period.DAY, **more: Any) -> Schedule:
    return replace(DAILY, target=target, period=period, **more)


class TestPeriods:
    @pytest.mark.parametrize(
        ("period", "days", "next_day"),
        [
            (Period.DAY, (date(2026, 3, 9), date(2026, 3, 10)), date(2026, 3, 11)),
            (Period.WEEK, (date(2026, 3, 2), date(2026, 3, 9)), date(2026, 3, 16)),
            (Period.MONTH, (date(2026, 2, 1), date(2026, 3, 1)), date(2026, 4, 1)),
        ],
    )
    def test_the_last_whole_one(self, period: Period, days: tuple[date, date], next_day: date) -> None:
        assert period.days(date(2026, 3, 10)) == days
        assert period.next_day(date(2026, 3, 10)) == next_day

    def test_of_january_and_december(self) -> None:
        assert Period.MONTH.days(date(2026, 1, 1)) == (date(2025, 12, 1), date(2026, 1, 1))
        assert Period.MONTH.next_day(date(2026, 12, 31)) == date(2027, 1, 1)

    def test_the_hour_is_the_house_s(self) -> None:
        daily = wanted("x")
        assert daily.next_after(NOON) == datetime(2026, 3, 11, 4, tzinfo=UTC)
        assert daily.next_after(NOON - timedelta(hours=6)) == datetime(2026, 3, 10, 4, tzinfo=UTC)
        assert wanted("x", Period.WEEK).next_after(NOON) == datetime(2026, 3, 16, 4, tzinfo=UTC)


@pytest.fixture
def log(books: Books) -> Log:
    return Log(books)


def scheduled(books: Books, schedule: Schedule, settings: Settings) -> Schedule:
    with books.write() as tx:
        return schedule_report(tx, schedule, settings, COMMAND_LINE, NOON)


class TestMake:
    def test_into_a_folder(self, books: Books, log: Log, tmp_path: Path) -> None:
        settings = Settings()
        made = scheduled(books, wanted(str(tmp_path / "out")), settings)
        where = make_now(books, settings, made.id, date(2026, 3, 11), NOON + DAY)
        assert where == str(tmp_path / "out" / "progress-spring-2026-03-10-2026-03-11.csv")
        assert Path(where).read_text(encoding="utf-8-sig").startswith("Ход работы")
        with books.read() as tx:
            assert (tx.schedules.get(made.id).last_at, tx.schedules.get(made.id).fault) == (NOON + DAY, "")

    def test_in_the_language_of_the_house(self, books: Books, log: Log, tmp_path: Path) -> None:
        settings = Settings(language=Language.EN)
        made = scheduled(books, wanted(str(tmp_path)), settings)
        where = make_now(books, settings, made.id, date(2026, 3, 11), NOON + DAY)
        assert Path(where).read_text(encoding="utf-8-sig").startswith("Progress")

    def test_a_fault_is_kept(self, books: Books, log: Log, tmp_path: Path) -> None:
        (tmp_path / "file").write_text("")
        made = scheduled(books, wanted(str(tmp_path / "file")), Settings())
        make_now(books, Settings(), made.id, date(2026, 3, 11), NOON + DAY)
        with books.read() as tx:
            fault = tx.schedules.get(made.id).fault
        assert fault.endswith("progress-spring-2026-03-10-2026-03-11.csv: cannot be written: File exists")

    def test_to_a_mailbox(self, books: Books, log: Log, mailbox: Mailbox) -> None:
        settings = Settings(mail=MailSettings(host="127.0.0.1", port=mailbox.port, tls=False))
        made = scheduled(books, wanted("boss@example.org", format="pdf"), settings)
        assert make_now(books, settings, made.id, date(2026, 3, 11), NOON + DAY) == "boss@example.org"
        (raw,) = mailbox.messages
        message = message_from_bytes(raw, policy=policy.default)
        assert message["To"] == "boss@example.org"
        assert message["Subject"] == "Ход работы spring 2026-03-10 – 2026-03-11"
        (file,) = [part for part in message.walk() if part.get_content_type() == "application/pdf"]
        assert bytes(file.get_payload(decode=True)).startswith(b"%PDF-")
        assert file.get_filename() == "progress-spring-2026-03-10-2026-03-11.pdf"

    def test_a_mail_server_that_is_not_there(self, books: Books, log: Log) -> None:
        settings = Settings(mail=MailSettings(host="127.0.0.1", port=9))
        made = scheduled(books, wanted("boss@example.org"), settings)
        said = make_now(books, settings, made.id, date(2026, 3, 11), NOON + DAY)
        assert said.startswith("127.0.0.1:9: the mail server did not take it (")


class TestSchedule:
    @pytest.mark.parametrize(
        ("change", "what"),
        [
            ({"report": "profit"}, "no report 'profit'"),
            ({"campaign": ""}, "--campaign: this report is of one campaign"),
            ({"campaign": "winter"}, "no campaign 'winter'"),
            ({"format": "doc"}, "no format 'doc'; formats: json, csv, xlsx, pdf"),
            ({"hour": 24}, "24 is no hour"),
            ({"zone": "Mars/Olympus"}, "no zone 'Mars/Olympus'"),
            ({"target": "boss@example.org"}, "DOZVON_MAIL__HOST: there is no mail server"),
        ],
    )
    def test_what_cannot_be_made_is_refused_at_once(
        self, books: Books, log: Log, change: dict[str, Any], what: str
    ) -> None:
        asked = wanted(str(change.pop("target", "out")), **change)
        with books.write() as tx, pytest.raises(InputError, match=what):
            schedule_report(tx, asked, Settings(), COMMAND_LINE, NOON)

    def test_added_and_removed(self, books: Books, log: Log) -> None:
        made = scheduled(books, wanted("out"), Settings())
        with books.write() as tx:
            assert tx.schedules.all() == [made]
            assert unschedule_report(tx, made.id, COMMAND_LINE, NOON) == made
            assert tx.schedules.all() == []
            with pytest.raises(InputError, match="no scheduled report"):
                tx.schedules.get(made.id)


class FixedClock:
    """Stands where a test puts it."""

    def __init__(self, at: datetime) -> None:
        self.at = at

    def now(self) -> datetime:
        return self.at


class TestBeat:
    @pytest.fixture(autouse=True)
    def settings_of_a_worker(
        self, books: Books, redis_server: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
    ) -> None:
        monkeypatch.setenv("DOZVON_DATABASE_URL", str(books.engine.url))
        monkeypatch.setenv("DOZVON_REDIS_URL", redis_server)
        queue = JobQueue(redis_server, "reports")
        queue._redis.flushdb()
        queue.close()

    def test_a_report_is_given_once_when_its_time_has_come(
        self, books: Books, log: Log, redis_server: str, tmp_path: Path
    ) -> None:
        made = scheduled(books, wanted(str(tmp_path / "out")), Settings())
        clock = FixedClock(NOON)
        first, second = Beat(redis_server, books, clock), Beat(redis_server, books, clock)
        assert first.look() == 0
        assert made.next_at is not None
        clock.at = made.next_at + timedelta(minutes=5)
        assert (second.look(), first.look(), first.look()) == (0, 1, 0), "one worker beats at a time"
        assert waiting_jobs(redis_server)["reports"] == 1
        run_worker(redis_server, until_empty=True)
        assert [path.name for path in (tmp_path / "out").iterdir()] == [
            "progress-spring-2026-03-10-2026-03-11.csv"
        ]
        with books.read() as tx:
            assert tx.schedules.get(made.id).next_at == made.next_at + DAY

    def test_a_report_that_redis_does_not_take_stays_due(
        self, books: Books, log: Log, redis_server: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        made = scheduled(books, wanted(str(tmp_path / "out")), Settings())
        clock = FixedClock(NOON + DAY)
        beat = Beat(redis_server, books, clock)
        with monkeypatch.context() as lost:
            lost.setattr(JobQueue, "give", lambda *_: [])
            with pytest.raises(EnvironmentFault, match="takes no job"):
                beat.look()
        with books.read() as tx:
            assert tx.schedules.get(made.id).next_at == made.next_at
        assert beat.look() == 1

    def test_a_day_of_another_zone(self) -> None:
        late = datetime(2026, 3, 10, 22, tzinfo=UTC)
        assert today_of(wanted("x"), late) == "2026-03-11"


class Mailbox(socketserver.ThreadingTCPServer):
    """As much of SMTP as it takes to be given a message."""

    allow_reuse_address = True
    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Smtp)
        self.messages: list[bytes] = []

    @property
    def port(self) -> int:
        return int(self.server_address[1])


class _Smtp(socketserver.StreamRequestHandler):
    def handle(self) -> None:
        self.wfile.write(b"220 here\r\n")
        while line := self.rfile.readline():
            verb = line[:4].upper()
            if verb == b"DATA":
                self.wfile.write(b"354 go on\r\n")
                lines = iter(self.rfile.readline, b".\r\n")
                assert isinstance(self.server, Mailbox)
                self.server.messages.append(b"".join(lines))
            self.wfile.write(b"221 bye\r\n" if verb == b"QUIT" else b"250 fine\r\n")
            if verb == b"QUIT":
                return


@pytest.fixture
def mailbox() -> Iterator[Mailbox]:
    """A mail server of this machine."""
    server = Mailbox()
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield server
    server.shutdown()
    thread.join()
    server.server_close()
