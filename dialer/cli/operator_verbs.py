"""Asking the floor for something by the command line, and telling what the operator does now."""

from __future__ import annotations

import asyncio
from typing import Annotated, Any

import typer
from redis.asyncio import Redis

from dialer.cli.console import console, print_json, styled
from dialer.floor.commands import ask_floor
from dialer.settings import Settings, load_settings

Login = Annotated[str, typer.Argument(help="The operator's login.", metavar="LOGIN")]


def command(verb: str, login: str, argument: str, as_json: bool) -> None:
    """Have the dialler that drives the floor do it."""
    told = asyncio.run(_ask(load_settings(), verb, login, argument))
    if as_json:
        print_json(told)
    else:
        why = f" ({told['reason']})" if told["reason"] else ""
        then = (
            f", then paused: {told['pause_next']}" if told["pause_next"] not in ("", told["reason"]) else ""
        )
        console.print(styled("{} is [bold]{}[/]{}{}", login, told["state"].replace("_", " "), why, then))


async def _ask(settings: Settings, verb: str, login: str, argument: str) -> dict[str, Any]:
    async with Redis.from_url(settings.redis_url) as redis:
        return await ask_floor(redis, verb, login, argument)
