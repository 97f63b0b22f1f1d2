"""Legal regimes and house policies: YAML files into the rule sets of `domain.intensity`."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import date, time, timedelta
from functools import lru_cache
from pathlib import Path
from typing import Annotated, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field

from domain.calendar import Calendar
from domain.intensity import HoursRule, LimitRule, RuleSet, Scope
from domain.touch import ANY_ATTEMPT, CHANNEL_GROUPS, LIVE_ANSWERS, Channel, Outcome
from domain.window import LONGEST_WINDOW, CalendarWindow, Hours, RollingWindow, Window
from files.model import read_model

HERE = Path(__file__).parent

OUTCOME_GROUPS: dict[str, frozenset[Outcome]] = {
    "any_attempt": ANY_ATTEMPT,
    "live": LIVE_ANSWERS,
    "message": frozenset({Outcome.MSG_SENT, Outcome.MSG_DELIVERED, Outcome.MACHINE_MSG}),
}


def _channels(names: object) -> frozenset[Channel]:
    groups = [CHANNEL_GROUPS.get(name) or frozenset({Channel(name)}) for name in _words(names, "channels")]
    return frozenset().union(*groups)


def _outcomes(names: object) -> frozenset[Outcome]:
    groups = [OUTCOME_GROUPS.get(name) or frozenset({Outcome(name)}) for name in _words(names, "outcomes")]
    return frozenset().union(*groups)


def _words(names: object, what: str) -> list[str]:
    if not isinstance(names, list) or not all(isinstance(name, str) for name in names):
        raise ValueError(f"a list of {what} or groups of {what} is expected")
    return names


def _window(text: object) -> Window:
    if text in ("day", "week", "month"):
        return CalendarWindow(str(text))
    hours = re.fullmatch(r"(\d{1,6}) hours", str(text))
    if hours is None:
        raise ValueError("a window is day, week, month or 'N hours'")
    length = timedelta(hours=int(hours[1]))
    if not timedelta() < length <= LONGEST_WINDOW:
        raise ValueError(
            f"a window has from 1 to {LONGEST_WINDOW // timedelta(hours=1)} hours, not {hours[1]}"
        )
    return RollingWindow(length)


def _hours(text: object) -> Hours | None:
    if text is None or text == "closed":
        return None
    try:
        opens, closes = (time.fromisoformat(part) for part in str(text).split("-"))
    except ValueError as error:
        raise ValueError("hours are written HH:MM-HH:MM, or closed") from error
    if opens >= closes:
        raise ValueError(f"hours {text} end before they begin")
    return Hours(opens, closes)


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, arbitrary_types_allowed=True)


Channels = Annotated[frozenset[Channel], BeforeValidator(_channels)]


class HoursModel(_Strict):
    """Hours in which a touch over these channels may start."""

    id: str
    channels: Channels
    work: Annotated[Hours | None, BeforeValidator(_hours)]
    off: Annotated[Hours | None, BeforeValidator(_hours)]


class LimitModel(_Strict):
    """A numeric limit."""

    id: str
    channels: Channels
    outcomes: Annotated[frozenset[Outcome], BeforeValidator(_outcomes)]
    window: Annotated[Window, BeforeValidator(_window)]
    max: int = Field(ge=0)
    scope: Literal["debtor", "phone"] = "debtor"


class RegimeModel(_Strict):
    """A regime (law) or a policy (house rules); policies have no country."""

    id: str
    country: str = ""
    hours: tuple[HoursModel, ...] = ()
    limits: tuple[LimitModel, ...] = ()


def _days(by_year: object) -> frozenset[date]:
    if not isinstance(by_year, dict):
        raise ValueError("years are expected, each with its days")
    return frozenset(_day(f"{year}-{day}") for year, days in by_year.items() for day in days)


def _day(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError as error:
        raise ValueError(f"{text!r} is not a day") from error


Days = Annotated[frozenset[date], BeforeValidator(_days)]


class CalendarModel(_Strict):
    """Days by year, written MM-DD."""

    off_days: Days = frozenset()
    working_weekends: Days = frozenset()

    def calendar(self) -> Calendar:
        """As the domain reads it."""
        return Calendar(self.off_days, self.working_weekends)


@lru_cache(maxsize=64)
def load_rules(regime: str, policies: Sequence[str] = ()) -> RuleSet:
    """The rule set of a regime with policies on top; all of their rules must pass."""
    law = _load(HERE / "regimes", regime)
    house = [_load(HERE / "policies", policy) for policy in policies]
    parts = [law, *house]
    return RuleSet(
        id="+".join(part.id for part in parts),
        hours=tuple(HoursRule(r.id, r.channels, r.work, r.off) for part in parts for r in part.hours),
        limits=tuple(
            LimitRule(r.id, r.channels, r.outcomes, r.window, r.max, Scope(r.scope))
            for part in parts
            for r in part.limits
        ),
        calendar=read_model(HERE / "calendars" / f"{law.country}.yaml", CalendarModel).calendar(),
    )


def _load(folder: Path, name: str) -> RegimeModel:
    return read_model(folder / f"{name}.yaml", RegimeModel)


def shipped_regimes() -> list[str]:
    """Names of the regimes that come with Dozvon."""
    return sorted(path.stem for path in (HERE / "regimes").glob("*.yaml"))


def shipped_policies() -> list[str]:
    """Names of the policies that come with Dozvon."""
    return sorted(path.stem for path in (HERE / "policies").glob("*.yaml"))
