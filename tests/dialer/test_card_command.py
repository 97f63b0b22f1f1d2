"""``dozvon card`` as an operator's screen and a user ask it."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from dialer.cli.console import console
from dialer.cli.main import run
from dialer.clock import SystemClock
from domain.proceeding import Bailiff
from ledger.books import Books
from ledger.migrate import upgrade
from strategies.evaluate import first_plan
from strategies.load import parse_strategy
from tests.dialer.work import BODY
from tests.ledger.rows import BASIS, CALLER, add_campaign, add_debtor
from tests.ledger.test_callers import add_proceeding

pytestmark = pytest.mark.unit

IVANOVA = Bailiff("Иванова", "ОСП 1", "Омск", "+73812000001")


@pytest.fixture(autouse=True)
def books(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Two debtors with a phone each and one that they share; the first has a proceeding."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(console, "width", 200)
    monkeypatch.setenv("DOZVON_DATABASE_URL", f"sqlite:///{tmp_path / 'ledger.db'}")
    opened = Books.open(f"sqlite:///{tmp_path / 'ledger.db'}")
    upgrade(opened.engine)
    now = SystemClock().now()
    with opened.write() as tx:
        portfolio = tx.portfolios.put("heat", creditor="Тепло", contact_phone="", basis=BASIS)
        tx.numbers.put(CALLER)
        campaign = add_campaign(tx, portfolio.id, body=BODY)
        for key in ("A1", "A2"):
            debtor = add_debtor(tx, portfolio.id, key, f"+7916000000{key[1]}", "+79160000009")
            tx.plans.save(campaign.id, [first_plan(parse_strategy(BODY, "b.yaml"), debtor, now)])
            if key == "A1":
                add_proceeding(tx, debtor, "77/26", IVANOVA)
    opened.close()


def answer(capsys: pytest.CaptureFixture[str], *arguments: str) -> Any:
    assert run(["card", *arguments, "--json"]) == 0
    out, err = capsys.readouterr()
    assert err == ""
    return json.loads(out)


@pytest.mark.parametrize(
    "which", [("--debtor", "A1"), ("--account", "account A1"), ("--phone", "8 916 000-00-01")]
)
def test_a_debtor_by_whatever_is_known(capsys: pytest.CaptureFixture[str], which: tuple[str, str]) -> None:
    found = answer(capsys, *which)
    assert (found["bailiff"], found["debtor"]["who"]["key"]) == (None, "A1")
    assert (found["debtor"]["kopecks"], found["debtor"]["identified"]) == (None, False)
    assert found["debtor"]["working"]["segment"] == "big"
    assert (found["match"] and found["match"]["kind"]) == ("debtor" if which[0] == "--phone" else None)


def test_sums_once_he_is_identified(capsys: pytest.CaptureFixture[str]) -> None:
    assert answer(capsys, "--debtor", "A1", "--identified")["debtor"]["kopecks"] == 100_000


def test_a_shared_phone_is_a_choice(capsys: pytest.CaptureFixture[str]) -> None:
    found = answer(capsys, "--phone", "+79160000009")
    assert (found["debtor"], found["match"]["kind"]) == (None, "several")
    assert [one["key"] for one in found["match"]["candidates"]] == ["A1", "A2"]


def test_a_bailiff_by_name_and_by_number(capsys: pytest.CaptureFixture[str]) -> None:
    for which in (("--bailiff", "Иванова"), ("--phone", "+73812000001")):
        found = answer(capsys, *which)
        assert (found["debtor"], found["bailiff"]["open"], found["bailiff"]["kopecks"]) == (None, 1, 100_000)
        assert found["bailiff"]["proceedings"][0]["debtor"] == "A1"


def test_as_tables(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["card", "--debtor", "A1"]) == 0
    masked = capsys.readouterr().out
    assert "last 4 characters of the account: t A1" in masked
    assert "1,000.00 RUB" not in masked
    assert "77/26 of 2026-01-09: •••, Иванова +73812000001" in masked
    assert run(["card", "--debtor", "A1", "--identified"]) == 0
    assert "1,000.00 RUB" in capsys.readouterr().out
    assert run(["card", "--phone", "+79160000009"]) == 0
    assert "several: 2 debtors have this number" in capsys.readouterr().out
    assert run(["card", "--bailiff", "Иванова"]) == 0
    assert "Иванова, ОСП 1, Омск, +73812000001; open proceedings: 1, 1,000.00 RUB" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        ((), "tell exactly one of --debtor, --account, --phone, --bailiff"),
        (("--debtor", "A1", "--phone", "1"), "tell exactly one of --debtor, --account, --phone, --bailiff"),
        (("--debtor", "A7"), "no debtor has the key 'A7'"),
        (("--account", "7"), "no debtor has the account '7'"),
        (("--bailiff", "Петров"), "no proceeding has the bailiff 'Петров'"),
        (("--debtor", "A1", "--portfolio", "water"), "water"),
        (("--debtor", "A1", "--campaign", "autumn"), "no campaign 'autumn'"),
    ],
)
def test_what_cannot_be_found_is_one_line(
    capsys: pytest.CaptureFixture[str], arguments: tuple[str, ...], told: str
) -> None:
    assert run(["card", *arguments]) == 2
    out, err = capsys.readouterr()
    assert (out, err.count("\n")) == ("", 1)
    assert told in err
