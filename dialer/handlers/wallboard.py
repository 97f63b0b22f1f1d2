"""The wallboard: what the floor is doing, in figures that make somebody act.

What happens now is read from the boards that diallers show (`dialer.live`), what happened today from the counts that
are kept while touches end: a board costs some milliseconds however long the log is.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from dialer.live import Live
from dialer.reports.cost import StepKey, cost_of, parts_of
from dialer.reports.waiting import Served, WaitsToday
from dialer.settings import Settings, prices_of
from dialer.wallboard import Abandons, Board, CampaignLine, Figures, Scope
from domain.campaign import Campaign
from domain.debtor import PromiseState
from domain.window import local_midnight
from ledger.reports.figures import NO_CAMPAIGN, Cell, Slot, calls_back_owed, cells, promises_made, slots
from ledger.tally import HALF_HOUR_S, SLOT_S, begins, half_hour
from ledger.transaction import Transaction

DAY, HOUR, HALF_HOUR = timedelta(days=1), timedelta(hours=1), timedelta(minutes=30)
SLOT = timedelta(seconds=SLOT_S)
WHOLE_FLOOR = Scope()


def board(
    tx: Transaction,
    live: Live,
    now: datetime,
    settings: Settings,
    scope: Scope = WHOLE_FLOOR,
    waits: WaitsToday | None = None,
) -> Board:
    """The board at ``now``; ``waits`` remembers the day's callers between two looks. InputError: no such scope."""
    campaigns = _campaigns(tx, scope)
    seen = _read(tx, campaigns, scope, now, ZoneInfo(settings.zone))
    served = (waits or WaitsToday()).look(tx, seen.today, now, scope.desk)
    operators = [one for one in live.operators if scope.desk in ("", one["desk"])]
    portfolios = {portfolio.id: portfolio.name for portfolio in tx.portfolios.all()}
    costs = _Costs(settings, parts_of(tx, seen.cells))
    lines = [_line(campaign, portfolios[campaign.portfolio_id], live, seen, costs) for campaign in campaigns]
    return Board(
        at=now,
        scope=scope,
        live=live.up,
        figures=_figures(tx, lines, seen, _Now(live, scope, served), costs, now),
        states=dict(Counter(str(one["state"]) for one in operators)),
        operators=operators,
        campaigns=lines,
        desks=[one for name, one in live.desks.items() if scope.desk in ("", name)],
    )


@dataclass(frozen=True, slots=True)
class _Seen:
    """What the counts tell of the day, the last hour and yesterday until this hour."""

    today: datetime
    ids: Sequence[int]
    cells: list[Cell]
    hour: list[Cell]
    half_hour: list[Slot]
    yesterday: list[Cell]
    promises: dict[int, dict[PromiseState, int]]
    promises_yesterday: dict[int, dict[PromiseState, int]]

    def promised(self, found: dict[int, dict[PromiseState, int]]) -> int:
        return sum(sum(found.get(id, {}).values()) for id in self.ids)


@dataclass(frozen=True, slots=True)
class _Costs:
    settings: Settings
    parts: dict[StepKey, int]

    @property
    def limit(self) -> float:
        return self.settings.pacing.target_abandon

    def of(self, some: Iterable[Cell]) -> int:
        return cost_of(some, prices_of(self.settings), self.parts)


@dataclass(frozen=True, slots=True)
class _Now:
    live: Live
    scope: Scope
    served: Served


def _campaigns(tx: Transaction, scope: Scope) -> list[Campaign]:
    if scope.campaign:
        return [tx.campaigns.named(scope.campaign)]
    return tx.campaigns.under_way(tx.portfolios.named(scope.portfolio).id if scope.portfolio else None)


def _read(
    tx: Transaction, campaigns: Sequence[Campaign], scope: Scope, now: datetime, zone: ZoneInfo
) -> _Seen:
    today = local_midnight(now.astimezone(zone).date(), zone)
    ids = [campaign.id for campaign in campaigns]
    if not (scope.campaign or scope.portfolio):
        ids.append(NO_CAMPAIGN)
    books = tx.connection
    return _Seen(
        today,
        ids,
        cells(books, ids, today, now),
        cells(books, ids, now - HOUR, now),
        slots(books, ids, now - HALF_HOUR, now + SLOT),
        cells(books, ids, today - DAY, begins(half_hour(now - DAY), HALF_HOUR_S)),
        promises_made(books, today, now),
        promises_made(books, today - DAY, now - DAY),
    )


def _line(campaign: Campaign, portfolio: str, live: Live, seen: _Seen, costs: _Costs) -> CampaignLine:
    shown = live.campaigns.get(campaign.name, {})
    ours = [cell for cell in seen.cells if cell.campaign_id == campaign.id]
    return CampaignLine(
        name=campaign.name,
        portfolio=portfolio,
        status=campaign.status,
        shown=bool(shown),
        reason=str(shown.get("reason", "")),
        channels=int(shown.get("in_flight", 0)),
        channels_cap=campaign.max_channels,
        calls_per_second=float(shown.get("calls_per_second", 0.0)),
        calls_per_second_cap=campaign.max_calls_per_second,
        calls=sum(cell.touches for cell in ours if cell.call),
        answered=sum(cell.answered for cell in ours if cell.call),
        contacts=sum(cell.touches for cell in ours if cell.contact),
        promises=sum(seen.promises.get(campaign.id, {}).values()),
        kopecks=costs.of(ours),
        abandons=_abandons(ours, costs.limit),
    )


def _figures(
    tx: Transaction, lines: Sequence[CampaignLine], seen: _Seen, present: _Now, costs: _Costs, now: datetime
) -> Figures:
    live = present.live
    desks = [one for name, one in live.callbacks.items() if present.scope.desk in ("", name)]
    waiting = [one for name, one in live.waiting.items() if present.scope.desk in ("", name)]
    hours = (now - begins(half_hour(now - HOUR), HALF_HOUR_S)) / HOUR
    return Figures(
        calls_per_second=sum(line.calls_per_second for line in lines),
        calls_per_second_cap=sum(line.calls_per_second_cap for line in lines),
        channels=sum(line.channels for line in lines),
        channels_cap=sum(line.channels_cap for line in lines),
        calls=sum(cell.touches for cell in seen.cells if cell.call),
        answered=sum(cell.answered for cell in seen.cells if cell.call),
        abandons=_abandons(seen.cells, costs.limit),
        abandons_half_hour=_abandons(seen.half_hour, costs.limit),
        callbacks_expected=_sum(one["figures"].get("calls_in") for one in desks),
        callers_waiting=sum(int(one["waiting"]) for one in waiting),
        longest_wait_s=max((float(one["longest_s"]) for one in waiting), default=0.0),
        calls_back_owed=calls_back_owed(tx.connection),
        served=present.served,
        service_level_expected=min(_told(one["figures"].get("service_level") for one in desks), default=None),
        pop_p95_ms=live.pop_p95_ms,
        kopecks=costs.of(seen.cells),
        kopecks_an_hour=round(costs.of(seen.hour) / hours),
        contacts=sum(cell.touches for cell in seen.cells if cell.contact),
        contacts_yesterday=sum(cell.touches for cell in seen.yesterday if cell.contact),
        promises=seen.promised(seen.promises),
        promises_yesterday=seen.promised(seen.promises_yesterday),
    )


def _abandons(some: Sequence[Cell] | Sequence[Slot], limit: float) -> Abandons:
    live = [one for one in some if one.for_operator]
    return Abandons(
        sum(one.touches for one in live if one.abandoned), sum(one.touches for one in live), limit
    )


def _told(figures: Iterable[float | None]) -> list[float]:
    return [figure for figure in figures if figure is not None]


def _sum(figures: Iterable[float | None]) -> float | None:
    told = _told(figures)
    return sum(told) if told else None
