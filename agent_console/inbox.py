"""``/inbox``: what debtors have answered to messages, for whoever may see them, until somebody has dealt with it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Annotated

from fastapi import APIRouter, Depends, Form, Request, Response

from agent_console.access.audit import refusals_noted
from agent_console.access.dependencies import signed_in
from agent_console.access.refusals import Refused
from agent_console.access.visitor import Visitor
from agent_console.addresses import Id
from agent_console.named import N_
from agent_console.page import page, services_of, told
from domain.audit import Subject
from domain.callback import Callback
from domain.campaign import DEFAULT_DESK
from domain.reply import Meaning
from ledger.books import Transaction
from ledger.replies import Kept

router = APIRouter()
Signed = Annotated[Visitor, Depends(signed_in)]

MOST = 50
MOST_OPEN = 1_000
"""So many open replies are looked through."""
LONGEST_NOTE = 500
NOT_YOURS = N_("This reply is of none of your portfolios")
GONE = N_("Somebody has dealt with it already")
NOBODY = N_("Nobody is known who could be called back")
CALLED_BACK = "is called back"
ADVICE = {
    Meaning.STOP: N_("No messages go to this number any more. Nothing needs to be answered."),
    Meaning.QUESTION: N_("Call back: a sum or an account must not be told to whom nobody has identified."),
    Meaning.OTHER: N_(
        "Read it. A payment that is told of is looked for; a complaint goes to the supervisor."
    ),
}
"""What is best done, by what the words seem to mean."""


@dataclass(frozen=True, slots=True)
class Letter:
    """A reply in the inbox, and who wrote it as far as that is known."""

    kept: Kept
    name: str

    @property
    def advice(self) -> str:
        """What is best done."""
        return ADVICE[self.kept.meaning]


@router.get("/inbox")
async def inbox(request: Request, visitor: Signed) -> Response:
    """The replies that nobody has dealt with, the oldest first."""
    letters = await services_of(request).read(lambda tx: _letters(tx, visitor))
    return page(request, "desk/inbox.html.j2", letters=letters, fault="")


@router.post("/inbox/{id}/done")
async def done(
    request: Request, visitor: Signed, id: Id, note: Annotated[str, Form(max_length=LONGEST_NOTE)] = ""
) -> Response:
    """It is dealt with."""
    return await _dealt(request, visitor, id, lambda tx, letter, now: note.replace("\0", "").strip())


@router.post("/inbox/{id}/call-back")
async def call_back(request: Request, visitor: Signed, id: Id) -> Response:
    """He is owed a call, as soon as the rules allow one."""

    def owe(tx: Transaction, kept: Kept, now: datetime) -> str | None:
        if kept.debtor_id is None:
            return None
        why = "asked for by a reply to a message"
        tx.call_backs.owe(Callback(kept.touch, kept.debtor_id, kept.reply.phone, DEFAULT_DESK, why, now))
        return CALLED_BACK

    return await _dealt(request, visitor, id, owe)


async def _dealt(
    request: Request, visitor: Visitor, id: int, work: Callable[[Transaction, Kept, datetime], str | None]
) -> Response:
    """The inbox without it, or with what was wrong; a reply of others' debtors is refused, and that is logged."""
    services = services_of(request)
    now = services.now()

    def write(tx: Transaction) -> str:
        kept = next((one for one in tx.replies.new(MOST_OPEN) if one.id == id), None)
        if kept is None:
            return GONE
        if not _may_see(tx, visitor, kept):
            raise Refused(NOT_YOURS)
        note = work(tx, kept, now)
        if note is None:
            return NOBODY
        return "" if tx.replies.done(id, visitor.user.operator, now, note) else GONE

    async with refusals_noted(request, visitor, Subject("page", request.url.path)):
        fault = await services.write(write)
    letters = await services.read(lambda tx: _letters(tx, visitor))
    return page(request, "desk/inbox.html.j2", letters=letters, fault=told(request, fault) if fault else "")


def _letters(tx: Transaction, visitor: Visitor) -> list[Letter]:
    """Those that he may see."""
    new = tx.replies.new(MOST_OPEN)
    whose = tx.cards.whose({one.debtor_id for one in new if one.debtor_id is not None})
    mine = [
        one
        for one in new
        if one.debtor_id not in whose or visitor.user.may_search(whose[one.debtor_id].portfolio_id)
    ]
    return [Letter(one, whose[one.debtor_id].title if one.debtor_id in whose else "") for one in mine[:MOST]]


def _may_see(tx: Transaction, visitor: Visitor, kept: Kept) -> bool:
    whose = tx.cards.whose([kept.debtor_id] if kept.debtor_id is not None else [])
    return all(visitor.user.may_search(one.portfolio_id) for one in whose.values())
