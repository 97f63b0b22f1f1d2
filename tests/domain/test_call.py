"""A call from its events, in whatever order they come, and its outcome with the reason."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from functools import reduce
from itertools import permutations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.call import Call, advance
from domain.call_events import (
    Answered,
    AnyCallEvent,
    Created,
    DigitPressed,
    HungUp,
    Lost,
    NotPlaced,
    ResultRecorded,
    Ringing,
    StepReached,
)
from domain.touch import Outcome, TouchId
from domain.verdict import Verdict, judge

pytestmark = pytest.mark.unit

T = TouchId("0199d3c27a1b7cde8f00000000000001")
START = datetime(2026, 3, 10, 9, tzinfo=UTC)


def at(seconds: float) -> datetime:
    return START + timedelta(seconds=seconds)


def folded(*events: AnyCallEvent) -> Call:
    return reduce(advance, events, Call(T))


UNANSWERED = (Created(T, at(0)), Ringing(T, at(1)), HungUp(T, at(21), 17, 486))
ANSWERED = (
    Created(T, at(0)),
    Ringing(T, at(1)),
    Answered(T, at(8)),
    StepReached(T, at(8), "choice"),
    DigitPressed(T, at(12), "choice", "2"),
    ResultRecorded(T, at(12), "promise"),
    HungUp(T, at(15), 16),
)


class TestAdvance:
    @pytest.mark.parametrize("story", [UNANSWERED, ANSWERED])
    def test_every_order_of_events_tells_the_same(self, story: tuple[AnyCallEvent, ...]) -> None:
        assert {folded(*order) for order in permutations(story)} == {folded(*story)}

    @given(st.lists(st.sampled_from(ANSWERED)))
    def test_events_that_come_again_change_nothing(self, again: list[AnyCallEvent]) -> None:
        assert folded(*ANSWERED, *again) == folded(*ANSWERED)

    def test_the_whole_story_read_again_from_the_log_changes_nothing(self) -> None:
        digits = [DigitPressed(T, at(9), "menu", "1"), DigitPressed(T, at(10), "choice", "2")]
        assert folded(*digits, *digits).digits == "12"

    def test_the_earliest_time_of_an_event_stays(self) -> None:
        call = folded(Ringing(T, at(3)), Ringing(T, at(1)), Answered(T, at(5)), Answered(T, at(6)))
        assert (call.ringing_at, call.answered_at) == (at(1), at(5))

    def test_the_first_end_stays(self) -> None:
        ends = (HungUp(T, at(9), 17, 486), Lost(T, at(10), "lost"), NotPlaced(T, at(11), "no"))
        call = folded(Created(T, at(0)), *ends, HungUp(T, at(12), 16))
        assert (call.ended_at, call.cause, call.sip, call.lost, call.failure) == (at(9), 17, 486, False, "")

    @pytest.mark.parametrize("seen", [Created(T, at(0)), Ringing(T, at(1)), Answered(T, at(2))])
    def test_a_call_that_had_a_channel_was_placed(self, seen: AnyCallEvent) -> None:
        call = folded(seen, NotPlaced(T, at(3), "no channel"))
        assert not call.over
        assert call.created_at is not None

    def test_seconds_of_ringing_and_of_talk(self) -> None:
        answered, unanswered = folded(*ANSWERED), folded(*UNANSWERED)
        assert (answered.ring_s, answered.talk_s) == (7.0, 7.0)
        assert (unanswered.ring_s, unanswered.talk_s) == (20.0, 0.0)
        assert (Call(T).ring_s, Call(T).talk_s) == (0.0, 0.0)

    def test_events_heard_late_give_no_negative_seconds(self) -> None:
        call = folded(HungUp(T, at(3), 16), Answered(T, at(4)), Ringing(T, at(5)))
        assert (call.ring_s, call.talk_s) == (0.0, 0.0)


def ended(cause: int, sip: int | None, *, rang: bool = True) -> Verdict:
    ringing = [Ringing(T, at(1))] if rang else []
    return judge(folded(Created(T, at(0)), *ringing, HungUp(T, at(21), cause, sip)))


class TestUnanswered:
    @pytest.mark.parametrize(
        ("cause", "sip", "outcome"),
        [
            (17, 486, Outcome.BUSY),
            (34, 503, Outcome.NO_CARRIER),
            (21, 603, Outcome.REJECTED),
            (38, 500, Outcome.NO_CARRIER),
            (18, 408, Outcome.NO_ANSWER),
            (28, 484, Outcome.INVALID_NUMBER),
            (127, 487, Outcome.NO_ANSWER),
            (127, 607, Outcome.BLOCKED_BY_OPERATOR),
            (127, 608, Outcome.BLOCKED_BY_OPERATOR),
            (1, 404, Outcome.INVALID_NUMBER),
            (21, 403, Outcome.REJECTED),
            (27, 502, Outcome.NO_CARRIER),
            (22, 410, Outcome.INVALID_NUMBER),
            (58, 488, Outcome.NO_CARRIER),
            (127, 600, Outcome.BUSY),
        ],
    )
    def test_the_far_end_s_code_decides(self, cause: int, sip: int, outcome: Outcome) -> None:
        assert ended(cause, sip) == Verdict(outcome, f"SIP {sip}, cause {cause}")

    def test_480_after_ringing_is_nobody_at_home(self) -> None:
        assert ended(19, 480) == Verdict(Outcome.NO_ANSWER, "SIP 480, cause 19, rang 20 s")

    def test_480_without_ringing_is_a_phone_out_of_reach(self) -> None:
        assert ended(19, 480, rang=False) == Verdict(Outcome.UNAVAILABLE, "SIP 480, cause 19, never rang")

    @pytest.mark.parametrize(
        ("cause", "outcome"),
        [
            (17, Outcome.BUSY),
            (19, Outcome.NO_ANSWER),
            (20, Outcome.UNAVAILABLE),
            (21, Outcome.REJECTED),
            (1, Outcome.INVALID_NUMBER),
            (34, Outcome.NO_CARRIER),
        ],
    )
    def test_without_a_code_the_cause_decides(self, cause: int, outcome: Outcome) -> None:
        assert ended(cause, None) == Verdict(outcome, f"cause {cause}")

    @pytest.mark.parametrize("cause", [0, 16])
    def test_a_call_that_we_ended_ourselves_found_nobody(self, cause: int) -> None:
        assert ended(cause, None) == Verdict(Outcome.NO_ANSWER, f"cause {cause}, we gave up after 20 s")


class TestAnswered:
    def test_a_digit_tells_that_the_message_arrived(self) -> None:
        assert judge(folded(*ANSWERED)) == Verdict(Outcome.MSG_DELIVERED, "answered by digit 2")

    def test_the_wrong_person(self) -> None:
        call = folded(Answered(T, at(0)), ResultRecorded(T, at(3), "wrong_person"), HungUp(T, at(4), 16))
        assert judge(call) == Verdict(Outcome.TALK_WRONG_PERSON, "the person said so by a digit")

    @pytest.mark.parametrize(
        ("seconds", "verdict"),
        [
            (4.9, Verdict(Outcome.ANSWERED_SHORT, "hung up after 4.9 s")),
            (5.0, Verdict(Outcome.MSG_DELIVERED, "listened 5 s, to node debt (5 s of it)")),
        ],
    )
    def test_five_seconds_make_a_message(self, seconds: float, verdict: Verdict) -> None:
        call = folded(Answered(T, at(0)), StepReached(T, at(0), "debt"), HungUp(T, at(seconds), 16))
        assert judge(call) == verdict

    def test_an_answer_outweighs_the_code_of_its_end(self) -> None:
        call = folded(Answered(T, at(0)), HungUp(T, at(30), 34, 503))
        assert judge(call) == Verdict(Outcome.MSG_DELIVERED, "listened 30 s, to node -")


class TestWithoutAnEnd:
    def test_a_call_that_was_never_placed(self) -> None:
        verdict = judge(folded(NotPlaced(T, at(1), "Extension does not exist.")))
        assert verdict == Verdict(Outcome.NOT_PLACED, "Extension does not exist.")

    @pytest.mark.parametrize("seen", [(), UNANSWERED[:2], ANSWERED[:5]])
    def test_a_lost_call_is_unknown_whatever_was_seen_of_it(self, seen: tuple[AnyCallEvent, ...]) -> None:
        verdict = judge(folded(*seen, Lost(T, at(90), "the node stopped")))
        assert verdict == Verdict(Outcome.UNKNOWN, "the node stopped")
