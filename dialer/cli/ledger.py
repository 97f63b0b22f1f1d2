"""``dozvon ledger``: care of the books."""

from __future__ import annotations

from dataclasses import asdict

import typer

from dialer.cli.common import AsJson, clock_of, open_books
from dialer.cli.console import console, print_json
from dialer.settings import load_settings
from ledger.audit import rebuild, verify

app = typer.Typer(help="Care of the books.", no_args_is_help=True)


@app.command("upgrade")
def upgrade_schema() -> None:
    """Bring the database's schema up to date; safe to repeat."""
    with open_books() as books:
        console.print(f"{books.engine.url.render_as_string(hide_password=True)} is up to date")


@app.command("seal")
def seal(as_json: AsJson = False) -> None:
    """Seal all journal lines that have no seal yet (diallers do so by themselves)."""
    settings = load_settings()
    with open_books(settings) as books, books.write() as tx:
        sealed = tx.seals.seal(clock_of(settings).now())
    if as_json:
        print_json({"sealed": sealed})
    else:
        console.print(f"{sealed:,} lines sealed")


@app.command("verify")
def verify_books(as_json: AsJson = False) -> None:
    """Check the seals, and that every touch says what its events say; exit status 1 when not."""
    with open_books() as books, books.read() as tx:
        audit = verify(tx.connection)
    if as_json:
        print_json({**asdict(audit), "sound": audit.sound})
    else:
        console.print(
            f"{audit.touches:,} touches, {audit.events:,} journal lines, {audit.unsealed:,} not sealed yet"
        )
        for broken in audit.broken:
            lines = f"{broken.first_event} to {broken.last_event}"
            console.print(f"[red]seal {broken.seal} is broken[/] (lines {lines}): {broken.what}")
        for difference in audit.differing:
            console.print(f"[red]the log differs from the journal:[/] {difference}", soft_wrap=True)
        console.print("[green]the books are sound[/]" if audit.sound else "[red]the books are NOT sound[/]")
    raise typer.Exit(0 if audit.sound else 1)


@app.command("rebuild")
def rebuild_log(as_json: AsJson = False) -> None:
    """Write the log of touches anew from the journal; stop the diallers first."""
    with open_books() as books, books.write() as tx:
        written = rebuild(tx.connection)
    if as_json:
        print_json({"touches": written})
    else:
        console.print(f"{written:,} touches written from the journal")
