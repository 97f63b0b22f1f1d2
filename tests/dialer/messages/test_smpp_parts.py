"""What the answers to the parts of a message mean together."""

from __future__ import annotations

from dataclasses import dataclass

import pytest

from dialer.messages.provider import Answer, Refused, Taken, Unsure
from dialer.messages.smpp_parts import NOT_CONNECTED, NotWritten, may_be_taken_later, states_of, sum_up
from dialer.messages.smpp_words import Told
from domain.message import MessageState

pytestmark = pytest.mark.unit

THROTTLED, INVALID, QUERY_FAILED, INVALID_COMMAND = 0x58, 0x0B, 0x67, 0x03
BROKEN = ConnectionError("it broke")


@dataclass
class Response:
    """As the codec reads one."""

    status: int = 0
    command: str = "submit_sm_resp"
    message_id: bytes | None = None
    message_state: int | None = None
    error_code: int | None = None

    def is_error(self) -> bool:
        return self.status != 0


def taken(ref: str) -> Response:
    return Response(message_id=ref.encode())


def state(number: int | None, error: int | None = 0) -> Response:
    return Response(command="query_sm_resp", message_state=number, error_code=error)


@pytest.mark.parametrize(
    ("answers", "said"),
    [
        ([taken("a"), taken("b")], Taken(("a", "b"))),
        ([taken("a"), BROKEN], Taken(("a",))),
        ([Response(THROTTLED), taken("b")], Taken(("b",))),
        ([NotWritten("gone"), BROKEN], Unsure("it broke")),
        ([TimeoutError(), Response(THROTTLED)], Unsure("no answer came in time")),
        ([NotWritten("gone"), NotWritten("gone")], NOT_CONNECTED),
        ([Response(INVALID), Response(INVALID)], Refused("invalid_number")),
        ([Response(0, "generic_nack")], Unsure("an answer that is none")),
        ([Response(INVALID_COMMAND, "generic_nack")], Refused("refused with status 0x00000003")),
    ],
    ids=str,
)
def test_the_answers_to_a_message(answers: list[object], said: Answer) -> None:
    assert sum_up(answers) == said


def test_what_is_no_fault_of_a_connection_is_raised() -> None:
    with pytest.raises(ZeroDivisionError):
        sum_up([ZeroDivisionError()])


@pytest.mark.parametrize(
    ("answer", "later"), [(Response(THROTTLED), True), (Response(INVALID), False), (BROKEN, False)], ids=str
)
def test_which_part_is_submitted_again(answer: object, later: bool) -> None:
    assert may_be_taken_later(answer) is later


DELIVERED = Told("a", MessageState.DELIVERED, "")


@pytest.mark.parametrize(
    ("answers", "told"),
    [
        ([state(2), state(5, 11)], [DELIVERED, Told("b", MessageState.FAILED, "UNDELIV 011")]),
        ([state(2), Response(QUERY_FAILED, "query_sm_resp")], [DELIVERED]),
        ([state(2), BROKEN], [DELIVERED]),
        ([state(7), state(None, None)], []),
        ([Response(QUERY_FAILED, "query_sm_resp")] * 2, []),
        ([Response(THROTTLED, "query_sm_resp")] * 2, None),
        ([Response(INVALID_COMMAND, "generic_nack"), TimeoutError()], None),
        ([Response(0, "generic_nack"), BROKEN], None),
    ],
    ids=str,
)
def test_the_answers_to_a_question(answers: list[object], told: list[Told] | None) -> None:
    assert states_of(["a", "b"], answers) == told
