"""``dozvon operator`` as a user runs it: what it prints, and one line for what is wrong."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from dialer.cli.console import console
from dialer.cli.main import run
from dialer.clock import SystemClock
from domain.operator import OperatorState, StateChange
from domain.operator_events import OperatorId
from ledger.books import Books
from ledger.migrate import upgrade

pytestmark = pytest.mark.unit

NODE = {
    "name": "node1",
    "ami_secret": "long-and-private",
    "scripts_folder": "/a",
    "channel_log": "/b.json",
    "phones_address": "pbx.example:5070",
    "browsers_address": "wss://pbx.example/ws",
}


@pytest.fixture
def books(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Books]:
    """The ledger that the commands work on; nobody's Redis."""
    monkeypatch.setattr(console, "width", 160)
    url = f"sqlite:///{tmp_path / 'ledger.db'}"
    monkeypatch.setenv("DOZVON_DATABASE_URL", url)
    monkeypatch.setenv("DOZVON_REDIS_URL", f"unix://{tmp_path / 'nobody.sock'}")
    monkeypatch.setenv("DOZVON_NODES", json.dumps([NODE]))
    opened = Books.open(url)
    upgrade(opened.engine)
    yield opened
    opened.close()


@pytest.fixture
def told(books: Books, capsys: pytest.CaptureFixture[str]) -> Any:
    """Runs `dozvon operator ...`: status, output and the line on standard error."""

    def tell(*arguments: str) -> tuple[int, str, str]:
        status = run(["operator", *arguments])
        out, err = capsys.readouterr()
        return status, out, err

    return tell


def test_hired_taught_and_dismissed(told: Any, books: Books) -> None:
    status, out, _ = told("add", "anna", "--name", "Анна", "--skill", "debt", "--skill", "court", "--json")
    assert (status, json.loads(out)["skills"]) == (0, ["debt", "court"])
    assert "takes bailiffs, operators" in told("skill", "anna", "--skill", "bailiffs")[1]
    before = json.loads(told("phone", "anna", "--json")[1])
    assert (before["user"], before["servers"]) == ("op1", ["pbx.example:5070"])
    told("rotate", "anna")
    after = json.loads(told("phone", "anna", "--json")[1])
    assert len({before["password"], after["password"]}) == 2
    assert after["password"] in told("phone", "anna")[1]
    assert told("phone", "anna", "--browser")[0] == 0
    browser = json.loads(told("phone", "anna", "--json")[1])
    assert (browser["kind"], browser["servers"]) == ("browser", ["wss://pbx.example/ws"])
    assert browser["password"] == after["password"]
    assert json.loads(told("phone", "anna", "--telephone", "--json")[1])["kind"] == "telephone"
    told("remove", "anna")
    assert json.loads(told("list", "--json")[1]) == []
    with books.read() as tx:
        assert tx.operators.phones() == {}


def test_the_list_shows_no_password_and_says_that_nobody_drives(told: Any, books: Books) -> None:
    told("add", "anna", "--wrap-up", "20")
    with books.read() as tx:
        (phone,) = tx.operators.phones().values()
    for arguments in (["list"], ["list", "--json"], ["log", "anna", "--json"]):
        assert phone.secret not in told(*arguments)[1]
    assert "no dialler drives the floor" in told("list")[1]
    assert json.loads(told("list", "--json")[1])[0]["now"] is None


def test_the_log_tells_time_in_state(told: Any, books: Books) -> None:
    told("add", "anna")
    now = SystemClock().now()
    with books.write() as tx:
        tx.operators.append_log(
            [
                StateChange(
                    OperatorId(1),
                    now - timedelta(seconds=ago),
                    state,
                    reason,
                    "",
                    "",
                    was,
                    was_s,
                )
                for ago, state, reason, was, was_s in (
                    (100, OperatorState.READY, "", OperatorState.OFFLINE, 10_000_000.0),
                    (60, OperatorState.PAUSED, "[b]lunch", OperatorState.READY, 40.0),
                    (30, OperatorState.READY, "", OperatorState.PAUSED, 30.0),
                )
            ]
        )
    document = json.loads(told("log", "anna", "--json")[1])
    assert [line["state"] for line in document["changes"]] == ["ready", "paused", "ready"]
    assert (document["seconds"]["ready"], document["seconds"]["paused"]) == (40.0, 30.0)
    assert document["seconds"]["offline"] < 86_400, "no more than the time asked about"
    assert "[b]lunch" in told("log", "anna")[1]


@pytest.mark.parametrize(
    ("arguments", "line"),
    [
        (["add", "Анна"], "LOGIN: 'Анна' cannot be a login; small Latin letters, digits, . _ -, at most 32"),
        (["add", "anna", "--skill", "Долги"], "'Долги' cannot be a skill's name; small Latin letters"),
        (["add", "known"], "operator 'known' exists already; choose another login"),
        (["skill", "nobody", "--skill", "debt"], "there is no operator 'nobody'; `dozvon operator list`"),
        (["rotate", "nobody"], "there is no operator 'nobody'"),
        (["phone", "nobody"], "there is no operator 'nobody'"),
        (["log", "nobody"], "there is no operator 'nobody'"),
        (["pause", "known"], "Missing option '--reason'"),
        (["add", "anna", "--wrap-up", "-1"], "Invalid value for '--wrap-up'"),
        (["log", "known", "--since", "yesterday"], "Invalid value for '--since'"),
    ],
)
def test_wrong_input_is_one_line(told: Any, arguments: list[str], line: str) -> None:
    told("add", "known")
    status, out, err = told(*arguments)
    assert (status, out) == (2, "")
    assert line in err
    assert err.count("\n") == 1


def test_without_redis_a_command_is_one_line(told: Any) -> None:
    told("add", "anna")
    status, _, err = told("ready", "anna")
    assert status == 1
    assert "Redis does not answer" in err
    assert err.count("\n") == 1
