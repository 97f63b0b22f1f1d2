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


UNDER_WAY = frozenset({CampaignStatus.RUNNING, CampaignStatus.PAUSED})
"""Campaigns that follow what changes: new versions of their strategy, new facts of their debtors."""


@dataclass(frozen=True, slots=True)
class Planning:
    """How far a campaign's planning has come: when the last pass over the portfolio began and for which version of the
    strategy (None: there was none yet), and while it goes on the id of the last debtor that it has planned.
    """

    at: datetime | None = None
    version_id: int | None = None
    to: int | None = None


@dataclass(frozen=True, slots=True)
class Campaign:
    """A campaign with its caps. ``call_limit`` is the most touches it may ever place (None: no cap).

    ``strategy_version_id`` is the version of the strategy that it runs, ``wanted_version_id`` the one that is published
    for it: they differ while the dialler makes the wanted one ready.
    """

    id: int
    name: str
    portfolio_id: int
    strategy_version_id: int
    wanted_version_id: int
    status: CampaignStatus
    caller_number: str
    max_channels: int
    max_calls_per_second: float
    call_limit: int | None
    fence: int
    planning: Planning = Planning()


class PlanState(StrEnum):
    """Where a debtor stands in a campaign."""

    DUE = "due"
    IN_TOUCH = "in_touch"
    DONE = "done"


class Why(StrEnum):
    """Why a plan is as it is: the funnel counts by state and this, `Plan.reason` says the same in words."""

    FIRST = "first"
    NEXT_STEP = "next_step"
    RETRY = "retry"
    REPEAT = "repeat"
    NOT_PLACED = "not_placed"
    ANSWERED = "answered"
    WAITS = "waits"
    HELD_BACK = "held_back"
    OUTSIDE_HOURS = "outside_hours"
    BETTER_HOUR = "better_hour"
    CAP = "cap"
    SKIPPED = "skipped"
    NOT_PERFORMED = "not_performed"
    ASKED = "asked"
    NO_BAILIFF = "no_bailiff"
    FACTS_CHANGED = "facts_changed"
    STRATEGY_CHANGED = "strategy_changed"
    NO_SEGMENT = "no_segment"
    LEFT_ALONE = "left_alone"
    CONTROL = "control"
    NO_PHONE = "no_phone"
    PAID = "paid"
    EXIT = "exit"
    STOPPED = "stopped"
    FINISHED = "finished"


class Mode(StrEnum):
    """How an operator's call is dialled: ahead of them all, one for each idle one, one for the operator who is kept for
    it, or when he says so, having seen the card.
    """

    PREDICTIVE = "predictive"
    PROGRESSIVE = "progressive"
    RESERVED = "reserved"
    PREVIEW = "preview"


FOR_ONE = frozenset({Mode.RESERVED, Mode.PREVIEW})
"""The modes whose operator is known before the call."""


DEFAULT_DESK = "operators"
"""The desk of operators' calls that ask for no skill."""

POST_DESK = "~post"
"""The desk of messages, at which nobody sits: plans of theirs are taken apart from calls."""


@dataclass(frozen=True, slots=True)
class Plan:
    """What is next for one debtor: ``step`` (its id) of ``segment`` at ``due_at``, why, and the same in words.

    ``variant`` is the part of the segment's split that the debtor fell into. ``attempts`` counts retries within the
    present round of the step, ``round`` the repeats of the step, ``turn`` the changes to another phone; ``avoid`` is
    the phone that should not be rung next. ``desk`` names the queue of operators whose call the step is, ``mode`` how
    it is dialled; a step that needs no operator has neither. ``asked_at`` is since when the step waits for what the
    bailiff says of the debtor's proceedings.
    """

    debtor_id: int
    due_at: datetime
    state: PlanState = PlanState.DUE
    segment: str = ""
    variant: str = ""
    step: str = ""
    attempts: int = 0
    round: int = 0
    turn: int = 0
    avoid: str = ""
    priority: int = 0
    desk: str = ""
    mode: Mode | None = None
    touch_id: TouchId | None = None
    why: Why = Why.FIRST
    reason: str = ""
    asked_at: datetime | None = None
