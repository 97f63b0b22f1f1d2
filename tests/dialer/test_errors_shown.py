"""Errors of a command as its user sees them: one line, whole, with the right exit status."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest

from dialer.cli.main import INTERNAL, INTERRUPTED, run
from domain.errors import EnvironmentFault, InputError

pytestmark = pytest.mark.unit


@pytest.fixture(autouse=True)
def folder(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    monkeypatch.chdir(tmp_path)
    return tmp_path


def fails_with(monkeypatch: pytest.MonkeyPatch, error: Exception) -> int:
    def app(**_: object) -> None:
        raise error

    monkeypatch.setattr(sys.modules[run.__module__], "app", app)
    return run([])


@pytest.mark.parametrize(
    ("error", "status"),
    [
        (InputError("unknown key 'txt'", where="a.yaml, line 3"), 2),
        (EnvironmentFault("no Redis", where="unix:///x.sock", remedy="start it"), 1),
        (InputError("no file", where="[/data]/debts [march].csv"), 2),
        (FileNotFoundError(2, "No such file or directory", "/data/prompts"), 1),
        (ExceptionGroup("tasks", [ExceptionGroup("inner", [InputError("deep down")])]), 2),
    ],
)
def test_an_error_is_one_whole_line(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], error: Exception, status: int
) -> None:
    assert fails_with(monkeypatch, error) == status
    shown = capsys.readouterr()
    told = error
    while isinstance(told, ExceptionGroup):
        told = told.exceptions[0]
    if isinstance(told, OSError):
        told = EnvironmentFault(str(told.strerror), where=told.filename)
    assert shown.err == f"error: {told}\n"
    assert shown.out == ""


def test_a_mistake_of_ours_leaves_its_traceback_in_a_file(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], folder: Path
) -> None:
    assert fails_with(monkeypatch, KeyError("oops")) == INTERNAL
    assert "Traceback" not in capsys.readouterr().err
    assert "KeyError: 'oops'" in (folder / "var" / "crash.log").read_text()


def test_an_argument_that_is_no_text(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["campaign", "status", "\udcff"]) == 2
    assert capsys.readouterr().err.startswith("error: '\\udcff' is not UTF-8; use a terminal in UTF-8")


@pytest.mark.parametrize("command", [["strategy", "check", "n" * 5_000], ["permit", "--cases", "/dev/zero"]])
def test_what_is_no_file_of_ours_is_one_line(capsys: pytest.CaptureFixture[str], command: list[str]) -> None:
    assert run(command) in (1, 2)
    shown = capsys.readouterr()
    assert (shown.out, shown.err.count("\n")) == ("", 1)
    assert "internal" not in shown.err


def test_ctrl_c_is_told(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    def interrupt(*_: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("dialer.cli.text.find_texts", interrupt)
    assert run(["text", "list"]) == INTERRUPTED
    assert capsys.readouterr() == ("", "interrupted\n")


def test_the_version(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["--version"]) == 0
    assert re.fullmatch(r"dozvon \d+\.\d+\.\d+\n", capsys.readouterr().out)


def test_who_reads_the_beginning_only_ends_the_command_in_peace(folder: Path) -> None:
    for command in ("'--help'", "'text', 'list', '--json'", "'permit', '--help'"):
        look = f"from dialer.cli.main import main; main([{command}])"
        with subprocess.Popen(
            [sys.executable, "-c", look], stdout=subprocess.PIPE, stderr=subprocess.PIPE, cwd=folder
        ) as process:
            assert process.stdout
            assert process.stderr
            process.stdout.close()
            assert process.stderr.read() == b""


def test_no_command_at_all_is_answered_by_help(capsys: pytest.CaptureFixture[str]) -> None:
    assert run([]) == 2
    shown = capsys.readouterr()
    assert "Usage" in shown.out + shown.err
    assert "error" not in shown.err


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        ("frobnicate", "No such command 'frobnicate'; try `dozvon --help`"),
        ("block frobnicate", "No such command 'frobnicate'; try `dozvon block --help`"),
        ("strategy chekc", "No such command 'chekc'. Did you mean 'check'?; try `dozvon strategy --help`"),
        ("block list --no-such", "No such option: --no-such; try `dozvon block list --help`"),
        ("block list A", "Got unexpected extra argument(s) (A); try `dozvon block list --help`"),
        ("block lift", "Missing option '--reason'"),
        ("campaign start", "Missing argument 'NAME'; try `dozvon campaign start --help`"),
        ("campaign start a --cps fast", "Invalid value for '--cps': Input should be a valid number"),
        ("touches export --format pdf", "Invalid value for '--format': 'pdf' is not one of"),
    ],
)
def test_a_wrong_word_is_one_line_that_names_the_command(
    capsys: pytest.CaptureFixture[str], arguments: str, told: str
) -> None:
    assert run(arguments.split()) == 2
    shown = capsys.readouterr()
    assert (shown.out, shown.err.count("\n")) == ("", 1)
    assert shown.err.startswith(f"error: {told}")


def test_a_wrong_option(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["dialer", "--no-such-option"]) == 2
    shown = capsys.readouterr().err
    assert shown.startswith("error: No such option: --no-such-option")
    assert "Traceback" not in shown
