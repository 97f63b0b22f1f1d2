"""Replan: whoever's facts change is planned anew in the same transaction, in every campaign that works him."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from dialer.handlers.plan import plan_debtors
from dialer.handlers.take_over import published_strategy
from ledger.books import Transaction


class Replanner:
    """Replans debtors of one portfolio, batch by batch, within somebody else's transaction.

    An open touch keeps its plan: it is planned anew when it ends.
    """

    def __init__(self, tx: Transaction, portfolio_id: int, now: datetime) -> None:
        self._tx, self._now = tx, now
        self._campaigns = [
            (campaign, published_strategy(tx.versions.get(campaign.strategy_version_id))[0])
            for campaign in tx.campaigns.under_way(portfolio_id)
        ]

    def __call__(self, debtor_ids: Sequence[int]) -> None:
        """Something has become known of these debtors."""
        for campaign, strategy in self._campaigns:
            plan_debtors(self._tx, campaign, strategy, debtor_ids, self._now, news=True)
