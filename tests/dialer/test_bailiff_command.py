"""``dozvon bailiff``, and the portfolio and report that go with it, as a user asks them."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from dialer.cli.console import console
from dialer.cli.main import run
from dialer.clock import SystemClock
from domain.call import Call
from domain.touch import Outcome, TouchId
from domain.verdict import Verdict
from ledger.books import Books
from ledger.migrate import upgrade
from ledger.touches import Closing
from strategies.load import strategy_text
from tests.ledger.rows import BASIS, CALLER, add_campaign, add_debtor, request, rules_of

pytestmark = pytest.mark.unit

TOUCH = TouchId("01a200bb715f72ddb91035d900000001")
SET = ("portfolio", "set", "bailiffs", "--creditor", "A", "--phone", "+78000000000")
LIST = (
    "external_id,number,opened_on,sum,bailiff,department,bailiff_phone",
    "A1,1/26-ИП,2026-01-09,1000,Иванова И. И.,ОСП 1,8 381 222-00-01 доб. 12",
    "A2,2/26-ИП,2026-01-09,500.50,Иванова И.И.,ОСП 1,8 381 222-00-01 доб. 12",
)


@pytest.fixture(autouse=True)
def books(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Books:
    """Two debtors, and a list of the proceedings against them."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(console, "width", 200)
    monkeypatch.setenv("DOZVON_DATABASE_URL", f"sqlite:///{tmp_path / 'ledger.db'}")
    (tmp_path / "list.csv").write_text("\n".join(LIST), encoding="utf-8")
    opened = Books.open(f"sqlite:///{tmp_path / 'ledger.db'}")
    upgrade(opened.engine)
    with opened.write() as tx:
        tx.numbers.put(CALLER)
        portfolio = tx.portfolios.put("heat", creditor="Тепло", contact_phone="", basis=BASIS)
        for key in ("A1", "A2"):
            add_debtor(tx, portfolio.id, key)
    return opened


def answer(capsys: pytest.CaptureFixture[str], *arguments: str) -> Any:
    assert run([*arguments, "--json"]) == 0
    out, err = capsys.readouterr()
    assert err == ""
    return json.loads(out)


def called(books: Books) -> None:
    """A campaign that has talked to the bailiff."""
    now = SystemClock().now()
    with books.write() as tx:
        theirs = tx.portfolios.named("bailiffs")
        campaign = add_campaign(tx, theirs.id, "calls", body=strategy_text("enforcement-bailiffs")[0])
        [bailiff] = tx.debtors.page(theirs.id, after=0, size=9)
        asked = replace(request(bailiff, TOUCH), campaign_id=campaign.id)
        tx.touches.reserve([asked], rules_of(), BASIS, now)
        tx.touches.close([Closing(Call(TOUCH, ended_at=now), Verdict(Outcome.TALK_DEBTOR, ""), now)])


@pytest.mark.parametrize("imported_first", [True, False])
def test_from_the_file_to_the_report(
    capsys: pytest.CaptureFixture[str], books: Books, imported_first: bool
) -> None:
    steps = [("import", "proceedings", "list.csv", "--portfolio", "heat"), (*SET, "--bailiffs")]
    for step in steps if imported_first else reversed(steps):
        answer(capsys, *step)
    assert answer(capsys, "import", "proceedings", "list.csv", "--portfolio", "heat")["unchanged"] == 2
    [ivanova] = answer(capsys, "bailiff", "list")
    figures = (ivanova["phones"], ivanova["open"], ivanova["kopecks"], ivanova["overdue"])
    assert figures == (["+73812220001 12"], 2, 150_050, 0)
    called(books)
    said = ("--proceeding", "1/26-ИП", "--status", "inquiry_sent", "--promised-until", "2026-01-20")
    assert answer(capsys, "bailiff", "result", TOUCH, *said)["proceedings"] == 1
    answer(
        capsys,
        *("bailiff", "result", TOUCH, "--proceeding", "2/26-ИП", "--status", "ended", "--note", "paid"),
    )
    report = answer(capsys, "report", "bailiffs", "--campaign", "calls")
    assert (report["contacts"], report["open"], report["ended"]) == (1, 1, 1)
    assert [one["number"] for one in report["overdue"]] == ["1/26-ИП"]
    assert answer(capsys, "bailiff", "list")[0]["overdue"] == 1
    assert answer(capsys, "bailiff", "absent", TOUCH, "--author", "Иванова")["absent"]


def test_tables(capsys: pytest.CaptureFixture[str], books: Books) -> None:
    run(["import", "proceedings", "list.csv", "--portfolio", "heat"])
    assert run([*SET, "--bailiffs"]) == 0
    called(books)
    said = ("--status", "in_work", "--promised-until", "2026-01-20")
    for command in (("bailiff", "result", TOUCH, *said), ("bailiff", "list")):
        assert run([*command]) == 0
    assert run(["report", "bailiffs", "--campaign", "calls"]) == 0
    out = capsys.readouterr().out
    for shown in ("in_work noted of 2 proceedings", "Иванова И.И., ОСП 1", "1,500.50", "Overdue promises"):
        assert shown in out
    assert run(["bailiff", "absent", TOUCH, "--author", "Иванова"]) == 0
    assert "not at his desk" in capsys.readouterr().out


def test_a_step_that_asks_bailiffs_is_warned_of_while_nobody_calls_them(
    capsys: pytest.CaptureFixture[str], books: Books
) -> None:
    asks = "name: asks\nregime: ru-own\nsegments: [{id: all, help: true, steps: [{id: ask, bailiff: {}}]}]\n"
    Path("asks.yaml").write_text(asks, encoding="utf-8")

    def warned() -> list[str]:
        assert run(["strategy", "check", "asks.yaml", "--json"]) == 0
        return [one["what"] for one in json.loads(capsys.readouterr().out)["findings"]]

    assert warned() == ["no campaign calls bailiffs: step 'ask' is passed over"]
    answer(capsys, "import", "proceedings", "list.csv", "--portfolio", "heat")
    answer(capsys, *SET, "--bailiffs")
    called(books)
    assert warned() == []
    assert [one["to_be_asked"] for one in answer(capsys, "bailiff", "list")] == [0]


@pytest.mark.parametrize(
    ("command", "error"),
    [
        (("bailiff", "list"), "error: there is no portfolio of bailiffs; make it: `dozvon portfolio set"),
        (
            ("portfolio", "set", "heat", "--creditor", "A", "--phone", "+74950000001", "--bailiffs"),
            "has debtors",
        ),
        (("bailiff", "result", "x", "--status", "ended"), "touch x is not in the log"),
        (("bailiff", "result", "x", "--status", "gone"), "'gone' is not one of"),
    ],
)
def test_wrong_input_is_one_line(
    capsys: pytest.CaptureFixture[str], command: tuple[str, ...], error: str
) -> None:
    assert run(command) == 2
    err = capsys.readouterr().err
    assert error in err
    assert err.count("\n") == 1
