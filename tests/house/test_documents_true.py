"""What README and docs tell a reader to type or to open is there: commands with their options, files, settings."""

from __future__ import annotations

import re
import shlex
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from dialer.cli.main import COMMANDS, load_command
from dialer.setting_faults import NOT_OURS
from dialer.settings import Settings, shown_settings
from tests.house.tree import ROOT, project_files

pytestmark = pytest.mark.unit

DOCUMENTS = sorted([ROOT / "README.md", ROOT / "CONTRIBUTING.md", *(ROOT / "docs").glob("*.md")])
COMMAND = re.compile(r"^\s*(dozvon [^\n]+)$|`(dozvon [^`]+)`", re.MULTILINE)
PATH = re.compile(r"(?<![\w./~-])((?:[\w-]+/)+[\w.-]+\.(?:py|md|yaml|json|conf|html|js|css|j2))(?![\w*/])")
PLACEHOLDER = re.compile(r"[A-Z<%]")


def commands_told(document: Path) -> Iterator[str]:
    """Each command of a document on one line, its comment and the placeholders of its manual page left out."""
    for fenced, inline in COMMAND.findall(document.read_text()):
        yield re.sub(r"\s+#.*$|\.\.\.", "", " ".join((fenced or inline).split()))


def called(words: list[str]) -> tuple[Any, list[str]]:
    """The command that words lead to (None behind a placeholder), and what is left of them; KeyError: there is none."""
    name, *rest = words
    if name not in COMMANDS:
        raise KeyError(name)
    command = load_command(name)
    while rest and not rest[0].startswith("-") and hasattr(command, "commands"):
        if PLACEHOLDER.match(rest[0]):
            return None, rest
        command, rest = command.commands[rest[0]], rest[1:]
    return command, rest


def spelled_out(told: str) -> Iterator[list[str]]:
    """`dozvon text list|check` is two commands."""
    words = shlex.split(told.replace("[", " ").replace("]", " "))[1:]
    for place, word in enumerate(words):
        if (
            "|" in word.strip("|")
            and not word.startswith("-")
            and all(not w.startswith("-") for w in words[:place])
        ):
            for one in word.split("|"):
                yield [*words[:place], one, *words[place + 1 :]]
            return
    yield words


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: path.name)
def test_commands_that_are_told_exist_with_their_options(document: Path) -> None:
    for told in commands_told(document):
        for words in spelled_out(told):
            if not words or PLACEHOLDER.match(words[0]) or words[0].startswith("-"):
                continue
            try:
                command, rest = called(words)
            except KeyError as error:
                pytest.fail(f"{document.name}: `{told}`: there is no {error}")
            if command is None:
                continue
            known = {option for param in command.params for option in (*param.opts, *param.secondary_opts)}
            options = {word.partition("=")[0] for word in rest if word.startswith("--")} - {"--help"}
            assert options <= known, f"{document.name}: `{told}`"


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: path.name)
def test_files_that_are_named_exist(document: Path) -> None:
    tracked = {str(path.relative_to(ROOT)) for path in project_files()}
    named = set(PATH.findall(document.read_text()))
    gone = {name for name in named if not any(f"/{path}".endswith(f"/{name}") for path in tracked)}
    assert not gone, f"{document.name} names what is not there"


def test_every_setting_is_explained_and_none_that_is_not_there() -> None:
    rows = re.findall(r"^\| (`DOZVON_[^|]+) \|", (ROOT / "docs" / "settings.md").read_text(), re.MULTILINE)
    told = {name for row in rows for name in names_of(row)}
    assert told - NOT_OURS == set(shown_settings(Settings.model_construct()))


def names_of(row: str) -> Iterator[str]:
    """`DOZVON_MAIL__HOST`, `__PORT` are two settings."""
    first, *others = re.findall(r"`(\w+)`", row)
    yield first
    for other in others:
        yield first.split("__")[0] + other
