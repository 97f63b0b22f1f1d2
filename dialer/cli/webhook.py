"""``dozvon webhook``: which programs are told what happens to touches."""

from __future__ import annotations

from typing import Annotated

import typer
from rich.table import Table

from dialer.cli.common import clock_of, open_books
from dialer.cli.console import console, print_json, styled
from dialer.cli.options import LARGEST_ID, AsJson
from dialer.handlers.webhooks import add_webhook, remove_webhook
from dialer.settings import load_settings
from domain.user import COMMAND_LINE
from domain.webhook import Webhook

app = typer.Typer(help="Webhooks: programs that are told what happens to touches.", no_args_is_help=True)
Number = Annotated[
    int,
    typer.Argument(
        min=1, max=LARGEST_ID, help="The webhook's number, from `dozvon webhook list`.", metavar="ID"
    ),
]


@app.command("add")
def add(
    url: Annotated[str, typer.Argument(help="Where events are posted.", metavar="URL")],
    event: Annotated[
        list[str] | None, typer.Option(help="Only these events, e.g. touch.closed (may be repeated).")
    ] = None,
    secret: Annotated[str, typer.Option(help="The key of the signature; one is made if none is given.")] = "",
    as_json: AsJson = False,
) -> None:
    """Tell a program what happens from now on. Prints the secret once: events are signed with it."""
    settings = load_settings()
    with open_books(settings) as books, books.write() as tx:
        made = add_webhook(tx, url, event or (), COMMAND_LINE, clock_of(settings).now(), secret)
    if as_json:
        print_json({"id": made.id, "url": made.url, "events": sorted(made.kinds), "secret": made.secret})
    else:
        console.print(styled("webhook {}: {}, secret [bold]{}[/]", made.id, made.url, made.secret))


@app.command("list")
def show(as_json: AsJson = False) -> None:
    """Who is told what, how far, and what is wrong."""
    with open_books() as books, books.read() as tx:
        behind = tx.webhooks.behind()
        known = [(one, len(tx.webhooks.dead_letters(one.id))) for one in tx.webhooks.all()]
    if as_json:
        print_json([_row(one, behind[one.id], dead) for one, dead in known])
        return
    table = Table(
        "id", "url", "events", "lines behind", "failures", "fault", "dead letters", title="Webhooks"
    )
    for one, dead in known:
        counts = (str(behind[one.id]), str(one.failures))
        events = ", ".join(sorted(one.kinds))
        table.add_row(str(one.id), one.url, events, *counts, one.fault, str(dead))
    console.print(table)


@app.command("remove")
def remove(id: Number, as_json: AsJson = False) -> None:
    """Tell it no more."""
    settings = load_settings()
    with open_books(settings) as books, books.write() as tx:
        gone = remove_webhook(tx, id, COMMAND_LINE, clock_of(settings).now())
    if as_json:
        print_json({"id": gone.id, "url": gone.url})
    else:
        console.print(f"webhook {gone.id} to {gone.url} is removed")


@app.command("dead")
def dead(id: Number, as_json: AsJson = False) -> None:
    """The events that it did not take for a day, the newest first."""
    with open_books() as books, books.read() as tx:
        tx.webhooks.get(id)
        letters = tx.webhooks.dead_letters(id)
    if as_json:
        print_json([one._asdict() for one in letters])
        return
    table = Table("event", "given up (UTC)", "fault", title=f"What webhook {id} did not take")
    for one in letters:
        table.add_row(str(one.event), f"{one.at:%Y-%m-%d %H:%M:%S}", one.fault)
    console.print(table)


def _row(one: Webhook, behind: int, dead: int) -> dict[str, object]:
    shown = {name: getattr(one, name) for name in ("id", "url", "failures", "fault", "told_at")}
    return shown | {"events": sorted(one.kinds), "behind": behind, "dead_letters": dead}
