"""The scenario of a simulated day on which robots call and debtors call back."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field, model_validator

from dialer.pacing.scenario import MOST, Durations, Heads, Seconds, Share, Shares, Steps
from files.document import read_document


def _constant(value: float) -> Steps:
    return Steps((0.0,), (value,))


class CallbackScenario(BaseModel):
    """The truth of a day, unknown to the controller.

    Values that change are lists of [from second, value], the seconds counted from the opening.
    ``share`` of the calls out bring a call in, after a lognormal delay. ``planned_operators`` is the plan that the
    controller knows, null for the truth. ``bursts`` are [second, calls] of robots that it does not steer,
    ``base_per_hour`` calls in that follow no call. Operators who leave finish their talk. ``days`` are played one
    after another, and the last one is measured: the model learns over all of them.
    """

    model_config = ConfigDict(extra="forbid", frozen=True, strict=True, arbitrary_types_allowed=True)

    opens_at_hour: Annotated[int, Field(ge=0, le=23)] = 9
    hours: Annotated[float, Field(gt=0, le=15, allow_inf_nan=False)] = 9.0
    operators: Heads
    planned_operators: Heads | None = None
    talk_s: Durations = _constant(150.0)
    talk_cv: Annotated[float, Field(ge=0, le=10)] = 1.0
    patience_s: Annotated[float, Field(gt=0, le=MOST)] = 180.0
    share: Shares = _constant(0.028)
    delay_median_s: Durations = _constant(900.0)
    delay_sigma: Annotated[float, Field(ge=0, le=5)] = 1.3
    base_per_hour: Durations = _constant(6.0)
    max_rate: Annotated[float, Field(gt=0, le=1000)] = 20.0
    bursts: list[tuple[Seconds, Annotated[int, Field(ge=0, le=1_000_000)]]] = []
    level: Annotated[Share, Field(gt=0, lt=1)] = 0.8
    within_s: Annotated[float, Field(gt=0, le=600)] = 20.0
    days: Annotated[int, Field(ge=1, le=30)] = 1

    @model_validator(mode="before")
    @classmethod
    def _lists_are_pairs(cls, data: object) -> object:
        if isinstance(data, dict) and isinstance(data.get("bursts"), list):
            return {
                **data,
                "bursts": [tuple(one) if isinstance(one, list) else one for one in data["bursts"]],
            }
        return data

    @property
    def seconds(self) -> float:
        """How long the desk is open."""
        return self.hours * 3600


def read_callback_scenario(path: Path) -> CallbackScenario:
    """A scenario's file; raises InputError naming file, line and field."""
    return read_document(path, CallbackScenario)[0]
