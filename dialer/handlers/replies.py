"""Replies: what debtors write to us is a touch that they began; stop is obeyed at once, a question is owed a call."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime, timedelta

import structlog

from domain.block import Block, BlockReason
from domain.call import Call
from domain.callback import CALL_BACK_AFTER, Callback
from domain.caller import CallerKind
from domain.campaign import DEFAULT_DESK
from domain.debtor import Debtor
from domain.reply import LONGEST, Meaning, Reply, ReplyState, meaning_of
from domain.rules import Scope
from domain.touch import CHANNEL_GROUPS, Outcome, TouchId
from domain.verdict import Verdict
from ledger.books import Books, Transaction
from ledger.inbound import InboundCall
from ledger.messages import Message
from ledger.touches import Closing

log = structlog.get_logger(__name__)

ANSWERS_WITHIN = timedelta(days=30)
"""How long a reply from a phone is taken for an answer to the last message to it."""

AUTHOR = "replies"


def take_replies(
    books: Books, replies: Sequence[Reply], new_id: Callable[[], TouchId], now: datetime
) -> None:
    """Keep replies, each once, and do what they ask for."""
    touches = [new_id() for _ in replies]

    def keep(tx: Transaction) -> None:
        for reply, touch in zip(replies, touches, strict=True):
            if not tx.replies.known(reply.provider, reply.ref):
                _take(tx, reply, touch, now)

    books.attempt(keep)


def _take(tx: Transaction, reply: Reply, touch: TouchId, now: datetime) -> None:
    answered = tx.messages.last_to(reply.phone, reply.at - ANSWERS_WITHIN)
    debtor, why = _writer(tx, reply, answered, now)
    meaning = meaning_of(reply.text)
    _log(tx, reply, touch, debtor, f"{why}; {meaning}", now)
    note = ""
    if meaning is Meaning.STOP:
        _block(tx, reply, now)
        note = "blocked"
    elif meaning is Meaning.QUESTION and debtor is not None:
        why_called = f"asked by {reply.channel}"
        due_at = now + CALL_BACK_AFTER
        owed = Callback(touch, debtor.id, reply.phone, DEFAULT_DESK, why_called, due_at)
        note = "owed a call" if tx.call_backs.owe(owed) else "owed a call already"
    state = ReplyState.DONE if meaning is Meaning.STOP else ReplyState.NEW
    tx.replies.add(
        _cut(reply),
        touch,
        meaning,
        state,
        debtor_id=debtor.id if debtor else None,
        answers=answered.touch_id if answered else None,
        note=note,
    )
    log.info("reply", provider=reply.provider, meaning=meaning.value, phone=reply.phone)


def _writer(
    tx: Transaction, reply: Reply, answered: Message | None, now: datetime
) -> tuple[Debtor | None, str]:
    """Who wrote: whom we wrote to last at this phone, else the one debtor who has it."""
    if answered is not None:
        return tx.debtors.load([answered.debtor_id])[answered.debtor_id], "answers a message of ours"
    match = tx.callers.match(reply.phone, now)
    if match.kind is CallerKind.DEBTOR:
        id = match.candidates[0].debtor_id
        return tx.debtors.load([id])[id], match.reason
    return None, match.reason


def _log(
    tx: Transaction, reply: Reply, touch: TouchId, debtor: Debtor | None, why: str, now: datetime
) -> None:
    came = InboundCall(touch, reply.phone, "", "", why, debtor, channel=reply.channel)
    tx.inbound.arrived(came, now)
    call = Call(touch, created_at=now, answered_at=now, ended_at=now)
    tx.touches.close([Closing(call, Verdict(Outcome.MSG_DELIVERED, "a reply"), now)])


def _block(tx: Transaction, reply: Reply, now: datetime) -> None:
    """Whoever has this phone is written to no more over it, nor rung by a robot that leaves a message."""
    block = Block(
        channels=CHANNEL_GROUPS["message"],
        start=now,
        reason=BlockReason.OPT_OUT.value,
        scope=Scope.PHONE,
        target=reply.phone,
        document=f"reply {reply.ref} over {reply.provider}",
        received_at=now,
    )
    tx.blocks.put(block, debtor_id=None, author=AUTHOR)


def _cut(reply: Reply) -> Reply:
    """As much of it as is kept, without characters that no database keeps."""
    text = reply.text.replace("\0", "")
    if len(text) <= LONGEST:
        return Reply(reply.provider, reply.ref, reply.phone, text, reply.at, reply.channel)
    text = f"{text[:LONGEST]}… [{len(text) - LONGEST} more characters were not kept]"
    return Reply(reply.provider, reply.ref, reply.phone, text, reply.at, reply.channel)
