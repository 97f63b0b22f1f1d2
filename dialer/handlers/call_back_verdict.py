"""Whether a debtor may be called at a time to come: asked before a call back is agreed."""

from __future__ import annotations

from datetime import datetime

from dialer.card import Action
from dialer.handlers.contact_now import Contact
from dialer.handlers.take_over import published_strategy
from domain.touch import Channel
from ledger.books import Transaction
from ledger.persons import same_persons
from ledger.reports.statement import of_people

NO_CAMPAIGN = "no-campaign"


def call_back_verdict(tx: Transaction, debtor_id: int, phone: str, at: datetime) -> Action:
    """What the rules would say of an operator's call ``at`` that time (aware UTC), by what has happened so far."""
    debtor = tx.debtors.load([debtor_id])[debtor_id]
    campaign = tx.campaigns.latest(debtor.portfolio_id)
    if campaign is None:
        return Action(Channel.CALL_HUMAN, phone, False, (NO_CAMPAIGN,))
    rules = of_people(published_strategy(tx.versions.get(campaign.strategy_version_id))[1])
    portfolio, same = tx.portfolios.get(debtor.portfolio_id), same_persons(tx.connection, [debtor])
    return Contact(tx, debtor, campaign, portfolio, rules, same, at).judged(Channel.CALL_HUMAN, phone)
