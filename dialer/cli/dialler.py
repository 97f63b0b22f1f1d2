"""``dozvon dialer``: the process that places calls."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer
import uvloop

from dialer.bootstrap import run_dialler
from dialer.cli.common import open_books
from dialer.logs import configure_logs
from dialer.settings import load_settings


def dialer(
    campaign: Annotated[
        list[str] | None, typer.Option(help="Only these campaigns (may be repeated).")
    ] = None,
    until_finished: Annotated[
        bool, typer.Option("--until-finished", help="End when no campaign is left to work.")
    ] = False,
    log_file: Annotated[
        Path | None, typer.Option(help="JSON lines to a file instead of standard error.")
    ] = None,
) -> None:
    """Work every running campaign that nobody owns, and settle what paused and stopped ones left open.

    SIGTERM stops without dropping a call.
    """
    settings = load_settings()
    configure_logs(settings.log_level, log_file)
    with open_books(settings) as books, books.read() as tx:
        for name in campaign or ():
            tx.campaigns.named(name)
    uvloop.run(run_dialler(settings, only=campaign or (), until_finished=until_finished))
