"""A touch that no campaign planned: by which rules it is judged, and what it would be."""

from __future__ import annotations

from typing import NamedTuple

from dialer.handlers.take_over import published_strategy
from domain.errors import InputError, NotAllowed
from domain.intensity import HORIZON, Refused
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
    tx: Transaction,
    debtor_id: int,
    phone: str,
    *,
    id: TouchId,
    step: str,
    why: str,
    node: str = "",
    channel: Channel = Channel.CALL_HUMAN,
) -> OutOfPlan | None:
    """A touch by the rules of the campaign that speaks for the debtor's portfolio; None where none does.

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
        channel=channel,
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


def not_now(verdict: Refused) -> NotAllowed:
    """The refusal of a touch that somebody asked for, to be raised."""
    opens = verdict.next_allowed
    told = f"the rules do not allow it now: {', '.join(verdict.rules)}"
    told += f"; they do from {opens:%Y-%m-%d %H:%M} UTC on" if opens else f"; nor within {HORIZON.days} days"
    return NotAllowed(told, refused_by=verdict.rules, next_allowed=opens)
