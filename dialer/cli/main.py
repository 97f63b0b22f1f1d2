"""The root command, and the one place where errors become lines and exit statuses."""

from __future__ import annotations

import sys
import traceback
from collections.abc import Sequence
from pathlib import Path

import typer
from rich.markup import escape
from typer.exceptions import TyperException

from dialer.cli import (
    block,
    campaign,
    consent,
    deciding,
    demo,
    dialler,
    importing,
    ledger,
    number,
    permit,
    portfolio,
    report,
    script,
    speech,
    strategy,
    touches,
    versions,
)
from dialer.cli.console import errors
from domain.errors import DozvonError

NAME = "dozvon"
INTERNAL = 70
INTERRUPTED = 130
CRASH = Path("var") / "crash.log"

app = typer.Typer(
    name=NAME,
    help="Contact centre and technical collection on Asterisk: no limit is ever exceeded, no touch is ever lost.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode="rich",
)
app.command("demo")(demo.demo)
app.command("dialer")(dialler.dialer)
app.command("speech")(speech.speech)
app.command("worker")(speech.worker)
app.command("permit")(permit.permit)
strategy.app.command("publish")(versions.publish_file)
strategy.app.command("rollback")(versions.roll_back_to)
strategy.app.command("versions")(versions.list_versions)
strategy.app.command("diff")(versions.diff_two)
strategy.app.command("dry-run")(deciding.dry_run_file)
strategy.app.command("explain")(deciding.explain_debtor)
app.add_typer(importing.app, name="import")
app.add_typer(portfolio.app, name="portfolio")
app.add_typer(campaign.app, name="campaign")
app.add_typer(block.app, name="block")
app.add_typer(consent.app, name="consent")
app.add_typer(number.app, name="number")
app.add_typer(touches.app, name="touches")
app.add_typer(report.app, name="report")
app.add_typer(script.app, name="script")
app.add_typer(strategy.app, name="strategy")
app.add_typer(ledger.app, name="ledger")


def main(arguments: Sequence[str] | None = None) -> None:
    """Run a command and exit: 0 done, 1 could not be done, 2 wrong input."""
    sys.exit(run(arguments))


def run(arguments: Sequence[str] | None = None) -> int:
    """Run a command; every error is one line on standard error."""
    try:
        status = app(
            args=None if arguments is None else list(arguments), prog_name=NAME, standalone_mode=False
        )
    except TyperException as usage:
        if usage.format_message():  # else it was help that was shown
            command = getattr(getattr(usage, "ctx", None), "command_path", NAME)
            what = usage.format_message().replace("Value error, ", "").rstrip(".; ")
            _say(f"{what}; try `{command} --help`")
        return 2
    except (KeyboardInterrupt, typer.Abort):
        errors.print("[yellow]interrupted[/]")
        return INTERRUPTED
    except Exception as error:  # the outermost frame: a user must never see a traceback
        return _report(error)
    return status if isinstance(status, int) else 0


def _report(error: BaseException) -> int:
    while isinstance(error, BaseExceptionGroup):
        error = error.exceptions[0]
    if isinstance(error, DozvonError):
        _say(str(error))
        return error.exit_code
    try:
        CRASH.parent.mkdir(exist_ok=True)
        CRASH.write_text("".join(traceback.format_exception(error)), encoding="utf-8")
        details = f"details are in {CRASH}"
    except OSError as fault:
        details = f"{CRASH} cannot be written ({fault.strerror})"
    _say(f"internal: {type(error).__name__}; {details}, please report it")
    return INTERNAL


def _say(what: str) -> None:
    """One line, whatever a library put into its message."""
    line = " ".join(part.strip() for part in what.splitlines())
    errors.print(f"[red]error:[/] {escape(line)}", soft_wrap=True)
