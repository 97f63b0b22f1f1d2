"""``dozvon touches``: the log of touches."""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from dialer.cli.common import clock_of, open_books
from dialer.cli.console import console, print_json, write_out
from dialer.cli.options import AsJson, DebtorKey, PortfolioOfDebtor
from dialer.handlers.correct import correct as correct_touch
from dialer.settings import load_settings
from dialer.statement import Statement, as_csv, as_html, as_json, rules_named
from domain.errors import InputError
from domain.touch import Outcome, TouchId
from ledger.reports.statement import statement

app = typer.Typer(help="The log of touches: statements and corrections.", no_args_is_help=True)


class Form(StrEnum):
    """What a statement is written as."""

    CSV = "csv"
    HTML = "html"


@app.command("export")
def export(
    debtor: DebtorKey,
    portfolio: PortfolioOfDebtor = "",
    form: Annotated[Form, typer.Option("--format", help="CSV, or HTML that prints well.")] = Form.CSV,
    out: Annotated[Path | None, typer.Option(help="A file instead of standard output.")] = None,
    as_json_: AsJson = False,
) -> None:
    """The statement that a regulator asks for: every touch of a debtor with its rules and counters, and the texts of
    its scripts (HTML and JSON).
    """
    settings = load_settings()
    with open_books(settings) as books, books.read() as tx:
        found = tx.debtors.keyed(debtor, tx.portfolios.named(portfolio).id if portfolio else None)
        lines = statement(tx.connection, found, rules_named)
        scripts = tx.scripts.named({line.script for line in lines})
    document = Statement(found, lines, scripts, settings.prompts.folder)
    if as_json_:
        print_json(as_json(document))
        return
    text = as_csv(lines) if form is Form.CSV else as_html(document, clock_of(settings).now())
    if out is None:
        write_out(text.encode())
        return
    try:
        out.write_text(text, encoding="utf-8")
    except OSError as error:
        raise InputError(f"cannot be written: {error.strerror}", where=str(out)) from error
    console.print(f"{len(lines)} touches written to {out}", soft_wrap=True)


@app.command("correct")
def correct(
    touch: Annotated[str, typer.Argument(metavar="TOUCH", help="Id of the touch.")],
    outcome: Annotated[
        Outcome, typer.Option(metavar="OUTCOME", help="The right outcome (docs/glossary.md explains each).")
    ],
    author: Annotated[str, typer.Option(help="Who corrects it.")],
    reason: Annotated[str, typer.Option(help="Why.")],
    as_json_: AsJson = False,
) -> None:
    """Correct an outcome by an event of its own; limits count the new one, the statement shows both, and the debtor is
    planned anew.
    """
    settings = load_settings()
    with open_books(settings) as books, books.write() as tx:
        now = clock_of(settings).now()
        was = correct_touch(tx, TouchId(touch), outcome, author=author, reason=reason, now=now)
    if as_json_:
        print_json({"touch": touch, "was": was.value, "outcome": outcome.value})
    else:
        console.print(f"touch {touch}: {was.value} is now {outcome.value}")
