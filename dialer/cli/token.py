"""``dozvon token``: keys of other programs to the HTTP API."""

from __future__ import annotations

from dataclasses import asdict
from datetime import UTC, datetime
from typing import Annotated

import typer
from rich.table import Table

from dialer.cli.common import clock_of, open_books
from dialer.cli.console import console, print_json, styled
from dialer.cli.options import LARGEST_ID, AsJson
from dialer.handlers.api_tokens import add_token, revoke_token
from dialer.settings import load_settings
from domain.user import COMMAND_LINE, ApiToken, TokenScope

app = typer.Typer(help="Tokens: what other programs may do through the HTTP API.", no_args_is_help=True)


@app.command("add")
def add(
    name: Annotated[str, typer.Argument(help="The program that it is for.", metavar="NAME")],
    scopes: Annotated[list[TokenScope], typer.Option("--scope", help="What it may do; repeat it.")],
    expires: Annotated[
        datetime | None,
        typer.Option(formats=["%Y-%m-%d"], help="The first day (UTC) on which it opens nothing."),
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Give out a token; its secret is shown this once."""
    now = clock_of(settings := load_settings()).now()
    expires_at = expires.replace(tzinfo=UTC) if expires else None
    with open_books(settings) as books, books.write() as tx:
        token, secret = add_token(
            tx, name, frozenset(scopes), expires_at=expires_at, by=COMMAND_LINE, now=now
        )
    if as_json:
        print_json(_plain(token) | {"secret": secret})
        return
    console.print(
        styled("token [bold]{}[/] for {}: {}", token.id, token.name, ", ".join(sorted(token.scopes)))
    )
    console.print(f"secret  {secret}   (shown this once)", soft_wrap=True)


@app.command("list")
def list_tokens(as_json: AsJson = False) -> None:
    """All tokens that were given out, the newest first."""
    now = clock_of(settings := load_settings()).now()
    with open_books(settings) as books, books.read() as tx:
        tokens = tx.api_tokens.all()
    if as_json:
        print_json([_plain(token) for token in tokens])
        return
    table = Table("id", "name", "scopes", "state", "given out (UTC)", "last used (UTC)")
    for token in tokens:
        used = f"{token.last_used_at:%Y-%m-%d %H:%M}" if token.last_used_at else "never"
        state = "in force" if token.in_force(now) else "revoked" if token.revoked_at else "expired"
        created = f"{token.created_at:%Y-%m-%d %H:%M}"
        table.add_row(str(token.id), token.name, ", ".join(sorted(token.scopes)), state, created, used)
    console.print(table)


@app.command("revoke")
def revoke(
    id: Annotated[
        int,
        typer.Argument(
            min=1, max=LARGEST_ID, help="Its number, as `dozvon token list` tells it.", metavar="ID"
        ),
    ],
    as_json: AsJson = False,
) -> None:
    """Close what a token opened, from now on."""
    now = clock_of(settings := load_settings()).now()
    with open_books(settings) as books, books.write() as tx:
        token = revoke_token(tx, id, by=COMMAND_LINE, now=now)
    if as_json:
        print_json(_plain(token))
    else:
        console.print(styled("token [bold]{}[/] ({}) opens nothing any more", token.id, token.name))


def _plain(token: ApiToken) -> dict[str, object]:
    return asdict(token) | {"scopes": sorted(token.scopes)}
