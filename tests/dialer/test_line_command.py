"""``dozvon line`` and ``dozvon report queues`` as a user runs them: what they print, and one line for what is wrong."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from dialer.cli.console import console
from dialer.cli.main import run
from ledger.books import Books
from ledger.migrate import upgrade

pytestmark = pytest.mark.unit

Tell = Callable[..., tuple[int, str, str]]


@pytest.fixture
def tell(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> Iterator[Tell]:
    """Runs a command on books with one portfolio: status, output and the line on standard error."""
    monkeypatch.setattr(console, "width", 160)
    url = f"sqlite:///{tmp_path / 'ledger.db'}"
    monkeypatch.setenv("DOZVON_DATABASE_URL", url)
    books = Books.open(url)
    upgrade(books.engine)
    with books.write() as tx:
        tx.portfolios.put("heat", creditor="Теплосеть", contact_phone="+78005553535", basis=None)

    def told(*arguments: str) -> tuple[int, str, str]:
        status = run(arguments)
        printed = capsys.readouterr()
        return status, printed.out, printed.err

    yield told
    books.close()


def test_lines_are_added_changed_shown_and_removed(tell: Tell) -> None:
    times = ("--hours", "09:00-18:00", "--weekend", "closed", "--zone", "Asia/Yekaterinburg")
    status, out, _ = tell(
        "line", "add", "8 800 555-35-35", "--portfolio", "heat", *times, "--script", "self_service"
    )
    assert status == 0
    assert "+78005553535" in out
    tell("line", "add", "+74950000001", "--bailiffs")
    _, out, _ = tell("line", "list", "--json")
    bailiffs, heat = json.loads(out)
    assert (bailiffs["purpose"], bailiffs["desk"], bailiffs["hours"]) == ("bailiffs", "bailiffs", "always")
    assert (heat["portfolio"], heat["hours"], heat["weekend"]) == ("heat", "09:00-18:00", "closed")
    assert (heat["script"], heat["closed_script"], heat["zone"]) == (
        "self_service",
        "closed",
        "Asia/Yekaterinburg",
    )
    assert "self_service" in tell("line", "list")[1]
    assert tell("line", "remove", "+74950000001")[0] == 0
    assert len(json.loads(tell("line", "list", "--json")[1])) == 1


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (("add", "123"), "NUMBER"),
        (("add", "+78005553535", "--portfolio", "water"), "--portfolio: There is no portfolio water"),
        (("add", "+78005553535", "--hours", "9-18"), "--hours"),
        (("add", "+78005553535", "--zone", "Moscow"), "--zone: There is no time zone Moscow"),
        (("add", "+78005553535", "--desk", "Долги"), "--desk: Small Latin letters"),
        (("add", "+78005553535", "--script", "nothing"), "--script: There is no script nothing"),
        (("remove", "+78005553535"), "no line of ours"),
    ],
)
def test_what_is_wrong_is_one_line(tell: Tell, arguments: tuple[str, ...], told: str) -> None:
    status, _, err = tell("line", *arguments)
    assert status == 2
    assert told in err
    assert err.count("\n") == 1


def test_nobody_has_rung_yet(tell: Tell) -> None:
    status, out, _ = tell("report", "queues", "--json")
    document = json.loads(out)
    assert (status, document["desks"], document["half_hours"], document["calls_back"]) == (0, [], [], {})
    assert "calls back: none" in tell("report", "queues")[1]


def test_a_second_desk_helps_out(tell: Tell) -> None:
    tell("line", "add", "+74950000001", "--desk", "heat", "--overflow", "operators", "--overflow-after", "45")
    (line,) = json.loads(tell("line", "list", "--json")[1])
    assert (line["overflow_desk"], line["overflow_s"]) == ("operators", 45)
    assert "operators after 45 s" in tell("line", "list")[1]
    for desk in ("Кто-нибудь", "operators"):
        status, _, said = tell("line", "add", "+74950000001", "--overflow", desk)
        assert (status, said.count("\n"), "--overflow: " in said) == (2, 1, True)


def test_shifts_are_told_shown_and_forgotten(tell: Tell) -> None:
    tell("operator", "add", "anna")
    assert (
        tell("shift", "set", "anna", "--hours", "09:00-13:00, 14:00-18:00", "--days", "mon-tue,sat")[0] == 0
    )
    rows = json.loads(tell("shift", "list", "--json")[1])
    assert [row["day"] for row in rows] == ["mon", "tue", "sat"]
    assert rows[0] == {"login": "anna", "day": "mon", "hours": ["09:00-13:00", "14:00-18:00"]}
    assert "14:00-18:00" in tell("shift", "list")[1]
    tell("shift", "set", "anna", "--hours", "none", "--days", "mon-sun")
    assert json.loads(tell("shift", "list", "--json")[1]) == []


@pytest.mark.parametrize(
    ("login", "hours", "days", "wrong"),
    [
        ("anna", "9-18", "mon", "--hours"),
        ("anna", "18:00-09:00", "mon", "--hours"),
        ("anna", "09:00-18:00", "monday", "--days"),
        ("anna", "09:00-18:00", "fri-mon", "--days"),
        ("boris", "09:00-18:00", "mon", "boris"),
    ],
)
def test_a_wrong_shift_is_refused_in_one_line(
    tell: Tell, login: str, hours: str, days: str, wrong: str
) -> None:
    tell("operator", "add", "anna")
    status, _, said = tell("shift", "set", login, "--hours", hours, "--days", days)
    assert (status, said.count("\n")) == (2, 1)
    assert wrong in said
