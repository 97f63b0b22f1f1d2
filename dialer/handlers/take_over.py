"""Take over: become a campaign's owner, and learn what its last owner left open."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from dialer.handlers.reserve import Work
from dialer.running import Running
from domain.call import Call, advance
from domain.campaign import Campaign
from ledger.books import Books, Transaction
from ledger.script_versions import ScriptVersion
from strategies.load import parse_strategy
from strategies.regime import load_rules


@dataclass(frozen=True, slots=True)
class Taken:
    """A campaign with its new fence, its work, and the calls that have no outcome yet."""

    campaign: Campaign
    work: Work
    left_open: list[Running]
    placed: int


def read_work(books: Books, name: str) -> Work:
    """A campaign's work, before it is taken."""
    with books.read() as tx:
        return _work(tx, tx.campaigns.named(name), {})


def take_over(
    books: Books, name: str, scripts: Mapping[str, ScriptVersion], *, since: float, now: datetime
) -> Taken:
    """Fence off earlier owners, keep the scripts that calls will use from now on, then read what was left open.

    ``scripts`` are by the names that the strategy uses; ``since`` is the event loop's time. InputError when a
    script version was used with another text.
    """
    with books.write() as tx:
        tx.campaigns.take_over(tx.campaigns.named(name).id)
        campaign = tx.campaigns.named(name)
        tx.scripts.publish(scripts.values(), now)
        left_open = _left_open(tx, campaign, since)
        return Taken(campaign, _work(tx, campaign, scripts), left_open, tx.touches.placed(campaign.id))


def read_open(books: Books, campaign: Campaign, since: float) -> list[Running]:
    """The campaign's calls that the log knows and that have no outcome yet."""
    with books.read() as tx:
        return _left_open(tx, campaign, since)


def _work(tx: Transaction, campaign: Campaign, scripts: Mapping[str, ScriptVersion]) -> Work:
    strategy_name, body = tx.campaigns.strategy_body(campaign.strategy_version_id)
    strategy = parse_strategy(body, f"strategy {strategy_name}")
    rules = load_rules(strategy.regime, strategy.policies)
    portfolio = tx.portfolios.get(campaign.portfolio_id)
    versions = {script: version.id for script, version in scripts.items()}
    return Work(portfolio, strategy, rules, campaign.strategy_version_id, versions)


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
