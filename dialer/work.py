"""What a campaign works by: its portfolio, its strategy's version, and the rules."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from zoneinfo import ZoneInfo

from dialer.messages.stationery import NONE, Stationery, stationery_of
from dialer.settings import Settings, prices_of
from domain.debtor import Debtor
from domain.intensity import Allowed, Ask, Standing, permit
from domain.portfolio import Portfolio
from domain.rules import RuleSet
from domain.touch import Channel
from domain.version import Version
from strategies.chances import Prices
from strategies.evaluate import PRESENT
from strategies.language import Strategy

FREE = Prices()


@dataclass(frozen=True, slots=True)
class Work:
    """A campaign's portfolio and strategy, read once per version; ``zone`` is where most of the debtors live.

    ``scripts`` are the versions to use, by the names that the strategy gives.
    ``prices`` are what daily caps count in roubles; without ``learn`` past calls do not choose phones. Messages are
    written with the ``stationery``.
    """

    portfolio: Portfolio
    strategy: Strategy
    rules: RuleSet
    version: Version
    zone: str = "UTC"
    prices: Prices = FREE
    learn: bool = True
    scripts: Mapping[str, str] = field(default_factory=dict)
    stationery: Stationery = NONE

    @property
    def version_id(self) -> int:
        """The version that touches name."""
        return self.version.id

    @property
    def performs(self) -> frozenset[str]:
        """The kinds of steps that somebody performs."""
        return PRESENT.performs | self.stationery.kinds

    def day(self, now: datetime) -> date:
        """The day that daily caps count by."""
        return now.astimezone(ZoneInfo(self.zone)).date()

    def lawful(self, debtor: Debtor, channel: Channel, at: datetime) -> bool:
        """Whether a touch might happen at an hour, whatever has happened before."""
        ask, standing = Ask(channel, debtor.id), Standing(debtor.zones, debtor.region)
        verdict = permit(self.rules, ask, standing, history=(), basis=self.portfolio.basis, now=at)
        return isinstance(verdict, Allowed)


def equipped(work: Work, settings: Settings) -> Work:
    """The work with what settings tell: prices, whether past calls teach, what messages are written with."""
    return replace(work, prices=prices_of(settings), learn=settings.learn, stationery=stationery_of(settings))
