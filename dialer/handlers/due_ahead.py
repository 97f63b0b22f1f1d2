"""Who falls due in the next hours: how much work a campaign has before it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import pairwise

from ledger.transaction import Transaction

HOUR = timedelta(hours=1)


@dataclass(frozen=True, slots=True)
class DueAhead:
    """Plans that are due at ``at`` already, and those that fall due in each hour that follows."""

    at: datetime
    due: int
    hours: tuple[int, ...]


def due_ahead(tx: Transaction, campaign: str, now: datetime, hours: int = 12) -> DueAhead:
    """Count a campaign's plans by when they fall due, as their plans say: rules may still put them off."""
    id = tx.campaigns.named(campaign).id
    ends = [now + HOUR * hour for hour in range(hours + 1)]
    until = tx.plans.due_until(id, ends)
    return DueAhead(now, until[0], tuple(later - sooner for sooner, later in pairwise(until)))
