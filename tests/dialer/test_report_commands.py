"""``dozvon report`` and ``dozvon webhook`` as a user runs them."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from dialer.cli.main import run
from domain.touch import Outcome
from ledger.books import Books
from tests.dialer.figures import Log
from tests.ledger.rows import NOON

pytestmark = pytest.mark.unit

MARCH = ("--from", "2026-03-01", "--to", "2026-04-01")


@pytest.fixture
def log(books: Books, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Log:
    """A campaign with one call, in the ledger that the commands use."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("DOZVON_DATABASE_URL", str(books.engine.url))
    log = Log(books)
    log.touch(Outcome.NO_ANSWER, NOON)
    return log


def said(capsys: pytest.CaptureFixture[str], *arguments: str, status: int = 0) -> str:
    capsys.readouterr()
    assert run(arguments) == status
    out, err = capsys.readouterr()
    return err if status else out


class TestReport:
    def test_as_tables(self, log: Log, capsys: pytest.CaptureFixture[str]) -> None:
        shown = said(capsys, "report", "outcomes", *MARCH)
        assert "Outcomes by channel" in shown
        assert "100.0%" in shown

    def test_as_json_of_a_period(self, log: Log, capsys: pytest.CaptureFixture[str]) -> None:
        document = json.loads(said(capsys, "report", "progress", "--campaign", "spring", *MARCH, "--json"))
        assert (document["report"], document["campaign"]) == ("progress", "spring")
        assert document["since"] == "2026-02-28T21:00:00Z" or document["since"].startswith("2026-02-28T21")

    def test_the_document_of_the_whole_campaign_is_as_it_was(
        self, log: Log, capsys: pytest.CaptureFixture[str]
    ) -> None:
        document = json.loads(said(capsys, "report", "progress", "--campaign", "spring", "--json"))
        assert {"campaign", "first_touch_at", "table", "outcomes"} <= document.keys()

    def test_into_a_file(self, log: Log, capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
        said(capsys, "report", "cost", *MARCH, "--format", "xlsx", "--out", "cost.xlsx")
        assert (tmp_path / "cost.xlsx").read_bytes().startswith(b"PK")
        told = said(capsys, "report", "cost", "--out", "no/such/folder.json", status=1)
        assert told == "error: no/such/folder.json: cannot be written: No such file or directory\n"

    def test_days_out_of_order(self, log: Log, capsys: pytest.CaptureFixture[str]) -> None:
        told = said(capsys, "report", "cost", "--from", "2026-04-01", "--to", "2026-03-01", status=2)
        assert told.startswith("error: period: 2026-04-01 to 2026-03-01 holds no day; the last day is not in")

    def test_a_report_of_a_campaign_needs_it(self, log: Log, capsys: pytest.CaptureFixture[str]) -> None:
        assert said(capsys, "report", "uplift", status=2) == (
            "error: --campaign: this report is of one campaign; name it\n"
        )


class TestSchedules:
    def test_added_listed_and_removed(self, log: Log, capsys: pytest.CaptureFixture[str]) -> None:
        asked = ("report", "schedule", "add", "progress", "--campaign", "spring", "--to", "out", "--json")
        made = json.loads(said(capsys, *asked))
        (listed,) = json.loads(said(capsys, "report", "schedule", "list", "--json"))
        assert (listed["id"], listed["target"], listed["format"]) == (made["id"], "out", "xlsx")
        assert "progress" in said(capsys, "report", "schedule", "list")
        assert "is removed" in said(capsys, "report", "schedule", "remove", str(made["id"]))
        assert said(capsys, "report", "schedule", "remove", "7", status=2).startswith(
            "error: no scheduled report 7"
        )


class TestWebhooks:
    def test_added_listed_and_removed(self, log: Log, capsys: pytest.CaptureFixture[str]) -> None:
        made = json.loads(said(capsys, "webhook", "add", "https://example.org/in", "--json"))
        assert len(made["secret"]) > 40
        (listed,) = json.loads(said(capsys, "webhook", "list", "--json"))
        assert (listed["url"], listed["behind"], "secret" in listed) == ("https://example.org/in", 0, False)
        assert "Webhooks" in said(capsys, "webhook", "list")
        assert json.loads(said(capsys, "webhook", "dead", str(made["id"]), "--json")) == []
        assert "is removed" in said(capsys, "webhook", "remove", str(made["id"]))
        assert said(capsys, "webhook", "dead", "9", status=2) == (
            "error: no webhook 9; `dozvon webhook list` shows them\n"
        )

    def test_an_address_that_is_none(self, log: Log, capsys: pytest.CaptureFixture[str]) -> None:
        assert said(capsys, "webhook", "add", "example.org", status=2) == (
            "error: url: 'example.org' is no address of a web server; https://host/path\n"
        )


def test_caps_change_while_a_campaign_runs(log: Log, capsys: pytest.CaptureFixture[str]) -> None:
    document = json.loads(said(capsys, "campaign", "caps", "spring", "--channels", "99", "--json"))
    assert document == {
        "name": "spring",
        "max_channels": 99,
        "max_calls_per_second": 5.0,
        "call_limit": None,
    }
    assert said(capsys, "campaign", "caps", "spring", "--cps", "900", status=2) == (
        "error: calls per second: 900 calls per second; 0.1 to 500\n"
    )
