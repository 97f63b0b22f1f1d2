"""``dozvon messages``: the process that sends messages and hears what became of them."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from dialer.cli.console import errors
from dialer.logs import configure_logs
from dialer.messages.process import run_messages
from dialer.settings import load_settings


def messages(
    port: Annotated[
        int | None,
        typer.Option(min=0, max=65535, help="Where providers' webhooks come in; DOZVON_MESSAGES__PORT."),
    ] = None,
    log_file: Annotated[
        Path | None, typer.Option(help="JSON lines to a file instead of standard error.")
    ] = None,
) -> None:
    """Send the messages that campaigns reserve, and keep receipts and replies, until SIGTERM."""
    settings = load_settings()
    if port is not None:
        update = {"messages": settings.messages.model_copy(update={"port": port})}
        settings = settings.model_copy(update=update)
    configure_logs(settings.log_level, log_file)
    run_messages(settings, lambda told: errors.print(told, soft_wrap=True))
