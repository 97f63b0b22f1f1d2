"""What bailiffs are to be asked: for whose proceedings a step of their debtor's strategy waits."""

from __future__ import annotations

from collections.abc import Collection

from dialer.card import Enquiry
from dialer.handlers.take_over import published_strategy
from ledger.books import Transaction


def enquiries(tx: Transaction, debtor_ids: Collection[int]) -> dict[int, Enquiry]:
    """Of these debtors by id; of several campaigns that ask, the one that has waited longest."""
    asking = tx.plans.asking(debtor_ids)
    campaigns = {id: tx.campaigns.get(id) for id in {id for id, _ in asking}}
    strategies = {
        id: published_strategy(tx.versions.get(campaign.strategy_version_id))[0]
        for id, campaign in campaigns.items()
    }
    found: dict[int, Enquiry] = {}
    for id, plan in asking:
        step = strategies[id].step(plan.segment, plan.variant, plan.step)
        if plan.asked_at and step and step.bailiff:
            found.setdefault(plan.debtor_id, Enquiry(plan.asked_at, step.bailiff.script, campaigns[id].name))
    return found
