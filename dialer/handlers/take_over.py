"""Take over: become a campaign's owner, learn what its last owner left open, and change its version."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache

from dialer.running import Running
from dialer.work import Work
from domain.call import Call, advance
from domain.campaign import Campaign
from domain.rules import RuleSet
from domain.version import Version
from ledger.books import Books, Transaction
from ledger.script_versions import ScriptVersion
from strategies.language import Strategy
from strategies.load import parse_strategy
from strategies.regime import load_rules


@dataclass(frozen=True, slots=True)
class Taken:
    """A campaign with its new fence, its work, and the calls that have no outcome yet."""

    campaign: Campaign
    work: Work
    left_open: list[Running]
    placed: int


def read_work(books: Books, campaign: Campaign, version_id: int) -> Work:
    """A campaign's work by a version of its strategy, before it is taken. InputError if we cannot read the version."""
    with books.read() as tx:
        return work_of(tx, campaign, tx.versions.get(version_id))


def take_over(
    books: Books, work: Work, name: str, scripts: Iterable[ScriptVersion], *, since: float, now: datetime
) -> Taken:
    """Fence off earlier owners, run the version that ``work`` is of with these scripts, then read what was left open.

    ``since`` is the event loop's time. InputError when a script version was used with another text.
    """
    with books.write() as tx:
        id = tx.campaigns.named(name).id
        tx.campaigns.take_over(id)
        tx.campaigns.take_version(id, work.version_id)
        campaign = tx.campaigns.named(name)
        tx.scripts.publish(scripts, now)
        left_open = _left_open(tx, campaign, since)
        return Taken(campaign, work, left_open, tx.touches.placed(campaign.id))


def change_over(
    books: Books,
    campaign_id: int,
    fence: int,
    version_id: int,
    scripts: Iterable[ScriptVersion],
    now: datetime,
) -> Campaign:
    """Run another version of the strategy from now on, with these scripts; LeaseLost when a newer owner has the
    campaign, InputError when a script version was used with another text.
    """
    with books.write() as tx:
        tx.campaigns.owned(campaign_id, fence)
        tx.scripts.publish(scripts, now)
        tx.campaigns.take_version(campaign_id, version_id)
        return tx.campaigns.owned(campaign_id, fence)


def read_open(books: Books, campaign: Campaign, since: float) -> list[Running]:
    """The campaign's calls that the log knows and that have no outcome yet."""
    with books.read() as tx:
        return _left_open(tx, campaign, since)


def work_of(tx: Transaction, campaign: Campaign, version: Version | None = None) -> Work:
    """A campaign's work by the version that it runs, or another one. InputError if we cannot read it."""
    version = version or tx.versions.get(campaign.strategy_version_id)
    strategy, rules = published_strategy(version)
    portfolio = tx.portfolios.get(campaign.portfolio_id)
    return Work(portfolio, strategy, rules, version, tx.debtors.main_zone(portfolio.id))


@lru_cache(maxsize=64)
def published_strategy(version: Version) -> tuple[Strategy, RuleSet]:
    """The strategy of a version, with its rules: a version's text never changes."""
    strategy = parse_strategy(version.body, f"strategy {version.label}")
    return strategy, load_rules(strategy.regime, strategy.policies)


def _left_open(tx: Transaction, campaign: Campaign, since: float) -> list[Running]:
    touches = tx.touches.open(campaign.id)
    plans = tx.plans.load(campaign.id, [touch.debtor_id for touch in touches])
    events = tx.journal.events_of([touch.id for touch in touches])
    running = []
    for touch in touches:
        call = Call(touch.id)
        for event in events[touch.id]:
            call = advance(call, event)
        running.append(Running(call, plans[touch.debtor_id], touch.phone, campaign.id, touch.node, since))
    return running
