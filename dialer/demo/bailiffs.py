"""A campaign that calls bailiffs, played by itself: files of a creditor, people who answer or not, what they say.

Calls are made up, all else is the engine: imports, plans, reserves, settles, results. Months pass in seconds, for
whoever plays it has the clock; the same plan gives the same campaign.
"""

from __future__ import annotations

import csv
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from random import Random

from dialer.handlers.bailiff_result import Answer, note_absent, note_answers
from dialer.handlers.bailiffs import BailiffsFollow, call_bailiffs
from dialer.handlers.plan import plan_page
from dialer.handlers.publish import review
from dialer.handlers.reserve import Reserved, reserve_batch
from dialer.handlers.settle import Ended, settle
from dialer.handlers.start_campaign import CampaignOrder, start_campaign
from dialer.handlers.take_over import read_work, take_over
from dialer.ids import new_touch_id
from dialer.work import Work
from domain.call import Call, advance
from domain.call_events import (
    Answered,
    AnyCallEvent,
    Connected,
    Created,
    HungUp,
    OperatorLeft,
    Queued,
    Ringing,
)
from domain.caller_number import CallerNumber
from domain.campaign import Campaign, Mode
from domain.portfolio import LegalBasis
from domain.proceeding import ProceedingStatus
from domain.touch import Outcome
from ledger.books import Books
from ledger.imports.debtors import import_debtors
from ledger.imports.proceedings import import_proceedings
from ledger.imports.run import ImportResult
from ledger.reports.bailiffs import BailiffsReport, bailiffs_report
from strategies.load import strategy_text

DESK = "bailiffs"
CALLER = CallerNumber("+74950000000", "contract 5", "Agency", "", datetime(2020, 1, 1, tzinfo=UTC))
BASIS = LegalBasis("contract 1", datetime(2020, 1, 1, tzinfo=UTC))
REGIONS = ("RU-SVE", "RU-MOW", "RU-IRK", "RU-KGD", "RU-PRI")
SAYS = {
    ProceedingStatus.IN_WORK: 30,
    ProceedingStatus.INQUIRY_SENT: 20,
    ProceedingStatus.ACCOUNT_ARRESTED: 20,
    ProceedingStatus.PROPERTY_SEARCH: 10,
    ProceedingStatus.ENDED: 14,
    ProceedingStatus.REFUSED: 6,
}
PROMISES = frozenset({ProceedingStatus.IN_WORK, ProceedingStatus.INQUIRY_SENT})
MOMENT = timedelta(minutes=1)
BATCH = 20
"""Operators who call at the same time."""


@dataclass(frozen=True, slots=True)
class BailiffPlay:
    """How many there are, when the first day begins, and of 100 calls how many nobody takes and how many find him
    absent. Each of ``files`` later lists of the creditor, a month apart, tells the end of one proceeding in 20.
    """

    bailiffs: int = 100
    proceedings: int = 4_030
    seed: int = 1
    begins: datetime = datetime(2026, 3, 2, 1, 0, tzinfo=UTC)
    untaken: int = 30
    absent: int = 15
    files: int = 3


@dataclass(frozen=True, slots=True)
class Played:
    """A campaign that ran to its end: its report, its last day, how often it asked for calls, and what imports did."""

    report: BailiffsReport
    campaign: Campaign
    over_on: date
    batches: int
    imports: tuple[ImportResult, ...]


def play_bailiffs(books: Books, folder: Path, play: BailiffPlay) -> Played:
    """Play it in empty books; files of the creditor are written into ``folder``."""
    scene = _Scene(books, folder, play)
    scene.bring_in()
    scene.start()
    over_on = scene.run()
    with books.read() as tx:
        report = bailiffs_report(tx.connection, scene.campaign, over_on)
        campaign = tx.campaigns.named(scene.campaign.name)
    return Played(report, campaign, over_on, scene.batches, tuple(scene.imports))


class _Scene:
    """The play while it goes on."""

    campaign: Campaign
    work: Work
    operator: int

    def __init__(self, books: Books, folder: Path, play: BailiffPlay) -> None:
        self._books, self._folder, self._play = books, folder, play
        self._draw = Random(play.seed)
        self._ended: set[int] = set()
        self.batches, self.imports = 0, list[ImportResult]()

    def bring_in(self) -> None:
        """Debtors, proceedings, the portfolio of bailiffs."""
        debtors = self._folder / "debtors.csv"
        rows = (
            [f"D{n}", f"A{n}", "5000", "2025-01", _region(n, self._play)]
            for n in range(self._play.proceedings)
        )
        _write(debtors, ["external_id", "account", "sum", "month", "region"], rows)
        with self._books.write() as tx:
            tx.numbers.put(CALLER)
            operator = tx.operators.add("bailiffs", "Operator", (DESK,), "secret", 0)
            self.operator = operator.id
            portfolio = tx.portfolios.put(
                "village", creditor="Heat", contact_phone=CALLER.number, basis=BASIS
            )
            tx.portfolios.put("bailiffs", creditor="Agency", contact_phone=CALLER.number, basis=BASIS)
            import_debtors(tx.connection, portfolio.id, debtors)
            call_bailiffs(tx, "bailiffs", self._play.begins)
        self.import_list(self._play.begins)

    def import_list(self, now: datetime) -> None:
        """The creditor's list of proceedings as it stands, with those that have ended since the last one."""
        file = self._folder / "proceedings.csv"
        fields = (
            "external_id number opened_on document department bailiff bailiff_phone sum ended_on end_reason"
        )
        _write(file, fields.split(), (self._proceeding(n, now) for n in range(self._play.proceedings)))
        with self._books.write() as tx:
            portfolio = tx.portfolios.named("village")
            follow = BailiffsFollow(tx, now)
            self.imports.append(import_proceedings(tx.connection, portfolio.id, file, changed=follow))

    def _proceeding(self, n: int, now: datetime) -> list[str]:
        """Bailiffs of a department share its switchboard, each has an extension."""
        bailiff = n % self._play.bailiffs
        office = bailiff // 4
        ended = [now.date().isoformat(), "paid"] if n in self._ended else ["", ""]
        phone = f"+7343{2220000 + office} доб. {bailiff:03}"
        official = [f"ОСП {office}", f"Пристав {bailiff}", phone]
        return [f"D{n}", f"{n}/26-ИП", "2026-01-12", f"2-{n}/2025", *official, str(2_000 + 20 * n), *ended]

    def start(self) -> None:
        """The shipped strategy over the bailiffs, owned by us."""
        now = self._play.begins
        reviewed = review(*strategy_text("enforcement-bailiffs"), now)
        order = CampaignOrder("bailiffs", "bailiffs", reviewed, CALLER.number, 20, 5.0)
        campaign = start_campaign(self._books, order, {}, now=now, progress=lambda *_: None).campaign
        work = read_work(self._books, campaign, campaign.wanted_version_id)
        taken = take_over(self._books, work, campaign.name, (), since=0.0, now=now)
        self.campaign, self.work = taken.campaign, taken.work

    def run(self) -> date:
        """Until no bailiff is to be called any more; answers the last day."""
        now = self._play.begins
        night, lists = now, [now + timedelta(days=30 * n) for n in range(1, self._play.files + 1)]
        while (due := self._next_due()) is not None:
            now = max(now + MOMENT, due)
            while lists and lists[0] <= now:
                open_ones = range(self._play.proceedings)
                self._ended.update(self._draw.sample(open_ones, self._play.proceedings // 20))
                self.import_list(lists.pop(0))
            if night <= now:
                self._plan_all(now)
                night = now + timedelta(days=1)
            self._call(now)
        return now.date()

    def _next_due(self) -> datetime | None:
        with self._books.read() as tx:
            return tx.plans.next_due(self.campaign.id)

    def _plan_all(self, now: datetime) -> None:
        version, fence = self.work.version_id, self.campaign.fence
        while True:
            page = plan_page(
                self._books, self.campaign.id, fence, self.work.strategy, version_id=version, now=now
            )
            if page.planning.to is None:
                return

    def _call(self, now: datetime) -> None:
        self.batches += 1
        batch = reserve_batch(
            self._books,
            self.work,
            self.campaign.id,
            self.campaign.fence,
            want=BATCH,
            node="node1",
            new_id=new_touch_id,
            now=now,
            desk=DESK,
            mode=Mode.PREVIEW,
        )
        ends = [self._ended_call(reserved, now) for reserved in batch.reserved]
        settle(self._books, lambda _: self.work, [], ends, now + MOMENT)
        for end in ends:
            if end.verdict.outcome is Outcome.TALK_DEBTOR:
                self._write_down(end, now + MOMENT)

    def _ended_call(self, reserved: Reserved, now: datetime) -> Ended:
        """Nobody takes it, or a talk of an operator with whoever does."""
        call, touch = Call(reserved.request.id), reserved.request.id
        events: list[AnyCallEvent] = [Created(touch, now), Ringing(touch, now)]
        if self._draw.randrange(100) < self._play.untaken:
            events.append(HungUp(touch, now + timedelta(seconds=30), 19, 480))
        else:
            over = now + timedelta(seconds=self._draw.randint(20, 59))
            events += [Answered(touch, now), Queued(touch, now, DESK), Connected(touch, now, self.operator)]
            events += [OperatorLeft(touch, over, self.operator), HungUp(touch, over, 16)]
        for event in events:
            call = advance(call, event)
        return Ended(call, reserved.plan, reserved.request.phone, self.campaign.id)

    def _write_down(self, end: Ended, now: datetime) -> None:
        with self._books.write() as tx:
            if self._draw.randrange(100) < self._play.absent:
                note_absent(tx, end.call.touch, author="Operator", now=now)
                return
            numbers = [
                debt.account for debt in tx.debtors.load([end.plan.debtor_id])[end.plan.debtor_id].debts
            ]
            note_answers(tx, end.call.touch, [self._answer(number, now) for number in numbers], now=now)

    def _answer(self, number: str, now: datetime) -> Answer:
        (status,) = self._draw.choices(list(SAYS), list(SAYS.values()))
        promised = now.date() + timedelta(days=self._draw.randint(5, 20)) if status in PROMISES else None
        return Answer(number, status, "what was done", promised, "paid in full")


def _region(n: int, play: BailiffPlay) -> str:
    return REGIONS[(n % play.bailiffs // 4) % len(REGIONS)]


def _write(file: Path, fields: list[str], rows: Iterator[list[str]]) -> None:
    with file.open("w", encoding="utf-8", newline="") as out:
        writer = csv.writer(out)
        writer.writerow(fields)
        writer.writerows(rows)
