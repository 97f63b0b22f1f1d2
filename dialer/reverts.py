"""Timers of strategies: a version that was published for a while is taken back when its time is over."""

from __future__ import annotations

import asyncio
from datetime import datetime

import structlog

from dialer.campaign_loop import Tools
from dialer.cancelled import cancelled
from dialer.handlers.propose import revert_due
from domain.errors import LedgerDown
from ledger.books import Books

log = structlog.get_logger(__name__)

LOOK_S = 1.0


async def keep_timers(tools: Tools) -> None:
    """Look once a second, for ever. Any number of diallers may: whoever comes second finds nothing due."""
    while not cancelled():
        try:
            for version in await tools.ledger.run(take_back, tools.books, tools.clock.now()):
                log.info("strategy_taken_back", version=version)
        except LedgerDown as fault:
            log.warning("timers_wait", fault=str(fault))
        await asyncio.sleep(LOOK_S)


def take_back(books: Books, now: datetime) -> list[str]:
    """What is due; answers the versions that are in force again. Nothing is written while nothing is due."""
    with books.read() as tx:
        if not tx.proposals.due_reverts(now):
            return []
    return [published.version.label for published in books.attempt(lambda tx: revert_due(tx, now))]
