"""The demo's messages: the last receipts, and the post office's word on what it got."""

from __future__ import annotations

import asyncio

from dialer.cli.common import open_books
from dialer.cli.console import console, styled
from dialer.demo.message_truth import Logged, MessageComparison, compare_messages
from dialer.demo.world import World
from domain.touch import TouchId

LAST_RECEIPT_S = 60.0
"""How long receipts are waited for when the last call has ended; the strategy itself waits less."""
LOOK_S = 0.5


async def receipts(world: World, campaign: str) -> None:
    """Return when every message is settled, or when nobody can wait any longer."""
    for _ in range(round(LAST_RECEIPT_S / LOOK_S)):
        if all(one.outcome for one in logged(world, campaign).values()):
            return
        await asyncio.sleep(LOOK_S)


def logged(world: World, campaign: str) -> dict[TouchId, Logged]:
    """The campaign's messages by touch, and the answers to replies, which are of no campaign."""
    with open_books(world.settings) as books, books.read() as tx:
        found: dict[TouchId, Logged] = {}
        for id in (tx.campaigns.named(campaign).id, None):
            outcomes = tx.touches.outcomes(id)
            for one in tx.messages.of_campaign(id):
                found[one.touch_id] = Logged(one.phone, one.text, outcomes[one.touch_id])
        return found


def prove_messages(world: World, campaign: str) -> bool:
    """Print whether the log tells exactly what the post office got."""
    if world.post is None:
        return True
    comparison = compare_messages(world.post.rows(), logged(world, campaign))
    _say(comparison)
    return comparison.equal


def _say(comparison: MessageComparison) -> None:
    both = f"the post office got {comparison.taken:,} messages, our log has {comparison.touches:,} that were sent"
    if comparison.equal:
        console.print(
            styled("[green]proof:[/] {}: one to one by id, the same texts and ends", both), soft_wrap=True
        )
        return
    console.print(styled("[red]the log differs:[/] {}", both), soft_wrap=True)
    for name in ("lost", "doubled", "phantom", "torn", "different"):
        for line in getattr(comparison, name)[:5]:
            console.print(f"  {name}: {line}", soft_wrap=True)
