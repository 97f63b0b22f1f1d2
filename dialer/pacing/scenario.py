"""The scenario of a simulated shift: what operators, people and the carrier do."""

from __future__ import annotations

import math
from bisect import bisect_right
from collections.abc import Callable
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import Annotated, Any

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, model_validator

from files.document import read_document

MOST = 1e7
"""No value of a scenario is larger: not seconds, not operators."""


@dataclass(frozen=True, slots=True)
class Steps:
    """A value that may change over the shift: ``values[n]`` holds from second ``starts[n]`` on."""

    starts: tuple[float, ...]
    values: tuple[float, ...]

    def at(self, second: float) -> float:
        """The value at a second of the shift."""
        return self.values[bisect_right(self.starts, second) - 1]


def _steps(least: float, most: float, *, whole: bool = False) -> Callable[[Any], Steps]:
    kind = f"{'whole number' if whole else 'number'} from {least:g} to {most:g}"

    def read(given: Any) -> Steps:
        rows = given if isinstance(given, list) else [[0, given]]
        if not rows or not all(isinstance(row, list) and len(row) == 2 for row in rows):
            raise ValueError("a number is expected, or a list of [from second, value]")
        starts, values = zip(*rows, strict=True)
        if not all(_number(start) for start in starts) or starts[0] != 0:
            raise ValueError("the first [from second, value] begins at second 0")
        if any(after <= before for before, after in pairwise(starts)):
            raise ValueError("each [from second, value] begins after the one before it")
        for value in values:
            if not _number(value) or not least <= value <= most or (whole and value % 1):
                raise ValueError(f"{value!r} is no {kind}")
        return Steps(tuple(map(float, starts)), tuple(map(float, values)))

    return read


def _number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and math.isfinite(value)


Share = Annotated[float, Field(ge=0, le=1, allow_inf_nan=False)]
Seconds = Annotated[float, Field(ge=0, le=MOST, allow_inf_nan=False)]
Shares = Annotated[Steps, BeforeValidator(_steps(0, 1))]
Durations = Annotated[Steps, BeforeValidator(_steps(0, MOST))]
Spreads = Annotated[Steps, BeforeValidator(_steps(0, 10))]
Heads = Annotated[Steps, BeforeValidator(_steps(0, 10_000, whole=True))]


def _constant(value: float) -> Steps:
    return Steps((0.0,), (value,))


class _Part(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, strict=True, arbitrary_types_allowed=True)


class Ring(_Part):
    """Delay from dialling to a live answer: a constant and a gamma-distributed part, in seconds."""

    setup: Seconds = 2.0
    gamma_shape: Annotated[float, Field(gt=0, le=1000)] = 3.0
    gamma_scale: Seconds = 3.0


class Amd(_Part):
    """Machine detection: persons taken for machines (hung up), machines taken for persons, and the time it takes.

    Whoever is passed to an operator counts as an answer, as the dialler sees it; ``patience`` runs from then on.
    """

    false_positive: Share = 0.0
    false_negative: Share = 0.0
    delay_s: Seconds = 0.0


class Scenario(_Part):
    """A shift. Rates are shares of all dials; what is left of them rings until the time-out.

    Operators who leave do so when idle, or after their wrap-up. ``leads`` None is an endless list. In an outage
    [from second, seconds] every new dial ends as congestion. ``answer_wave`` moves the answer rate up and down by
    its share over `WAVE_S`.
    """

    hours: Annotated[float, Field(gt=0, le=48, allow_inf_nan=False)] = 8.0
    agents: Heads
    answer_rate: Shares
    answer_wave: Share = 0.0
    machine_rate: Shares = _constant(0.0)
    fast_fail_rate: Shares = _constant(0.2)
    ring_s: Ring = Ring()
    ring_timeout_s: Annotated[float, Field(gt=0, le=600, allow_inf_nan=False)] = 25.0
    talk_s: Durations = _constant(60.0)
    talk_cv: Spreads = _constant(1.0)
    wrap_s: Durations = _constant(15.0)
    wrap_cv: Spreads = _constant(0.5)
    patience_s: Annotated[float, Field(ge=0, le=60, allow_inf_nan=False)] = 2.0
    target_abandon: Annotated[float, Field(gt=0, lt=1)] = 0.03
    leads: Annotated[int, Field(ge=0)] | None = None
    outages: list[Annotated[tuple[Seconds, Seconds], BeforeValidator(tuple)]] = []
    amd: Amd = Amd()

    @model_validator(mode="after")
    def _at_most_all(self) -> Scenario:
        rates = (self.answer_rate, self.machine_rate, self.fast_fail_rate)
        for second in sorted({start for rate in rates for start in rate.starts}):
            total = sum(rate.at(second) for rate in rates)
            if total > 1 + 1e-9:
                raise ValueError(
                    f"answer_rate, machine_rate and fast_fail_rate add up to {total:g} at second {second:g}"
                )
        return self

    @property
    def seconds(self) -> float:
        """Length of the shift."""
        return self.hours * 3600


def read_scenario(path: Path) -> Scenario:
    """A scenario's file; raises InputError naming file, line and field."""
    return read_document(path, Scenario)[0]
