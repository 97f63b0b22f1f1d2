"""Start a campaign: put its strategy in force, plan every debtor of the portfolio, then let the diallers begin."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime

from dialer.handlers.plan import plan_page
from dialer.handlers.publish import Reviewed, publish
from domain.campaign import Campaign, CampaignStatus
from ledger.books import Books, Transaction
from ledger.script_versions import ScriptVersion


@dataclass(frozen=True, slots=True)
class CampaignOrder:
    """What a supervisor asks for; ``author`` answers for the strategy if it was not published before."""

    name: str
    portfolio: str
    strategy: Reviewed
    caller_number: str
    max_channels: int
    max_calls_per_second: float
    call_limit: int | None = None
    author: str = "campaign start"


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

    It is paused until every debtor is planned. Should that be cut off, `campaign resume` has the dialler plan the rest.
    Raises InputError when the name is taken, the portfolio unknown, the caller number not in the register, or a
    script version was used with another text.
    """
    with books.write() as tx:
        campaign = _make(tx, order, now)
        tx.scripts.publish(scripts.values(), now)
        total = tx.debtors.count(campaign.portfolio_id)
    left_out: Counter[str] = Counter()
    done, version = 0, campaign.strategy_version_id
    while True:
        page = plan_page(
            books, campaign.id, campaign.fence, order.strategy.strategy, version_id=version, now=now
        )
        done += page.debtors
        left_out += page.left_out
        progress(done, total)
        if page.planning.to is None:
            break
    with books.write() as tx:
        campaign = tx.campaigns.set_status(order.name, CampaignStatus.RUNNING)
    return Started(campaign, done - left_out.total(), left_out)


def _make(tx: Transaction, order: CampaignOrder, now: datetime) -> Campaign:
    portfolio = tx.portfolios.named(order.portfolio)
    tx.numbers.usable(order.caller_number, now)
    return tx.campaigns.create(
        order.name,
        version_id=publish(tx, order.strategy, author=order.author, now=now).version.id,
        now=now,
        status=CampaignStatus.PAUSED.value,
        portfolio_id=portfolio.id,
        caller_number=order.caller_number,
        max_channels=order.max_channels,
        max_calls_per_second=order.max_calls_per_second,
        call_limit=order.call_limit,
    )
