"""``dozvon bailiff``: the bailiffs who are called, and what they said."""

from __future__ import annotations

from datetime import date, datetime
from typing import Annotated, Any

import typer
from rich.table import Table

from dialer.cli.common import clock_of, open_books
from dialer.cli.console import console, print_json
from dialer.cli.options import AsJson
from dialer.handlers.bailiff_result import Answer, note_absent, note_answers
from dialer.settings import load_settings
from domain.debtor import Debtor, PromiseState, Want
from domain.errors import InputError
from domain.proceeding import ProceedingStatus
from domain.touch import TouchId

app = typer.Typer(
    help="Bailiffs who are called: who they are, and what they said of their proceedings.",
    no_args_is_help=True,
)

Touch = Annotated[str, typer.Argument(metavar="TOUCH", help="Id of the call, which has ended.")]
CallAgain = Annotated[
    datetime | None,
    typer.Option("--call-again", formats=["%Y-%m-%d"], help="The day to call him next, YYYY-MM-DD."),
]


@app.command("list")
def list_bailiffs(as_json: AsJson = False) -> None:
    """All bailiffs who are called, with what they run."""
    settings = load_settings()
    today = clock_of(settings).now().date()
    with open_books(settings) as books, books.read() as tx:
        theirs = tx.bailiffs.portfolio()
        if theirs is None:
            remedy = "make it: `dozvon portfolio set NAME --bailiffs --creditor ... --phone ... --basis ...`"
            raise InputError("there is no portfolio of bailiffs", remedy=remedy)
        names = tx.bailiffs.names()
        ids = sorted(names)
        asked = tx.bailiffs.to_be_asked()
        found = [
            _document(bailiff, names[bailiff.id], asked.get(bailiff.id, 0), today)
            for bailiff in tx.debtors.load(ids, [Want.PROMISES]).values()
        ]
    if as_json:
        print_json(found)
        return
    table = Table(
        "key", "bailiff", "phones", "zones", "open", "RUB", "overdue", "to be asked", title=theirs.name
    )
    for one in found:
        cells = (one["key"], one["name"], ", ".join(map(str, one["phones"])), ", ".join(one["zones"]))
        counts = (f"{one[name]:,}" for name in ("overdue", "to_be_asked"))
        figures = (f"{one['open']:,}", f"{one['kopecks'] / 100:,.2f}", *counts)
        table.add_row(*cells, *figures)
    console.print(table)


@app.command("result")
def result(
    touch: Touch,
    status: Annotated[ProceedingStatus, typer.Option(help="How it stands, by what he said.")],
    proceeding: Annotated[
        str, typer.Option(help="Number of the proceeding; without it, all that he runs.")
    ] = "",
    asked: Annotated[str, typer.Option(help="What he was asked.")] = "",
    promised_until: Annotated[
        datetime | None, typer.Option(formats=["%Y-%m-%d"], help="The day by which he promised to act.")
    ] = None,
    note: Annotated[str, typer.Option(help="His words; the reason, of an end.")] = "",
    call_again: CallAgain = None,
    as_json: AsJson = False,
) -> None:
    """Write down what a bailiff said of a proceeding; ended ones leave his plan."""
    settings = load_settings()
    answer = Answer(proceeding, status, asked, _day(promised_until), note)
    with open_books(settings) as books, books.write() as tx:
        now = clock_of(settings).now()
        written = note_answers(tx, TouchId(touch), [answer], call_again=_day(call_again), now=now)
    if as_json:
        print_json({"touch": touch, "status": status, "proceedings": len(written)})
    else:
        console.print(f"{status} noted of {len(written):,} proceedings")


@app.command("absent")
def absent(
    touch: Touch,
    author: Annotated[str, typer.Option(help="Who says so.")],
    call_again: CallAgain = None,
    as_json: AsJson = False,
) -> None:
    """Somebody else answered: the bailiff was not at his desk, and is called again."""
    settings = load_settings()
    with open_books(settings) as books, books.write() as tx:
        now = clock_of(settings).now()
        note_absent(tx, TouchId(touch), author=author, call_again=_day(call_again), now=now)
    if as_json:
        print_json({"touch": touch, "absent": True})
    else:
        console.print(f"touch {touch}: not at his desk, he is called again")


def _day(moment: datetime | None) -> date | None:
    return moment.date() if moment else None


def _document(bailiff: Debtor, name: str, asked: int, today: date) -> dict[str, Any]:
    overdue = [one for one in bailiff.promises if one.state is PromiseState.OPEN and one.due < today]
    return {
        "key": bailiff.external_id,
        "name": name,
        "phones": [f"{one.number} {one.extension}".strip() for one in bailiff.phones],
        "zones": list(bailiff.zones),
        "open": len(bailiff.debts),
        "kopecks": bailiff.kopecks,
        "overdue": len(overdue),
        "to_be_asked": asked,
    }
