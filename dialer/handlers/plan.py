"""Plan: bring the plans of a portfolio's debtors up to date, page by page, each page a transaction of its own.

So planning a million debtors keeps nobody waiting for longer than a page, and goes on where it was when it is killed.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, time
from zoneinfo import ZoneInfo

from domain.campaign import Campaign, Plan, Planning, PlanState, Why
from domain.debtor import Want
from domain.window import DAY
from ledger.books import Books, Transaction
from ledger.history import touches_of
from strategies.evaluate import first_plan
from strategies.language import Strategy
from strategies.replan import replan

PAGE = 1000
NIGHT = time(3)
"""When all debtors are planned anew, by the clock of the zone that most of them live in."""


@dataclass(frozen=True, slots=True)
class Page:
    """What one transaction planned: the state of the pass after it, how many debtors it looked at, how many plans it
    wrote, and why debtors are left out.
    """

    planning: Planning
    debtors: int
    written: int
    left_out: Counter[str] = field(default_factory=Counter)


def planning_is_due(planning: Planning, version_id: int, zone: str, now: datetime) -> bool:
    """Whether a pass is under way or should begin: there was none, the strategy is another one, or a night has come."""
    if planning.at is None or planning.to is not None or planning.version_id != version_id:
        return True
    return next_night(planning.at, zone) <= now


def next_night(after: datetime, zone: str) -> datetime:
    """The first `NIGHT` of a zone (IANA) after an instant."""
    local = after.astimezone(ZoneInfo(zone))
    day = local.date() if local.time() < NIGHT else local.date() + DAY
    return datetime.combine(day, NIGHT, ZoneInfo(zone)).astimezone(UTC)


def plan_page(
    books: Books,
    campaign_id: int,
    fence: int,
    strategy: Strategy,
    *,
    version_id: int,
    now: datetime,
    size: int = PAGE,
) -> Page:
    """Plan the next debtors of the pass that is under way, or the first ones of a new pass.

    LeaseLost when a newer owner has the campaign: nothing is written.
    """

    def plan(tx: Transaction) -> Page:
        campaign = tx.campaigns.owned(campaign_id, fence)
        planning = campaign.planning
        if planning.to is None or planning.version_id != version_id:
            planning = Planning(now, version_id, 0)
        ids = tx.debtors.ids(campaign.portfolio_id, after=planning.to or 0, size=size)
        planning = replace(planning, to=ids[-1] if len(ids) == size else None)
        changed, left_out = plan_debtors(tx, campaign, strategy, ids, now)
        tx.campaigns.set_planning(campaign_id, planning)
        return Page(planning, len(ids), changed, left_out)

    return books.attempt(plan)


def plan_debtors(
    tx: Transaction,
    campaign: Campaign,
    strategy: Strategy,
    ids: Sequence[int],
    now: datetime,
    *,
    news: bool = False,
) -> tuple[int, Counter[str]]:
    """Plan these debtors; answers how many plans changed, and why debtors are left out.

    With ``news`` of them (a block was lifted, say) who was held back by the rules asks them again at once.
    """
    tx.promises.judge(ids, now.date())
    debtors = tx.debtors.load(ids, strategy.wants)
    history = touches_of(tx.connection, ids) if Want.HISTORY in strategy.wants else {}
    changed: list[Plan] = []
    left_out: Counter[str] = Counter()
    for id, before in tx.plans.claim(campaign.id, ids).items():
        past = history.get(id, ())
        if before is None:
            plan = first_plan(strategy, debtors[id], now, past)
        else:
            plan = replan(strategy, debtors[id], before, now, past)
            if news and plan.why is Why.HELD_BACK and plan.state is PlanState.DUE:
                plan = replace(plan, due_at=min(plan.due_at, now))
        if plan is not before:
            changed.append(plan)
        if plan.state is PlanState.DONE:
            left_out[plan.reason] += 1
    tx.plans.save(campaign.id, changed)
    return len(changed), left_out
