"""Bailiffs called by a predictive campaign on the real stage: what they say of each proceeding is in the report."""

from __future__ import annotations

import csv
import json
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from random import Random

import pytest

from asterisk.town import CarrierCall, Role
from asterisk.town.roles import SWITCHBOARD_BLOCK
from dialer.clock import SystemClock
from dialer.demo.portfolio import PHONE_CODE
from dialer.demo.team import Team
from dialer.handlers.bailiff_result import Answer, note_absent, note_answers
from dialer.handlers.bailiffs import BailiffsFollow, call_bailiffs
from domain.caller_number import CallerNumber
from domain.campaign import PlanState
from domain.proceeding import ProceedingStatus
from domain.touch import Outcome, TouchId
from ledger.books import Books
from ledger.imports.debtors import import_debtors
from ledger.imports.proceedings import import_proceedings
from tests.e2e.floor_play import PEOPLE_TOWN, floor_of
from tests.e2e.play import BASIS, CALLER, CAMPAIGN, MORNING, PORTFOLIO, Play, forced, open_play
from tests.polling import until

pytestmark = pytest.mark.e2e

BAILIFFS, PROCEEDINGS, OPERATORS = 12, 100, 4
STRATEGY = """\
name: bailiffs
regime: bailiff-ru
segments:
  - id: everybody
    when: {sum: {at_least: 1}}
    help: true
    steps:
      - {id: talk, call: {mode: predictive}}
"""
PROMISED = MORNING.date()
MISTAKEN = 3
"""Whose extension the file has wrong: the switchboard hangs up on us."""
TOWN = replace(PEOPLE_TOWN, seed="bailiffs", early_hangup=(3.0, 4.0), absent=0.25)


def switchboards(count: int) -> list[str]:
    """Numbers of departments, each with another extension to dial."""
    return [f"+7{PHONE_CODE}0{SWITCHBOARD_BLOCK}{extension:02}" for extension in range(11, 11 + count)]


def bring_in(books: Books, folder: Path, phones: Sequence[str]) -> None:
    """Debtors whom nobody calls, and the bailiffs with these phones; each has an extension."""
    debtors, proceedings = folder / "debtors.csv", folder / "proceedings.csv"
    rows = [[f"D{n}", f"A{n}", "5000", "2025-01", "RU-MOS"] for n in range(PROCEEDINGS)]
    _write(debtors, ["external_id", "account", "sum", "month", "region"], rows)
    fields = ["external_id", "number", "opened_on", "sum", "bailiff", "department", "bailiff_phone"]
    _write(proceedings, fields, [_proceeding(n, phones) for n in range(PROCEEDINGS)])
    with books.write() as tx:
        tx.numbers.put(CallerNumber(CALLER, "договор связи 1", "Дозвон", "", BASIS.valid_from))
        village = tx.portfolios.put("village", creditor="ЭнергоСбыт", contact_phone=CALLER, basis=BASIS)
        tx.portfolios.put(PORTFOLIO, creditor="Агентство", contact_phone=CALLER, basis=BASIS)
        import_debtors(tx.connection, village.id, debtors)
        call_bailiffs(tx, PORTFOLIO, MORNING)
        follow = BailiffsFollow(tx, MORNING)
        assert import_proceedings(tx.connection, village.id, proceedings, changed=follow).rejected == 0


def _proceeding(n: int, phones: Sequence[str]) -> list[str]:
    who = n % len(phones)
    extension = phones[who][-2:] if who != MISTAKEN else "99"
    return [
        f"D{n}",
        f"{n}/26-ИП",
        "2026-01-12",
        "1000",
        f"Пристав {who}",
        "ОСП 1",
        f"{phones[who]} доб. {extension}",
    ]


def _write(file: Path, fields: list[str], rows: list[list[str]]) -> None:
    with file.open("w", encoding="utf-8", newline="") as out:
        csv.writer(out).writerows([fields, *rows])


class RobotOperator:
    """Writes down what bailiffs said as soon as their calls have ended, or that they were not at their desks."""

    def __init__(self, play: Play) -> None:
        self._play, self._draw = play, Random(1)
        self._clock = SystemClock(play.settings.clock_ahead)
        self.noted: dict[TouchId, bool] = {}

    def work(self) -> None:
        heard = {call.touch_id: call for call in self._play.stage.record()}
        for row in self._play.touches():
            if row.outcome == Outcome.TALK_DEBTOR and row.id not in self.noted and row.id in heard:
                self._note(TouchId(row.id), heard[row.id])

    def _note(self, touch: TouchId, heard: CarrierCall) -> None:
        now = self._clock.now()
        put_through = heard.digit == heard.number[-2:]
        self.noted[touch] = there = put_through and heard.role is Role.LISTENS_TO_END
        with self._play.books.write() as tx:
            if not there:
                note_absent(tx, touch, author="robot", now=now)
                return
            status = self._draw.choice([ProceedingStatus.ENDED, ProceedingStatus.INQUIRY_SENT])
            note_answers(tx, touch, [Answer("", status, promised_until=PROMISED, note="paid")], now=now)


async def test_each_bailiff_is_called_once_about_all_that_he_runs(folder: Path, prompts: Path) -> None:
    phones = [forced(Role.BUSY), *switchboards(BAILIFFS - 1)]
    team = Team(OPERATORS, talk_s=5.5, talk_cv=0.0, wrap_up_s=1)
    async with (
        open_play(
            folder,
            prompts,
            phones,
            town=TOWN,
            cps=5,
            strategy=(STRATEGY, "bailiffs.yaml"),
            team=team,
            bring_in=bring_in,
        ) as play,
        floor_of(play) as floor,
        play.dialler(),
    ):
        await floor.sign_in()
        robot = RobotOperator(play)

        def all_called() -> bool:
            robot.work()
            ended = {row.debtor_id for row in play.touches() if row.outcome}
            return len(ended) == BAILIFFS and not play.open()

        await until(all_called, 60 + 10 * BAILIFFS, "every bailiff was called")
        robot.work()
        assert (await floor.talks_compared()).equal
    report = json.loads(await play.cli("report", "bailiffs", "--campaign", CAMPAIGN, "--json"))
    print(
        json.dumps({name: value for name, value in report.items() if name not in ("overdue", "proceedings")})
    )
    dialled = {call.number: call.digit for call in play.stage.record() if call.answered}
    assert all(
        digits == ("99" if f"+{number}" == phones[MISTAKEN] else number[-2:])
        for number, digits in dialled.items()
    )
    assert len(dialled) == BAILIFFS - 1
    at_desk = sum(robot.noted.values())
    assert 0 < at_desk < len(robot.noted) - 1, "some are absent beside the one whose extension is wrong"
    assert (report["bailiffs"], report["touched"], report["reached"]) == (BAILIFFS, BAILIFFS, at_desk)
    assert report["contacts"] == BAILIFFS
    assert report["outcomes"].get("talk_third_party", 0) == len(robot.noted) - at_desk
    assert sum(report["results"].values()) == len(report["proceedings"])
    assert report["results"]["ended"] == report["ended"]
    assert report["open"] + report["ended"] == PROCEEDINGS
    waiting = [row for row in play.plans().values() if row.state == PlanState.DUE]
    assert len(waiting) == len(robot.noted) - at_desk, "who was not at his desk is called tomorrow"
