"""``dozvon ledger``: care of the books."""

from __future__ import annotations

import typer

from dialer.cli.common import open_books
from dialer.cli.console import console

app = typer.Typer(help="Care of the books.", no_args_is_help=True)


@app.callback()
def _group() -> None:
    """Keeps `upgrade` a subcommand while it is the only one."""


@app.command("upgrade")
def upgrade_schema() -> None:
    """Bring the database's schema up to date; safe to repeat."""
    with open_books() as books:
        console.print(f"{books.engine.url.render_as_string(hide_password=True)} is up to date")
