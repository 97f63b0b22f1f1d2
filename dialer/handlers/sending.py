"""Sending: who may give a message to a provider, what his answer means for it, and what is done when none came.

A message leaves `waiting` once, in a transaction of its own, before it is given to anybody. From then on it is sent
again only if the provider has said that he did not take it; whoever dies in between leaves it `sending`, and a sweep
asks the provider, or waits for the receipt, or closes it as unknown, which counts.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from dialer.handlers.receipts import Known, end_messages, fold
from dialer.messages.provider import Answer, Refused, Taken
from dialer.messages.works import Works
from domain.debtor import Debtor
from domain.message import MessageState, Receipt, judge_message
from domain.rules import Scope
from domain.touch import CHANNEL_GROUPS, Channel, TouchId
from ledger.books import Books, Transaction
from ledger.messages import Message
from ledger.receipts import Part

FRESH = timedelta(minutes=1)
"""So long after its reserve a message is lawful still; then the hours are asked for again."""

UNSENT_LIMIT = timedelta(minutes=10)
"""A message that nobody could send for so long is given up: the strategy plans anew, and the rules judge anew."""

ASK_AFTER = timedelta(seconds=20)
"""How soon a provider is asked for a message that he gave no answer for."""

SOON = timedelta(seconds=15)
NO_RECEIPT = "no receipt came"
MOST_TRIES = 5
PAUSES = tuple(timedelta(seconds=seconds) for seconds in (1, 2, 5, 15, 30))


@dataclass(frozen=True, slots=True)
class Order:
    """Messages that a provider shall be given now; ``by_part`` when he has an id for each SMS of a long text.

    When ``ask_after`` has passed each has been given to him, or never will be.
    """

    provider: str
    touches: Collection[str]
    by_part: bool
    ask_after: timedelta


Answered = Sequence[tuple[Message, Answer]]


def do_round(
    books: Books,
    works: Works,
    answers: Answered,
    receipts: Sequence[Receipt],
    orders: Sequence[Order],
    now: datetime,
) -> list[list[Message]]:
    """One transaction of a post room: it writes down what providers have answered and told, and claims what is ordered.

    Answers the messages of each order that the caller, and nobody else, sends now.
    """

    def write(tx: Transaction) -> list[list[Message]]:
        claimed = [_claim(tx, works, order, now) for order in orders]
        strays = _record(tx, works, answers, now)
        fold(tx, works, [*strays, *receipts], now)
        return claimed

    return books.attempt(write)


def _claim(tx: Transaction, works: Works, order: Order, now: datetime) -> list[Message]:
    """Those that waited too long, or are not wanted any more, end unsent."""
    claimed = tx.messages.claim(
        order.touches, order.provider, by_part=order.by_part, now=now, ask_at=now + order.ask_after
    )
    late = [message for message in claimed if now - message.made_at > FRESH]
    unlawful = _blocked(tx, claimed, now) | _unlawful(tx, works, late, now)
    give_up(tx, works, [(one, unlawful[one.touch_id]) for one in claimed if one.touch_id in unlawful], now)
    return [message for message in claimed if message.touch_id not in unlawful]


def _record(tx: Transaction, works: Works, answers: Answered, now: datetime) -> list[Receipt]:
    """What providers answered; the receipts that were quicker than their answers."""
    taken: dict[TouchId, Sequence[str]] = {}
    until: dict[TouchId, datetime] = {}
    failed: list[tuple[Message, str]] = []
    unsent: list[tuple[Message, str]] = []
    back: defaultdict[tuple[str, timedelta, bool], list[str]] = defaultdict(list)
    for message, answer in answers:
        if isinstance(answer, Taken):
            taken[message.touch_id] = answer.refs
            until[message.touch_id] = _next_look(message, works, now)
        elif isinstance(answer, Refused) and not answer.retry:
            failed.append((message, answer.reason))
        elif isinstance(answer, Refused) and (
            now - message.made_at > UNSENT_LIMIT or message.tries >= MOST_TRIES
        ):
            unsent.append((message, answer.reason))
        elif isinstance(answer, Refused):
            pause = PAUSES[min(message.tries, len(PAUSES) - 1)]
            back[answer.reason, pause, not answer.down].append(message.touch_id)
    providers = {message.touch_id: message.provider for message, _ in answers}
    refs = [Part(providers[touch], ref, touch) for touch, some in taken.items() for ref in some]
    tx.receipts.put(refs, only_new=True)
    tx.messages.accepted(taken, until, now)
    for (reason, pause, tried), some in back.items():
        tx.messages.give_back(some, reason, now + pause, tried=tried)
    _fail(tx, works, failed, now)
    give_up(tx, works, unsent, now)
    return tx.receipts.take(refs)


def _fail(tx: Transaction, works: Works, failed: Sequence[tuple[Message, str]], now: datetime) -> None:
    states = {message.touch_id: (MessageState.FAILED, reason) for message, reason in failed}
    tx.messages.put_states(states, over=True)
    verdicts = [(message, judge_message([MessageState.FAILED], reason)) for message, reason in failed]
    end_messages(tx, works, verdicts, now)


def give_up(tx: Transaction, works: Works, unsent: Sequence[tuple[Message, str]], now: datetime) -> None:
    """End messages that provably never left us; no limit counts them."""
    states = {message.touch_id: (MessageState.UNSENT, reason) for message, reason in unsent}
    tx.messages.put_states(states, over=True)
    verdicts = [(message, judge_message([MessageState.UNSENT], reason)) for message, reason in unsent]
    end_messages(tx, works, verdicts, now)


def _blocked(tx: Transaction, claimed: Sequence[Message], now: datetime) -> dict[TouchId, str]:
    """Those of messages whom somebody has blocked since they were reserved, and why."""
    standings = tx.blocks.standing([one.debtor_id for one in claimed], {one.phone for one in claimed})
    return {
        one.touch_id: f"blocked meanwhile: {block.reason}"
        for one in claimed
        for block in standings.of(one.debtor_id, one.phone)
        if channel_of(one.kind) in block.channels and block.covers(now)
        if block.scope is Scope.DEBTOR or (block.scope is Scope.PHONE and block.target == one.phone)
    }


def _unlawful(tx: Transaction, works: Works, late: Sequence[Message], now: datetime) -> dict[TouchId, str]:
    """Those of messages reserved a while ago that may not be sent any more, and why."""
    debtors = tx.debtors.load([message.debtor_id for message in late]) if late else {}
    found: dict[TouchId, str] = {}
    for message in late:
        if now - message.made_at > UNSENT_LIMIT:
            found[message.touch_id] = "nobody could send it in time"
            continue
        debtor = debtors[message.debtor_id]
        campaign = message.campaign_id or _speaks_for(tx, debtor)
        if campaign and not works.of(tx, campaign).lawful(debtor, channel_of(message.kind), now):
            found[message.touch_id] = "the hours in which he may be written to are over"
    return found


def _speaks_for(tx: Transaction, debtor: Debtor) -> int | None:
    """The campaign by whose rules he was answered, whom no campaign wrote to."""
    campaign = tx.campaigns.latest(debtor.portfolio_id)
    return campaign.id if campaign else None


def channel_of(kind: str) -> Channel:
    """What limits count a kind of message as."""
    return Channel(kind) if kind in CHANNEL_GROUPS["message"] else Channel.MESSENGER


def unsent(books: Books, now: datetime, limit: int) -> dict[str, list[str]]:
    """Messages that nobody has taken, by kind; whoever asks sends them, or finds them again after `SOON`."""

    def look(tx: Transaction) -> dict[str, list[str]]:
        found: defaultdict[str, list[str]] = defaultdict(list)
        for message in tx.messages.due(now, limit, unsent=True):
            found[message.kind].append(message.touch_id)
        for touches in found.values():
            tx.messages.look_again(touches, now + SOON)
        return found

    return books.attempt(look)


Overdue = tuple[Message, list[str]]
"""A message, and its provider's ids of those of its parts that are not settled; none where he has told us no id."""


def overdue(books: Books, works: Works, now: datetime, limit: int) -> list[Overdue]:
    """Close messages whose receipt is waited for no more; answers those whose provider must be asked.

    These are left to the caller until the next look.
    """

    def look(tx: Transaction) -> list[Overdue]:
        due = tx.messages.due(now, limit, unsent=False)
        parts = tx.receipts.parts([message.touch_id for message in due])
        known = [Known(message, parts.get(message.touch_id, {})) for message in due]
        _close(tx, works, [one for one in known if _ends_at(one.message, now) <= now], now)
        asked = [(one.message, one.open_refs) for one in known if _ends_at(one.message, now) > now]
        looks: defaultdict[datetime, list[str]] = defaultdict(list)
        for message, refs in asked:
            nameless = message.state is MessageState.SENDING and not refs
            again = now + ASK_AFTER if nameless else _next_look(message, works, now)
            looks[again].append(message.touch_id)
        for again, touches in looks.items():
            tx.messages.look_again(touches, again)
        return asked

    return books.attempt(look)


def _close(tx: Transaction, works: Works, gone: Sequence[Known], now: datetime) -> None:
    states: dict[TouchId, tuple[MessageState, str]] = {}
    for one in gone:
        sending = one.message.state is MessageState.SENDING
        state = MessageState.UNKNOWN if sending else one.message.state
        states[one.message.touch_id] = (state, NO_RECEIPT)
    tx.messages.put_states(states, over=True)
    ends = [(one.message, judge_message(one.states, NO_RECEIPT)) for one in gone]
    end_messages(tx, works, ends, now)


def _ends_at(message: Message, now: datetime) -> datetime:
    """When it is waited for no more."""
    return (message.sending_at or now) + timedelta(seconds=message.within_s)


def _next_look(message: Message, works: Works, now: datetime) -> datetime:
    """When a message that its provider has taken is looked at: to ask for its receipt, each time at twice the age, or
    else to close it.
    """
    end, patience = _ends_at(message, now), works.receipt_after(message.provider)
    if patience is None:
        return end
    age = now - (message.sending_at or now)
    return min(end, now + max(age, min(patience, timedelta(seconds=message.within_s / 2))))


def never_taken(books: Books, works: Works, message: Message, now: datetime) -> None:
    """The provider says that he never had it."""

    def end(tx: Transaction) -> None:
        held = tx.messages.locked([message.touch_id]).get(message.touch_id)
        if held and held.state is MessageState.SENDING and held.sending_at == message.sending_at:
            give_up(tx, works, [(held, "the provider never had it")], now)

    books.attempt(end)
