"""Every command, given what cannot be meant: done or refused in one line, never 'internal'."""

from __future__ import annotations

from collections.abc import Iterator
from io import StringIO
from pathlib import Path
from typing import Any

import pytest

from dialer.cli.main import COMMANDS, GROUPS, load_command, run

pytestmark = pytest.mark.unit

FOR_EVER = {*GROUPS["Processes"], "demo"}
SECONDS = {"pacing", "script listen"}
"""Commands that work for long even when only an option is wrong."""
NOBODY, TOO_LARGE = "[/nobody]", "9" * 30


def commands() -> dict[str, Any]:
    """Every command that ends by itself, with its name."""
    found: dict[str, Any] = {}

    def look(name: str, command: Any) -> None:
        for sub, one in getattr(command, "commands", {}).items():
            look(f"{name} {sub}", one)
        if not hasattr(command, "commands") and not {name, name.split()[0]} & SECONDS:
            found[name] = command

    for name in COMMANDS.keys() - FOR_EVER:
        look(name, load_command(name))
    return found


ALL = commands()


def is_number(option: Any) -> bool:
    return any(kind in str(option.display_type).lower() for kind in ("int", "float"))


def wrong(name: str) -> Iterator[list[str]]:
    """What is required alone, and then with each option in turn, all of it nobody's or too large."""
    options = [one for one in ALL[name].params if one.name != "help"]
    for tried in (None, *options):
        arguments = name.split()
        for one in options:
            value = TOO_LARGE if is_number(one) else NOBODY
            if one.param_type_name == "argument" and (one.required or one is tried):
                arguments.append(value)
            elif one.required or one is tried:
                arguments += [one.opts[0]] if getattr(one, "is_flag", False) else [one.opts[0], value]
        yield arguments


@pytest.fixture(scope="module")
def books(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("books") / "dozvon.db"


@pytest.mark.parametrize("name", sorted(ALL))
def test_what_cannot_be_meant_is_one_line(
    name: str,
    books: Path,
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr("sys.stdin", StringIO(""))
    monkeypatch.setenv("DOZVON_DATABASE_URL", f"sqlite:///{books}")
    monkeypatch.setenv("DOZVON_REDIS_URL", f"unix://{tmp_path / 'nobody.sock'}")
    for arguments in wrong(name):
        status = run(arguments)
        said = capsys.readouterr().err
        assert status in (0, 1, 2), f"{arguments}: {said}"
        if status:
            assert (said.count("\n"), said[:7]) == (1, "error: "), f"{arguments}: {said}"
