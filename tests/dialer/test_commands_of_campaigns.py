"""``dozvon campaign, strategy`` as a user runs them: what is said of the days off, and of a script that changed."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest

from dialer.cli.main import run
from dialer.clock import SystemClock
from dialer.settings import Settings, environment_of
from domain.portfolio import LegalBasis
from ledger.books import Books
from ledger.script_versions import ScriptVersion
from tests.ledger.rows import NOON

pytestmark = pytest.mark.unit

START = (
    "campaign",
    "start",
    "spring",
    "--portfolio",
    "heat",
    "--strategy",
    "utilities-technical",
    "--caller",
)
KNOWN, UNKNOWN = datetime(2026, 6, 1, tzinfo=UTC), datetime(2031, 12, 1, tzinfo=UTC)
WARNING = "warning: days off of 2031, 2032 in RU are not final: only weekends and fixed holidays are known\n"


@pytest.fixture
def ledger(books: Books, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Books:
    """An empty portfolio and a number, in the ledger that the commands use; prompts are tones."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("DOZVON_DATABASE_URL", str(books.engine.url))
    monkeypatch.setenv("DOZVON_PROMPTS__ENGINE", "tones")
    with books.write() as tx:
        basis = LegalBasis("contract 1", NOON)
        tx.portfolios.put("heat", creditor="Теплосеть", contact_phone="+74950000001", basis=basis)
    assert (
        run(
            [
                "number",
                "set",
                "+74950000000",
                "--contract",
                "1",
                "--label",
                "Heat",
                "--valid-from",
                "2020-01-01",
            ]
        )
        == 0
    )
    return books


def live_in(monkeypatch: pytest.MonkeyPatch, when: datetime) -> None:
    """Commands believe that it is about this day."""
    settings = Settings(clock_ahead=when - SystemClock().now())
    monkeypatch.setenv("DOZVON_CLOCK_AHEAD", environment_of(settings)["DOZVON_CLOCK_AHEAD"])


@pytest.mark.parametrize(("when", "said"), [(KNOWN, ""), (UNKNOWN, WARNING)], ids=["known", "unknown"])
class TestDaysOff:
    def test_at_a_start(
        self,
        ledger: Books,
        when: datetime,
        said: str,
        monkeypatch: pytest.MonkeyPatch,
        capsys: pytest.CaptureFixture[str],
    ) -> None:
        live_in(monkeypatch, when)
        capsys.readouterr()
        assert run([*START, "8 495 000-00-00"]) == 0
        out, err = capsys.readouterr()
        assert out.startswith("campaign spring runs: 0 debtors planned")
        of_days = [line for line in err.splitlines(keepends=True) if "nobody performs" not in line]
        assert "".join(of_days) == said
        with ledger.read() as tx:
            assert tx.campaigns.named("spring").caller_number == "+74950000000"

    def test_of_a_checked_strategy(
        self, when: datetime, said: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
    ) -> None:
        live_in(monkeypatch, when)
        assert run(["strategy", "check", "utilities-technical", "--json"]) == 0
        assert capsys.readouterr().err == said


def test_a_script_that_changed_under_its_version_starts_nothing(
    ledger: Books, capsys: pytest.CaptureFixture[str]
) -> None:
    with ledger.write() as tx:
        tx.scripts.publish([ScriptVersion("debt_informer@2", "name: another")], NOON)
    capsys.readouterr()
    assert run([*START, "+74950000000"]) == 2
    assert capsys.readouterr().err == (
        "error: script debt_informer@2: was used already with another text; give the file a new version\n"
    )
    assert run(["campaign", "status", "spring"]) == 2, "there is no such campaign"


def test_a_caller_number_that_is_none(ledger: Books, capsys: pytest.CaptureFixture[str]) -> None:
    capsys.readouterr()
    assert run([*START, "heat"]) == 2
    assert capsys.readouterr().err == "error: --caller: 'heat': not a phone number\n"
