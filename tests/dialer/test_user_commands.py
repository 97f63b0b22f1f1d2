"""``dozvon user`` and ``dozvon token`` as a user runs them: what they print, and one line for what is wrong."""

from __future__ import annotations

import io
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from dialer.cli.console import console
from dialer.cli.main import run
from dialer.passwords import fits
from domain.audit import AuditAction
from ledger.books import Books
from ledger.migrate import upgrade

pytestmark = pytest.mark.unit


@pytest.fixture
def books(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Books]:
    """The ledger that the commands work on, with an operator and a portfolio."""
    monkeypatch.setattr(console, "width", 160)
    monkeypatch.setenv("DOZVON_DATABASE_URL", f"sqlite:///{tmp_path / 'ledger.db'}")
    opened = Books.open(f"sqlite:///{tmp_path / 'ledger.db'}")
    upgrade(opened.engine)
    with opened.write() as tx:
        tx.operators.add("anna", "Анна", [], "secret", 30)
        tx.portfolios.put("heat", creditor="Тепло", contact_phone="", basis=None)
    yield opened
    opened.close()


@pytest.fixture
def told(books: Books, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Any:
    """Runs `dozvon ...` with a line on standard input: status, output and the line on standard error."""

    def tell(*arguments: str, typed: str = "") -> tuple[int, str, str]:
        monkeypatch.setattr("sys.stdin", io.StringIO(typed))
        status = run(list(arguments))
        out, err = capsys.readouterr()
        return status, out, err

    return tell


def hashed(books: Books, login: str) -> str:
    with books.write() as tx:
        known = tx.users.credentials(login)
    assert known is not None
    return known.password


def test_the_first_administrator_gets_a_password_made_up(told: Any, books: Books) -> None:
    status, out, _ = told("user", "add", "root", "--role", "administrator", "--json")
    made = json.loads(out)
    assert (status, made["role"], made["must_change_password"]) == (0, "administrator", True)
    assert fits(made["password"], hashed(books, "root"))
    assert made["password"] not in told("user", "list", "--json")[1]


def test_an_operator_from_hiring_to_dismissal(told: Any, books: Books) -> None:
    arguments = ("user", "add", "anna", "--name", "Анна", "--role", "operator", "--portfolio", "heat")
    status, out, _ = told(*arguments, "--password-stdin", typed="correct horse 9\n")
    assert (status, "correct horse 9" in out) == (0, False)
    assert fits("correct horse 9", hashed(books, "anna"))
    (listed,) = json.loads(told("user", "list", "--json")[1])
    assert (listed["operator"], listed["portfolios"]) == ("anna", ["heat"])
    assert "heat" in told("user", "list")[1]
    assert json.loads(told("user", "portfolios", "anna", "--json")[1])["portfolios"] == []
    assert json.loads(told("user", "role", "anna", "--role", "supervisor", "--json")[1])["operator"] == ""
    status, out, _ = told("user", "password", "anna")
    assert "shown this once" in out
    assert not fits("correct horse 9", hashed(books, "anna"))
    assert told("user", "remove", "anna")[:2] == (0, "anna may not sign in any more\n")
    with books.read() as tx:
        lines = tx.audit_log.page()
    assert [line.action for line in reversed(lines)] == [
        AuditAction.USER_ADDED,
        AuditAction.PORTFOLIOS_CHANGED,
        AuditAction.ROLE_CHANGED,
        AuditAction.PASSWORD_RESET,
        AuditAction.USER_REMOVED,
    ]
    assert {line.address for line in lines} == {"command line"}


@pytest.mark.parametrize(
    ("arguments", "typed", "line"),
    [
        (("add", "Анна", "--role", "operator"), "", "'Анна' cannot be a login; small Latin letters"),
        (
            ("add", "boris", "--role", "operator"),
            "",
            "there is no operator 'boris'; `dozvon operator add` hires",
        ),
        (("add", "x", "--role", "king"), "", "Invalid value for '--role': 'king' is not one of"),
        (
            ("add", "anna", "--role", "operator", "--portfolio", "no"),
            "",
            "no portfolio 'no'; portfolios: heat",
        ),
        (
            ("add", "x", "--role", "supervisor", "--portfolio", "heat"),
            "",
            "a user who is supervisor sees all",
        ),
        (("add", "root", "--role", "supervisor"), "", "user 'root' exists already"),
        (
            ("add", "x", "--role", "supervisor", "--password-stdin"),
            "short\n",
            "too short or too long; 10 to 256",
        ),
        (("password", "root", "--password-stdin"), "root123456\n", "the password is the login; 10 to 256"),
        (("password", "nobody"), "", "there is no user 'nobody'; `dozvon user list` shows them"),
        (
            ("remove", "root"),
            "",
            "'root' is the last administrator; make somebody else an administrator first",
        ),
        (("role", "root", "--role", "supervisor"), "", "'root' is the last administrator"),
    ],
)
def test_what_is_wrong_is_one_line(told: Any, arguments: tuple[str, ...], typed: str, line: str) -> None:
    told("user", "add", "root", "--role", "administrator")
    status, _, err = told("user", *arguments, typed=typed)
    assert status == 2
    assert line in " ".join(err.split())


def test_a_token_from_giving_out_to_revocation(told: Any) -> None:
    scopes = ("--scope", "debtors:read", "--scope", "blocks:write")
    status, out, _ = told("token", "add", "CRM", *scopes, "--expires", "2100-01-01", "--json")
    made = json.loads(out)
    assert (status, made["scopes"], made["expires_at"]) == (
        0,
        ["blocks:write", "debtors:read"],
        "2100-01-01T00:00:00+00:00",
    )
    assert made["secret"].startswith("dozvon_")
    assert "in force" in told("token", "list")[1]
    assert made["secret"] not in told("token", "list", "--json")[1]
    assert told("token", "revoke", "1")[:2] == (0, "token 1 (CRM) opens nothing any more\n")
    assert "revoked" in told("token", "list")[1]
    for arguments, line in (
        (("revoke", "7"), "there is no token 7; `dozvon token list` shows them"),
        (
            ("add", "CRM", *scopes, "--expires", "2020-01-01"),
            "the token would be over at once; tell a later day",
        ),
        (("add", "CRM"), "Missing option '--scope'"),
    ):
        status, _, err = told("token", *arguments)
        assert (status, line in " ".join(err.split())) == (2, True), err
