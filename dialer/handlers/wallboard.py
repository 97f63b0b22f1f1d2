"""The wallboard: what the floor is doing, in figures that make somebody act.

What happens now is read from the boards that diallers show (`dialer.live`), what happened today from the counts that
are kept while touches end. All boards are made of one look, which costs some milliseconds however long the log is.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import NamedTuple
from zoneinfo import ZoneInfo

from dialer.board import reason_of
from dialer.live import Live
from dialer.reports.waiting import WaitsToday
from dialer.settings import Settings
from dialer.wallboard import Abandons, Board, CampaignLine, Figures, Scope
from dialer.wallboard_counts import Counts, counted, together
from domain.campaign import Campaign
from domain.errors import InputError
from domain.window import local_midnight
from ledger.reports.figures import NO_CAMPAIGN, abandons, calls_back_owed
from ledger.tally import HALF_HOUR_S, SLOT_S, begins, half_hour
from ledger.transaction import Transaction

DAY, HOUR, HALF_HOUR = timedelta(days=1), timedelta(hours=1), timedelta(minutes=30)
SLOT = timedelta(seconds=SLOT_S)
WHOLE_FLOOR = Scope()
KEPT = timedelta(minutes=1)
"""How long it is believed what the counts said of yesterday, and of today until an hour ago: hardly anything of it
changes."""


class _Seen(NamedTuple):
    """What the counts tell of one campaign."""

    today: Counts
    yesterday: Counts
    hour: Counts
    half_hour: Counts


@dataclass(frozen=True, slots=True)
class _Kept:
    """What was read of ``of`` (campaigns, today's beginning, the hour's) at an instant, and is believed for a while."""

    of: tuple[object, ...]
    at: datetime
    portfolios: Mapping[int, str]
    earlier: Mapping[int, Counts]
    yesterday: Mapping[int, Counts]


@dataclass(frozen=True, slots=True)
class _Look:
    """One look at all that is under way or asked for."""

    live: Live
    now: datetime
    seen: Mapping[int, _Seen]
    lines: Mapping[int, CampaignLine]
    hours: float
    calls_back_owed: int


class Wallboard:
    """Makes the boards of all scopes that somebody watches; for one thread at a time."""

    def __init__(self, settings: Settings) -> None:
        self._settings, self._zone = settings, ZoneInfo(settings.zone)
        self._waits = WaitsToday()
        self._kept: _Kept | None = None

    def boards(
        self, tx: Transaction, live: Live, now: datetime, scopes: Iterable[Scope]
    ) -> dict[Scope, Board]:
        """The boards at ``now``; a scope that there is not has none."""
        under_way = tx.campaigns.under_way()
        shown: dict[Scope, Sequence[Campaign]] = {}
        for scope in scopes:
            with suppress(InputError):
                shown[scope] = campaigns_in(tx, scope, under_way)
        every = {one.id: one for some in (under_way, *shown.values()) for one in some}
        look = self._look(tx, live, now, every)
        return {scope: self._board(look, scope, campaigns) for scope, campaigns in shown.items()}

    def _look(self, tx: Transaction, live: Live, now: datetime, every: Mapping[int, Campaign]) -> _Look:
        today = local_midnight(now.astimezone(self._zone).date(), self._zone)
        hour = begins(half_hour(now - HOUR), HALF_HOUR_S)
        ids = (NO_CAMPAIGN, *every)
        kept = self._remember(tx, ids, today, hour, now)
        last_hour = self._counted(tx, ids, hour, now)
        recent = last_hour if today <= hour else self._counted(tx, ids, today, now)
        half = abandons(tx.connection, ids, now - HALF_HOUR, now + SLOT)
        seen = {
            id: _Seen(
                today=together((kept.earlier[id], recent[id])),
                yesterday=kept.yesterday[id],
                hour=last_hour[id],
                half_hour=Counts(abandoned=half[id][0], live=half[id][1]) if id in half else Counts(),
            )
            for id in ids
        }
        self._waits.read(tx, today, now)
        lines = {
            id: self._line(one, kept.portfolios[one.portfolio_id], live, seen[id].today)
            for id, one in every.items()
        }
        return _Look(live, now, seen, lines, (now - hour) / HOUR, calls_back_owed(tx.connection))

    def _remember(
        self, tx: Transaction, ids: tuple[int, ...], today: datetime, hour: datetime, now: datetime
    ) -> _Kept:
        of, kept = (ids, today, hour), self._kept
        if kept is None or kept.of != of or not kept.at <= now < kept.at + KEPT:
            by_now = begins(half_hour(now - DAY), HALF_HOUR_S)
            kept = self._kept = _Kept(
                of,
                now,
                portfolios={portfolio.id: portfolio.name for portfolio in tx.portfolios.all()},
                earlier=self._counted(tx, ids, today, hour),
                yesterday=self._counted(tx, ids, today - DAY, by_now),
            )
        return kept

    def _counted(
        self, tx: Transaction, ids: Collection[int], since: datetime, until: datetime
    ) -> dict[int, Counts]:
        return counted(tx, self._settings, ids, since, until)

    def _line(self, campaign: Campaign, portfolio: str, live: Live, today: Counts) -> CampaignLine:
        shown = live.campaigns.get(campaign.name, {})
        return CampaignLine(
            name=campaign.name,
            portfolio=portfolio,
            status=campaign.status,
            shown=bool(shown),
            reason=reason_of(shown),
            channels=int(shown.get("in_flight", 0)),
            channels_cap=campaign.max_channels,
            calls_per_second=float(shown.get("calls_per_second", 0.0)),
            calls_per_second_cap=campaign.max_calls_per_second,
            calls=today.calls,
            answered=today.answered,
            contacts=today.contacts,
            promises=today.promises,
            kopecks=today.kopecks,
            abandons=self._abandons(today),
        )

    def _board(self, look: _Look, scope: Scope, campaigns: Iterable[Campaign]) -> Board:
        live, lines = look.live, [look.lines[campaign.id] for campaign in campaigns]
        operators = [one for one in live.operators if scope.desk in ("", one["desk"])]
        return Board(
            at=look.now,
            scope=scope,
            live=live.up,
            figures=self._figures(look, scope, [campaign.id for campaign in campaigns], lines),
            states=dict(Counter(str(one["state"]) for one in operators)),
            operators=operators,
            campaigns=lines,
            desks=[one for name, one in live.desks.items() if scope.desk in ("", name)],
        )

    def _figures(self, look: _Look, scope: Scope, ids: list[int], lines: Sequence[CampaignLine]) -> Figures:
        of_none = [] if scope.campaign or scope.portfolio else [NO_CAMPAIGN]
        seen = [look.seen[id] for id in ids + of_none]
        today, yesterday = together(one.today for one in seen), together(one.yesterday for one in seen)
        desks = [one for name, one in look.live.callbacks.items() if scope.desk in ("", name)]
        waiting = [one for name, one in look.live.waiting.items() if scope.desk in ("", name)]
        return Figures(
            calls_per_second=sum(line.calls_per_second for line in lines),
            calls_per_second_cap=sum(line.calls_per_second_cap for line in lines),
            channels=sum(line.channels for line in lines),
            channels_cap=sum(line.channels_cap for line in lines),
            calls=today.calls,
            answered=today.answered,
            abandons=self._abandons(today),
            abandons_half_hour=self._abandons(together(one.half_hour for one in seen)),
            callbacks_expected=_sum(one["figures"].get("calls_in") for one in desks),
            callers_waiting=sum(int(one["waiting"]) for one in waiting),
            longest_wait_s=max((float(one["longest_s"]) for one in waiting), default=0.0),
            calls_back_owed=look.calls_back_owed,
            served=self._waits.served(scope.desk),
            service_level_expected=min(
                _told(one["figures"].get("service_level") for one in desks), default=None
            ),
            pop_p95_ms=look.live.pop_p95_ms,
            kopecks=today.kopecks,
            kopecks_an_hour=round(together(one.hour for one in seen).kopecks / look.hours),
            contacts=today.contacts,
            contacts_yesterday=yesterday.contacts,
            promises=today.promises,
            promises_yesterday=yesterday.promises,
        )

    def _abandons(self, counts: Counts) -> Abandons:
        return Abandons(counts.abandoned, counts.live, self._settings.pacing.target_abandon)


def campaigns_in(tx: Transaction, scope: Scope, under_way: Sequence[Campaign] = ()) -> Sequence[Campaign]:
    """The campaigns that a board is about: of those that are under way, or the one that is named. InputError when there
    is no such campaign or portfolio.
    """
    if scope.campaign:
        named = [one for one in under_way if one.name == scope.campaign]
        return named or [tx.campaigns.named(scope.campaign)]
    if scope.portfolio:
        portfolio = tx.portfolios.named(scope.portfolio)
        return [one for one in under_way if one.portfolio_id == portfolio.id]
    return under_way


def _told(figures: Iterable[float | None]) -> list[float]:
    return [figure for figure in figures if figure is not None]


def _sum(figures: Iterable[float | None]) -> float | None:
    told = _told(figures)
    return sum(told) if told else None
