"""Start a campaign: publish its strategy, plan every debtor of the portfolio, one transaction."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256

from domain.campaign import Campaign, PlanState
from ledger.books import Books, Transaction
from ledger.script_versions import ScriptVersion
from strategies.evaluate import first_plan
from strategies.language import Strategy

PAGE = 1000


@dataclass(frozen=True, slots=True)
class CampaignOrder:
    """What a supervisor asks for."""

    name: str
    portfolio: str
    strategy: Strategy
    strategy_body: str
    caller_number: str
    max_channels: int
    max_calls_per_second: float
    call_limit: int | None


@dataclass(frozen=True, slots=True)
class Started:
    """The campaign, how many debtors were planned, and why the others were not."""

    campaign: Campaign
    planned: int
    left_out: Counter[str]


def start_campaign(
    books: Books,
    order: CampaignOrder,
    scripts: Mapping[str, ScriptVersion],
    *,
    now: datetime,
    progress: Callable[[int, int], None],
) -> Started:
    """Make the campaign, and keep the scripts that it begins with. ``progress``: done, of all.

    Raises InputError when the name is taken, the portfolio unknown, the caller number not in the register, or a
    script version was used with another text.
    """
    with books.write() as tx:
        portfolio = tx.portfolios.named(order.portfolio)
        tx.numbers.usable(order.caller_number, now)
        tx.scripts.publish(scripts.values(), now)
        digest = sha256(order.strategy_body.encode()).hexdigest()
        version = tx.campaigns.publish(order.strategy.name, body=order.strategy_body, digest=digest, now=now)
        campaign = tx.campaigns.create(
            order.name,
            now=now,
            portfolio_id=portfolio.id,
            strategy_version_id=version,
            caller_number=order.caller_number,
            max_channels=order.max_channels,
            max_calls_per_second=order.max_calls_per_second,
            call_limit=order.call_limit,
        )
        planned, left_out = _plan_all(tx, campaign, order.strategy, now, progress)
        return Started(campaign, planned, left_out)


def _plan_all(
    tx: Transaction,
    campaign: Campaign,
    strategy: Strategy,
    now: datetime,
    progress: Callable[[int, int], None],
) -> tuple[int, Counter[str]]:
    total, done, last = tx.debtors.count(campaign.portfolio_id), 0, 0
    left_out: Counter[str] = Counter()
    while debtors := tx.debtors.page(campaign.portfolio_id, after=last, size=PAGE):
        plans = [first_plan(strategy, debtor, now) for debtor in debtors]
        tx.plans.replace_all(campaign.id, plans)
        left_out.update(plan.reason for plan in plans if plan.state is PlanState.DONE)
        done, last = done + len(debtors), debtors[-1].id
        progress(done, total)
    return total - left_out.total(), left_out
