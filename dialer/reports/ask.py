"""What a report is asked for: of which campaign, for which days, as seen when."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from dialer.settings import Settings
from domain.campaign import Campaign
from domain.errors import InputError
from domain.window import local_midnight
from ledger.reports.figures import campaigns_of
from ledger.transaction import Transaction


@dataclass(frozen=True, slots=True)
class ReportAsk:
    """The days ``[since, until)`` of the house's clock; an empty ``campaign`` is the whole house."""

    since: date
    until: date
    now: datetime
    settings: Settings
    campaign: str = ""

    @property
    def zone(self) -> ZoneInfo:
        """The house's clock."""
        return ZoneInfo(self.settings.zone)

    @property
    def begins(self) -> datetime:
        """The first instant."""
        return local_midnight(self.since, self.zone)

    @property
    def ends(self) -> datetime:
        """The first instant that is not in; never later than now."""
        return min(self.now, local_midnight(self.until, self.zone))

    def check(self) -> None:
        """InputError for days that are none, or out of order."""
        if self.until <= self.since:
            remedy = "the last day is not in: --from 2026-03-01 --to 2026-04-01 is March"
            raise InputError(f"{self.since} to {self.until} holds no day", where="period", remedy=remedy)

    def campaigns(self, tx: Transaction) -> list[int]:
        """Whose touches are counted. InputError for an unknown campaign."""
        if self.campaign:
            return [self.one(tx).id]
        return campaigns_of(tx.connection)

    def one(self, tx: Transaction) -> Campaign:
        """The campaign. InputError where none was told, or it is unknown."""
        if not self.campaign:
            raise InputError("this report is of one campaign", where="--campaign", remedy="name it")
        return tx.campaigns.named(self.campaign)


def whole_campaign(tx: Transaction, campaign: str, now: datetime, zone: ZoneInfo) -> tuple[date, date]:
    """The days from a campaign's start to today, today included."""
    began = tx.campaigns.began(tx.campaigns.named(campaign).id) if campaign else now
    return began.astimezone(zone).date(), now.astimezone(zone).date() + timedelta(days=1)
