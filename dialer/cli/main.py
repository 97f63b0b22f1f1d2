"""The root command, and the one place where errors become lines and exit statuses."""

from __future__ import annotations

import gc
import sys
import traceback
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from importlib import import_module
from io import TextIOWrapper
from pathlib import Path
from typing import Annotated, Any, NamedTuple

import typer
from typer.core import TyperGroup
from typer.exceptions import TyperException

from dialer.cli.console import console, errors, styled
from domain.errors import DozvonError, EnvironmentFault, InputError

NAME = "dozvon"
ABOUT = (
    "Contact centre and technical collection on Asterisk: no limit is ever exceeded, no touch is ever lost."
)
INTERNAL = 70
INTERRUPTED = 130
CRASH = Path("var") / "crash.log"


class Entry(NamedTuple):
    """A command: its module and the name in it of a function or of a group of commands, and its line of help.

    A module without a dot is one of this package; the console's, a floor above, is named in full and imported late.
    """

    module: str
    name: str
    help: str


GROUPS = {
    "See it at work": {
        "demo": Entry(
            "demo",
            "demo",
            "Place real SIP calls to a virtual town, watch them live, and compare the log with the carrier's record.",
        ),
    },
    "Processes": {
        "dialer": Entry(
            "dialler",
            "dialer",
            "Work every running campaign that nobody owns, and settle what paused and stopped ones left open.",
        ),
        "console": Entry(
            "agent_console.command",
            "console",
            "Serve the screens of operators, supervisors and administrators until it is stopped.",
        ),
        "messages": Entry(
            "messages",
            "messages",
            "Send the messages that campaigns reserve, and keep receipts and replies, until SIGTERM.",
        ),
        "worker": Entry(
            "speech",
            "worker",
            "Do what nobody waits for in a call: reports on schedule, webhooks, prompts ahead, old recordings.",
        ),
        "speech": Entry(
            "speech", "speech", "Recognise what callers say: Asterisk streams their voices here."
        ),
        "softphone": Entry(
            "agent_console.softphone.command",
            "softphone",
            "Be an operator's telephone without a browser: states come as lines, commands are typed as lines.",
        ),
    },
    "Whom": {
        "portfolio": Entry(
            "portfolio",
            "app",
            "Portfolios: one creditor's debts, and the document that entitles us to work them.",
        ),
        "import": Entry("importing", "app", "Import files; a second run of the same file changes nothing."),
        "block": Entry("block", "app", "Blocks: who may not be contacted, over what, on which document."),
        "consent": Entry(
            "consent",
            "app",
            "Consents: when a debtor wants to be contacted, which rules he waives, on which document.",
        ),
        "card": Entry(
            "card",
            "card",
            "The card of a debtor or a bailiff, by key, account or the number of whoever calls.",
        ),
        "bailiff": Entry(
            "bailiff",
            "app",
            "Bailiffs who are called: who they are, and what they said of their proceedings.",
        ),
    },
    "How": {
        "campaign": Entry("campaign", "app", "Campaigns: a portfolio worked by a strategy."),
        "strategy": Entry("strategy", "app", "Strategies: who is contacted, how, when and how often."),
        "script": Entry("script", "app", "Scripts: what a call says, asks and records."),
        "text": Entry("text", "app", "Texts: what messages say, in each language."),
        "permit": Entry(
            "permit",
            "permit",
            "Say whether touches would be allowed, which rules refuse them, and when they would be.",
        ),
        "pacing": Entry("pacing", "app", "Pacing: how many calls to place, tried on simulated shifts."),
    },
    "Over what": {
        "number": Entry(
            "number", "app", "Caller numbers: the operator's contract, the label shown, the category."
        ),
        "line": Entry(
            "line", "app", "Lines: the numbers of ours that people ring, and where their calls go."
        ),
        "provider": Entry("provider", "app", "Providers: who carries SMS and messengers' messages."),
        "node": Entry(
            "node", "app", "Nodes: the configuration of an Asterisk, and whether it runs as we need it."
        ),
    },
    "By whom": {
        "operator": Entry(
            "operator", "app", "Operators: their skills, phones and passwords, and what they are doing."
        ),
        "shift": Entry("shift", "app", "Shifts: when operators work, by day of the week."),
        "user": Entry("user", "app", "Users of the console: their roles, passwords and portfolios."),
        "token": Entry("token", "app", "Tokens: what other programs may do through the HTTP API."),
        "webhook": Entry("webhook", "app", "Webhooks: programs that are told what happens to touches."),
    },
    "What came of it": {
        "report": Entry("report", "app", "Reports from the log of touches."),
        "touches": Entry("touches", "app", "The log of touches: statements and corrections."),
        "ledger": Entry("ledger", "app", "Care of the books."),
    },
}
COMMANDS = {name: entry for group in GROUPS.values() for name, entry in group.items()}


class Commands(TyperGroup):
    """Imports the module of the command that was called, and no other: together they take a second."""

    def resolve_command(self, ctx: Any, args: list[str]) -> tuple[str | None, Any, list[str]]:
        """The command of that name, and what is left of the arguments."""
        name, _, rest = super().resolve_command(ctx, args)
        return name, load_command(name or ""), rest


def load_command(name: str) -> Any:
    """The command, or group of commands, that is called so."""
    module, attribute, _ = COMMANDS[name]
    with _uncollected():
        found = getattr(import_module(module if "." in module else f"dialer.cli.{module}"), attribute)
    if isinstance(found, typer.Typer):
        return typer.main.get_group(found)
    alone = typer.Typer(add_completion=False, rich_markup_mode="rich")
    alone.command(name)(found)
    return typer.main.get_command(alone)


@contextmanager
def _uncollected() -> Iterator[None]:
    """Without the collector of cycles: in modules that are being loaded it finds nothing, for a fifth of the time."""
    gc.disable()
    try:
        yield
    finally:
        gc.enable()


app = typer.Typer(
    name=NAME,
    cls=Commands,
    help=ABOUT,
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode="rich",
)
for _group, _commands in GROUPS.items():
    for _name, _entry in _commands.items():
        app.command(_name, help=_entry.help, rich_help_panel=_group)(lambda: None)


def _print_version(wanted: bool) -> None:
    if wanted:
        from importlib.metadata import version

        console.print(f"{NAME} {version(NAME)}")
        raise typer.Exit


@app.callback(help=ABOUT)
def root(
    version: Annotated[
        bool,
        typer.Option("--version", callback=_print_version, is_eager=True, help="Print the version and end."),
    ] = False,
) -> None:
    """What stands before a command."""


def main(arguments: Sequence[str] | None = None) -> None:
    """Run a command and exit: 0 done, 1 could not be done, 2 wrong input."""
    if isinstance(sys.stdout, TextIOWrapper):
        sys.stdout.reconfigure(errors="replace")  # a terminal that is not in UTF-8 lacks letters
    sys.exit(run(arguments))


def run(arguments: Sequence[str] | None = None) -> int:
    """Run a command; every error is one line on standard error."""
    try:
        given = _readable(sys.argv[1:] if arguments is None else list(arguments))
        status = app(args=given, prog_name=NAME, standalone_mode=False)
    except TyperException as usage:
        if usage.format_message():  # else it was help that was shown
            command = getattr(getattr(usage, "ctx", None), "command_path", NAME)
            what = usage.format_message().replace("Value error, ", "").rstrip(".; ")
            _say(f"{what}; try `{command} --help`")
        return 2
    except (KeyboardInterrupt, typer.Abort):
        status = INTERRUPTED
    except Exception as error:  # the outermost frame: a user must never see a traceback
        return _report(error)
    if status == INTERRUPTED:
        errors.print(styled("[yellow]interrupted[/]"))
    return status if isinstance(status, int) else 0


def _readable(arguments: list[str]) -> list[str]:
    """Themselves, when they are text: no name in the books and no line on a screen can hold other bytes."""
    for argument in arguments:
        try:
            argument.encode()
        except UnicodeEncodeError as error:
            what = f"{argument!a} is not UTF-8"
            raise InputError(what, remedy="use a terminal in UTF-8, and rename a file so named") from error
    return arguments


def _report(error: BaseException) -> int:
    while isinstance(error, BaseExceptionGroup):
        error = error.exceptions[0]
    if isinstance(error, OSError) and error.filename is not None:
        error = EnvironmentFault(f"{error.strerror}", where=str(error.filename))
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
    errors.print(styled("[red]error:[/] {}", line), soft_wrap=True)
