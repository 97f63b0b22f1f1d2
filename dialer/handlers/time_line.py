"""The time line: what was changed on the floor, or in what one campaign works by."""

from __future__ import annotations

from datetime import datetime

from dialer.handlers.take_over import published_strategy
from dialer.script_rules import scripts_of
from domain.errors import InputError
from ledger.reports.time_line import Mark, time_line
from ledger.transaction import Transaction


def changes(tx: Transaction, since: datetime, until: datetime, campaign: str = "") -> list[Mark]:
    """The changes within ``[since, until)`` in order: of everything, or of one campaign, its strategy and the scripts
    that it plays. InputError when there is no such campaign.
    """
    scripts = _scripts(tx, campaign) if campaign else frozenset()
    return time_line(tx.connection, since, until, campaign, scripts)


def _scripts(tx: Transaction, campaign: str) -> frozenset[str]:
    """None of a strategy that this version of the product cannot read any more: nobody works by it."""
    version = tx.versions.get(tx.campaigns.named(campaign).wanted_version_id)
    try:
        return scripts_of(published_strategy(version)[0])
    except InputError:
        return frozenset()
