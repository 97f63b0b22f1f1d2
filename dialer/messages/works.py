"""What the campaigns of messages work by, for those who end their touches and own no campaign."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import timedelta

from dialer.handlers.take_over import work_of
from dialer.settings import Settings
from dialer.work import Work, equipped
from ledger.books import Transaction


@dataclass
class Works:
    """Works by campaign and version of its strategy, read once: reading one asks where most debtors live."""

    settings: Settings
    _known: dict[tuple[int, int], Work] = field(default_factory=dict)

    def receipt_after(self, provider: str) -> timedelta | None:
        """How old a message without a receipt is when its provider is asked for it; None when he is not asked."""
        for one in self.settings.providers:
            if one.name == provider and one.status_query:
                return timedelta(seconds=one.receipt_s)
        return None

    def of(self, tx: Transaction, campaign_id: int) -> Work:
        """What a campaign works by now."""
        campaign = tx.campaigns.get(campaign_id)
        key = campaign_id, campaign.strategy_version_id
        if key not in self._known:
            self._known[key] = equipped(work_of(tx, campaign), self.settings)
        return self._known[key]
