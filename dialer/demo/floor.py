"""The demo's operators: they come to work, are seen on the board, and have the last word on what they did."""

from __future__ import annotations

import asyncio
import json
from collections import Counter
from contextlib import suppress
from pathlib import Path
from typing import Any

from redis.asyncio import Redis
from rich.console import RenderableType
from rich.panel import Panel
from rich.table import Table
from rich.text import Text

from asterisk.town import RobotTalk
from dialer.board import desk_key
from dialer.cli.console import console, styled
from dialer.demo.people import calls_of, talks_of_people
from dialer.demo.talk_truth import compare_talks
from dialer.demo.team import Team, login_of
from dialer.floor.commands import ask_floor, see_floor
from dialer.settings import Settings
from domain.errors import DozvonError
from domain.operator import COMMON_DESK, OperatorState
from ledger.books import Books

CAMPAIGN = "operators"
STRATEGY = str(Path(__file__).with_name("operators.yaml"))
CALLS_EACH = 15
"""Calls placed for each operator: about as long as the other campaign takes."""

AGAIN_S = 0.5
COLOURS = {
    OperatorState.TALKING: "green",
    OperatorState.RINGING: "cyan",
    OperatorState.WRAP_UP: "yellow",
    OperatorState.READY: "white",
}


async def come_to_work(redis: Redis, team: Team) -> None:
    """Sign every robot in as soon as its phone is there; those who cannot are tried again, for ever."""
    absent = {login_of(place) for place in range(1, team.operators + 1)}
    while absent:
        there = {row["login"] for row in await see_floor(redis) if row["phone"]}
        for login in sorted(absent & there):
            with suppress(DozvonError):  # the dialler may just be taking the floor
                await ask_floor(redis, "ready", login)
                absent.discard(login)
        await asyncio.sleep(AGAIN_S)


async def render_floor(redis: Redis) -> RenderableType:
    """What the operators do and why the next calls are dialled, or not."""
    operators = await see_floor(redis)
    text = await redis.get(desk_key(COMMON_DESK))
    desk: dict[str, Any] = json.loads(text) if text else {}
    rows = Table.grid(padding=(0, 2))
    rows.add_column(style="dim", justify="right")
    rows.add_column()
    rows.add_row("operators", _states(operators))
    if "in_flight" in desk:
        rows.add_row(
            "dialled ahead", f"{desk['in_flight']} in flight, {desk['waiting']} wait for an operator"
        )
        rows.add_row("abandoned", f"{desk['abandoned']:,} of {desk['answered']:,} answers")
    rows.add_row("pacing", desk.get("reason", "-"))
    return Panel(rows, title=f"campaign {CAMPAIGN}", border_style="green", width=86)


def _states(operators: list[dict[str, Any]]) -> Text:
    counts = Counter(row["state"] for row in operators)
    parts: list[Any] = []
    for state in OperatorState:
        if counts[state]:
            parts += [("● " * counts[state] if len(operators) <= 30 else "● ", COLOURS.get(state, "red"))]
            parts += [f"{counts[state]} {state.value.replace('_', '-')}   "]
    return Text.assemble(*parts) if parts else Text("nobody is there yet")


def show_talks(settings: Settings, talks: list[RobotTalk]) -> bool:
    """Print what the robots say of their talks beside our log; whether both are the same."""
    books = Books.open(settings.database_url)
    try:
        with books.read() as tx:
            touches = [*tx.touches.outcomes(tx.campaigns.named(CAMPAIGN).id)]
            touches += [one.id for one in tx.inbound.all()]
            by_people = talks_of_people(tx, touches)
            calls = calls_of(tx, [touch for touch in touches if touch not in by_people])
    finally:
        books.close()
    found = compare_talks(talks, calls, ahead=settings.clock_ahead)
    if found.equal:
        console.print(
            styled(
                "[green]proof:[/] the robots had {:,} talks, and so says our log, at the same times",
                found.talks,
            )
        )
        return True
    console.print(styled("[red]the log differs[/] from the robots' {:,} talks", found.talks))
    for line in (found.lost + found.phantom + found.different + found.at_once)[:5]:
        console.print(f"  {line}", soft_wrap=True)
    return False
