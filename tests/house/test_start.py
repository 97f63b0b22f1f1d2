"""A command loads what it needs and no more: whoever asks for a card does not wait for voices and web servers."""

from __future__ import annotations

import subprocess
import sys

import pytest

from dialer.cli.main import COMMANDS
from tests.house.tree import ROOT

pytestmark = pytest.mark.unit

LOADED = """
import sys
from dialer.cli.main import load_command, run
for name in sys.argv[1:]:
    load_command(name)
if not sys.argv[1:]:
    run(["--help"])
print(*sorted({module.partition(".")[0] for module in sys.modules}), file=sys.stderr)
"""

OF_SERVERS = {"fastapi", "starlette", "uvicorn", "babel"}
OF_VOICES = {"gtts", "numpy", "requests", "rq", "soundfile", "soxr", "vosk"}
OF_BOOKS = {"alembic", "holidays", "psycopg", "pydantic", "redis", "sqlalchemy"}
SPEAKERS = {"console", "demo", "dialer", "messages", "pacing", "softphone", "speech", "worker"}
"""Commands that place calls, compute or serve; the others read the books, or write a line into them."""


def loaded(*commands: str) -> set[str]:
    """The libraries that are loaded when these commands begin; without any, those of the root command's help."""
    asked = [sys.executable, "-c", LOADED, *commands]
    return set(subprocess.run(asked, cwd=ROOT, capture_output=True, text=True, check=True).stderr.split())


def test_help_needs_nothing_of_ours() -> None:
    assert loaded() & (OF_SERVERS | OF_VOICES | OF_BOOKS) == set()


def test_the_books_are_read_without_voices_and_servers() -> None:
    readers = sorted(COMMANDS.keys() - SPEAKERS)
    assert loaded(*readers) & (OF_SERVERS | OF_VOICES | {"alembic", "holidays"}) == set()
