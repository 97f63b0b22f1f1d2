"""``dozvon touches, ledger, block, consent, number`` as a user runs them: what they print, and wrong input."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import delete, update

from dialer.cli.console import console
from dialer.cli.main import run
from domain.call import Call
from domain.intensity import Allowed
from domain.touch import Outcome, TouchId
from domain.verdict import Verdict
from ledger.books import Books
from ledger.migrate import upgrade
from ledger.report_tables import PortfolioTotalRow
from ledger.script_versions import Clip, ScriptVersion
from ledger.tables import SealRow, TouchEventRow, TouchRow, table
from ledger.touches import Closing
from strategies.regime import load_rules
from tests.ledger.rows import BASIS, CALLER, NOON, add_debtor, request

pytestmark = pytest.mark.unit

CLIPS = (Clip("aa.alaw", "Здравствуйте."), Clip("bb.alaw", "Ваш долг <с пеней>:"))
HELLO = ScriptVersion("hello@3", "name: hello\ntext: <b>Здравствуйте</b>\n", CLIPS)
RULES = load_rules("ru-230fz-agency", ["attempts-3-a-day"])
T1, T2 = "01a200bb715f72ddb91035d900000001", "01a200bb715f72ddb91035d900000002"


class Commands:
    """Commands run on one ledger, and what they print."""

    def __init__(self, capsys: pytest.CaptureFixture[str]) -> None:
        self._capsys = capsys

    def run(self, *arguments: str) -> tuple[int, str]:
        """Exit status and standard output; nothing may stand on standard error."""
        status = run(arguments)
        out, err = self._capsys.readouterr()
        assert err == ""
        return status, out

    def json(self, *arguments: str) -> Any:
        status, out = self.run(*arguments, "--json")
        assert status == 0
        return json.loads(out)

    def fault(self, *arguments: str) -> str:
        """The one line told of wrong input."""
        status = run(arguments)
        out, err = self._capsys.readouterr()
        assert (status, out) == (2, "")
        assert err.count("\n") == 1
        return err.removeprefix("error: ").strip()


@pytest.fixture
def commands(monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> Commands:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("DOZVON_DATABASE_URL", f"sqlite:///{tmp_path / 'ledger.db'}")
    monkeypatch.setattr(console, "width", 200)
    return Commands(capsys)


@pytest.fixture
def books(commands: Commands, tmp_path: Path) -> Iterator[Books]:
    """The command's ledger with debtor A, who was called twice: busy, then 7 s of listening."""
    del commands
    opened = Books.open(f"sqlite:///{tmp_path / 'ledger.db'}")
    upgrade(opened.engine)
    with opened.write() as tx:
        tx.numbers.put(CALLER)
        heat = tx.portfolios.put("heat", creditor="Тепловые сети", contact_phone="", basis=BASIS)
        debtor = add_debtor(tx, heat.id, "A", "+79160000001")
        tx.scripts.publish([HELLO], NOON)
        for id, outcome, at in (
            (T1, Outcome.BUSY, NOON),
            (T2, Outcome.MSG_DELIVERED, NOON + timedelta(hours=1)),
        ):
            assert tx.touches.reserve([replace(request(debtor, id), script=HELLO.id)], RULES, BASIS, at) == [
                Allowed()
            ]
            talk = replace(Call(TouchId(id)), answered_at=at, ended_at=at + timedelta(seconds=7))
            call = talk if outcome is Outcome.MSG_DELIVERED else replace(talk, answered_at=None)
            tx.touches.close([Closing(call, Verdict(outcome, "as told"), at + timedelta(seconds=7))])
    yield opened
    opened.close()


@pytest.mark.usefixtures("books")
class TestExport:
    def test_csv(self, commands: Commands) -> None:
        status, out = commands.run("touches", "export", "--debtor", "A")
        assert status == 0
        first, second = csv.DictReader(io.StringIO(out))
        assert (first["touch"], first["outcome"], second["outcome"]) == (T1, "busy", "msg_delivered")
        assert first["at_utc"] == "2026-03-10T09:00:00+00:00"
        assert first["at_local"] == "2026-03-10T12:00:00+03:00"
        assert (second["seconds"], second["phone"], second["caller_number"]) == (
            "7.0",
            "+79160000001",
            "+78000000000",
        )
        assert second["rules"] == "ru-230fz-agency@2024-02+attempts-3-a-day@1"
        assert "attempts-per-day 1/3" in second["counters"]
        assert "messages-per-day 0/2" in second["counters"]

    def test_json(self, commands: Commands) -> None:
        document = commands.json("touches", "export", "--debtor", "A", "--portfolio", "heat")
        assert document["debtor"] == "A"
        first, second = document["touches"]
        assert first["local"] == "2026-03-10T12:00:00+03:00"
        assert second["counters"]["attempts-per-day"] == [1, 3]

    def test_the_texts_that_were_spoken(self, commands: Commands, tmp_path: Path) -> None:
        folder = tmp_path / "var" / "prompts"
        folder.mkdir(parents=True)
        (folder / "aa.alaw").touch()
        document = commands.json("touches", "export", "--debtor", "A")
        assert {touch["script"] for touch in document["touches"]} == {"hello@3"}
        (script,) = document["scripts"]
        assert (script["script"], script["text"], script["sha256"]) == (HELLO.id, HELLO.body, HELLO.digest)
        assert script["first_used_at"] == "2026-03-10T09:00:00+00:00"
        kept = {clip["file"]: (clip["text"], clip["kept"]) for clip in script["clips"]}
        assert kept == {"aa.alaw": (CLIPS[0].text, True), "bb.alaw": (CLIPS[1].text, False)}
        _, page = commands.run("touches", "export", "--debtor", "A", "--format", "html")
        assert "text: &lt;b&gt;Здравствуйте&lt;/b&gt;" in page
        assert "<td>Ваш долг &lt;с пеней&gt;:</td><td>bb.alaw</td><td>нет</td>" in page
        assert "<td>aa.alaw</td><td>да</td>" in page
        _, text = commands.run("touches", "export", "--debtor", "A")
        assert {row["script"] for row in csv.DictReader(io.StringIO(text))} == {"hello@3"}

    def test_a_page_that_prints(self, commands: Commands, tmp_path: Path) -> None:
        status, out = commands.run(
            "touches", "export", "--debtor", "A", "--format", "html", "--out", "a.html"
        )
        assert (status, out) == (0, "2 touches written to a.html\n")
        page = (tmp_path / "a.html").read_text(encoding="utf-8")
        assert page.startswith("<!doctype html>")
        assert "10.03.2026 12:00:00" in page
        assert "busy" in page
        assert "attempts-per-day" in page

    def test_a_correction_stands_beside_what_it_corrects(self, commands: Commands) -> None:
        words = ("--outcome", "machine_no_msg", "--author", "operator <7>", "--reason", "heard it")
        commands.run("touches", "correct", T2, *words)
        _, text = commands.run("touches", "export", "--debtor", "A")
        (_, row) = csv.DictReader(io.StringIO(text))
        assert row["outcome"] == "machine_no_msg"
        assert row["corrections"] == "msg_delivered>machine_no_msg by operator <7>: heard it"
        _, page = commands.run("touches", "export", "--debtor", "A", "--format", "html")
        assert "msg_delivered → machine_no_msg, operator &lt;7&gt;: heard it" in page

    def test_wrong_input(self, commands: Commands, tmp_path: Path) -> None:
        export = ("touches", "export")
        assert commands.fault(*export, "--debtor", "Z").startswith("no debtor has the key 'Z'")
        assert "water" in commands.fault(*export, "--debtor", "A", "--portfolio", "water")
        assert "pdf" in commands.fault(*export, "--debtor", "A", "--format", "pdf")
        assert commands.fault(*export).startswith("Missing option '--debtor'")
        told = commands.fault(*export, "--debtor", "A", "--out", str(tmp_path))
        assert told == f"{tmp_path}: cannot be written: Is a directory"


@pytest.mark.usefixtures("books")
class TestCorrect:
    WORDS = ("--author", "operator 7", "--reason", "heard it")

    def test_what_it_says(self, commands: Commands) -> None:
        status, out = commands.run("touches", "correct", T1, "--outcome", "no_answer", *self.WORDS)
        assert (status, out) == (0, f"touch {T1}: busy is now no_answer\n")
        document = commands.json("touches", "correct", T1, "--outcome", "busy", *self.WORDS)
        assert document == {"touch": T1, "was": "no_answer", "outcome": "busy"}

    def test_wrong_input(self, commands: Commands) -> None:
        correct = ("touches", "correct")
        assert commands.fault(*correct, "nobody", "--outcome", "busy", *self.WORDS).startswith(
            "touch nobody is not in the log"
        )
        assert "'talked' is not one of" in commands.fault(*correct, T1, "--outcome", "talked", *self.WORDS)
        blank = ("--author", "", "--reason", "heard it")
        told = commands.fault(*correct, T1, "--outcome", "busy", *blank)
        assert told == "a correction needs an author and a reason"


class TestLedger:
    def test_seal_then_verify(self, commands: Commands, books: Books) -> None:
        del books
        assert commands.json("ledger", "verify")["unsealed"] == 4
        sealed = commands.json("ledger", "seal")
        assert sealed["sealed"] == 4
        assert commands.run("ledger", "seal") == (0, f"0 lines sealed; digest {sealed['digest']}\n")
        found = commands.json("ledger", "verify")
        assert found == {
            "touches": 2,
            "events": 4,
            "unsealed": 0,
            "broken": [],
            "differing": [],
            "differences": 0,
            "cut": False,
            "totals": [],
            "sound": True,
        }
        status, out = commands.run("ledger", "verify")
        assert (status, out.splitlines()[-1]) == (0, "the books are sound")

    def test_a_changed_line_is_status_1(self, commands: Commands, books: Books) -> None:
        commands.run("ledger", "seal")
        with books.write() as tx:
            tx.connection.execute(
                update(table(TouchEventRow)).where(table(TouchEventRow).c.id == 2).values(facts="{}")
            )
        status, out = commands.run("ledger", "verify")
        assert status == 1
        assert "seal 1 is broken (lines 1 to 4): a line was changed" in out
        assert out.splitlines()[-1] == "the books are NOT sound"
        status, out = commands.run("ledger", "verify", "--json")
        assert status == 1
        assert json.loads(out)["sound"] is False

    def test_a_journal_whose_end_was_cut_off_is_known_by_a_digest(
        self, commands: Commands, books: Books
    ) -> None:
        nothing = commands.json("ledger", "verify", "--digest", "0" * 64)
        assert nothing["sound"], "no line was sealed before the first seal"
        digest = commands.json("ledger", "seal")["digest"]
        assert commands.json("ledger", "verify", "--digest", digest)["sound"] is True
        with books.write() as tx:
            for row in (SealRow, TouchEventRow, TouchRow):
                tx.connection.execute(delete(table(row)))
        assert commands.json("ledger", "verify")["sound"] is True, "nothing in the books can tell"
        status, out = commands.run("ledger", "verify", "--digest", digest)
        assert status == 1
        assert "the seal of that digest is gone" in out
        told = commands.fault("ledger", "verify", "--digest", "abc")
        assert told == "--digest: is no digest; copy what `dozvon ledger seal` printed"

    def test_rebuild_mends_the_log(self, commands: Commands, books: Books) -> None:
        with books.write() as tx:
            tx.connection.execute(delete(table(TouchRow)).where(table(TouchRow).c.id == T1))
        status, out = commands.run("ledger", "verify")
        assert status == 1
        assert f"the log differs from the journal: {T1}: is missing from the log" in out
        assert commands.json("ledger", "rebuild") == {"touches": 2}
        assert commands.run("ledger", "verify")[0] == 0
        assert commands.run("ledger", "rebuild") == (0, "2 touches written from the journal\n")

    def test_recount_mends_the_totals(self, commands: Commands, books: Books) -> None:
        with books.write() as tx:
            tx.connection.execute(delete(table(PortfolioTotalRow)))
        status, out = commands.run("ledger", "verify")
        assert status == 1
        assert "totals are wrong: portfolio 1: " in out
        assert "`dozvon ledger recount` mends it" in out
        assert commands.run("ledger", "recount")[0] == 0
        assert commands.run("ledger", "verify")[0] == 0
        assert commands.json("ledger", "recount") == {"recounted": True}

    def test_empty_books(self, commands: Commands) -> None:
        assert commands.json("ledger", "verify")["sound"] is True
        assert commands.json("ledger", "rebuild") == {"touches": 0}

    def test_wrong_input(self, commands: Commands, monkeypatch: pytest.MonkeyPatch) -> None:
        assert commands.fault("ledger", "verify", "--fix").startswith("No such option: --fix")
        monkeypatch.setenv("DOZVON_DATABASE_URL", "mysql://x")
        for command in ("verify", "seal", "rebuild"):
            assert commands.fault("ledger", command).startswith(
                "DOZVON_DATABASE_URL: is no address of a database"
            )


@pytest.mark.usefixtures("books")
class TestBlock:
    ADD = ("block", "add", "--author", "operator 7", "--reason")

    def test_add_list_lift(self, commands: Commands) -> None:
        words = ("--debtor", "A", "--from", "2026-03-10", "--to", "2026-03-20", "--document", "letter 7")
        assert commands.json(*self.ADD, "hospital", *words, "--channels", "direct") == {"added": True}
        assert commands.json(*self.ADD, "hospital", *words, "--channels", "direct") == {"added": False}
        assert commands.run(*self.ADD, "deceased", "--debtor", "A") == (0, "blocked\n")
        _, out = commands.run("block", "list", "--debtor", "A")
        hospital, deceased = (line for line in out.splitlines() if "hospital" in line or "deceased" in line)
        for shown in ("call_agent, call_human", "2026-03-10 00:00", "2026-03-20 00:00", "debtor", "letter 7"):
            assert shown in hospital
        assert "for good" in deceased
        assert commands.json("block", "lift", "--debtor", "A", "--reason", "deceased") == {"lifted": 1}
        assert commands.run("block", "lift", "--debtor", "A", "--reason", "deceased") == (0, "0 lifted\n")
        _, out = commands.run("block", "list", "--debtor", "A")
        assert "for good" not in out
        assert "deceased" in out

    def test_a_phone_whoever_has_it(self, commands: Commands, books: Books) -> None:
        assert commands.run(*self.ADD, "opt_out", "--phone", "8 (916) 000-00-01") == (0, "blocked\n")
        with books.read() as tx:
            (block,) = tx.blocks.standing([], ["+79160000001"]).of(0, "+79160000001")
        assert (block.target, block.reason, block.end) == ("+79160000001", "opt_out", None)
        assert commands.json("block", "list", "--debtor", "A") == []
        (shown,) = commands.json("block", "list", "--phone", "89160000001")
        assert (shown["scope"], shown["target"], shown["to"]) == ("phone", "+79160000001", None)
        _, out = commands.run("block", "list", "--phone", "+79160000001")
        assert "phone +79160000001" in out
        whose = ("--phone", "8 916 000-00-01", "--reason", "opt_out")
        assert commands.json("block", "lift", "--debtor", "A", *whose) == {"lifted": 0}
        assert commands.json("block", "lift", *whose) == {"lifted": 1}
        (shown,) = commands.json("block", "list", "--phone", "89160000001")
        assert shown["to"] is not None

    def test_a_key_that_is_in_two_portfolios(self, commands: Commands, books: Books) -> None:
        with books.write() as tx:
            water = tx.portfolios.put("water", creditor="Вода", contact_phone="+78000000000", basis=None)
            add_debtor(tx, water.id, "A", "+79160000009")
        told = commands.fault(*self.ADD, "refusal", "--debtor", "A")
        assert told.startswith("several portfolios have a debtor with the key 'A'; tell")
        whose = ("--debtor", "A", "--portfolio", "water")
        assert commands.run(*self.ADD, "refusal", *whose) == (0, "blocked\n")
        assert len(commands.json("block", "list", *whose)) == 1
        assert commands.json("block", "list", "--debtor", "A", "--portfolio", "heat") == []
        assert commands.json("block", "lift", "--reason", "refusal", *whose) == {"lifted": 1}
        assert "no portfolio 'gas'" in commands.fault(
            *self.ADD, "refusal", "--debtor", "A", "--portfolio", "gas"
        )

    def test_a_phone_of_one_debtor(self, commands: Commands) -> None:
        for number in ("+79160000001", "+79160000002"):
            commands.run(*self.ADD, "wrong_person", "--debtor", "A", "--phone", number)
        assert len(commands.json("block", "list", "--debtor", "A")) == 2
        (shown,) = commands.json("block", "list", "--debtor", "A", "--phone", "+79160000002")
        assert shown["target"] == "+79160000002"
        assert commands.json("block", "list", "--phone", "+79160000002") == [], "it is his, not anybody's"
        whose = ("--debtor", "A", "--phone", "+79160000002", "--reason", "wrong_person")
        assert commands.json("block", "lift", *whose) == {"lifted": 1}

    def test_wrong_input(self, commands: Commands) -> None:
        assert commands.fault(*self.ADD, "refusal") == "tell --debtor, --phone, or both"
        assert "no debtor has the key 'Z'" in commands.fault(*self.ADD, "refusal", "--debtor", "Z")
        assert "'whim' is not one of" in commands.fault(*self.ADD, "whim", "--debtor", "A")
        told = commands.fault(*self.ADD, "refusal", "--debtor", "A", "--channels", "fax")
        assert told == "--channels: 'fax' is no channel and no group of channels"
        assert "soon" in commands.fault(*self.ADD, "refusal", "--debtor", "A", "--to", "soon")
        span = ("--from", "2026-03-20", "--to", "2026-03-10")
        assert (
            commands.fault(*self.ADD, "refusal", "--debtor", "A", *span)
            == "--to: the block ends before it begins"
        )
        lift, shown = ("block", "lift", "--reason", "refusal"), ("block", "list")
        for command in (lift, shown):
            assert commands.fault(*command, "--debtor", "Z").startswith("no debtor has")
            assert commands.fault(*command) == "tell --debtor, --phone, or both"
            assert commands.fault(*command, "--phone", "12") == "--phone: '12': 2 digits: too short"
        assert commands.fault("block", "lift", "--debtor", "A").startswith("Missing option '--reason'")


@pytest.mark.usefixtures("books")
class TestConsent:
    ADD = (
        "consent",
        "add",
        "--debtor",
        "A",
        "--author",
        "operator 7",
        "--document",
        "letter 7",
        "--channels",
    )

    def test_add_list_end(self, commands: Commands) -> None:
        words = (
            "direct, sms",
            "--slot",
            "08:00-12:00,18:00-20:00",
            "--from",
            "2026-03-10",
            "--to",
            "2026-03-20",
        )
        assert commands.json(*self.ADD, *words) == {"added": True}
        assert commands.json(*self.ADD, *words) == {"added": False}
        assert commands.run(*self.ADD, "call", "--waives", "call-after-talk", "--to", "2099-01-01") == (
            0,
            "entered\n",
        )
        slot, waiver = commands.json("consent", "list", "--debtor", "A", "--portfolio", "heat")
        assert slot == {
            "channels": ["call_agent", "call_human", "sms"],
            "phone": "",
            "slot": "08:00-12:00, 18:00-20:00",
            "waives": [],
            "from": "2026-03-10T00:00:00+00:00",
            "to": "2026-03-20T00:00:00+00:00",
            "document": "letter 7",
        }
        assert waiver["waives"] == ["call-after-talk"]
        _, out = commands.run("consent", "list", "--debtor", "A")
        for shown in ("08:00-12:00, 18:00-20:00", "2026-03-20 00:00", "call-after-talk", "letter 7"):
            assert shown in out
        assert commands.json("consent", "end", "--debtor", "A", "--document", "letter 8") == {"ended": 0}
        ended = commands.json("consent", "end", "--debtor", "A", "--document", "letter 7")["ended"]
        assert ended >= 1
        assert commands.run("consent", "end", "--debtor", "A", "--document", "letter 7") == (0, "0 ended\n")
        assert len(commands.json("consent", "list", "--debtor", "A")) == 2

    def test_a_consent_to_mass_calls_is_of_a_number(self, commands: Commands) -> None:
        commands.run(*self.ADD, "call", "--phone", "8 (916) 000-00-01")
        (consent,) = commands.json("consent", "list", "--debtor", "A")
        assert (consent["phone"], consent["to"]) == ("+79160000001", None)
        assert "until ended" in commands.run("consent", "list", "--debtor", "A")[1]

    def test_wrong_input(self, commands: Commands) -> None:
        add = (*self.ADD, "direct")
        assert commands.fault(*add) == "tell --slot, --waives or --phone: this consent says nothing"
        assert commands.fault(*self.ADD, "fax") == "--channels: 'fax' is no channel and no group of channels"
        for slot in ("8-12", "closed", "12:00-08:00", "08:00-24:00"):
            assert commands.fault(*add, "--slot", slot).startswith(
                f"--slot: '{slot}' is no slot; one is written"
            )
        told = commands.fault(*add, "--waives", "hours")
        assert (
            told
            == "--waives: 'hours' may not be waived; a consent may waive call-after-talk, calls-per-7-days"
        )
        told = commands.fault(*add, "--waives", "call-after-talk, hour")
        assert told.startswith("--waives: 'hour' is a rule of no regime and no policy; a consent may waive")
        assert commands.fault(*add, "--phone", "12").startswith("--phone: '12': ")
        span = ("--slot", "08:00-12:00", "--from", "2026-03-20", "--to", "2026-03-10")
        assert commands.fault(*add, *span) == "--to: the consent ends before it begins"
        blank = ("consent", "add", "--debtor", "A", "--author", "x", "--document", " ", "--channels", "sms")
        told = commands.fault(*blank, "--slot", "08:00-12:00")
        assert told == "--document: is empty; name what proves the consent"
        assert "'--document'" in commands.fault("consent", "add", "--debtor", "A", "--channels", "sms")
        assert "no debtor has the key 'Z'" in commands.fault("consent", "list", "--debtor", "Z")
        assert "water" in commands.fault("consent", "list", "--debtor", "A", "--portfolio", "water")


class TestNumber:
    SET = ("number", "set", "+74950000000", "--contract", "contract 5", "--label")

    def test_set_and_list(self, commands: Commands) -> None:
        more = ("--category", "utilities", "--valid-from", "2026-01-01", "--valid-to", "2027-01-01")
        assert commands.run(*self.SET, "Тепловые сети", *more) == (
            0,
            "+74950000000 may be shown as Тепловые сети\n",
        )
        _, out = commands.run("number", "list")
        for shown in ("+74950000000", "Тепловые сети", "utilities", "contract 5", "2026-01-01", "2027-01-01"):
            assert shown in out
        commands.run(*self.SET, "Тепло")
        _, out = commands.run("number", "list")
        assert "Тепло" in out
        assert "Тепловые сети" not in out

    def test_it_is_kept_as_calls_show_it(self, commands: Commands) -> None:
        words = ("--contract", "contract 5", "--label", "Heat")
        commands.run("number", "set", "8 (495) 000-00-00", *words)
        commands.run("number", "set", "8 800 100-00-00", *words)
        numbers = [one["number"] for one in commands.json("number", "list")]
        assert numbers == ["+74950000000", "+78001000000"]

    def test_remove(self, commands: Commands) -> None:
        commands.run(*self.SET, "Heat", "--valid-from", "2026-01-01")
        told = (0, "+74950000000 may not be shown any more\n")
        assert commands.run("number", "remove", "8 495 0000000") == told
        (ended,) = commands.json("number", "list")
        assert ended["valid_to"] is not None
        assert commands.run("number", "remove", "+74950000000") == told
        assert commands.json("number", "list") == [ended]
        commands.run(*self.SET, "Heat", "--valid-from", "2999-01-01")
        assert commands.json("number", "remove", "+74950000000")["label"] == "Heat"
        assert commands.json("number", "list") == []
        assert commands.fault("number", "remove", "+74950000000") == (
            "+74950000000 is not in the register of caller numbers; dozvon number set ..."
        )

    def test_without_dates_it_is_valid_from_now(self, commands: Commands, tmp_path: Path) -> None:
        commands.run(*self.SET, "Heat")
        books = Books.open(f"sqlite:///{tmp_path / 'ledger.db'}")
        with books.read() as tx:
            (number,) = tx.numbers.all()
        books.close()
        assert isinstance(number.valid_from, datetime)
        assert number.valid_to is None

    def test_wrong_input(self, commands: Commands) -> None:
        told = commands.fault(*self.SET, "x" * 33)
        assert told == "+74950000000: a label has 1 to 32 characters, not 33"
        told = commands.fault("number", "set", "+74950000000", "--contract", "", "--label", "Heat")
        assert told == "+74950000000: a caller number needs the operator's contract"
        for command in (("set", "--contract", "5", "--label", "Heat"), ("remove",)):
            assert commands.fault("number", *command, "+7495") == "NUMBER: '+7495': 4 digits: too short"
            assert commands.fault("number", *command, "Heat") == "NUMBER: 'Heat': not a phone number"
        assert "tomorrow" in commands.fault(*self.SET, "Heat", "--valid-to", "tomorrow")
        assert commands.fault("number", "set", "+74950000000").startswith("Missing option")
        span = ("--valid-from", "2026-03-20", "--valid-to", "2026-03-10")
        assert (
            commands.fault(*self.SET, "Heat", *span) == "+74950000000: the registration ends before it begins"
        )
