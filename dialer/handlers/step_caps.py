"""Daily caps of steps: what is used up is counted in the transaction that uses it, so that no cap is exceeded.

A touch that is up costs as much as one minute; when it ends its true cost takes that place. So a cap in roubles may be
exceeded by the minutes of the calls that are up, and by nothing else.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from datetime import datetime
from math import ceil, inf

from dialer.work import Work
from domain.campaign import Plan
from domain.touch import Outcome
from ledger.books import Transaction
from ledger.step_use import StepOf, Use
from strategies.evaluate import Used
from strategies.steps import Step

UP_S = 60.0


def used_today(tx: Transaction, campaign_id: int, work: Work, now: datetime) -> dict[tuple[str, str], Used]:
    """What the capped steps of a campaign have used up today."""
    if not work.strategy.caps:
        return {}
    today = tx.step_use.of_day(campaign_id, work.day(now))
    return {step: Used(use.touches, use.kopecks / 100) for step, use in today.items()}


def room(work: Work, plan: Plan, used: Mapping[tuple[str, str], Used]) -> float:
    """How many touches the cap of a plan's step leaves for today, at least one while it leaves anything."""
    cap, step = work.strategy.caps.get((plan.segment, plan.step)), _step(work, plan)
    if cap is None or step is None:
        return inf
    present = used.get((plan.segment, plan.step), Used())
    left = inf if cap.touches_a_day is None else float(cap.touches_a_day - present.touches)
    if cap.roubles_a_day is not None and (cost := work.prices.of(step, UP_S)):
        left = min(left, ceil((cap.roubles_a_day - present.roubles) / cost))
    return left


def note_reserved(
    tx: Transaction, campaign_id: int, work: Work, plans: Iterable[Plan], now: datetime
) -> None:
    """Count touches that are about to be made."""
    _note(tx, campaign_id, work, ((plan, 1, UP_S, 1) for plan in plans), now)


def note_ended(
    tx: Transaction,
    campaign_id: int,
    work: Work,
    ends: Iterable[tuple[Plan, Outcome, float]],
    now: datetime,
) -> None:
    """Count what touches have cost by their seconds of talk; one that was not placed is given back."""
    uses: list[tuple[Plan, int, float, int]] = []
    for plan, outcome, talk_s in ends:
        placed = outcome is not Outcome.NOT_PLACED
        uses += [(plan, 0 if placed else -1, UP_S, -1), (plan, 0, talk_s, int(placed))]
    _note(tx, campaign_id, work, uses, now)


def _note(
    tx: Transaction,
    campaign_id: int,
    work: Work,
    uses: Iterable[tuple[Plan, int, float, int]],
    now: datetime,
) -> None:
    """Add uses: a plan, touches, seconds of talk, and how often these are paid for."""
    if not work.strategy.caps:
        return
    sums: defaultdict[StepOf, Use] = defaultdict(Use)
    for plan, touches, talk_s, times in uses:
        key, step = StepOf(plan.segment, plan.step), _step(work, plan)
        if key in work.strategy.caps and step is not None:
            kopecks = times * round(work.prices.of(step, talk_s) * 100)
            sums[key] = Use(sums[key].touches + touches, sums[key].kopecks + kopecks)
    tx.step_use.add(campaign_id, work.day(now), sums)


def _step(work: Work, plan: Plan) -> Step | None:
    segment = work.strategy.segment(plan.segment)
    steps = segment.steps_of(plan.variant) if segment else ()
    return next((step for step in steps if step.id == plan.step), None)
