"""``dozvon import`` as a user runs it: every kind of file, as JSON and in words, and wrong input."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from dialer.cli.main import run
from ledger.books import Books
from ledger.migrate import upgrade

pytestmark = pytest.mark.unit

FILES = {
    "blocks": "account;reason;from\n1;банкротство;2026-03-01\n",
    "payments": "account;day;sum\n1;2026-03-01;10\n",
    "phones": "account;phone\n1;89160000001\n",
    "proceedings": "account;number;date;sum\n1;5/26-ИП;2026-03-01;10\n",
}


@pytest.fixture(autouse=True)
def portfolio(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A portfolio with one debtor of account 1."""
    url = f"sqlite:///{tmp_path / 'books.db'}"
    monkeypatch.setenv("DOZVON_DATABASE_URL", url)
    books = Books.open(url)
    upgrade(books.engine)
    with books.write() as tx:
        tx.portfolios.put("heat", creditor="К", contact_phone="", basis=None)
    books.close()
    file = tmp_path / "debtors.csv"
    file.write_text("account;sum;month\n1;100;2025-11\n")
    assert run(("import", "debtors", str(file), "--portfolio", "heat")) == 0


@pytest.mark.parametrize("kind", sorted(FILES))
def test_each_kind_of_file(kind: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = tmp_path / f"{kind}.csv"
    file.write_text(FILES[kind])
    capsys.readouterr()
    answers = []
    for _ in range(2):
        assert run(("import", kind, str(file), "--portfolio", "heat", "--json")) == 0
        answers.append(json.loads(capsys.readouterr().out))
    nothing = {"rows": 1, "added": 0, "changed": 0, "unchanged": 0, "rejected": 0, "rejects_file": None}
    assert answers == [nothing | {"added": 1}, nothing | {"unchanged": 1}]
    assert run(("import", kind, str(file), "--portfolio", "heat")) == 0
    assert f"1 rows: 0 {kind} added, 0 changed, 1 unchanged, 0 rejected" in capsys.readouterr().out


@pytest.mark.parametrize("kind", sorted(FILES))
def test_a_file_of_something_else_is_one_line(
    kind: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "wrong.csv"
    file.write_text("a;b\n1;2\n")
    capsys.readouterr()
    assert run(("import", kind, str(file), "--portfolio", "heat")) == 2
    said = capsys.readouterr().err
    assert said.startswith(f"error: {file}, row 1: no column for ")
    assert said.count("\n") == 1
