"""May this touch happen? Pure verdicts over a rule set, a debtor's history and the time.

A verdict carries every failing rule by name and the first instant at which all of them pass, assuming no
new events. Rules are data (strategies/regimes); this module only knows their kinds.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from functools import lru_cache
from zoneinfo import ZoneInfo

from domain.calendar import Calendar
from domain.portfolio import LegalBasis
from domain.touch import Channel, Direction, Outcome, PastTouch
from domain.window import DAY, Hours, Window

HORIZON = timedelta(days=60)
LEGAL_BASIS = "legal-basis"
ZONE = "zone"


class Scope(StrEnum):
    """Whose touches a limit counts together."""

    DEBTOR = "debtor"
    PHONE = "phone"


@dataclass(frozen=True, slots=True)
class HoursRule:
    """Local hours in which a touch may start, by kind of day."""

    id: str
    channels: frozenset[Channel]
    work: Hours | None
    off: Hours | None


@dataclass(frozen=True, slots=True)
class LimitRule:
    """At most ``max`` touches with one of ``outcomes`` over ``channels`` within ``window``."""

    id: str
    channels: frozenset[Channel]
    outcomes: frozenset[Outcome]
    window: Window
    max: int
    scope: Scope = Scope.DEBTOR


@dataclass(frozen=True, slots=True)
class RuleSet:
    """A legal regime with its house policies: every rule must pass."""

    id: str
    hours: tuple[HoursRule, ...] = ()
    limits: tuple[LimitRule, ...] = ()
    calendar: Calendar = Calendar()


@dataclass(frozen=True, slots=True)
class Ask:
    """The touch that is asked for: with whom, how, and over which phone."""

    channel: Channel
    debtor: int
    phone: str = ""


@dataclass(frozen=True, slots=True)
class Allowed:
    """Nothing stands against it."""


@dataclass(frozen=True, slots=True)
class Refused:
    """The rules that forbid it, and when they all pass (None: not within 60 days)."""

    rules: tuple[str, ...]
    next_allowed: datetime | None


Verdict = Allowed | Refused


@lru_cache(maxsize=1024)
def _zones(names: tuple[str, ...]) -> tuple[ZoneInfo, ...]:
    return tuple(ZoneInfo(name) for name in names)


def permit(
    rules: RuleSet,
    ask: Ask,
    *,
    zones: tuple[str, ...],
    history: Iterable[PastTouch],
    basis: LegalBasis | None,
    now: datetime,
) -> Verdict:
    """Judge one touch at ``now`` (aware UTC) for a debtor who may live in any of ``zones``.

    ``history`` holds the touches of the debtor, and of others over the asked phone; order and repeats do not matter,
    later events than ``now`` do not count. An open reservation counts as the worst that it may become.
    Whose zone is unknown is refused: no clock says whether it is night there.
    """
    if not zones:
        return Refused((ZONE,), None)
    check = _Check(rules, ask, _zones(zones), _counting(history, now), basis)
    failing = check.failing(now)
    if not failing:
        return Allowed()
    return Refused(tuple(name for name, _ in failing), check.next_allowed(now, failing))


def _counting(history: Iterable[PastTouch], now: datetime) -> tuple[PastTouch, ...]:
    unique = {touch.id: touch for touch in history}
    return tuple(t for t in unique.values() if t.direction is Direction.OUT and t.at <= now)


@dataclass(frozen=True, slots=True)
class _Check:
    rules: RuleSet
    ask: Ask
    zones: tuple[ZoneInfo, ...]
    history: tuple[PastTouch, ...]
    basis: LegalBasis | None

    def failing(self, at: datetime) -> list[tuple[str, datetime | None]]:
        """The rules that fail at an instant, each with the first instant at which it alone may pass."""
        found: list[tuple[str, datetime | None]] = []
        if self.basis is None or not self.basis.in_force(at):
            starts = self.basis.valid_from if self.basis and at < self.basis.valid_from else None
            found.append((LEGAL_BASIS, starts))
        for hours in self.rules.hours:
            if self.ask.channel in hours.channels:
                opens = [t for zone in self.zones if (t := self._opens_at(hours, at, zone)) is not _OPEN]
                if opens:
                    found.append((hours.id, _latest(opens)))
        for limit in self.rules.limits:
            if self.ask.channel in limit.channels and (frees := self._limit_frees_at(limit, at)):
                found.append((limit.id, frees))
        return found

    def _opens_at(self, rule: HoursRule, at: datetime, zone: ZoneInfo) -> datetime | None:
        local = at.astimezone(zone)
        for ahead in range(HORIZON.days + 1):
            day = local.date() + ahead * DAY
            hours = rule.off if self.rules.calendar.is_off(day) else rule.work
            if hours is None:
                continue
            if ahead == 0 and hours.contains(local.time()):
                return _OPEN
            if ahead or local.time() < hours.opens:
                return datetime.combine(day, hours.opens, zone).astimezone(UTC)
        return None

    def _limit_frees_at(self, rule: LimitRule, at: datetime) -> datetime | None:
        """When the limit admits one more, or None if it does now; the strictest zone decides."""
        frees: datetime | None = None
        events = self._events(rule)
        for zone in self.zones:
            begins = rule.window.begins(at, zone)
            counted = [t for t in events if begins <= t]
            if len(counted) >= rule.max:
                until = rule.window.frees_at(at, zone, counted, rule.max)
                frees = until if frees is None else max(frees, until)
        return frees

    def _events(self, rule: LimitRule) -> Sequence[datetime]:
        return [
            t.at
            for t in self.history
            if t.channel in rule.channels
            and (t.outcome in rule.outcomes or t.outcome is None or t.outcome is Outcome.UNKNOWN)
            and self._in_scope(rule.scope, t)
        ]

    def _in_scope(self, scope: Scope, touch: PastTouch) -> bool:
        if scope is Scope.PHONE:
            return touch.phone == self.ask.phone
        return touch.debtor == self.ask.debtor

    def next_allowed(self, now: datetime, failing: list[tuple[str, datetime | None]]) -> datetime | None:
        """Leap from one blocking rule's release to the next until nothing fails."""
        at = now
        while failing:
            releases = [release for _, release in failing]
            latest = _latest(releases)
            if latest is None or latest > now + HORIZON:
                return None
            at = latest
            failing = self.failing(at)
        return at


_OPEN = datetime.min.replace(tzinfo=UTC)


def _latest(instants: Sequence[datetime | None]) -> datetime | None:
    """The latest instant; None (never) wins."""
    known = [t for t in instants if t is not None]
    return max(known) if len(known) == len(instants) else None
