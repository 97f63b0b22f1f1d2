"""What is counted of campaigns within a period, as wallboards add it up."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable
from datetime import datetime
from typing import NamedTuple

from dialer.reports.cost import cost_of, parts_of
from dialer.settings import Settings, prices_of
from ledger.reports.figures import Cell, cells, promises_made
from ledger.transaction import Transaction


class Counts(NamedTuple):
    """Touches of one campaign that were reserved within a period and have ended; what they cost is in kopecks.

    ``live`` calls were meant for an operator and answered by somebody, ``abandoned`` ones got none.
    """

    calls: int = 0
    answered: int = 0
    contacts: int = 0
    promises: int = 0
    live: int = 0
    abandoned: int = 0
    kopecks: int = 0


def together(some: Iterable[Counts]) -> Counts:
    """Their sum."""
    return Counts(*map(sum, zip(Counts(), *some, strict=True)))


def counted(
    tx: Transaction, settings: Settings, campaigns: Collection[int], since: datetime, until: datetime
) -> dict[int, Counts]:
    """The counts of each of these campaigns within ``[since, until)``; half hours count as wholes."""
    found = cells(tx.connection, campaigns, since, until)
    promises = promises_made(tx.connection, since, until)
    prices, parts = prices_of(settings), parts_of(tx, found)
    ended: defaultdict[int, list[Cell]] = defaultdict(list)
    for cell in found:
        ended[cell.campaign_id].append(cell)
    return {
        id: Counts(
            calls=sum(cell.touches for cell in ended[id] if cell.call),
            answered=sum(cell.answered for cell in ended[id] if cell.call),
            contacts=sum(cell.touches for cell in ended[id] if cell.contact),
            promises=sum(promises.get(id, {}).values()),
            live=sum(cell.touches for cell in ended[id] if cell.for_operator),
            abandoned=sum(cell.touches for cell in ended[id] if cell.abandoned),
            kopecks=cost_of(ended[id], prices, parts),
        )
        for id in campaigns
    }
