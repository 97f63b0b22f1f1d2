"""``dozvon text`` and ``dozvon provider``: what is in order, what is not and where, and what debtors would read."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from dialer.cli.main import run
from dialer.messages.provider_file import SHIPPED as FILES
from ledger.books import Books
from strategies.texts.language import SHIPPED
from tests.ledger.rows import BASIS, add_debtor
from tests.places import without_columns

pytestmark = pytest.mark.unit

FILE = """\
name: mine
version: 3
variants:
  a: {share: 60, says: {ru: "{creditor}: долг {debt} руб. Тел. {callback}", en: "{creditor}: {debt}, {callback}"}}
  b: {share: 40, says: {ru: "Долг {debt} руб. {creditor}, {callback}"}}
"""


@pytest.fixture(autouse=True)
def folder(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("DOZVON_DATABASE_URL", f"sqlite:///{tmp_path / 'ledger.db'}")
    Path("mine.yaml").write_text(FILE, encoding="utf-8")


def answer(capsys: pytest.CaptureFixture[str], *arguments: str, status: int = 0) -> object:
    assert run([*arguments, "--json"]) == status
    return json.loads(capsys.readouterr().out)


def fault(capsys: pytest.CaptureFixture[str], *arguments: str) -> str:
    assert run(list(arguments)) == 2
    return without_columns(capsys.readouterr().err)


@pytest.mark.parametrize("name", sorted(path.stem for path in SHIPPED.glob("*.yaml")))
def test_shipped_texts_say_who_writes_in_every_language(
    name: str, capsys: pytest.CaptureFixture[str]
) -> None:
    found = answer(capsys, "text", "check", name, "--segments", "10")
    assert isinstance(found, dict)
    assert found["findings"] == []
    assert {where.rpartition(".")[2] for where in found["segments"]} == {"ru", "kk", "en"}


@pytest.mark.parametrize("name", ["debt_sms", "help_sms", "reminder_sms"])
def test_shipped_sms_fill_two_at_most(name: str, capsys: pytest.CaptureFixture[str]) -> None:
    answer(capsys, "text", "check", name, "--segments", "2")


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (("{callback}", "+7"), "it does not say where you are reached; put {callback} into it"),
        (("{creditor}", "ТГК"), "it does not say who writes; put {creditor} or {agency} into it"),
        (("{debt}", "{sum}"), "no variable {sum}; take one of: account, agency,"),
        (("Тел.", "я" * 99), "the text fills 3 SMS, 2 may be sent; shorten it, or allow segments: 3"),
    ],
)
def test_what_is_wrong(change: tuple[str, str], said: str, capsys: pytest.CaptureFixture[str]) -> None:
    Path("mine.yaml").write_text(FILE.replace(*change), encoding="utf-8")
    assert said in fault(capsys, "text", "check", "mine.yaml", "--segments", "2")


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (("share: 40", "share: 50"), "the shares of the variants do not sum to 100"),
        (("{debt} руб. Тел.", "{debt руб. Тел."), "a brace without a variable in it, such as {debt}"),
        (("en:", "de:"), "no language 'de': ru, kk, en"),
        (("version: 3", "version: 0"), "mine.yaml, line 2, version: "),
    ],
)
def test_what_cannot_be_read(change: tuple[str, str], said: str, capsys: pytest.CaptureFixture[str]) -> None:
    Path("mine.yaml").write_text(FILE.replace(*change), encoding="utf-8")
    assert said in fault(capsys, "text", "check", "mine.yaml")


def test_no_such_text(capsys: pytest.CaptureFixture[str]) -> None:
    told = fault(capsys, "text", "check", "nothing")
    assert told.startswith("error: no text 'nothing'; give a file, or one of: answer_help, answer_link,")


def test_what_debtors_would_read(books: Books, capsys: pytest.CaptureFixture[str]) -> None:
    with books.write() as tx:
        of = tx.portfolios.put("heat", creditor="ТГК", contact_phone="+78000000000", basis=BASIS)
        for key in "ABCD":
            add_debtor(tx, of.id, key, "+79160000001", roubles=1234)
    rows = answer(
        capsys, "text", "preview", "mine.yaml", *(part for key in "ABCD" for part in ("--debtor", key))
    )
    assert isinstance(rows, list)
    again = answer(capsys, "text", "preview", "mine.yaml", "--debtor", "A")
    assert again == rows[:1]
    texts = {row["wording"]: row["text"] for row in rows}
    assert set(texts) <= {"mine@3:a", "mine@3:b"}
    assert set(texts.values()) <= {
        "ТГК: долг 1 234 руб. Тел. +78000000000",
        "Долг 1 234 руб. ТГК, +78000000000",
    }
    assert {row["sms"] for row in rows} == {1}


def test_providers(capsys: pytest.CaptureFixture[str]) -> None:
    found = answer(capsys, "provider", "list")
    assert found == {"providers": [], "shipped_files": ["messenger-hub", "sms-gateway"]}
    checked = answer(capsys, "provider", "check", "sms-gateway")
    assert isinstance(checked, dict)
    assert checked["asked_after_lost_answers"] is True


def test_a_provider_file_with_a_wrong_template(capsys: pytest.CaptureFixture[str]) -> None:
    body = (FILES / "messenger-hub.yaml").read_text(encoding="utf-8")
    Path("hub.yaml").write_text(body.replace('to: "{{ phone }}"', 'to: "{{ fone }}"'), encoding="utf-8")
    assert "hub.yaml, line 15, send.json.to: no variable 'fone'" in fault(
        capsys, "provider", "check", "hub.yaml"
    )
    Path("hub.yaml").write_text(body.replace('to: "{{ phone }}"', 'to: "{{ phone }"'), encoding="utf-8")
    assert "hub.yaml, line 15, send.json.to: no template:" in fault(capsys, "provider", "check", "hub.yaml")


def test_messages_without_providers(capsys: pytest.CaptureFixture[str]) -> None:
    assert (
        fault(capsys, "messages")
        == "error: DOZVON_PROVIDERS: nobody carries messages; see docs/providers.md\n"
    )
