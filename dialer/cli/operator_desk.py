"""``dozvon operator`` at his desk: what talks brought, what waits for him, and his day."""

from __future__ import annotations

from dataclasses import asdict
from datetime import date, datetime
from typing import Annotated, Any
from zoneinfo import ZoneInfo

import typer
from rich.table import Table

from dialer.cli.common import clock_of, open_books
from dialer.cli.console import console, print_json
from dialer.cli.figures import clock
from dialer.cli.operator_verbs import Login
from dialer.cli.options import LARGEST_ID, AsJson
from dialer.disposition_form import read_fields
from dialer.handlers.dispose import Disposed, Done, dispose
from dialer.handlers.own_day import OwnDay, own_call_backs, own_day, unsaid_since
from dialer.settings import load_settings
from domain.disposition import Need
from domain.touch import TouchId
from ledger.books import Transaction

app = typer.Typer()


@app.command("dispose")
def say(
    login: Login,
    touch: Annotated[str, typer.Option(help="Id of the call, which has ended.")],
    code: Annotated[str, typer.Option(help="What it brought, e.g. promise.once; docs/desk.md has all.")],
    date: Annotated[str, typer.Option(help="Day of the first payment.")] = "",
    sum: Annotated[str, typer.Option(help="Roubles promised.")] = "",
    parts: Annotated[str, typer.Option(help="Monthly payments of a plan in parts.")] = "",
    at: Annotated[str, typer.Option(help="When he is called back, on the debtor's clock.")] = "",
    proof: Annotated[str, typer.Option(help="What proves the payment.")] = "",
    phone: Annotated[str, typer.Option(help="A number that he told.")] = "",
    note: Annotated[str, typer.Option(help="Whatever else is to be remembered.")] = "",
    debtor: Annotated[
        int | None, typer.Option(min=1, max=LARGEST_ID, help="Id of the debtor who called us, if not known.")
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Say what a talk brought: promise, call back, block or help follow at once. Say it again to correct it."""
    settings = load_settings()
    raw = dict(zip(map(str, Need), (date, sum, parts, at, proof, phone, note), strict=True))
    with open_books(settings) as books, books.write() as tx:
        zone = _zone_of(tx, TouchId(touch), debtor)
        told = Disposed(TouchId(touch), code, read_fields(raw, zone), debtor)
        done = dispose(tx, told, tx.operators.find(login).id, clock_of(settings).now())
    _tell(done, as_json)


def _zone_of(tx: Transaction, touch: TouchId, debtor: int | None) -> ZoneInfo:
    """The clock of the debtor whose call it was."""
    talk = tx.dispositions.seen(touch)
    id = debtor or (talk.debtor_id if talk else None)
    known = tx.debtors.load([id]).get(id) if id else None
    return ZoneInfo(known.zones[0] if known and known.zones else "UTC")


def _tell(done: Done, as_json: bool) -> None:
    if as_json:
        print_json({"corrected": done.corrected, "next": [str(one) for one in done.next]})
        return
    console.print("corrected" if done.corrected else "noted")
    for one in done.next:
        console.print(str(one))


@app.command("unsaid")
def unsaid(login: Login, as_json: AsJson = False) -> None:
    """His talks of the last days of which he has not said what they brought."""
    settings = load_settings()
    with open_books(settings) as books, books.read() as tx:
        since = unsaid_since(clock_of(settings).now())
        talks = tx.dispositions.undisposed(tx.operators.find(login).id, since)
    if as_json:
        print_json([talk._asdict() for talk in talks])
        return
    table = Table("at (UTC)", "touch", "outcome so far", "talked")
    for talk in talks:
        table.add_row(f"{talk.reserved_at:%Y-%m-%d %H:%M}", talk.touch, talk.outcome, clock(talk.talk_s))
    console.print(table)


@app.command("day")
def day(
    login: Login,
    of: Annotated[
        datetime | None, typer.Option("--date", formats=["%Y-%m-%d"], help="Today if not told.")
    ] = None,
    as_json: AsJson = False,
) -> None:
    """His talks, promises and dispositions of a day, on the clock of DOZVON_ZONE."""
    settings = load_settings()
    zone = ZoneInfo(settings.zone)
    wanted: date = of.date() if of else clock_of(settings).now().astimezone(zone).date()
    with open_books(settings) as books, books.read() as tx:
        found = own_day(tx, tx.operators.find(login).id, wanted, zone)
    if as_json:
        print_json(asdict(found))
    else:
        _show_day(found)


def _show_day(found: OwnDay) -> None:
    told = ", ".join(f"{name} {count}" for name, count in found.said.items()) or "nothing said yet"
    console.print(f"{found.day}: {found.talks} talks of {clock(found.talk_s)}, {found.unsaid} of them unsaid")
    money = f"{found.promised_kopecks / 100:,.2f} RUB"
    console.print(
        f"{found.promises} promises of {money}; of 30 days {found.kept} kept, {found.broken} broken"
    )
    console.print(f"{told}; {found.call_backs} calls back are due")


@app.command("call-backs")
def call_backs(login: Login, as_json: AsJson = False) -> None:
    """Calls back that he has agreed and that have not been made."""
    with open_books() as books, books.read() as tx:
        owed = own_call_backs(tx, tx.operators.find(login).id)
    if as_json:
        print_json([asdict(one) for one in owed])
        return
    table = Table("due (UTC)", "debtor", "why", "agreed in")
    for one in owed:
        cells: tuple[Any, ...] = (f"{one.due_at:%Y-%m-%d %H:%M}", str(one.debtor_id), one.why, one.touch)
        table.add_row(*cells)
    console.print(table)
