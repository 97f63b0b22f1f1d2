"""Lines, caller numbers and shifts, changed on their pages: by whom they may be, logged, and taken back."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta

import pytest
from httpx import AsyncClient

from dialer.handlers.lines import ToldLine, put_line
from domain.audit import AuditAction, AuditEntry
from domain.inbound import Line
from domain.shift import Shift
from domain.user import COMMAND_LINE, Role
from domain.window import parse_hours
from ledger.audit_log import AuditSearch
from tests.agent_console.stage import Console
from tests.ledger.rows import BASIS, CALLER, add_campaign

pytestmark = pytest.mark.unit

LINE = {
    "number": "8 800 555-35-35",
    "purpose": "debtors",
    "portfolio": "heat",
    "zone": "Europe/Moscow",
    "hours": "09:00-13:00, 14:00-18:00",
    "weekend": "closed",
    "closed_script": "closed",
}
HEAT = Line(
    "+78005553535",
    portfolio="heat",
    zone="Europe/Moscow",
    hours=parse_hours("09:00-13:00, 14:00-18:00"),
    weekend=(),
    closed_script="closed",
)
NUMBER = {"number": "8 495 111-22-33", "label": "Heat", "operator_contract": "contract 7"}


@pytest.fixture(autouse=True)
def people(console: Console) -> None:
    """A supervisor, an administrator, two operators, and a portfolio."""
    console.user("zoya", Role.SUPERVISOR)
    console.user("boris", Role.ADMINISTRATOR)
    console.user("anna", Role.OPERATOR)
    console.user("vera", Role.OPERATOR)
    with console.books.write() as tx:
        tx.portfolios.put("heat", creditor="Heat", contact_phone="", basis=BASIS)


def lines(console: Console) -> list[Line]:
    with console.books.read() as tx:
        return tx.lines.all()


def logged(console: Console, action: AuditAction) -> list[AuditEntry]:
    with console.books.read() as tx:
        return tx.audit_log.page(AuditSearch(action=action))


async def take_back(console: Console, client: AsyncClient, page: str) -> int:
    """Press the button that the page shows; a little later, as people do."""
    found = re.search(r'name="change" value="(\d+)"', (await client.get(page)).text)
    assert found, "the page offers to take the last change back"
    console.clock.goes_on(timedelta(seconds=5))
    return (await client.post(f"{page}/take-back", data={"change": found[1]})).status_code


class TestLines:
    PAGE = "/settings/lines"

    async def test_one_is_added_changed_removed_and_put_back(self, console: Console) -> None:
        async with console.signed_in("zoya") as zoya:
            assert (await zoya.post(self.PAGE, data=LINE)).status_code == 303
            assert lines(console) == [HEAT]
            chosen = (await zoya.get(self.PAGE, params={"number": HEAT.number})).text
            assert 'value="09:00-13:00, 14:00-18:00"' in chosen
            console.clock.goes_on(timedelta(minutes=1))
            helped = LINE | {"overflow_desk": "court", "overflow_s": "45"}
            assert (await zoya.post(self.PAGE, data=helped)).status_code == 303
            (line,) = lines(console)
            assert (line.overflow_desk, line.overflow_s) == ("court", 45)
            assert "after 45 s: court" in (await zoya.get(self.PAGE)).text
            assert await take_back(console, zoya, self.PAGE) == 303
            assert lines(console) == [HEAT]
            console.clock.goes_on(timedelta(minutes=1))
            assert (await zoya.post(f"{self.PAGE}/{HEAT.number}/remove")).status_code == 303
            assert lines(console) == []
            assert await take_back(console, zoya, self.PAGE) == 303
        assert lines(console) == [HEAT]
        newest, *_, first = logged(console, AuditAction.LINE_CHANGED)
        assert (first.login, first.detail["was"], first.detail["is"]["desk"]) == ("zoya", None, "operators")
        assert (newest.detail["was"], newest.subject and newest.subject.id) == (None, HEAT.number)

    async def test_the_audit_log_tells_what_became_of_what(self, console: Console) -> None:
        async with console.signed_in("zoya") as zoya:
            await zoya.post(self.PAGE, data=LINE)
            console.clock.goes_on(timedelta(minutes=1))
            await zoya.post(self.PAGE, data=LINE | {"weekend": "10:00-16:00"})
        async with console.signed_in("boris") as boris:
            shown = (await boris.get("/audit", params={"action": "line changed"})).text
        assert "weekends:</span> closed → 10:00-16:00" in shown

    async def test_the_same_again_is_no_change(self, console: Console) -> None:
        async with console.signed_in("zoya") as zoya:
            await zoya.post(self.PAGE, data=LINE)
            await zoya.post(self.PAGE, data=LINE)
        assert len(logged(console, AuditAction.LINE_CHANGED)) == 1

    async def test_only_the_last_change_can_be_taken_back_and_for_a_day(self, console: Console) -> None:
        async with console.signed_in("zoya") as zoya:
            await zoya.post(self.PAGE, data=LINE)
            (entry,) = logged(console, AuditAction.LINE_CHANGED)
            console.clock.goes_on(timedelta(seconds=1))
            told = ToldLine(HEAT.number, portfolio="heat", hours="09:00-18:00", weekend="always")
            with console.books.write() as tx:
                put_line(tx, told, by=COMMAND_LINE, now=console.clock.now())
            for change in (str(entry.id), "", "x", "9" * 30):
                answer = await zoya.post(f"{self.PAGE}/take-back", data={"change": change})
                assert answer.status_code == 422
                assert "Something was changed after it" in answer.text
            assert "command line" in (await zoya.get(self.PAGE)).text
            console.clock.goes_on(timedelta(hours=11))
            await zoya.get(self.PAGE)
            console.clock.goes_on(timedelta(hours=11))
            await zoya.get(self.PAGE)
            console.clock.goes_on(timedelta(hours=3))
            assert "Take it back" not in (await zoya.get(self.PAGE)).text
        assert lines(console)[0].weekend is None

    @pytest.mark.parametrize(
        ("wrong", "said"),
        [
            ({"number": "12"}, "This is no telephone number"),
            ({"number": ""}, "Fill this in"),
            ({"hours": "9-18"}, "Hours are written like"),
            ({"hours": "18:00-09:00"}, "Hours are written like"),
            ({"weekend": "<script>alert(1)</script>"}, "Hours are written like"),
            ({"zone": "Moscow"}, "There is no time zone Moscow"),
            ({"zone": "../../etc/passwd"}, "There is no time zone"),
            ({"desk": "Долги"}, "cannot be a desk"),
            ({"overflow_desk": "Court"}, "cannot be a desk"),
            ({"overflow_desk": "operators"}, "Another desk than that of the line"),
            ({"overflow_desk": "court", "overflow_s": "0"}, "At least 1"),
            ({"overflow_desk": "court", "overflow_s": "601"}, "At most 600"),
            ({"script": "no_such"}, "There is no script no_such"),
            ({"portfolio": "water"}, "There is no portfolio water"),
            ({"purpose": "everybody"}, "Choose one from the list"),
        ],
    )
    async def test_what_is_wrong_is_told_beside_the_field(
        self, console: Console, wrong: dict[str, str], said: str
    ) -> None:
        async with console.signed_in("zoya") as zoya:
            answer = await zoya.post(self.PAGE, data=LINE | wrong)
        assert answer.status_code == 422
        assert said in answer.text
        assert 'aria-invalid="true"' in answer.text
        assert "<script>alert" not in answer.text
        assert lines(console) == []

    async def test_what_is_not_there_cannot_be_removed(self, console: Console) -> None:
        async with console.signed_in("zoya") as zoya:
            assert (await zoya.post(f"{self.PAGE}/+70000000000/remove")).status_code == 422
            assert "New line" in (await zoya.get(self.PAGE, params={"number": "+70000000000"})).text


class TestNumbers:
    PAGE = "/settings/numbers"

    async def test_one_is_registered_changed_ended_and_put_back(self, console: Console) -> None:
        async with console.signed_in("boris") as boris:
            assert (await boris.post(self.PAGE, data=NUMBER)).status_code == 303
            with console.books.read() as tx:
                (entry,) = tx.numbers.all()
            assert (entry.number, entry.valid_from, entry.valid_to) == (
                "+74951112233",
                console.clock.now(),
                None,
            )
            console.clock.goes_on(timedelta(hours=1))
            dated = NUMBER | {"valid_from": "2026-03-09", "valid_to": "2027-01-01", "label": "Heat 2"}
            assert (await boris.post(self.PAGE, data=dated)).status_code == 303
            with console.books.read() as tx:
                (changed,) = tx.numbers.all()
            assert (changed.label, changed.valid_from) == ("Heat 2", entry.valid_from), "its hour stays"
            assert changed.valid_to == datetime(2026, 12, 31, 21, tzinfo=UTC), "midnight in Moscow"
            console.clock.goes_on(timedelta(hours=1))
            assert (await boris.post(f"{self.PAGE}/{entry.number}/end")).status_code == 303
            assert "not in force" in (await boris.get(self.PAGE)).text
            assert await take_back(console, boris, self.PAGE) == 303
            with console.books.read() as tx:
                assert tx.numbers.all() == [changed]
        assert [one.login for one in logged(console, AuditAction.NUMBER_CHANGED)] == ["boris"] * 4

    async def test_a_new_one_that_is_taken_back_stays_in_the_register_as_ended(
        self, console: Console
    ) -> None:
        async with console.signed_in("boris") as boris:
            await boris.post(self.PAGE, data=NUMBER)
            assert await take_back(console, boris, self.PAGE) == 303
        with console.books.read() as tx:
            (entry,) = tx.numbers.all()
        assert not entry.valid.covers(console.clock.now())

    @pytest.mark.parametrize(
        ("wrong", "said"),
        [
            ({"number": "123"}, "This is no telephone number"),
            ({"label": "   "}, "Fill this in"),
            ({"label": "x" * 33}, "at most 32"),
            ({"operator_contract": ""}, "Fill this in"),
            ({"valid_from": "soon"}, "A date like"),
            ({"valid_to": "2026-03-01"}, "It ends before it begins"),
            ({"valid_from": "0001-01-01"}, "At least"),
            ({"valid_to": "9999-12-31"}, "Less than"),
        ],
    )
    async def test_what_is_wrong_is_told_beside_the_field(
        self, console: Console, wrong: dict[str, str], said: str
    ) -> None:
        async with console.signed_in("boris") as boris:
            answer = await boris.post(self.PAGE, data=NUMBER | wrong)
        assert (answer.status_code, said in answer.text) == (422, True)
        with console.books.read() as tx:
            assert tx.numbers.all() == []

    async def test_supervisors_see_them_and_who_calls_by_them(self, console: Console) -> None:
        with console.books.write() as tx:
            tx.numbers.put(CALLER)
            add_campaign(tx, tx.portfolios.named("heat").id, "spring")
        async with console.signed_in("zoya") as zoya:
            shown = (await zoya.get(self.PAGE, params={"number": CALLER.number})).text
            assert CALLER.label in shown
            assert 'href="/campaigns/spring"' in shown
            assert "New number" not in shown
            assert (await zoya.post(self.PAGE, data=NUMBER)).status_code == 403


class TestShifts:
    PAGE = "/settings/shifts"

    def shifts(self, console: Console) -> list[Shift]:
        with console.books.read() as tx:
            return tx.shifts.all()

    async def test_several_work_the_same_hours_and_it_is_one_change(self, console: Console) -> None:
        week = {"operators": ["anna", "vera"], "days": ["mon", "tue"], "hours": "09:00-13:00,14:00-18:00"}
        async with console.signed_in("zoya") as zoya:
            assert (await zoya.post(self.PAGE, data=week)).status_code == 303
            assert [one.weekday for one in self.shifts(console)] == [0, 1, 0, 1]
            shown = (await zoya.get(self.PAGE, params={"operator": "anna", "day": "mon"})).text
            assert 'value="09:00-13:00, 14:00-18:00"' in shown
            week_of = (await zoya.get(self.PAGE, params={"operator": "vera"})).text
            assert re.findall(r'name="days" value="(\w+)" checked', week_of) == ["mon", "tue"]
            before = self.shifts(console)
            console.clock.goes_on(timedelta(minutes=1))
            forget = {"operators": ["anna", "vera"], "days": ["mon"], "hours": ""}
            assert (await zoya.post(self.PAGE, data=forget)).status_code == 303
            assert [one.weekday for one in self.shifts(console)] == [1, 1]
            assert await take_back(console, zoya, self.PAGE) == 303
            assert self.shifts(console) == before
        assert len(logged(console, AuditAction.SHIFT_CHANGED)) == 6

    @pytest.mark.parametrize(
        ("wrong", "said"),
        [
            ({"hours": "9-18"}, "Hours are written like"),
            ({"hours": "18:00-09:00"}, "Hours are written like"),
            ({"days": []}, "Choose at least 1"),
            ({"days": ["someday"]}, "There is no day someday"),
            ({"operators": []}, "Choose at least 1"),
            ({"operators": ["nobody"]}, "nobody"),
        ],
    )
    async def test_what_is_wrong_is_told(self, console: Console, wrong: dict[str, object], said: str) -> None:
        week = {"operators": ["anna"], "days": ["mon"], "hours": "09:00-18:00"}
        async with console.signed_in("zoya") as zoya:
            answer = await zoya.post(self.PAGE, data=week | wrong)
        assert (answer.status_code, said in answer.text) == (422, True)
        assert self.shifts(console) == []

    async def test_who_only_listens_has_no_shift(self, console: Console) -> None:
        async with console.signed_in("zoya") as zoya:
            await zoya.post("/operators/phone")
            shown = (await zoya.get(self.PAGE)).text
        assert "operator=anna" in shown
        assert "operator=zoya" not in shown


async def test_days_off_are_shown_by_year(console: Console) -> None:
    async with console.signed_in("zoya") as zoya:
        shown = (await zoya.get("/settings/holidays", params={"year": "2026"})).text
        assert "RU-BA" in shown
        assert "are not known" in (await zoya.get("/settings/holidays", params={"year": "2031"})).text
        for year in ("1", "x", "9" * 30):
            assert (await zoya.get("/settings/holidays", params={"year": year})).status_code == 200
