"""What a wallboard shows: frozen figures with their units, and their JSON."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any

from dialer.reports.waiting import Served
from domain.campaign import CampaignStatus
from ledger.reports.table import share


@dataclass(frozen=True, slots=True)
class Scope:
    """What a board shows: one campaign, those of a portfolio, a desk's operators; all of them where nothing is told."""

    campaign: str = ""
    portfolio: str = ""
    desk: str = ""


@dataclass(frozen=True, slots=True)
class Abandons:
    """Calls that were answered and got no operator, among all live answers of calls meant for one."""

    abandoned: int
    live: int
    limit: float

    @property
    def share(self) -> float | None:
        """The abandon rate; None when nobody answered."""
        return share(self.abandoned, self.live)


@dataclass(frozen=True, slots=True)
class CampaignLine:
    """A campaign now and today. ``reason`` is why it is not faster, ``shown`` whether a dialler works it."""

    name: str
    portfolio: str
    status: CampaignStatus
    shown: bool
    reason: str
    channels: int
    channels_cap: int
    calls_per_second: float
    calls_per_second_cap: float
    calls: int
    answered: int
    contacts: int
    promises: int
    kopecks: int
    abandons: Abandons


@dataclass(frozen=True, slots=True)
class Figures:
    """Sums over the scope. Rates are per second, money is kopecks, ``..._yesterday`` is until this half hour of
    yesterday.

    ``callbacks_expected`` are calls in during the next minute, ``service_level`` is of those who rang us today,
    ``service_level_expected`` of those who will if the robots go on so.
    """

    calls_per_second: float
    calls_per_second_cap: float
    channels: int
    channels_cap: int
    calls: int
    answered: int
    abandons: Abandons
    abandons_half_hour: Abandons
    callbacks_expected: float | None
    callers_waiting: int
    longest_wait_s: float
    calls_back_owed: int
    served: Served
    service_level_expected: float | None
    pop_p95_ms: float | None
    kopecks: int
    kopecks_an_hour: int
    contacts: int
    contacts_yesterday: int
    promises: int
    promises_yesterday: int

    @property
    def answer_rate(self) -> float | None:
        """Answered calls among those that ended."""
        return share(self.answered, self.calls)


@dataclass(frozen=True, slots=True)
class Board:
    """One look at the floor. ``operators`` and ``desks`` are rows as `dialer.live` reads them."""

    at: datetime
    scope: Scope
    live: bool
    figures: Figures
    states: Mapping[str, int]
    operators: Sequence[Mapping[str, Any]]
    campaigns: Sequence[CampaignLine]
    desks: Sequence[Mapping[str, Any]]

    def to_json(self) -> dict[str, Any]:
        """As JSON values."""
        document = asdict(self)
        figures = document["figures"]
        figures["answer_rate"] = self.figures.answer_rate
        figures["served"]["level"] = self.figures.served.level
        figures["abandons"]["share"] = self.figures.abandons.share
        figures["abandons_half_hour"]["share"] = self.figures.abandons_half_hour.share
        for line, shown in zip(self.campaigns, document["campaigns"], strict=True):
            shown["abandons"]["share"] = line.abandons.share
        return document
