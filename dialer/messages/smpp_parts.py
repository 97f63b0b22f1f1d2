"""What the answers to the parts of one message mean together: each is a submit_sm_resp, or the fault in its place."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from dialer.messages.provider import Answer, Refused, Taken, Unsure
from dialer.messages.smpp_words import refusal

NOT_CONNECTED = Refused("not connected", retry=True, down=True)


class NotWritten(ConnectionError):
    """Nothing of it has left us."""


def may_be_taken_later(answer: Any) -> bool:
    """Whether a part was refused for now."""
    return not isinstance(answer, BaseException) and answer.is_error() and refusal(answer.status).retry


def sum_up(answers: Sequence[Any]) -> Answer:
    """One answer of those to the parts: taken if any was, else unsure if any may have been, else refused."""
    refs = tuple(
        (one.message_id or b"").decode("ascii", "replace")
        for one in answers
        if not isinstance(one, BaseException) and not one.is_error()
    )
    if refs:
        return Taken(refs)
    for one in answers:
        if isinstance(one, (OSError, TimeoutError)) and not isinstance(one, NotWritten):
            return Unsure(str(one) or "no answer came in time")
        if isinstance(one, BaseException) and not isinstance(one, OSError):
            raise one
    if isinstance(answers[0], NotWritten):
        return NOT_CONNECTED
    return refusal(answers[0].status)
