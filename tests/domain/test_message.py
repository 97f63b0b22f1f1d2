"""What is known of a message by its parts, and what came of it."""

from __future__ import annotations

from functools import reduce

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.message import MessageState, echo_of, judge_message, state_of, told
from domain.touch import Channel, Outcome, TouchId, outcomes_of

pytestmark = pytest.mark.unit

STATES = st.sampled_from(sorted(MessageState))


@given(st.lists(STATES, min_size=1), st.randoms())
def test_no_order_of_receipts_matters_nor_how_often_each_comes(
    states: list[MessageState], random: object
) -> None:
    shuffled = [*states, *states]
    random.shuffle(shuffled)  # type: ignore[attr-defined]
    assert reduce(told, shuffled) == reduce(told, states)


@pytest.mark.parametrize(
    ("parts", "state", "outcome"),
    [
        (("delivered",), "delivered", Outcome.MSG_DELIVERED),
        (("read", "delivered"), "delivered", Outcome.MSG_DELIVERED),
        (("read", "read"), "read", Outcome.MSG_DELIVERED),
        (("accepted", "delivered"), "accepted", Outcome.MSG_SENT),
        (("failed", "delivered"), "failed", Outcome.MSG_SENT),
        (("failed", "sent"), "failed", Outcome.MSG_FAILED),
        (("sending",), "sending", Outcome.UNKNOWN),
        (("sending", "sent"), "sending", Outcome.MSG_SENT),
        (("unsent",), "unsent", Outcome.NOT_PLACED),
    ],
)
def test_parts(parts: tuple[str, ...], state: str, outcome: Outcome) -> None:
    states = [MessageState(part) for part in parts]
    assert state_of(states) == MessageState(state)
    assert judge_message(states).outcome is outcome


@pytest.mark.parametrize(
    ("reason", "outcome"),
    [
        ("invalid_number", Outcome.INVALID_NUMBER),
        ("blocked", Outcome.BLOCKED_BY_OPERATOR),
        ("no_such_user", Outcome.MSG_FAILED),
        ("", Outcome.MSG_FAILED),
    ],
)
def test_why_it_failed(reason: str, outcome: Outcome) -> None:
    verdict = judge_message([MessageState.FAILED], reason)
    assert (verdict.outcome, verdict.reason) == (outcome, reason or "failed")


@given(st.lists(STATES, min_size=1))
def test_every_outcome_is_one_of_a_message(states: list[MessageState]) -> None:
    assert judge_message(states).outcome in outcomes_of(Channel.SMS)


def test_the_echo_is_the_random_end_of_the_id() -> None:
    assert echo_of(TouchId("01a200bb715f72ddb91035d9abcd1fee")) == 0x1FEE


@pytest.mark.parametrize(
    ("missing", "reason", "told"),
    [
        (MessageState.SENDING, "no receipt came", "1 of 2 parts delivered; no receipt came"),
        (MessageState.ACCEPTED, "", "1 of 2 parts delivered; no receipt came"),
        (MessageState.FAILED, "UNDELIV 001", "1 of 2 parts delivered; UNDELIV 001"),
    ],
)
def test_half_a_text_is_told_as_such(missing: MessageState, reason: str, told: str) -> None:
    verdict = judge_message([MessageState.DELIVERED, missing], reason)
    assert (verdict.outcome, verdict.reason) == (Outcome.MSG_SENT, told)
