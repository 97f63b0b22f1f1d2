"""A written message as a fold over what providers tell of its parts; `judge_message` says what came of it.

Receipts may come twice, late, out of order, or never: `told` is idempotent, and what is known once is never
unlearned. A text of several SMS has a part for each, and is there when all of them are.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from domain.touch import Outcome, TouchId
from domain.verdict import Verdict


class MessageState(StrEnum):
    """Where a message is. ``WAITING`` has not left us yet, ``UNSENT`` never did; ``SENDING`` may have: never again."""

    UNSENT = "unsent"
    WAITING = "waiting"
    SENDING = "sending"
    ACCEPTED = "accepted"
    SENT = "sent"
    DELIVERED = "delivered"
    READ = "read"
    FAILED = "failed"
    UNKNOWN = "unknown"


_RANK = {
    state: rank
    for rank, state in enumerate(
        (
            MessageState.UNSENT,
            MessageState.WAITING,
            MessageState.SENDING,
            MessageState.UNKNOWN,
            MessageState.ACCEPTED,
            MessageState.SENT,
            MessageState.FAILED,
            MessageState.DELIVERED,
            MessageState.READ,
        )
    )
}
ARRIVED = frozenset({MessageState.DELIVERED, MessageState.READ})
SETTLED = ARRIVED | {MessageState.FAILED}
"""After these nothing is waited for."""

RECEIPT_WITHIN = timedelta(hours=24)
"""How long a receipt is waited for where the step does not say; then the message counts as sent."""


@dataclass(frozen=True, slots=True)
class Receipt:
    """What a provider tells of one part: ``ref`` is its own id of it.

    ``touch`` is ours where the provider keeps it, ``echo`` the 16-bit reference that an SMSC sends back
    (`echo_of`); they find a message whose sender died before he heard the id.
    """

    provider: str
    ref: str
    state: MessageState
    at: datetime
    reason: str = ""
    touch: str = ""
    phone: str = ""
    echo: int | None = None


def echo_of(touch: TouchId) -> int:
    """The reference that every part of a touch carries (SMPP user_message_reference): the random end of its id."""
    return int(touch[-4:], 16)


def told(known: MessageState, state: MessageState) -> MessageState:
    """What is known of a part after a receipt: a delivery outweighs a failure, and both outweigh being on the way."""
    return max(known, state, key=_RANK.__getitem__)


def state_of(parts: Iterable[MessageState]) -> MessageState:
    """Where a message is by its parts: where the least of them is, and failed as soon as one of them is."""
    states = list(parts)
    if MessageState.FAILED in states:
        return MessageState.FAILED
    return min(states, key=_RANK.__getitem__)


def judge_message(parts: Iterable[MessageState], reason: str = "") -> Verdict:
    """The outcome of a message. One that arrived in part counts as sent: he may have read it."""
    states = list(parts)
    arrived = sum(state in ARRIVED for state in states)
    torn = f"{arrived} of {len(states)} parts delivered; " if arrived else ""
    match state_of(states):
        case MessageState.READ:
            return Verdict(Outcome.MSG_DELIVERED, "read")
        case MessageState.DELIVERED:
            return Verdict(Outcome.MSG_DELIVERED, "delivered")
        case MessageState.FAILED if arrived:
            return Verdict(Outcome.MSG_SENT, f"{torn}{reason}".rstrip("; "))
        case MessageState.FAILED:
            return Verdict(_REFUSED.get(reason, Outcome.MSG_FAILED), reason or "failed")
        case MessageState.UNSENT:
            return Verdict(Outcome.NOT_PLACED, reason)
        case state if _RANK[state] < _RANK[MessageState.ACCEPTED] and not any(map(_left_us, states)):
            return Verdict(Outcome.UNKNOWN, reason or "nobody knows whether it was sent")
        case _:
            return Verdict(Outcome.MSG_SENT, f"{torn}{reason or 'no receipt came'}")


def _left_us(state: MessageState) -> bool:
    return _RANK[state] >= _RANK[MessageState.ACCEPTED]


INVALID_NUMBER, BLOCKED, NO_SUCH_USER = "invalid_number", "blocked", "no_such_user"
"""Reasons of failure that every provider's own are mapped to, where they say more than that it failed."""

_REFUSED = {INVALID_NUMBER: Outcome.INVALID_NUMBER, BLOCKED: Outcome.BLOCKED_BY_OPERATOR}
