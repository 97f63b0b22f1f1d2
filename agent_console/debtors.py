"""Debtors: found by whatever is at hand; the card, every touch, and why he is called or not, now and at any past time.

An operator finds those of his own portfolios, and sums stay hidden from him outside of a call.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Annotated

from fastapi import APIRouter, Depends, Request, Response

from agent_console.access.audit import noted, refusals_noted
from agent_console.access.dependencies import signed_in
from agent_console.access.refusals import Refused
from agent_console.access.visitor import Visitor
from agent_console.addresses import Id
from agent_console.named import N_
from agent_console.page import page, services_of
from dialer.card import BailiffCard, DebtorCard
from dialer.explanation import Explanation
from dialer.handlers.card import card_of
from dialer.handlers.explain import explain
from dialer.settings import Settings
from domain.audit import AuditAction, Subject
from domain.errors import InputError
from domain.user import Role
from ledger.books import Transaction
from ledger.cards import Holder, ShownTouch
from ledger.notes import Note
from ledger.replies import Kept

router = APIRouter()

MOST_HITS = 50
MOST_TOUCHES = 200
MOST_WRITTEN = 20
OTHERS_DEBTOR = N_("This debtor is in none of your portfolios")

Signed = Annotated[Visitor, Depends(signed_in)]


@dataclass(frozen=True, slots=True)
class Seen:
    """All that the page of a debtor shows; ``why_not`` says why nothing can be explained."""

    key: str
    card: DebtorCard | BailiffCard
    touches: list[ShownTouch]
    explanation: Explanation | None
    why_not: InputError | None
    notes: list[Note]
    replies: list[Kept]


@router.get("/debtors")
async def search(request: Request, visitor: Signed, q: str = "") -> Response:
    """Who has this key, account, phone or proceeding, or is called so."""
    own = visitor.user.portfolios if visitor.user.role is Role.OPERATOR else None
    found = await services_of(request).read(
        lambda tx: tx.search.find(q[:100], portfolios=own, limit=MOST_HITS)
    )
    return page(request, "debtors/search.html.j2", q=q, hits=found, most=MOST_HITS)


@router.get("/debtors/{id}")
async def debtor(request: Request, id: Id, visitor: Signed, at: str = "") -> Response:
    """A debtor as he is, or as he was decided about at a past time (his own clock's)."""
    services = services_of(request)
    now, settings = services.now(), services.settings

    def look(tx: Transaction) -> Seen:
        holder = tx.cards.holder(id)
        if not visitor.user.may_search(holder.portfolio_id):
            raise Refused(OTHERS_DEBTOR)
        return _seen(tx, holder, at, settings, now)

    async with refusals_noted(request, visitor, Subject("debtor", str(id))):
        seen = await services.read(look)
    viewed, whom, path = AuditAction.CARD_VIEWED, Subject("debtor", seen.key), request.url.path
    await services.write(lambda tx: noted(tx, visitor, viewed, whom, now, page=path))
    identified = visitor.user.role is not Role.OPERATOR
    document = (
        seen.card.document(identified=identified)
        if isinstance(seen.card, DebtorCard)
        else seen.card.document()
    )
    return page(
        request, "debtors/debtor.html.j2", seen=seen, debtor=document, identified=identified, id=id, at=at
    )


def _seen(tx: Transaction, holder: Holder, at: str, settings: Settings, now: datetime) -> Seen:
    id = holder.debtor_id
    known = tx.debtors.load([id])[id]
    portfolio = tx.portfolios.get(holder.portfolio_id).name
    explanation, why_not = None, None
    try:
        explanation = explain(tx, known.external_id, portfolio=portfolio, at=at, settings=settings, now=now)
    except InputError as fault:
        why_not = fault
    touches = list(tx.cards.last_touches([id], MOST_TOUCHES))
    written = tx.notes.of(id, MOST_WRITTEN), tx.replies.of_debtor(id, MOST_WRITTEN)
    return Seen(known.external_id, card_of(tx, id, now=now), touches, explanation, why_not, *written)
