"""What the answers to the parts of one message mean together: each is a response, or the fault in its place."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from dialer.messages.provider import Answer, Refused, Taken, Unsure
from dialer.messages.smpp_words import Told, read_state, refusal

NOT_CONNECTED = Refused("not connected", retry=True, down=True)


class NotWritten(ConnectionError):
    """Nothing of it has left us."""


def may_be_taken_later(answer: Any) -> bool:
    """Whether a part was refused for now."""
    return not isinstance(answer, BaseException) and answer.is_error() and refusal(answer.status).retry


_TAKEN, _QUERY_FAILED = 0x00, 0x67
"""command_status of an answer to query_sm. The second says that he does not know the id, perhaps not any more; what any
other means for the message nobody can tell."""


def states_of(refs: Sequence[str], answers: Sequence[Any]) -> list[Told] | None:
    """What query_sm_resps tell of these parts; None when nothing was answered that we understand."""
    understood = [
        (ref, one)
        for ref, one in zip(refs, answers, strict=True)
        if getattr(one, "command", "") == "query_sm_resp" and one.status in (_TAKEN, _QUERY_FAILED)
    ]
    states = (
        read_state(ref, one.message_state or 0, one.error_code or 0)
        for ref, one in understood
        if one.status == _TAKEN
    )
    return [one for one in states if one] if understood else None


def sum_up(answers: Sequence[Any]) -> Answer:
    """One answer of those to the parts: taken if any was, else unsure if any may have been, else refused."""
    refs = tuple(
        (one.message_id or b"").decode("ascii", "replace")
        for one in answers
        if getattr(one, "command", "") == "submit_sm_resp" and not one.is_error()
    )
    if refs:
        return Taken(refs)
    for one in answers:
        if isinstance(one, (OSError, TimeoutError)) and not isinstance(one, NotWritten):
            return Unsure(str(one) or "no answer came in time")
        if isinstance(one, BaseException) and not isinstance(one, OSError):
            raise one
        if not isinstance(one, BaseException) and not one.is_error():
            return Unsure("an answer that is none")
    if isinstance(answers[0], NotWritten):
        return NOT_CONNECTED
    return refusal(answers[0].status)
