"""``dozvon strategy dry-run|explain`` and ``report funnel`` as a user runs them."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from dialer.cli.console import console
from dialer.cli.main import run
from dialer.clock import SystemClock
from ledger.books import Books
from ledger.migrate import upgrade
from strategies.evaluate import first_plan
from strategies.load import parse_strategy
from tests.dialer.work import BODY
from tests.ledger.rows import BASIS, CALLER, add_campaign, add_debtor

pytestmark = pytest.mark.unit

WITH_SMS = BODY.replace(
    "steps: [{id: inform, ivr: debt_informer}]",
    "steps: [{id: write, message: {kind: sms, text: debt_sms, segments: 2}}, {id: inform, ivr: debt_informer}]",
)


@pytest.fixture(autouse=True)
def books(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Three debtors of the portfolio heat, worked by the campaign spring; one of them is vulnerable."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(console, "width", 160)
    monkeypatch.setenv("DOZVON_DATABASE_URL", f"sqlite:///{tmp_path / 'ledger.db'}")
    opened = Books.open(f"sqlite:///{tmp_path / 'ledger.db'}")
    upgrade(opened.engine)
    now = SystemClock().now()
    with opened.write() as tx:
        portfolio = tx.portfolios.put("heat", creditor="Тепло", contact_phone="", basis=BASIS)
        tx.numbers.put(CALLER)
        campaign = add_campaign(tx, portfolio.id, body=BODY)
        for key, roubles, vulnerable in (("A1", 1000, False), ("A2", 9000, False), ("A3", 1000, True)):
            debtor = add_debtor(
                tx, portfolio.id, key, f"+7916000000{key[1]}", roubles=roubles, vulnerable=vulnerable
            )
            tx.plans.save(campaign.id, [first_plan(parse_strategy(BODY, "b.yaml"), debtor, now)])
    opened.close()
    Path("good.yaml").write_text(WITH_SMS, encoding="utf-8")
    Path("bad.yaml").write_text(BODY.replace("ivr: debt_informer", "ivr: nothing"), encoding="utf-8")


def answer(capsys: pytest.CaptureFixture[str], *arguments: str) -> Any:
    assert run([*arguments, "--json"]) == 0
    out, err = capsys.readouterr()
    assert err == ""
    return json.loads(out)


def test_a_dry_run(capsys: pytest.CaptureFixture[str]) -> None:
    found = answer(capsys, "strategy", "dry-run", "good.yaml", "--portfolio", "heat")
    assert (found["debtors"], found["sample"], found["days"], found["no_segment"]) == (3, 3, 7, 0)
    assert {place["segment"]: place["debtors"] for place in found["segments"]} == {
        "big": 1,
        "huge": 1,
        "vulnerable": 1,
    }
    assert found["passed_over"] == {"huge: write": 1}
    assert len(found["warnings"]) == 1
    assert "nobody performs sms yet" in found["warnings"][0]


def test_a_dry_run_as_tables(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["strategy", "dry-run", "good.yaml", "--portfolio", "heat", "--all-steps"]) == 0
    out, err = capsys.readouterr()
    assert "test on heat: all 3 debtors" in out
    assert "Who is where" in out
    assert "no segment takes: 0 debtors" in out
    assert "warning: good.yaml, line" in err


def test_why_a_debtor_is_left_alone(capsys: pytest.CaptureFixture[str]) -> None:
    found = answer(capsys, "strategy", "explain", "--debtor", "A3")
    assert (found["segment"], found["state"], found["why"]) == ("vulnerable", "done", "left_alone")
    assert found["answer"] == "not contacted: an operator helps"


def test_an_explanation_as_a_table(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["strategy", "explain", "--debtor", "A1", "--campaign", "spring", "--portfolio", "heat"]) == 0
    out, _ = capsys.readouterr()
    assert "big: sum below 5000 roubles" in out
    assert "+79160000001: the only phone that may be dialled" in out


def test_the_funnel(capsys: pytest.CaptureFixture[str]) -> None:
    """At whatever hour of the day the test runs, two debtors are callable or held back by the law's hours."""
    found = answer(capsys, "report", "funnel", "--campaign", "spring")
    buckets = {(bucket["stage"], bucket["why"]): bucket["debtors"] for bucket in found["buckets"]}
    assert buckets.pop(("done", "left_alone")) == 1
    assert buckets in ({("callable", ""): 2}, {("held_back", "hours"): 2})
    assert run(["report", "funnel", "--campaign", "spring"]) == 0
    assert "Funnel of spring: 3 debtors" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("arguments", "fault"),
    [
        (
            ["strategy", "dry-run", "bad.yaml", "--portfolio", "heat"],
            "error: bad.yaml, line 10, column 9, segments.1.steps.0.ivr: there is no IVR script",
        ),
        (["strategy", "dry-run", "none.yaml", "--portfolio", "heat"], "error: no strategy 'none.yaml'"),
        (["strategy", "dry-run", "good.yaml", "--portfolio", "cold"], "error: no portfolio 'cold'"),
        (["strategy", "dry-run", "good.yaml", "--portfolio", "heat", "--days", "0"], "error: Invalid value"),
        (["strategy", "explain", "--debtor", "B"], "error: no debtor has the key 'B'"),
        (["strategy", "explain", "--debtor", "A1", "--at", "soon"], "error: --at: 'soon' is no time"),
        (["report", "funnel", "--campaign", "autumn"], "error: no campaign 'autumn'"),
    ],
)
def test_wrong_input_is_one_line(
    capsys: pytest.CaptureFixture[str], arguments: list[str], fault: str
) -> None:
    assert run(arguments) == 2
    out, err = capsys.readouterr()
    *warnings, error = err.splitlines()
    assert out == ""
    assert error.startswith(fault)
    assert all(line.startswith("warning:") for line in warnings)
