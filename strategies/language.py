"""The strategy language: segments in order, each with its steps, retries and repeats.

Durations are written ``90s``, ``15m``, ``3h``, ``2d``. Unknown keys are errors.
"""

from __future__ import annotations

import re
from datetime import timedelta
from decimal import Decimal
from typing import Annotated, Self

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, model_validator

from domain.touch import Outcome

UNITS = {"s": "seconds", "m": "minutes", "h": "hours", "d": "days"}


def _duration(text: object) -> timedelta:
    match = re.fullmatch(r"(\d{1,6})([smhd])", str(text))
    if match is None or int(match[1]) == 0:
        raise ValueError(f"{text!r} is not a duration such as 90s, 15m, 3h or 2d")
    return timedelta(**{UNITS[match[2]]: int(match[1])})


Duration = Annotated[timedelta, BeforeValidator(_duration)]


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class When(_Strict):
    """Clauses over debtor facts, all of which must hold; sums in roubles, ages in whole months."""

    vulnerable: bool | None = None
    sum_below: Decimal | None = Field(default=None, gt=0)
    months_overdue_below: int | None = Field(default=None, gt=0)


class Retry(_Strict):
    """Try again ``after`` a while, at most ``times`` in one round, on another phone if there is one."""

    after: Duration
    times: int = Field(ge=1)
    other_phone: bool = False


class Repeat(_Strict):
    """Begin the step anew ``every`` so often, at most ``times``."""

    every: Duration
    times: int = Field(ge=1)


class Step(_Strict):
    """One step: an auto-informer call, or a wait."""

    id: str
    ivr: str | None = None
    wait: Duration | None = None
    retry: dict[Outcome, Retry] = {}
    repeat: Repeat | None = None

    @model_validator(mode="after")
    def _one_kind(self) -> Self:
        if (self.ivr is None) == (self.wait is None):
            raise ValueError(f"step {self.id!r} needs exactly one of ivr or wait")
        return self


class Segment(_Strict):
    """Debtors for whom one sequence of steps is meant; or a reason to leave them alone."""

    id: str
    title: str = ""
    when: When = When()
    priority: int = Field(default=0, ge=0, le=100)
    steps: tuple[Step, ...] = ()
    stop: str = ""

    @model_validator(mode="after")
    def _steps_or_stop(self) -> Self:
        if bool(self.steps) == bool(self.stop):
            raise ValueError(f"segment {self.id!r} needs steps, or stop with a reason, and not both")
        return self


class AfterResult(_Strict):
    """What an answer of the debtor means for the plan: exactly one of the three."""

    wait: Duration | None = None
    stop: str | None = None
    other_phone: Duration | None = None

    @model_validator(mode="after")
    def _one(self) -> Self:
        if sum(value is not None for value in (self.wait, self.stop, self.other_phone)) != 1:
            raise ValueError("needs exactly one of wait, stop or other_phone")
        return self


class Strategy(_Strict):
    """A reviewed file: who is contacted, how, when and how often, under which law."""

    name: str
    title: str = ""
    regime: str
    policies: tuple[str, ...] = ()
    segments: tuple[Segment, ...] = Field(min_length=1)
    after_result: dict[str, AfterResult] = {}

    @model_validator(mode="after")
    def _distinct(self) -> Self:
        names = [segment.id for segment in self.segments]
        doubled = sorted({name for name in names if names.count(name) > 1})
        if doubled:
            raise ValueError(f"segment {doubled[0]!r} is given twice")
        return self

    @property
    def priorities(self) -> tuple[int, ...]:
        """The priorities that plan rows of this strategy may have."""
        return tuple({segment.priority for segment in self.segments})

    @property
    def scripts(self) -> frozenset[str]:
        """Names of the IVR scripts that the steps use."""
        return frozenset(step.ivr for segment in self.segments for step in segment.steps if step.ivr)

    def segment(self, id: str) -> Segment | None:
        """The segment with that id."""
        return next((segment for segment in self.segments if segment.id == id), None)
