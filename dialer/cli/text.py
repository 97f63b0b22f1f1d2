"""``dozvon text``: what messages say."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer
from rich.table import Table

from dialer.cli.common import clock_of, open_books
from dialer.cli.console import console, errors, print_json, styled
from dialer.cli.options import AsJson, PortfolioOfDebtor
from dialer.messages.stationery import Stationery
from dialer.settings import load_settings
from domain.errors import InputError
from files.model import read_text
from strategies.check.texts import text_findings, widest
from strategies.texts.language import Text, find_texts, parse_text

app = typer.Typer(help="Texts: what messages say, in each language.", no_args_is_help=True)

TextName = Annotated[str, typer.Argument(metavar="TEXT", help="A file, or the name of a text.")]
SAMPLE_TOKEN = "x" * 16


@app.command("list")
def list_texts(as_json: AsJson = False) -> None:
    """The texts there are: those shipped, and those of your own folder (DOZVON_MESSAGES__TEXTS)."""
    texts = [text for text, _ in find_texts(load_settings().messages.texts).values()]
    if as_json:
        print_json([{"id": one.id, "title": one.title, "languages": _languages(one)} for one in texts])
        return
    table = Table("text", "title", "languages", "variants")
    for one in texts:
        table.add_row(one.id, one.title, ", ".join(_languages(one)), ", ".join(one.variants))
    console.print(table)


@app.command("check")
def check(
    text: TextName,
    segments: Annotated[int, typer.Option(min=1, max=10, help="How many SMS it may fill.")] = 3,
    as_json: AsJson = False,
) -> None:
    """Say what is wrong with a text, and how many SMS each wording fills at most. Exit status 2 when something is."""
    found, _ = _text(text)
    findings = [
        {"where": ".".join(one.path), "what": one.what, "remedy": one.remedy}
        for one in text_findings(found, sms=True, segments=segments)
    ]
    lengths = {".".join(path): widest(said) for path, _, said in found.wordings}
    if as_json:
        print_json({"id": found.id, "ok": not findings, "segments": lengths, "findings": findings})
    else:
        for one in findings:
            errors.print(styled("[red]error:[/] {where}: {what}; {remedy}", **one), soft_wrap=True)
        table = Table("wording of " + found.id, "SMS at most")
        for where, most in lengths.items():
            table.add_row(where, str(most))
        console.print(table)
    if findings:
        raise typer.Exit(2)


@app.command("preview")
def preview(
    text: TextName,
    debtor: Annotated[list[str], typer.Option(help="A debtor's key (account); may be given several times.")],
    portfolio: PortfolioOfDebtor = "",
    as_json: AsJson = False,
) -> None:
    """Show what these debtors would read. Nothing is sent, and links open nothing."""
    settings = load_settings()
    found, body = _text(text)
    stationery = Stationery(
        texts={found.name: (found, body)}, agency=settings.agency, links=settings.messages.links
    )
    rows = []
    with open_books(settings) as books, books.read() as tx:
        of = tx.portfolios.named(portfolio).id if portfolio else None
        for key in debtor:
            whom = tx.debtors.keyed(key, of)
            wording = found.wording(whom.external_id, whom.language)
            today = clock_of(settings).now().date()
            letter = stationery.letter(
                wording, whom, tx.portfolios.get(whom.portfolio_id), today, lambda: SAMPLE_TOKEN
            )
            rows.append({"debtor": key, "wording": wording.id, "sms": letter.segments, "text": letter.text})
    if as_json:
        print_json(rows)
        return
    for row in rows:
        console.print(styled("[bold]{debtor}[/] {wording}, {sms} SMS", **row), soft_wrap=True)
        console.print(str(row["text"]), soft_wrap=True)


def _text(name_or_path: str) -> tuple[Text, str]:
    """A text by its name or file. InputError for neither."""
    texts = find_texts(load_settings().messages.texts)
    if name_or_path in texts:
        return texts[name_or_path]
    path = Path(name_or_path)
    if not path.exists():
        known = ", ".join(sorted(texts))
        raise InputError(f"no text {name_or_path!r}", remedy=f"give a file, or one of: {known}")
    body = read_text(path)
    return parse_text(body, str(path)), body


def _languages(text: Text) -> list[str]:
    return sorted({language for _, language, _ in text.wordings})
