"""The root command: it knows all commands, and loads the one that is called."""

from __future__ import annotations

import subprocess
import sys

import pytest
import typer

from dialer.cli.main import COMMANDS, load_command

pytestmark = pytest.mark.unit


@pytest.mark.parametrize("name", sorted(COMMANDS))
def test_the_overview_says_of_a_command_what_it_says_of_itself(name: str) -> None:
    said = load_command(name).help.split("\n\n")[0]
    assert " ".join(said.split()).startswith(COMMANDS[name].help)


def test_asking_for_help_loads_no_database_and_no_numbers() -> None:
    look = (
        "import sys; from dialer.cli.main import run; run(['--help']); run(['permit', '--help']);"
        "sys.exit(' '.join(sorted({'sqlalchemy', 'alembic', 'redis', 'numpy', 'asyncio'} & sys.modules.keys())))"
    )
    told = subprocess.run([sys.executable, "-c", look], capture_output=True, text=True, check=False)
    assert told.stderr.strip() == ""
    assert "Say whether touches would be allowed" in told.stdout


def test_groups_and_commands_alone_are_both_loaded() -> None:
    assert isinstance(load_command("strategy"), typer.core.TyperGroup)
    assert not isinstance(load_command("permit"), typer.core.TyperGroup)
