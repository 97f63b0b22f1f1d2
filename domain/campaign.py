"""Campaigns and their plans: a portfolio worked by a strategy, one plan row per debtor."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from domain.touch import TouchId


class CampaignStatus(StrEnum):
    """What the campaign's owner may do: only ``RUNNING`` places calls."""

    RUNNING = "running"
    PAUSED = "paused"
    STOPPED = "stopped"
    FINISHED = "finished"


@dataclass(frozen=True, slots=True)
class Campaign:
    """A campaign with its caps. ``call_limit`` is the most touches it may ever place (None: no cap)."""

    id: int
    name: str
    portfolio_id: int
    strategy_version_id: int
    status: CampaignStatus
    caller_number: str
    max_channels: int
    max_calls_per_second: float
    call_limit: int | None
    fence: int


class PlanState(StrEnum):
    """Where a debtor stands in a campaign."""

    DUE = "due"
    IN_TOUCH = "in_touch"
    DONE = "done"


@dataclass(frozen=True, slots=True)
class Plan:
    """What is next for one debtor: ``step`` of ``segment`` at ``due_at``, and the reason in words.

    ``attempts`` counts retries within the present round of the step, ``round`` the repeats of the step, ``turn`` the
    changes to another phone.
    """

    debtor_id: int
    due_at: datetime
    state: PlanState = PlanState.DUE
    segment: str = ""
    step: int = 0
    attempts: int = 0
    round: int = 0
    turn: int = 0
    priority: int = 0
    touch_id: TouchId | None = None
    reason: str = ""
