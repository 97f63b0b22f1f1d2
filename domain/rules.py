"""The vocabulary of intensity rules (LAW.md section 5). Rules are data; strategies/regimes holds them.

A rule names the channels it governs, and holds only while it is `valid`. A rule set is a regime with its house
policies on top: all rules in force at an instant must pass.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from functools import cached_property

from domain.calendar import Calendar
from domain.touch import Channel, Outcome
from domain.window import Hours, Window


class Scope(StrEnum):
    """Whose touches a limit counts together; a touch that names no debt concerns all debts of the debtor."""

    DEBTOR = "debtor"
    DEBT = "debt"
    CREDITOR = "creditor"
    PHONE = "phone"
    CAMPAIGN = "campaign"
    TRUNK = "trunk"


SHARED = frozenset({Scope.PHONE, Scope.CAMPAIGN, Scope.TRUNK})
"""Scopes that count the touches of whoever they were with."""


class Count(StrEnum):
    """What a limit counts: touches, or the distinct debtors who were touched."""

    TOUCHES = "touches"
    DEBTORS = "debtors"


@dataclass(frozen=True, slots=True)
class Validity:
    """``[start, end)``; None is without bound on that side."""

    start: datetime | None = None
    end: datetime | None = None

    def covers(self, at: datetime) -> bool:
        """Whether the instant lies within."""
        return (self.start is None or self.start <= at) and (self.end is None or at < self.end)


ALWAYS = Validity()


@dataclass(frozen=True, slots=True)
class HoursRule:
    """Local hours in which a touch may start, by kind of day; an empty tuple is closed all day.

    ``weekdays`` (0 is Monday) replaces ``work`` on working days of that name. ``lasts_s`` is the length that a
    touch is expected to have: it must end within the hours too.
    """

    id: str
    channels: frozenset[Channel]
    work: tuple[Hours, ...]
    off: tuple[Hours, ...]
    weekdays: Mapping[int, tuple[Hours, ...]] = field(default_factory=dict, hash=False)
    lasts_s: int = 0
    valid: Validity = ALWAYS
    waivable: bool = False


@dataclass(frozen=True, slots=True)
class LimitRule:
    """At most ``max`` touches with one of ``outcomes`` over ``channels`` within ``window``."""

    id: str
    channels: frozenset[Channel]
    outcomes: frozenset[Outcome]
    window: Window
    max: int
    scope: Scope = Scope.DEBTOR
    count: Count = Count.TOUCHES
    valid: Validity = ALWAYS
    waivable: bool = False


@dataclass(frozen=True, slots=True)
class Lookback:
    """Touches younger than ``every`` matter; open ones and those of ``outcomes`` up to ``longest``."""

    every: timedelta
    longest: timedelta
    outcomes: frozenset[Outcome]


@dataclass(frozen=True)
class RuleSet:
    """Every rule of a regime and its policies, of all versions. ``versions`` are (name, validity), regime first."""

    id: str
    hours: tuple[HoursRule, ...] = ()
    limits: tuple[LimitRule, ...] = ()
    calendar: Calendar = Calendar()
    versions: tuple[tuple[str, Validity], ...] = ()

    @cached_property
    def scopes(self) -> frozenset[Scope]:
        """The scopes that its limits have."""
        return frozenset(limit.scope for limit in self.limits)

    @cached_property
    def lookback(self) -> Lookback:
        """Which past touches can matter at all."""
        return _lookback(self.limits)

    @cached_property
    def lookbacks(self) -> Mapping[Scope, Lookback]:
        """What a reserve must load: the touches of the debtor, and by each shared scope that a limit has."""
        by: dict[Scope, list[LimitRule]] = {Scope.DEBTOR: []}
        for limit in self.limits:
            by.setdefault(limit.scope if limit.scope in SHARED else Scope.DEBTOR, []).append(limit)
        return {scope: _lookback(limits) for scope, limits in by.items()}

    def in_force(self, at: datetime) -> str:
        """The versions that judge a touch at this instant, e.g. ``ru-230fz-agency@2024-01+attempts-3-a-day@1``."""
        return "+".join(name for name, valid in self.versions if valid.covers(at)) or self.id


def _lookback(limits: Sequence[LimitRule]) -> Lookback:
    """Every touch matters for a while, those of some outcomes for longer."""
    every = max(
        (limit.window.longest for limit in limits if Outcome.NO_ANSWER in limit.outcomes), default=timedelta()
    )
    longer = [limit for limit in limits if limit.window.longest > every]
    outcomes = frozenset().union(*(limit.outcomes for limit in longer)) | {Outcome.UNKNOWN}
    return Lookback(every, max((limit.window.longest for limit in longer), default=every), outcomes)
