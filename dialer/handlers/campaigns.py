"""What a supervisor does to campaigns, by the command line and in the console alike; each leaves a line of audit."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any

from dialer.handlers.publish import Reviewed, review
from dialer.handlers.start_campaign import CampaignOrder, Started, start_campaign
from dialer.repertoire import repertoire
from dialer.script_rules import scripts_of
from dialer.scripts import prepare_scripts
from dialer.settings import Settings
from domain.audit import AuditAction, Subject
from domain.campaign import Campaign, CampaignStatus
from domain.errors import InputError
from domain.user import Actor
from ledger.books import Books
from ledger.transaction import Transaction
from strategies.load import strategy_text

Progress = Callable[[int, int], None]
MOST_CHANNELS, MOST_PER_SECOND, MOST_CALLS = 10_000, 500.0, 1_000_000_000


@dataclass(frozen=True, slots=True)
class Caps:
    """How much of the line a campaign may use; no ``call_limit`` is none."""

    max_channels: int
    max_calls_per_second: float
    call_limit: int | None = None

    def check(self) -> None:
        """InputError for what cannot be meant."""
        if not 1 <= self.max_channels <= MOST_CHANNELS:
            raise InputError(f"{self.max_channels} calls at once", where="channels", remedy="1 to 10000")
        if not 0.1 <= self.max_calls_per_second <= MOST_PER_SECOND:
            what = f"{self.max_calls_per_second:g} calls per second"
            raise InputError(what, where="calls per second", remedy="0.1 to 500")
        if self.call_limit is not None and not 1 <= self.call_limit <= MOST_CALLS:
            what = f"{self.call_limit} calls in all"
            raise InputError(what, where="call limit", remedy="1 to 1000000000, or none")


def review_named(tx: Transaction, strategy: str, now: datetime) -> Reviewed:
    """The version in force of a published strategy, or a shipped one, reviewed. InputError when there is neither."""
    version = tx.versions.in_force(strategy)
    text, file = (version.body, version.label) if version else strategy_text(strategy)
    return review(text, file, now, scripts=repertoire(tx), bailiffs=tx.bailiffs.are_called())


def create(
    books: Books,
    settings: Settings,
    order: CampaignOrder,
    actor: Actor,
    *,
    now: datetime,
    progress: Progress = lambda done, of: None,
    warn: Callable[[str], None] = lambda what: None,
) -> Started:
    """Check the scripts, make the prompts, then the plan: a missing prompt stops the start, never a call.

    ``progress`` (done, of all) tells of the prompts and then of the plans. Speaking and planning take seconds for
    thousands of debtors, a minute for a million.
    """
    Caps(order.max_channels, order.max_calls_per_second, order.call_limit).check()
    with books.read() as tx:
        portfolio = tx.portfolios.named(order.portfolio)
        texts = repertoire(tx).texts(scripts_of(order.strategy.strategy))
    scripts = prepare_scripts(texts, portfolio, settings, progress=progress, warn=warn)
    started = start_campaign(books, order, scripts.versions, now=now, progress=progress)
    with books.write() as tx:
        detail = {"portfolio": order.portfolio, "strategy": order.strategy.strategy.name}
        _note(tx, order.name, AuditAction.CAMPAIGN_CREATED, detail, actor, now)
    return started


def set_status(tx: Transaction, name: str, status: CampaignStatus, actor: Actor, now: datetime) -> Campaign:
    """Pause, resume or stop. InputError for a campaign that is not, or is finished."""
    before = tx.campaigns.named(name)
    if before.status is CampaignStatus.FINISHED:
        raise InputError(f"campaign {name!r} is finished", remedy="start a new one")
    if before.status is status:
        return before
    _note(tx, name, AuditAction.CAMPAIGN_STATUS, {"status": status.value}, actor, now)
    return tx.campaigns.set_status(name, status)


def set_caps(tx: Transaction, name: str, caps: Caps, actor: Actor, now: datetime) -> Campaign:
    """Change what a campaign may use of the line; its dialler obeys within a second. InputError for a wrong cap."""
    caps.check()
    before = tx.campaigns.named(name)
    known = Caps(before.max_channels, before.max_calls_per_second, before.call_limit)
    if caps == known:
        return before
    changed = {cap: value for cap, value in asdict(caps).items() if value != getattr(known, cap)}
    _note(tx, name, AuditAction.CAMPAIGN_CAPS, changed, actor, now)
    return tx.campaigns.set_caps(name, **asdict(caps))


def _note(
    tx: Transaction, name: str, action: AuditAction, detail: dict[str, Any], actor: Actor, now: datetime
) -> None:
    of = Subject("campaign", name)
    tx.audit_log.add(actor.user, action, subject=of, detail=detail, address=actor.address, now=now)
