"""How regimes and policies are written: YAML, unknown keys are errors. docs/regimes.md explains each field."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Annotated, Any, Self

from pydantic import BeforeValidator, Field, model_validator

from domain.intensity import BLOCK, CALLER_NUMBER, LEGAL_BASIS, SLOT, ZONE
from domain.opener import Opener
from domain.rules import Count, HoursRule, LimitRule, Scope, Validity
from domain.touch import ANY_ATTEMPT, Channel, Outcome, channels_named
from domain.window import (
    LONGEST_WINDOW,
    CalendarWindow,
    DatesWindow,
    Hours,
    RollingWindow,
    Window,
    parse_hours,
)
from strategies.values import Duration, Open, Strict

OUTCOME_GROUPS: dict[str, frozenset[Outcome]] = {"any_attempt": ANY_ATTEMPT}
OWN_NAMES = frozenset({LEGAL_BASIS, CALLER_NUMBER, BLOCK, SLOT, ZONE})
"""What a refusal names beside the rules of a file."""
WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")


def _words(value: object, what: str) -> list[str]:
    if not isinstance(value, list) or not value:
        raise ValueError(f"a list of {what} is expected")
    return [str(word) for word in value]


def parse_channels(names: object) -> frozenset[Channel]:
    """Channels and groups of channels."""
    return channels_named(_words(names, "channels"))


def _outcomes(names: object) -> frozenset[Outcome]:
    found: frozenset[Outcome] = frozenset()
    for name in _words(names, "outcomes"):
        if name not in OUTCOME_GROUPS and name not in list(Outcome):
            raise ValueError(f"{name!r} is no outcome and no group of outcomes")
        found |= OUTCOME_GROUPS.get(name) or {Outcome(name)}
    return found


def _window(text: object) -> Window:
    """``day``, ``week``, ``month``; ``168 hours``; ``7 dates``; ``gap 90 minutes``, ``gap 48 hours``."""
    if text in ("day", "week", "month"):
        return CalendarWindow(str(text))
    match = re.fullmatch(r"(gap )?([1-9]\d{0,6}) (minutes|hours|dates)", str(text))
    if match is None or (match[1] and match[3] == "dates"):
        raise ValueError(
            "a window is day, week, month, 'N hours', 'N dates', 'gap N minutes' or 'gap N hours'"
        )
    window: Window = DatesWindow(int(match[2]))
    if match[3] != "dates":
        window = RollingWindow(timedelta(**{match[3]: int(match[2])}))
    if window.longest > LONGEST_WINDOW:
        raise ValueError(f"a window looks back at most {LONGEST_WINDOW.days - 1} days")
    return window


def parse_slot(text: object) -> tuple[Hours, ...]:
    """The hours that a debtor chose; ValueError when they are none."""
    try:
        hours = parse_hours(str(text))
    except ValueError:
        hours = ()
    if not hours:
        raise ValueError(
            f"{text!r} is no slot; one is written 08:00-12:00, or 08:00-12:00, 18:00-20:00 in order"
        )
    return hours


def _weekdays(days: object) -> dict[int, tuple[Hours, ...]]:
    """``fri: 09:00-16:45`` or ``mon-thu: ...``."""
    if not isinstance(days, Mapping):
        raise ValueError("weekdays are written mon: HH:MM-HH:MM")
    found: dict[int, tuple[Hours, ...]] = {}
    for name, text in days.items():
        first, _, last = str(name).partition("-")
        if first not in WEEKDAYS or (last and last not in WEEKDAYS):
            raise ValueError(f"{name!r} is no weekday; they are {', '.join(WEEKDAYS)}")
        named = range(WEEKDAYS.index(first), WEEKDAYS.index(last or first) + 1)
        if not named or not found.keys().isdisjoint(named):
            raise ValueError(f"weekdays {name} run backwards, or are given twice")
        found |= dict.fromkeys(named, parse_hours(str(text)))
    return found


Channels = Annotated[frozenset[Channel], BeforeValidator(parse_channels)]


class HoursModel(Strict):
    """Local hours in which a touch over these channels may start."""

    id: str
    channels: Channels
    work: Open
    off: Open
    weekdays: Annotated[dict[int, tuple[Hours, ...]], BeforeValidator(_weekdays)] = Field(
        default_factory=dict
    )
    lasts_s: int = Field(default=0, ge=0, le=3600)
    waivable: bool = False

    def rule(self, valid: Validity) -> HoursRule:
        """As the domain judges it."""
        return HoursRule(
            id=self.id,
            channels=self.channels,
            work=self.work,
            off=self.off,
            weekdays=self.weekdays,
            lasts_s=self.lasts_s,
            valid=valid,
            waivable=self.waivable,
        )


class LimitModel(Strict):
    """At most ``max`` touches with these outcomes over these channels in the window."""

    id: str
    channels: Channels
    outcomes: Annotated[frozenset[Outcome], BeforeValidator(_outcomes)]
    window: Annotated[Window, BeforeValidator(_window)]
    max: int = Field(default=1, ge=0)
    scope: Scope = Scope.DEBTOR
    count: Count = Count.TOUCHES
    waivable: bool = False

    @model_validator(mode="before")
    @classmethod
    def _one_a_gap(cls, fields: Any) -> Any:
        if isinstance(fields, dict) and str(fields.get("window")).startswith("gap") and "max" in fields:
            raise ValueError("a gap is kept after each touch: it has no max")
        return fields

    def rule(self, valid: Validity, scope: Scope | None) -> LimitRule:
        """As the domain judges it; ``scope`` replaces the written one."""
        return LimitRule(
            id=self.id,
            channels=self.channels,
            outcomes=self.outcomes,
            window=self.window,
            max=self.max,
            scope=scope or self.scope,
            count=self.count,
            valid=valid,
            waivable=self.waivable,
        )


def _instant(text: object) -> datetime:
    try:
        at = datetime.fromisoformat(str(text))
    except ValueError:
        raise ValueError(f"{text!r} is no time like 2024-02-01 or 2024-02-01T00:00+03:00") from None
    return at.astimezone(UTC) if at.tzinfo else at.replace(tzinfo=UTC)


Instant = Annotated[datetime, BeforeValidator(_instant)]


class VersionModel(Strict):
    """The rules from an instant on, until the next version's or ``to``."""

    version: str
    valid_from: Instant | None = Field(default=None, alias="from")
    valid_to: Instant | None = Field(default=None, alias="to")
    hours: tuple[HoursModel, ...] = ()
    limits: tuple[LimitModel, ...] = ()

    @model_validator(mode="after")
    def _distinct(self) -> Self:
        names = [rule.id for rule in self.hours] + [rule.id for rule in self.limits]
        doubled = sorted({name for name in names if names.count(name) > 1})
        if doubled:
            raise ValueError(f"rule {doubled[0]!r} is given twice in version {self.version!r}")
        if taken := sorted(OWN_NAMES & set(names)):
            raise ValueError(f"no rule may be called {taken[0]!r}: a refusal names something else by it")
        if self.valid_from and self.valid_to and self.valid_from >= self.valid_to:
            raise ValueError(f"version {self.version!r} ends before it begins")
        return self

    @property
    def valid(self) -> Validity:
        """When its rules judge."""
        return Validity(self.valid_from, self.valid_to)


THREE_YEARS = timedelta(days=1096)


class RegimeModel(Strict):
    """A regime (law) or a policy (house rules; it has no country). Versions do not overlap, the oldest first."""

    id: str
    title: str
    confirm: str
    country: str = ""
    openers: frozenset[Opener] = frozenset()
    """What a script must say before it asks anything or names the debt."""
    recordings: Duration = THREE_YEARS
    """How long recordings of talks are kept; then they are deleted."""
    versions: tuple[VersionModel, ...] = Field(min_length=1)

    @model_validator(mode="after")
    def _in_order(self) -> Self:
        for older, newer in zip(self.versions, self.versions[1:], strict=False):
            if older.valid_to is None or newer.valid_from is None or older.valid_to > newer.valid_from:
                raise ValueError(f"versions {older.version!r} and {newer.version!r} overlap")
        return self
