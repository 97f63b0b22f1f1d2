"""Whatever people call their things, the command line shows it as it is."""

from __future__ import annotations

from pathlib import Path

import pytest

from dialer.cli.console import styled
from dialer.cli.main import run

pytestmark = pytest.mark.unit

NAMES = ("debts [march]", "[/red] gone", "[bold]", ":warning: 5", "back\\", "{} {0}")


@pytest.mark.parametrize("name", NAMES)
def test_what_fills_a_styled_line_stands_as_it_is(name: str) -> None:
    line = styled("campaign [bold]{}[/] of {who}: {:,}", name, 1000, who=name)
    assert line.plain == f"campaign {name} of {name}: 1,000"
    assert [line.plain[one.start : one.end] for one in line.spans] == [name]


@pytest.mark.parametrize("name", NAMES)
def test_a_name_is_the_same_when_it_is_set_and_when_it_is_listed(
    name: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("DOZVON_DATABASE_URL", f"sqlite:///{tmp_path / 'dozvon.db'}")
    monkeypatch.setenv("COLUMNS", "200")
    basis = ("--basis", name, "--valid-from", "2026-01-01")
    assert run(["portfolio", "set", name, "--creditor", name, "--phone", "+74950000001", *basis]) == 0
    assert capsys.readouterr().out == f"portfolio {name}: {name}, basis {name}\n"
    assert run(["portfolio", "list"]) == 0
    assert capsys.readouterr().out.count(f"│ {name} ") == 3
    assert run(["campaign", "status", name]) == 2
    assert capsys.readouterr().err == f"error: no campaign {name!r}; campaigns: none yet\n"
