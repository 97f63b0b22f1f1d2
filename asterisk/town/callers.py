"""Debtors who call back: whom a robot has called may ring the number that he saw, soon or late, once or twice.

The town's dialplan draws the same from the decimal digits of MD5("seed:number:nth:back"):

    digits 0-3    whether he calls back at all
    digits 4-5    how long after our call's end, of a hundred equally likely delays
    digits 6-7    whether he rings a second time
    digits 8-9    whether he rings us while our call still rings in his hand
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from hashlib import md5
from math import exp, sqrt

from asterisk.town.lengths import equally_likely
from domain.errors import InputError

REFERENCE_SHARE = 0.028
"""Calls in per call of the robot in the reference project, and those who ring twice count twice (FIELD.md)."""


@dataclass(frozen=True, slots=True)
class CallersPlan:
    """How debtors call back. Shares are of calls, all times are seconds; the delay is lognormal."""

    share: float = REFERENCE_SHARE
    """Of the calls to numbers that exist: how many are followed by a call in, second ones included."""
    again: float = 0.2
    """Of those who call back: how many ring a second time."""
    at_once: float = 0.1
    """Of those who call back: how many do so while our call still rings."""
    delay_median_s: float = 900.0
    delay_sigma: float = 1.3
    again_after_s: float = 30.0
    """From the end of his call to the second one."""
    at_once_after_s: float = 0.5
    """From the first ring of our call."""
    stays_s: float = 60.0
    """How long he stays with us when somebody, or something, has answered."""

    def __post_init__(self) -> None:
        if not all(0 <= share <= 1 for share in (self.share, self.again, self.at_once)):
            raise InputError("shares must be between 0 and 1", where="callers plan")
        times = (
            self.delay_median_s,
            self.delay_sigma,
            self.again_after_s,
            self.at_once_after_s,
            self.stays_s,
        )
        if not all(time >= 0 for time in times):
            raise InputError("times must be >= 0", where="callers plan")

    @property
    def first_below(self) -> int:
        """Of ten thousand calls: those after which somebody calls back."""
        return round(self.share / (1 + self.again) * 10_000)

    @property
    def delays(self) -> list[float]:
        """A hundred equally likely delays, the shortest first."""
        variance = self.delay_sigma**2
        return equally_likely(self.delay_median_s * exp(variance / 2), sqrt(exp(variance) - 1))


@dataclass(frozen=True, slots=True)
class CallsBack:
    """He rings us ``after_s`` seconds after the end of our call, or after its first ring when ``at_once``."""

    after_s: float
    again: bool
    at_once: bool


def calls_back(number: str, nth: int, seed: str, plan: CallersPlan) -> CallsBack | None:
    """Whether ``number`` calls back after our ``nth`` call to it (1 is the first); None when it does not."""
    draws = _digits(md5(f"{seed}:{_digits(number)}:{nth}:back".encode(), usedforsecurity=False).hexdigest())
    if _draw(draws, 0, 4) >= plan.first_below:
        return None
    at_once = _draw(draws, 8, 2) < plan.at_once * 100
    after_s = plan.at_once_after_s if at_once else plan.delays[_draw(draws, 4, 2)]
    return CallsBack(after_s, _draw(draws, 6, 2) < plan.again * 100, at_once)


@dataclass(frozen=True, slots=True)
class CallIn:
    """A call into a line of ours, as the town saw it: who rang whom, and whether anything answered."""

    number: str
    line: str
    answered: bool


def call_in_of(row: Mapping[str, str]) -> CallIn:
    """What a line of the town's record tells of a call in."""
    number, line = row["caller"].split(" ")
    return CallIn(number, line, row["disposition"] == "ANSWERED")


def _draw(digits: str, start: int, length: int) -> int:
    return int(digits[start : start + length] or 0)


def _digits(text: str) -> str:
    return re.sub(r"[^0-9]", "", text)
