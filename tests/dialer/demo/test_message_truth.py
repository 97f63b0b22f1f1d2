"""The comparison of log and post office sees every way in which they can differ."""

from __future__ import annotations

import pytest

from dialer.demo.message_truth import Logged, compare_messages
from dialer.demo.post_office.addressees import State
from dialer.demo.post_office.record import Row
from domain.message import echo_of
from domain.touch import Outcome, TouchId

pytestmark = pytest.mark.unit

A = TouchId("0198f0000000700080000000000000a1")
B = TouchId("0198f0000000700080000000000000b2")
TO = "+79350000000"


def log(outcome: Outcome | None = Outcome.MSG_DELIVERED, text: str = "долг") -> dict[TouchId, Logged]:
    return {A: Logged(TO, text, outcome)}


def taken(id: str, key: str = A, text: str = "долг", part: tuple[int, int, int] | None = None) -> Row:
    return {"taken": id, "to": TO, "key": key, "text": text, "part": part}


def told(id: str, *states: State) -> list[Row]:
    return [{"told": id, "state": state.value} for state in states]


def test_equal_sides() -> None:
    found = compare_messages([taken("1"), *told("1", State.SENT, State.DELIVERED)], log())
    assert found.equal
    assert (found.taken, found.touches, found.unknown, found.open) == (1, 1, 0, 0)


def test_parts_of_an_smsc_find_their_touch_by_phone_and_echo() -> None:
    echo = f"{echo_of(A):04x}"
    rows = [taken("2", echo, "лг", (7, 2, 2)), taken("1", echo, "до", (7, 2, 1))]
    assert compare_messages([*rows, *told("1", State.DELIVERED)], log(Outcome.MSG_SENT)).equal
    both = [*rows, *told("1", State.DELIVERED), *told("2", State.DELIVERED)]
    assert compare_messages(both, log()).equal
    assert compare_messages(both, log(Outcome.MSG_SENT)).different
    torn = compare_messages(rows[:1], log(Outcome.MSG_SENT))
    assert torn.torn == [f"{A}: 1 of 2 parts, logged as msg_sent"]
    assert not torn.different
    assert compare_messages(rows[:1], log(Outcome.MSG_DELIVERED)).different


def test_what_we_have_no_touch_of_is_lost() -> None:
    found = compare_messages([taken("1", B)], {})
    assert (found.equal, found.lost, found.taken) == (False, [f"{TO}: {B}"], 1)


def test_the_same_twice_is_doubled() -> None:
    found = compare_messages([taken("1"), taken("2")], log(Outcome.MSG_SENT))
    assert (found.equal, found.doubled) == (False, [A])


def test_another_text_is_different() -> None:
    found = compare_messages([taken("1", text="другой")], log(Outcome.MSG_SENT))
    assert found.different == [f"{A}: another text"]


@pytest.mark.parametrize(
    ("states", "outcome", "equal"),
    [
        ([State.READ], Outcome.MSG_DELIVERED, True),
        ([State.DELIVERED], Outcome.MSG_SENT, False),
        ([State.DELIVERED], Outcome.UNKNOWN, False),
        ([State.FAILED], Outcome.MSG_FAILED, True),
        ([State.FAILED], Outcome.MSG_DELIVERED, False),
        ([], Outcome.MSG_SENT, True),
        ([], Outcome.UNKNOWN, True),
        ([], None, True),
        ([], Outcome.NOT_PLACED, False),
        ([], Outcome.MSG_FAILED, False),
    ],
)
def test_what_was_told_is_what_is_logged(states: list[State], outcome: Outcome | None, equal: bool) -> None:
    assert compare_messages([taken("1"), *told("1", *states)], log(outcome)).equal is equal


@pytest.mark.parametrize(
    ("outcome", "equal"),
    [(Outcome.MSG_DELIVERED, True), (Outcome.MSG_SENT, True), (None, True), (Outcome.MSG_FAILED, False)],
)
def test_what_was_answered_to_a_question_may_not_have_been_heard(
    outcome: Outcome | None, equal: bool
) -> None:
    asked = {"asked": "1", "state": State.DELIVERED.value}
    assert compare_messages([taken("1"), asked], log(outcome)).equal is equal


@pytest.mark.parametrize(
    ("outcome", "refused", "equal"),
    [
        (Outcome.MSG_SENT, False, False),
        (Outcome.MSG_DELIVERED, False, False),
        (Outcome.MSG_FAILED, False, False),
        (Outcome.MSG_FAILED, True, True),
        (Outcome.INVALID_NUMBER, True, True),
        (Outcome.NOT_PLACED, False, True),
        (Outcome.UNKNOWN, False, True),
        (None, False, True),
    ],
)
def test_what_the_office_never_got(outcome: Outcome | None, refused: bool, equal: bool) -> None:
    rows: list[Row] = [{"refused": "invalid_number", "to": TO, "key": A}] if refused else []
    assert compare_messages(rows, log(outcome)).equal is equal
