"""``dozvon provider``: who carries messages."""

from __future__ import annotations

from typing import Annotated

import typer
from rich.table import Table

from dialer.cli.console import console, print_json, styled
from dialer.cli.options import AsJson
from dialer.messages.provider_file import SHIPPED, read_provider
from dialer.settings import load_settings

app = typer.Typer(help="Providers: who carries SMS and messengers' messages.", no_args_is_help=True)


@app.command("list")
def list_providers(as_json: AsJson = False) -> None:
    """The providers of the settings (DOZVON_PROVIDERS), without their secrets, and the files that are shipped."""
    rows = [
        {
            "name": one.name,
            "kinds": list(one.kinds),
            "over": f"smpp {one.host}:{one.port}" if one.protocol == "smpp" else f"http {one.base_url}",
            "per_second": one.per_second,
        }
        for one in load_settings().providers
    ]
    shipped = sorted(file.stem for file in SHIPPED.glob("*.yaml"))
    if as_json:
        print_json({"providers": rows, "shipped_files": shipped})
        return
    table = Table("provider", "kinds of messages", "over", "per second")
    for row in rows:
        table.add_row(*(", ".join(one) if isinstance(one, list) else str(one) for one in row.values()))
    console.print(table)
    console.print(f"shipped files: {', '.join(shipped)}")


@app.command("check")
def check(
    file: Annotated[
        str, typer.Argument(metavar="FILE", help="A provider's file, or the name of a shipped one.")
    ],
    as_json: AsJson = False,
) -> None:
    """Say whether a provider's file is in order; the first fault with its line, and exit status 2, when it is not."""
    found = read_provider(file)
    refusals = [one.reason or one.reason_at for one in found.send.refused]
    if as_json:
        asked, replies = found.ask is not None, found.replies is not None
        print_json(
            {"name": found.name, "asked_after_lost_answers": asked, "replies": replies, "refusals": refusals}
        )
        return
    console.print(styled("[green]{}[/] is in order: {}", found.name, found.title))
    if found.ask is None:
        console.print(
            styled("[yellow]it cannot be asked[/]: after a lost answer only a receipt tells what happened")
        )
