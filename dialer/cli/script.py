"""``dozvon script``: what calls say and hear, as reviewed files."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import date
from enum import IntEnum
from pathlib import Path
from typing import Annotated

import typer
from rich.table import Table
from rich.text import Text

from dialer.cli.common import clock_of, open_books
from dialer.cli.console import bar, console, errors, print_json, styled, write_out
from dialer.cli.options import AsJson
from dialer.cli.script_named import known_scripts, named_script
from dialer.cli.versions import diff_two, list_versions, publish_file, roll_back_to
from dialer.script_facts import SAMPLE_FACTS, facts_of
from dialer.settings import Settings, load_settings
from dialer.voices import engines_of
from domain.errors import InputError
from ivr_scripts.compile import compile_script
from ivr_scripts.conversation import (
    Conversation,
    Entered,
    Event,
    Given,
    Heard,
    Missed,
    Pressed,
    Recorded,
    Spoken,
)
from ivr_scripts.language import Script
from ivr_scripts.openers import opener_faults, opener_problems
from ivr_scripts.prompts.store import PromptStore
from strategies.regime import openers_of, shipped_regimes

app = typer.Typer(help="Scripts: what a call says, asks and records.", no_args_is_help=True)
app.command("publish")(publish_file)
app.command("rollback")(roll_back_to)
app.command("versions")(list_versions)
app.command("diff")(diff_two)

ScriptName = Annotated[
    str,
    typer.Argument(help="A file, a script by name, or a published version such as NAME@3.", metavar="SCRIPT"),
]
Keys = Annotated[
    str,
    typer.Option(
        help="What the debtor answers, question by question: digits, words, or - for silence; 1,-,2"
    ),
]
DebtorKey = Annotated[
    str, typer.Option("--debtor", help="The debtor's key; without it sample facts are said.")
]
PortfolioOf = Annotated[str, typer.Option("--portfolio", help="The portfolio of the debtor.")]
AtMachine = Annotated[bool, typer.Option("--machine", help="An answering machine takes the call.")]


class Rate(IntEnum):
    """Samples per second of a written call."""

    TELEPHONE = 8_000
    WIDE = 16_000


@app.command("list")
def list_scripts(as_json: AsJson = False) -> None:
    """Show the scripts there are: those that were published, and of other names those that come with Dozvon."""
    known = known_scripts(load_settings())
    scripts = [known.script(name) for name in sorted(known.names)]
    if as_json:
        print_json(
            [
                {
                    "name": s.name,
                    "version": s.version,
                    "language": s.language,
                    "title": s.title,
                    "published": s.name in known.published,
                }
                for s in scripts
            ]
        )
        return
    table = Table("script", "version", "language", "title")
    for script in scripts:
        version = styled("{} [green]published[/]" if script.name in known.published else "{}", script.version)
        table.add_row(script.name, version, script.language, script.title)
    console.print(table)


@app.command("check")
def check(
    script: ScriptName,
    regime: Annotated[str, typer.Option(help="Refuse it if this regime wants more said first.")] = "",
    as_json: AsJson = False,
) -> None:
    """Say what is wrong with a script, or which regimes it satisfies."""
    settings = load_settings()
    checked, source = named_script(script, settings)
    if regime:
        for fault in opener_faults(checked, source, openers_of(regime), regime):
            raise fault
    fit = [name for name in shipped_regimes() if not opener_problems(checked, openers_of(name))]
    speech = settings.speech
    heard = not checked.hears_words or speech.recogniser == "tones" or speech.model.exists()
    if as_json:
        print_json(
            {"name": checked.name, "version": checked.version, "ok": True, "regimes": fit, "words": heard}
        )
        return
    console.print(
        styled("[green]{}[/], version {}, is in order: {}", checked.name, checked.version, checked.title)
    )
    console.print(f"says first what these regimes want: {', '.join(fit) or 'none'}", soft_wrap=True)
    if not heard:
        _warn(
            f"it takes words, but there is no speech model at {speech.model}: digits only; see docs/speech.md"
        )


@app.command("render")
def render(
    script: ScriptName,
    keys: Keys = "",
    debtor: DebtorKey = "",
    portfolio: PortfolioOf = "",
    machine: AtMachine = False,
    as_json: AsJson = False,
) -> None:
    """Print all that a call says, with the answers given by --keys, else with silence."""
    settings = load_settings()
    checked, _ = named_script(script, settings)
    events = _events(checked, settings, debtor, portfolio, _scripted(keys), machine=machine)
    if as_json:
        print_json([_document(event) for event in events])
        return
    for event in events:
        _show(event)


@app.command("listen")
def listen(
    script: ScriptName,
    out: Annotated[Path, typer.Argument(help="The WAV file to write.")],
    keys: Keys = "",
    debtor: DebtorKey = "",
    portfolio: PortfolioOf = "",
    machine: AtMachine = False,
    rate: Annotated[
        int, typer.Option(help="Samples per second: 8000 as on the telephone, or 16000.")
    ] = 8_000,
) -> None:
    """Write a whole call as one sound file."""
    from dialer.speaking import write_conversation  # loads for as long as a command may take

    if rate not in list(Rate):
        raise InputError(f"{rate} samples per second are not written", where="--rate", remedy="8000 or 16000")
    settings = load_settings()
    checked, _ = named_script(script, settings)
    events = list(_events(checked, settings, debtor, portfolio, _scripted(keys), machine=machine))
    with bar("speaking") as progress:
        language = checked.language
        seconds = write_conversation(events, language, settings, out, rate, progress=progress, warn=_warn)
    console.print(f"{seconds:.1f} s written to {out}", soft_wrap=True)


@app.command("dialplan")
def dialplan(script: ScriptName) -> None:
    """Print the dialplan that Asterisk plays: what `campaign start` puts on the nodes."""
    settings = load_settings()
    checked, _ = named_script(script, settings)
    engine = engines_of(settings, checked.language)[0]
    store = PromptStore(settings.prompts.folder, engine.id, engine.voice)
    write_out(compile_script(checked, store).encode())


@app.command("try")
def try_script(
    script: ScriptName, debtor: DebtorKey = "", portfolio: PortfolioOf = "", machine: AtMachine = False
) -> None:
    """Go through a call in the terminal: type digits or words, - for silence; Ctrl-D hangs up."""
    settings = load_settings()
    checked, _ = named_script(script, settings)
    try:
        for event in _events(checked, settings, debtor, portfolio, _typed, machine=machine):
            if not isinstance(event, Heard):
                _show(event)
    except EOFError:
        console.print("\nthe debtor hung up")


def _events(
    script: Script,
    settings: Settings,
    debtor: str,
    portfolio: str,
    hear: Callable[[], str],
    *,
    machine: bool,
) -> Iterator[Event]:
    if machine and script.on_machine is None:
        raise InputError(f"{script.name} does not look for machines", remedy="name a node as its on_machine")
    today = clock_of(settings).now().date()
    facts = {**SAMPLE_FACTS, **(_facts(settings, debtor, portfolio, today) if debtor else {})}
    return Conversation(script, facts, today, hear).events(at_machine=machine)


def _facts(settings: Settings, debtor: str, portfolio: str, today: date) -> dict[str, object]:
    if not portfolio:
        raise InputError("which portfolio's debtor?", where="--debtor", remedy="give --portfolio too")
    with open_books(settings) as books, books.read() as tx:
        of = tx.portfolios.named(portfolio)
        return facts_of(tx.debtors.keyed(debtor, of.id), of, settings.agency, today)


def _scripted(keys: str) -> Callable[[], str]:
    """The answers in their order, then silence."""
    answers = iter(keys.split(",") if keys else [])
    return lambda: next(answers, "-").strip().removeprefix("-")


def _typed() -> str:
    return console.input(styled("[bold]> [/]")).strip().removeprefix("-")


def _warn(what: str) -> None:
    errors.print(styled("[yellow]{}[/]", what), soft_wrap=True)


def _show(event: Event) -> None:
    console.print(_line(event), soft_wrap=True)


def _line(event: Event) -> Text:
    match event:
        case Entered(node=node, kind=kind):
            return styled("[dim]{} ({})[/]", node, kind)
        case Spoken(text=text):
            return styled("  {}", text)
        case Heard(what=what, waits_s=waits_s):
            return (
                styled("  [bold]> {}[/]", what)
                if what
                else styled("  [bold]>[/] [dim]silence, {:g} s[/]", waits_s)
            )
        case Missed(heard=heard):
            return styled("  [yellow]no answer: {}[/]", heard)
        case Pressed(digit=digit):
            return styled("  [green]digit {}[/]", digit)
        case Given(name=name, value=value):
            return styled("  [green]{}: {}[/]", name, value)
        case Recorded(result=result):
            return styled("  [green]result: {}[/]", result)


def _document(event: Event) -> dict[str, object]:
    fields = {name: getattr(event, name) for name in event.__slots__}
    return {"event": type(event).__name__.lower(), **fields}
