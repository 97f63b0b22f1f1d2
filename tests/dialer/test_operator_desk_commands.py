"""``dozvon operator dispose|unsaid|day|call-backs|call``, as a user runs them."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from redis import Redis

from dialer.cli.console import console
from dialer.cli.main import run
from dialer.clock import SystemClock
from ledger.books import Books
from tests.dialer.handlers.disposing import Scene
from tests.ledger.rows import NOON

pytestmark = pytest.mark.unit

Ask = Callable[..., tuple[int, Any]]


@pytest.fixture
def touch(books: Books, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    """A talk of noon that anna has said nothing of; it is still noon."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(console, "width", 200)
    monkeypatch.setenv("DOZVON_DATABASE_URL", str(books.engine.url))
    monkeypatch.setattr(SystemClock, "now", lambda self: NOON)
    with books.write() as tx:
        return Scene(tx).touch


@pytest.fixture
def ask(capsys: pytest.CaptureFixture[str]) -> Ask:
    """Runs a command with --json; answers its status and its document, or its error line."""

    def asked(*arguments: str) -> tuple[int, Any]:
        status = run(["operator", *arguments, "--json"])
        out, err = capsys.readouterr()
        return status, err.strip() if status else json.loads(out)

    return asked


def test_a_promise_from_the_command_line_changes_the_plan(touch: str, ask: Ask, books: Books) -> None:
    assert [talk["touch"] for talk in ask("unsaid", "anna")[1]] == [touch]
    promise = ("--code", "promise.once", "--date", "2026-03-20", "--sum", "400")
    status, told = ask("dispose", "anna", "--touch", touch, *promise)
    assert (status, told["corrected"]) == (0, False)
    assert told["next"] == ["400.00 RUB by 2026-03-20; nobody calls before 2026-03-23 21:00 UTC"]
    with books.read() as tx:
        plan = tx.plans.load(1, [1])[1]
    assert f"{plan.due_at:%Y-%m-%d %H:%M}" == "2026-03-23 21:00"
    assert ask("unsaid", "anna")[1] == []
    assert ask("day", "anna")[1]["promised_kopecks"] == 40_000
    assert ask("dispose", "anna", "--touch", touch, "--code", "call_back", "--at", "2026-03-12T15:30")[1][
        "corrected"
    ]
    (owed,) = ask("call-backs", "anna")[1]
    assert owed["touch"] == touch
    assert ask("day", "anna", "--date", "2026-03-12")[1]["call_backs"] == 1


@pytest.mark.parametrize(
    ("arguments", "line"),
    [
        (("--code", "promise.once"), "date: This is needed"),
        (("--code", "promise"), "'promise' is no disposition; take one of promise.once, promise.instalments"),
        (("--code", "call_back", "--at", "2026-03-10T18:00"), "at: The rules do not allow a call then"),
        (("--code", "other.information", "--note", "\x07"), "note: Holds signs that cannot be written down"),
        (("--code", "other.information", "--debtor", "9"), "debtor: There is no such debtor"),
    ],
)
def test_what_is_wrong_is_one_line(touch: str, ask: Ask, arguments: tuple[str, ...], line: str) -> None:
    status, told = ask("dispose", "anna", "--touch", touch, *arguments)
    assert status == 2
    assert line in told
    assert "\n" not in told


def test_people_read_it_too(touch: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert (
        run(
            [
                "operator",
                "dispose",
                "anna",
                "--touch",
                touch,
                "--code",
                "call_back",
                "--at",
                "2026-03-12T15:30",
            ]
        )
        == 0
    )
    assert "He is called back at 2026-03-12 12:30 UTC, first by you" in capsys.readouterr().out
    for command in ("unsaid", "day", "call-backs"):
        assert run(["operator", command, "anna"]) == 0
    out = capsys.readouterr().out
    assert "1 talks of" in out
    assert "agreed with operator anna" in out


@pytest.mark.parametrize(
    "arguments",
    sorted(
        [
            ("hold",),
            ("unhold",),
            ("complete",),
            ("hang-up",),
            ("extend",),
            ("transfer", "--desk", "debt"),
            ("consult", "--colleague", "boris"),
            ("call", "--debtor", "A1", "--phone", "+79160000001"),
        ]
    ),
)
def test_in_a_talk_somebody_must_drive_the_floor(
    touch: str, ask: Ask, redis_server: str, monkeypatch: pytest.MonkeyPatch, arguments: tuple[str, ...]
) -> None:
    del touch
    with Redis.from_url(redis_server) as client:
        client.flushdb()  # another test's dialler may hold the floor's lease yet
    monkeypatch.setenv("DOZVON_REDIS_URL", redis_server)
    verb, *rest = arguments
    status, told = ask(verb, "anna", *rest)
    assert (status, told) == (1, "error: no dialler drives the floor; start `dozvon dialer`")
