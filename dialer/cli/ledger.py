"""``dozvon ledger``: care of the books."""

from __future__ import annotations

import re
from dataclasses import asdict
from typing import Annotated

import typer

from dialer.cli.common import clock_of, open_books
from dialer.cli.console import console, print_json, styled
from dialer.cli.options import AsJson
from dialer.settings import load_settings
from domain.errors import InputError
from ledger.audit import Audit, count_anew, rebuild, verify

app = typer.Typer(help="Care of the books.", no_args_is_help=True)


@app.command("upgrade")
def upgrade_schema() -> None:
    """Bring the database's schema up to date; safe to repeat."""
    with open_books() as books:
        console.print(f"{books.engine.url.render_as_string(hide_password=True)} is up to date")


@app.command("seal")
def seal(as_json: AsJson = False) -> None:
    """Seal all journal lines that have no seal yet (diallers do so by themselves), and print the newest seal's digest:
    kept elsewhere, it lets `verify --digest` find that the end of the journal was cut off.
    """
    settings = load_settings()
    with open_books(settings) as books, books.write() as tx:
        sealed, digest = tx.seals.seal(clock_of(settings).now()), tx.seals.newest()
    if as_json:
        print_json({"sealed": sealed, "digest": digest})
    else:
        console.print(f"{sealed:,} lines sealed; digest {digest}", soft_wrap=True)


@app.command("verify")
def verify_books(
    digest: Annotated[str, typer.Option(help="One that `seal` printed: its seal must be in the books.")] = "",
    as_json: AsJson = False,
) -> None:
    """Check the seals, that every touch says what its events say, and portfolios' totals; exit status 1 when not."""
    if digest and not re.fullmatch("[0-9a-f]{64}", digest):
        raise InputError("is no digest", where="--digest", remedy="copy what `dozvon ledger seal` printed")
    with open_books() as books, books.read() as tx:
        audit = verify(tx.connection, digest)
    _show(audit, as_json=as_json)
    raise typer.Exit(0 if audit.sound else 1)


def _show(audit: Audit, *, as_json: bool) -> None:
    if as_json:
        print_json({**asdict(audit), "sound": audit.sound})
    else:
        console.print(
            f"{audit.touches:,} touches, {audit.events:,} journal lines, {audit.unsealed:,} not sealed yet"
        )
        if audit.cut:
            console.print(
                styled(
                    "[red]the seal of that digest is gone:[/] the end of the journal was cut off or written anew"
                )
            )
        for broken in audit.broken:
            lines = f"{broken.first_event} to {broken.last_event}"
            console.print(styled("[red]seal {} is broken[/] (lines {}): {}", broken.seal, lines, broken.what))
        for wrong in audit.totals:
            console.print(
                styled("[red]totals are wrong:[/] {}; `dozvon ledger recount` mends it", wrong),
                soft_wrap=True,
            )
        for difference in audit.differing:
            console.print(styled("[red]the log differs from the journal:[/] {}", difference), soft_wrap=True)
        console.print(
            styled("[green]the books are sound[/]" if audit.sound else "[red]the books are NOT sound[/]")
        )


@app.command("rebuild")
def rebuild_log(as_json: AsJson = False) -> None:
    """Write the log of touches anew from the journal; stop the diallers first."""
    with open_books() as books, books.write() as tx:
        written = rebuild(tx.connection)
    if as_json:
        print_json({"touches": written})
    else:
        console.print(f"{written:,} touches written from the journal")


@app.command("recount")
def recount_books(as_json: AsJson = False) -> None:
    """Count anew what is kept for figures: totals of portfolios, tallies and contacts; stop the diallers first."""
    with open_books() as books, books.write() as tx:
        count_anew(tx.connection)
    if as_json:
        print_json({"recounted": True})
    else:
        console.print("counted anew from the log of touches and the debtors")
