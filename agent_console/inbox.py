"""``/inbox``: what debtors have answered to messages, for whoever may see them, until somebody has dealt with it."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
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
from domain.errors import InputError
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
    Meaning.QUESTION: N_(
        "Call back, or send the link to his page: a sum or an account must not be told to whom nobody has identified."
    ),
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


@dataclass(frozen=True, slots=True)
class Dealt:
    """What was done about a reply: the note of it, and the messages to send, by kind."""

    note: str
    sent: Mapping[str, Sequence[str]] = field(default_factory=dict)


Deed = Callable[[Transaction, Kept, datetime], Dealt]
"""Does something about a reply. InputError when that cannot be done."""


@router.get("/inbox")
async def inbox(request: Request, visitor: Signed) -> Response:
    """The replies that nobody has dealt with, the oldest first."""
    return await shown(request, visitor)


@router.post("/inbox/{id}/done")
async def done(
    request: Request, visitor: Signed, id: Id, note: Annotated[str, Form(max_length=LONGEST_NOTE)] = ""
) -> Response:
    """It is dealt with."""
    return await _dealt(request, visitor, id, lambda *_: Dealt(note.replace("\0", "").strip()))


@router.post("/inbox/{id}/call-back")
async def call_back(request: Request, visitor: Signed, id: Id) -> Response:
    """He is owed a call, as soon as the rules allow one."""

    def owe(tx: Transaction, kept: Kept, now: datetime) -> Dealt:
        if kept.debtor_id is None:
            raise InputError(NOBODY)
        why = "asked for by a reply to a message"
        tx.call_backs.owe(Callback(kept.touch, kept.debtor_id, kept.reply.phone, DEFAULT_DESK, why, now))
        return Dealt(CALLED_BACK)

    return await _dealt(request, visitor, id, owe)


async def _dealt(request: Request, visitor: Visitor, id: int, deed: Deed) -> Response:
    """The inbox without it, or with what was wrong."""
    try:
        await deal(request, visitor, id, deed)
    except InputError as fault:
        return await shown(request, visitor, fault=told(request, fault.what))
    return await shown(request, visitor)


async def deal(request: Request, visitor: Visitor, id: int, deed: Deed) -> Dealt:
    """Do it, and write down that the reply is dealt with. InputError when it cannot be done; a reply of others'
    debtors is refused, and that is logged.
    """
    services = services_of(request)
    now = services.now()

    def write(tx: Transaction) -> Dealt:
        dealt = deed(tx, open_reply(tx, visitor, id), now)
        if not tx.replies.done(id, visitor.user.operator, now, dealt.note):
            raise InputError(GONE)
        return dealt

    async with refusals_noted(request, visitor, Subject("page", request.url.path)):
        return await services.write(write)


async def shown(
    request: Request, visitor: Visitor, *, fault: str = "", answering: object = None, status: int = 200
) -> Response:
    """The inbox, with what was wrong, or with the answer that is being written."""
    letters = await services_of(request).read(lambda tx: _letters(tx, visitor))
    more = {"letters": letters, "fault": fault, "answering": answering}
    return page(request, "desk/inbox.html.j2", status=status, **more)


def open_reply(tx: Transaction, visitor: Visitor, id: int) -> Kept:
    """A reply that nobody has dealt with. InputError when somebody has; Refused when it is others'."""
    kept = next((one for one in tx.replies.new(MOST_OPEN) if one.id == id), None)
    if kept is None:
        raise InputError(GONE)
    whose = tx.cards.whose([kept.debtor_id] if kept.debtor_id is not None else [])
    if not all(visitor.user.may_search(one.portfolio_id) for one in whose.values()):
        raise Refused(NOT_YOURS)
    return kept


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
