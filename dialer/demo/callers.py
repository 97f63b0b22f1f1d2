"""The demo's callers: debtors ring the number that they saw, robots serve them, and the town has the last word."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Collection

from asterisk.town import CallersPlan, callers_of
from dialer.cli.console import console, styled
from dialer.demo.world import World
from domain.campaign import CampaignStatus
from domain.touch import Direction, Outcome
from ledger.books import Books

CALLERS = CallersPlan(delay_median_s=15.0, delay_sigma=0.6, stays_s=120.0)
"""As in the reference project, but within the minutes that somebody watches."""
LOOK_S = 1.0
TALKS = frozenset({Outcome.TALK_DEBTOR, Outcome.TALK_THIRD_PARTY})


async def all_served(world: World, campaigns: Collection[str], seed: str) -> None:
    """Return when these campaigns have ended, and whoever means to call back has done so and been served."""
    books = Books.open(world.settings.database_url)
    try:
        while True:
            if await asyncio.to_thread(_over, books, world, campaigns, seed):
                return
            await asyncio.sleep(LOOK_S)
    finally:
        books.close()


def _over(books: Books, world: World, campaigns: Collection[str], seed: str) -> bool:
    with books.read() as tx:
        if any(tx.campaigns.named(name).status is not CampaignStatus.FINISHED for name in campaigns):
            return False
        came = [one for one in tx.inbound.all() if one.direction is Direction.IN]
    coming = callers_of(world.record(), seed, CALLERS).total()
    return len(came) == len(world.calls_in()) == coming and all(one.outcome for one in came)


def show_callers(world: World) -> bool:
    """Print what the town says of its calls to us beside our log; whether both are the same."""
    books = Books.open(world.settings.database_url)
    try:
        with books.read() as tx:
            ours = [one for one in tx.inbound.all() if one.direction is Direction.IN]
    finally:
        books.close()
    rang, logged = Counter(f"+{call.number}" for call in world.calls_in()), Counter(one.phone for one in ours)
    served = sum(one.outcome in TALKS for one in ours)
    if rang == logged:
        console.print(
            styled(
                "[green]proof:[/] {:,} debtors' calls came in, and our log has each once: {:,} served, {:,} not",
                *(rang.total(), served, len(ours) - served),
            ),
            soft_wrap=True,
        )
        return True
    console.print(
        styled("[red]the log differs[/] from the town's {:,} calls in", rang.total()), soft_wrap=True
    )
    for number in sorted((rang - logged) | (logged - rang))[:5]:
        console.print(f"  ...{number[-4:]}: rang {rang[number]} times, logged {logged[number]}")
    return False
