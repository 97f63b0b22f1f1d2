"""A call that no campaign planned: by which rules it is judged, and the touch that it would be."""

from __future__ import annotations

from typing import NamedTuple

from dialer.handlers.take_over import published_strategy
from domain.errors import InputError
from domain.portfolio import LegalBasis
from domain.rules import RuleSet
from domain.touch import Channel, TouchId
from ledger.books import Transaction
from ledger.touches import TouchRequest


class OutOfPlan(NamedTuple):
    """The touch, and what judges it."""

    request: TouchRequest
    rules: RuleSet
    basis: LegalBasis | None


def out_of_plan(
    tx: Transaction, debtor_id: int, phone: str, *, id: TouchId, node: str, step: str, why: str
) -> OutOfPlan | None:
    """An operator's call by the rules of the campaign that speaks for the debtor's portfolio; None where none does.

    InputError when there is no such debtor.
    """
    debtor = tx.debtors.load([debtor_id]).get(debtor_id)
    if debtor is None:
        raise InputError(f"there is no debtor {debtor_id}")
    campaign = tx.campaigns.latest(debtor.portfolio_id)
    if campaign is None:
        return None
    portfolio = tx.portfolios.get(debtor.portfolio_id)
    request = TouchRequest(
        id=id,
        debtor=debtor,
        channel=Channel.CALL_HUMAN,
        phone=phone,
        campaign_id=None,
        strategy_version_id=None,
        segment="",
        step=step,
        script="",
        caller_number=campaign.caller_number,
        node=node,
        why=why,
        creditor=portfolio.creditor,
    )
    return OutOfPlan(
        request, published_strategy(tx.versions.get(campaign.strategy_version_id))[1], portfolio.basis
    )
