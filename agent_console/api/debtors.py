"""Debtors: found, shown on a card, and the log of what was done to them."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Query, Request
from pydantic import BaseModel, Field

from agent_console.access.dependencies import bearer
from agent_console.addresses import Id
from agent_console.api.campaigns import by
from agent_console.page import services_of
from dialer.card import DebtorCard
from dialer.handlers.card import card_of
from domain.audit import AuditAction, Subject
from domain.touch import Channel, Direction, Outcome
from domain.user import ApiToken
from ledger.books import Transaction
from ledger.cards import ShownTouch
from ledger.search import FoundBy

router = APIRouter(prefix="/api/v1", tags=["debtors"])

MOST_HITS = 100
MOST_TOUCHES = 200

Token = Annotated[ApiToken, Depends(bearer)]


class HitOut(BaseModel):
    """A debtor who was found, and by what."""

    id: int
    key: str
    name: str
    portfolio: str
    found_by: FoundBy


class TouchOut(BaseModel):
    """A touch; ``outcome`` is null while it is open, ``talk_s`` are seconds."""

    id: str
    at: datetime
    channel: Channel
    direction: Direction
    phone: str
    outcome: Outcome | None
    result: str
    script: str
    talk_s: float

    @classmethod
    def of(cls, one: ShownTouch) -> TouchOut:
        """As the API shows it."""
        return cls(
            id=one.id,
            at=one.at,
            channel=one.channel,
            direction=one.direction,
            phone=one.phone,
            outcome=one.outcome,
            result=one.result or "",
            script=one.script or "",
            talk_s=one.seconds or 0.0,
        )


class MatchOut(BaseModel):
    """Whom a number leads to: ``kind`` says how surely, ``debtors`` are the ids of all whom it may be."""

    kind: str
    debtors: list[int] = Field(description="in the order of likelihood")
    reason: str


@router.get("/debtors", summary="Debtors by key, account, phone, proceeding or the beginning of a name")
async def search(request: Request, q: Annotated[str, Query(min_length=1, max_length=100)]) -> list[HitOut]:
    """At most 100."""
    found = await services_of(request).read(lambda tx: tx.search.find(q, limit=MOST_HITS))
    return [
        HitOut(id=one.debtor_id, key=one.key, name=one.name, portfolio=one.portfolio, found_by=one.found_by)
        for one in found
    ]


@router.get("/debtors/{id}/card", summary="All that an operator sees of a debtor or a bailiff, sums included")
async def card(request: Request, id: Id, token: Token) -> dict[str, Any]:
    """As `dozvon card --identified --json`; each look is audited."""
    services = services_of(request)
    now, who = services.now(), by(token)

    def look(tx: Transaction) -> dict[str, Any]:
        found = card_of(tx, tx.cards.holder(id).debtor_id, now=now)
        whom = Subject("debtor", str(id))
        tx.audit_log.add(who.user, AuditAction.CARD_VIEWED, subject=whom, address=who.address, now=now)
        return found.document(identified=True) if isinstance(found, DebtorCard) else found.document()

    return await services.write(look)


@router.get("/debtors/{id}/touches", summary="What was done to a debtor, the youngest first")
async def touches(request: Request, id: Id) -> list[TouchOut]:
    """At most 200."""
    services = services_of(request)
    found = await services.read(
        lambda tx: tx.cards.last_touches([tx.cards.holder(id).debtor_id], MOST_TOUCHES)
    )
    return [TouchOut.of(one) for one in found]


@router.get("/callers", summary="Whom a caller's number leads to")
async def caller(request: Request, phone: Annotated[str, Query(min_length=1, max_length=40)]) -> MatchOut:
    """As the pop-up finds him."""
    services = services_of(request)
    match = await services.read(lambda tx: tx.callers.match(phone, services.now()))
    return MatchOut(kind=match.kind, debtors=[one.debtor_id for one in match.candidates], reason=match.reason)
