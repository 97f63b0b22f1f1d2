"""Receipts: fold what providers tell of messages into the books, and end the touches that are settled by it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime

import structlog

from dialer.handlers.settle import Ended, end_touches
from dialer.messages.works import Works
from dialer.running import INBOUND
from domain.call import Call
from domain.campaign import Plan
from domain.message import ARRIVED, SETTLED, MessageState, Receipt, judge_message, state_of, told
from domain.touch import Outcome, TouchId
from domain.verdict import Verdict
from ledger.books import Books, Transaction
from ledger.journal import Entry
from ledger.messages import Message
from ledger.receipts import Part

log = structlog.get_logger(__name__)

CORRECTABLE = frozenset({Outcome.MSG_SENT, Outcome.MSG_FAILED, Outcome.UNKNOWN})
"""Outcomes that a late receipt may know better."""

REACHED = frozenset({Outcome.MSG_SENT, Outcome.MSG_DELIVERED})
"""Outcomes of an answer after which nobody has to look at the reply again."""


@dataclass(slots=True)
class Known:
    """A message with its parts as they are known now."""

    message: Message
    parts: dict[str, Part]
    changed: dict[str, Part] = field(default_factory=dict)

    @property
    def states(self) -> list[MessageState]:
        """The states of all its parts; of those that nobody has told of it is unknown whether they were sent."""
        missing = max(0, self.message.parts - len(self.parts))
        return [*(part.state for part in self.parts.values()), *([MessageState.SENDING] * missing)]

    @property
    def open_refs(self) -> list[str]:
        """The ids of the parts of which something more may be told."""
        return [part.ref for part in self.parts.values() if part.state not in SETTLED]

    @property
    def verdict(self) -> Verdict:
        """What came of it, as far as it is known."""
        reasons = (part.reason for part in self.parts.values() if part.state is MessageState.FAILED)
        return judge_message(self.states, next(reasons, ""))

    @property
    def settled(self) -> bool:
        """Whether nothing more is waited for."""
        return all(state in SETTLED for state in self.states)

    def take(self, receipt: Receipt) -> Entry | None:
        """Fold a receipt in; its line for the journal, None when it says nothing new."""
        touch = self.message.touch_id
        before = self.parts.get(receipt.ref)
        state = told(before.state if before else MessageState.SENDING, receipt.state)
        if before is not None and state is before.state:
            return None
        reason = receipt.reason if state is MessageState.FAILED else ""
        self.parts[receipt.ref] = self.changed[receipt.ref] = Part(
            receipt.provider, receipt.ref, touch, state, reason
        )
        facts = {"ref": receipt.ref, "state": receipt.state.value, "reason": receipt.reason}
        return Entry(touch, receipt.at, "receipt", facts)


def take_receipts(books: Books, works: Works, receipts: Sequence[Receipt], now: datetime) -> int:
    """Keep receipts, and end what they settle; answers how many are of messages that we know. Strays are kept too."""
    return books.attempt(lambda tx: fold(tx, works, receipts, now))


def fold(tx: Transaction, works: Works, receipts: Sequence[Receipt], now: datetime) -> int:
    """The same within a transaction."""
    if not receipts:
        return 0
    mine: defaultdict[str, list[Receipt]] = defaultdict(list)
    strays = []
    for receipt, touch in zip(receipts, tx.receipts.whose(receipts), strict=True):
        if touch is None:
            strays.append(receipt)
        else:
            mine[touch].append(receipt)
    if strays:
        log.warning("receipts_of_nothing_we_know", receipts=len(strays), provider=strays[0].provider)
        tx.receipts.keep(strays)
    messages, parts = tx.messages.locked(mine), tx.receipts.parts(mine)
    known = [Known(message, parts.get(touch, {})) for touch, message in messages.items()]
    tx.journal.append(
        entry for one in known for receipt in mine[one.message.touch_id] if (entry := one.take(receipt))
    )
    changed = [one for one in known if one.changed]
    tx.receipts.put(part for one in changed for part in one.changed.values())
    _note(tx, works, changed, now)
    return len(receipts) - len(strays)


def _note(tx: Transaction, works: Works, changed: Sequence[Known], now: datetime) -> None:
    """Write where messages are now; end those that are settled, and correct what was ended too early."""
    ends: list[tuple[Message, Verdict]] = []
    over: dict[TouchId, tuple[MessageState, str]] = {}
    on_the_way: dict[TouchId, tuple[MessageState, str]] = {}
    for one in changed:
        message, verdict = one.message, one.verdict
        (over if one.settled else on_the_way)[message.touch_id] = (state_of(one.states), verdict.reason)
        if message.due_at is None:
            _correct(tx, message, one, now)
        elif one.settled:
            ends.append((message, verdict))
    tx.messages.put_states(over, over=True)
    tx.messages.put_states(on_the_way, over=False)
    end_messages(tx, works, ends, now)


def _correct(tx: Transaction, message: Message, one: Known, now: datetime) -> None:
    _, _, outcome = tx.touches.whom(message.touch_id)
    arrived = any(state in ARRIVED for state in one.states)
    if outcome in CORRECTABLE and outcome is not one.verdict.outcome and (one.settled or arrived):
        reason = f"a late receipt: {one.verdict.reason}"
        tx.touches.correct(
            message.touch_id, one.verdict.outcome, author=message.provider, reason=reason, now=now
        )


def end_messages(
    tx: Transaction, works: Works, ends: Sequence[tuple[Message, Verdict]], now: datetime
) -> None:
    """Close the touches of messages and plan what follows; a reply whose answer did not arrive is back in the inbox."""
    if not ends:
        return
    plans: dict[TouchId, Plan] = {}
    for campaign_id in {message.campaign_id for message, _ in ends}:
        if campaign_id is not None:
            ids = [message.debtor_id for message, _ in ends if message.campaign_id == campaign_id]
            loaded = tx.plans.load(campaign_id, ids).values()
            plans |= {plan.touch_id: plan for plan in loaded if plan.touch_id}
    ended = []
    for message, verdict in ends:
        plan = plans.get(message.touch_id)
        arrived = now if verdict.outcome is Outcome.MSG_DELIVERED else None
        call = Call(message.touch_id, message.sending_at, answered_at=arrived, ended_at=now)
        campaign = message.campaign_id if plan and message.campaign_id else INBOUND
        told_of = plan or Plan(message.debtor_id, now)
        ended.append(Ended(call, told_of, message.phone, campaign, judged=verdict))
    end_touches(tx, lambda id: works.of(tx, id), ended, now)
    for message, verdict in ends:
        if message.campaign_id is None and verdict.outcome not in REACHED:
            tx.replies.reopen(message.phone, message.made_at, verdict.reason or verdict.outcome.value)
