"""Payment links: made with a message, opened by whoever has one. Each thing done with it is an inbound touch."""

from __future__ import annotations

import secrets
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

import segno

from domain.call import Call
from domain.callback import CALL_BACK_AFTER, Callback
from domain.campaign import DEFAULT_DESK, PlanState, Why
from domain.debtor import PAYMENT_KNOWN_AFTER, Debtor
from domain.payment_link import LASTS, Payee, qr_text
from domain.portfolio import Portfolio
from domain.touch import Channel, Outcome, TouchId
from domain.verdict import Verdict
from ledger.inbound import InboundCall
from ledger.replies import Link
from ledger.touches import Closing
from ledger.transaction import Transaction

TOKEN_BYTES = 12
"""96 bits: nobody finds one by trying."""

PAID, ASKS = "says on the payment page that he has paid", "asks on the payment page for a call"
AGAIN_AFTER = timedelta(minutes=10)
"""Whoever has the link may press as often as he likes: the log shall not grow by it."""


@dataclass(frozen=True, slots=True)
class Due:
    """An account, what is owed on it, and how to pay: ``qr`` is an SVG, ``url`` a page; empty where nobody has told."""

    account: str
    service: str
    kopecks: int
    penalty_kopecks: int
    qr: str = ""
    url: str = ""


@dataclass(frozen=True, slots=True)
class PaymentPage:
    """What the page shows; nothing that names the debtor."""

    creditor: str
    contact_phone: str
    language: str
    accounts: tuple[Due, ...]

    @property
    def kopecks(self) -> int:
        """What is owed altogether."""
        return sum(one.kopecks for one in self.accounts)


def new_token() -> str:
    """What opens a link that is yet to be written down."""
    return secrets.token_urlsafe(TOKEN_BYTES)


def new_link(debtor_id: int, touch: TouchId, now: datetime, token: str = "") -> Link:
    """A link to be written down with the touch that brings it to him."""
    return Link(token or new_token(), debtor_id, touch, now, now + LASTS)


def open_link(
    tx: Transaction, token: str, payees: Mapping[str, Payee], new_id: Callable[[], TouchId], now: datetime
) -> PaymentPage | None:
    """The page of a link, by ``payees`` of the portfolios; None when there is no such link, or its time is over.

    That it was opened is logged the first time.
    """
    visit = _visit(tx, token, now)
    if visit is None:
        return None
    portfolio = tx.portfolios.get(visit.debtor.portfolio_id)
    if tx.payment_links.opened(token, now):
        _log(tx, visit, "opened the payment link", new_id(), now)
    return _page(visit.debtor, portfolio, payees.get(portfolio.name))


def say_paid(tx: Transaction, token: str, new_id: Callable[[], TouchId], now: datetime) -> bool:
    """He says that he has paid: nobody reminds him until the payment can be known, but for his word alone only once in
    the time that a link lasts. False without such a link.
    """
    visit = _visit(tx, token, now)
    if visit is None:
        return False
    debtor = visit.debtor
    believed = not tx.inbound.told(debtor.id, PAID, now - LASTS)
    if not tx.inbound.told(debtor.id, PAID, now - AGAIN_AFTER):
        _log(tx, visit, PAID, new_id(), now)
    for campaign in tx.campaigns.under_way(debtor.portfolio_id) if believed else ():
        plan = tx.plans.claim(campaign.id, [debtor.id]).get(debtor.id)
        if plan and plan.state is PlanState.DUE:
            due_at = max(plan.due_at, now + PAYMENT_KNOWN_AFTER)
            waits = replace(plan, due_at=due_at, why=Why.ANSWERED, reason="says that he has paid")
            tx.plans.save(campaign.id, [waits])
    return True


def ask_call_back(tx: Transaction, token: str, new_id: Callable[[], TouchId], now: datetime) -> bool:
    """He wants to be rung: an operator does, by the rules, as soon as one is free. False without such a link, or a
    phone to ring.
    """
    visit = _visit(tx, token, now)
    if visit is None or not visit.phone:
        return False
    if tx.inbound.told(visit.debtor.id, ASKS, now - AGAIN_AFTER):
        return True
    touch = new_id()
    _log(tx, visit, ASKS, touch, now)
    owed = Callback(touch, visit.debtor.id, visit.phone, DEFAULT_DESK, ASKS, now + CALL_BACK_AFTER)
    tx.call_backs.owe(owed)
    return True


@dataclass(frozen=True, slots=True)
class _Visit:
    """Who has opened a valid link; ``phone`` got the message with it, else it is the first of his that may be rung."""

    debtor: Debtor
    phone: str
    channel: Channel


def _visit(tx: Transaction, token: str, now: datetime) -> _Visit | None:
    link = tx.payment_links.find(token)
    if link is None or now >= link.expires_at:
        return None
    debtor = tx.debtors.load([link.debtor_id])[link.debtor_id]
    message = tx.messages.locked([link.touch_id]).get(link.touch_id)
    if message is None:
        phone = next((one.number for one in debtor.phones if one.diallable), "")
        return _Visit(debtor, phone, Channel.SMS)
    channel = Channel.SMS if message.kind == Channel.SMS else Channel.MESSENGER
    return _Visit(debtor, message.phone, channel)


def _log(tx: Transaction, visit: _Visit, why: str, touch: TouchId, now: datetime) -> None:
    came = InboundCall(touch, visit.phone, "", "", why, visit.debtor, channel=visit.channel)
    tx.inbound.arrived(came, now)
    tx.touches.close([Closing(Call(touch), Verdict(Outcome.MSG_DELIVERED, why), now)])


def _page(debtor: Debtor, portfolio: Portfolio, payee: Payee | None) -> PaymentPage:
    accounts = tuple(
        Due(
            debt.account,
            debt.service,
            debt.kopecks,
            debt.penalty_kopecks,
            *_ways(payee, debt.account, debt.kopecks),
        )
        for debt in debtor.debts
        if debt.kopecks
    )
    return PaymentPage(portfolio.creditor, portfolio.contact_phone, debtor.language, accounts)


def _ways(payee: Payee | None, account: str, kopecks: int) -> tuple[str, str]:
    if payee is None:
        return "", ""
    code = segno.make(qr_text(payee, account, kopecks), error="m", micro=False, encoding="utf-8")
    url = payee.url.replace("{account}", account).replace("{roubles}", f"{kopecks / 100:.2f}")
    return code.svg_inline(scale=4, border=4, omitsize=True), url
