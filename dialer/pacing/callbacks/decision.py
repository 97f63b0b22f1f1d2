"""What the pacing of a robot's calls answers."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from dialer.pacing.callbacks.delay import Numbers
from dialer.pacing.callbacks.service import Service


@dataclass(frozen=True, slots=True)
class Forecast:
    """Calls in per minute, from the next minute on; ``low`` and ``high`` hold four of five minutes between them."""

    mean: Numbers
    low: Numbers
    high: Numbers


@dataclass(frozen=True, slots=True)
class Outlook:
    """The next two hours (or those until closing) by minute, if the plan is followed: ``rates`` in calls per second."""

    rates: Numbers
    operators: Numbers
    calls_in: Forecast
    service: Service


@dataclass(frozen=True, slots=True)
class RateDecision:
    """Calls per second for the robots whose debtors call this desk, together; ``factor`` is its share of the ceiling.

    ``reason`` is for the supervisor. ``figures`` hold among others ``service_level`` (expected for all callers of the
    outlook), ``calls_in`` (expected in the next minute), ``limit`` (the rate that the plan asks for) and
    ``binding_minute`` (in how many minutes the queue is fullest). A robot that stands still has no outlook.
    """

    rate: float
    factor: float
    reason: str
    figures: Mapping[str, float] = field(default_factory=dict)
    outlook: Outlook | None = None
