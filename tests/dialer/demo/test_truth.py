"""The comparison of log and carrier sees every way in which they can differ."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from asterisk.town import CarrierCall, Role
from dialer.demo.truth import compare, expected
from domain.touch import Outcome, TouchId

pytestmark = pytest.mark.unit

NOON = datetime(2026, 3, 10, 12, tzinfo=UTC)


def carrier_call(
    role: Role = Role.BUSY,
    *,
    id: str = "a",
    talk_s: float | None = None,
    digit: str = "",
    ended_by: str = "debtor",
) -> CarrierCall:
    """A call that rang for 3 s; ``talk_s`` None was never answered."""
    answered = NOON + timedelta(seconds=3)
    ended = answered + timedelta(seconds=talk_s or 0)
    return CarrierCall(
        touch_id=id,
        number="79350000000",
        nth=1,
        hour=12,
        role=role,
        started=NOON,
        answered=None if talk_s is None else answered,
        ended=ended,
        billed_seconds=round(talk_s or 0),
        disposition="",
        cause=0,
        sip_code=None,
        digit=digit,
        ended_by=ended_by,
    )


def log(**outcomes: Outcome | None) -> dict[TouchId, Outcome | None]:
    return {TouchId(id): outcome for id, outcome in outcomes.items()}


class TestCompare:
    def test_equal_sides(self) -> None:
        found = compare([carrier_call()], log(a=Outcome.BUSY, b=Outcome.NOT_PLACED))
        assert found.equal
        assert (found.invites, found.touches, found.unknown) == (1, 1, 0)

    def test_a_call_without_a_touch_is_lost(self) -> None:
        found = compare([carrier_call(id="x")], log())
        assert (found.equal, found.lost) == (False, ["x"])

    def test_two_invites_of_one_touch_are_doubled(self) -> None:
        found = compare([carrier_call(), carrier_call()], log(a=Outcome.BUSY))
        assert (found.equal, found.doubled) == (False, ["a"])

    @pytest.mark.parametrize("outcome", [Outcome.BUSY, Outcome.UNKNOWN, None])
    def test_a_touch_without_a_call_is_a_phantom(self, outcome: Outcome | None) -> None:
        found = compare([], log(a=outcome))
        assert (found.equal, found.phantom) == (False, ["a"])

    @pytest.mark.parametrize("outcome", [Outcome.NO_ANSWER, Outcome.NOT_PLACED, Outcome.UNKNOWN, None])
    def test_another_outcome_is_different(self, outcome: Outcome | None) -> None:
        found = compare([carrier_call()], log(a=outcome))
        assert (found.equal, found.different) == (False, [f"a: busy, logged as {outcome}"])

    def test_an_unknown_end_is_true_of_a_log_that_was_settled_after_a_crash(self) -> None:
        found = compare([carrier_call()], log(a=Outcome.UNKNOWN), from_log=True)
        assert (found.equal, found.unknown) == (True, 1)

    def test_whether_the_last_call_of_a_node_that_died_left_it_nobody_knows(self) -> None:
        found = compare([], log(a=Outcome.UNKNOWN), from_log=True)
        assert (found.equal, found.unknown, found.unseen) == (True, 1, 1)
        assert compare([], log(a=Outcome.BUSY), from_log=True).phantom == ["a"]

    @pytest.mark.parametrize("outcome", [Outcome.NOT_PLACED, None])
    def test_after_a_crash_too_a_call_must_have_been_placed_and_have_an_end(
        self, outcome: Outcome | None
    ) -> None:
        assert not compare([carrier_call()], log(a=outcome), from_log=True).equal


class TestExpected:
    @pytest.mark.parametrize(
        ("role", "outcome"),
        [
            (Role.BUSY, Outcome.BUSY),
            (Role.REJECTS, Outcome.REJECTED),
            (Role.UNKNOWN_NUMBER, Outcome.INVALID_NUMBER),
            (Role.CONGESTION, Outcome.NO_CARRIER),
            (Role.SWITCHED_OFF, Outcome.UNAVAILABLE),
            (Role.RINGS_OUT, Outcome.NO_ANSWER),
            (Role.LISTENS_TO_END, Outcome.NO_ANSWER),
            (Role.ANSWERING_MACHINE, Outcome.NO_ANSWER),
        ],
    )
    def test_a_call_that_nobody_answered_has_one_true_end(self, role: Role, outcome: Outcome) -> None:
        assert expected(carrier_call(role)) == {outcome}

    @pytest.mark.parametrize(
        ("digit", "outcome"),
        [
            ("1", Outcome.MSG_DELIVERED),
            ("2", Outcome.MSG_DELIVERED),
            ("9", Outcome.TALK_WRONG_PERSON),
        ],
    )
    def test_a_digit_decides_however_short_the_call_was(self, digit: str, outcome: Outcome) -> None:
        assert expected(carrier_call(Role.PRESSES_1, talk_s=1.0, digit=digit)) == {outcome}

    @pytest.mark.parametrize(
        ("talk_s", "outcomes"),
        [
            (2.0, {Outcome.ANSWERED_SHORT}),
            (4.9, {Outcome.ANSWERED_SHORT, Outcome.MSG_DELIVERED}),
            (5.1, {Outcome.ANSWERED_SHORT, Outcome.MSG_DELIVERED}),
            (9.0, {Outcome.MSG_DELIVERED}),
        ],
    )
    def test_near_five_seconds_two_clocks_may_disagree(self, talk_s: float, outcomes: set[Outcome]) -> None:
        assert expected(carrier_call(Role.HANGS_UP_EARLY, talk_s=talk_s)) == outcomes

    def test_an_answer_may_cross_our_giving_up(self) -> None:
        call = carrier_call(Role.SLOW_ANSWER, talk_s=0.1, ended_by="dialler")
        assert expected(call) == {Outcome.NO_ANSWER, Outcome.ANSWERED_SHORT}

    def test_the_nodes_log_does_not_tell_a_phone_switched_off_from_no_answer(self) -> None:
        call = carrier_call(Role.SWITCHED_OFF)
        assert expected(call, from_log=True) == {
            Outcome.UNAVAILABLE,
            Outcome.NO_ANSWER,
            Outcome.UNKNOWN,
        }


class TestOperatorsCalls:
    """Whoever answers is for an operator."""

    @pytest.mark.parametrize(
        ("outcome", "talked", "equal"),
        [
            (Outcome.TALK_DEBTOR, True, True),
            (Outcome.ABANDONED, False, True),
            (Outcome.ABANDONED, True, False),
            (Outcome.TALK_DEBTOR, False, False),
            (Outcome.MSG_DELIVERED, True, False),
        ],
    )
    def test_a_talk_is_what_an_operator_had(self, outcome: Outcome, talked: bool, equal: bool) -> None:
        call = carrier_call(Role.LISTENS_TO_END, talk_s=20.0)
        assert compare([call], log(a=outcome), talked={"a"} if talked else set()).equal is equal

    def test_whoever_hung_up_at_once_is_short_with_an_operator_or_without(self) -> None:
        call = carrier_call(Role.HANGS_UP_EARLY, talk_s=2.0)
        for talked in ({"a"}, set()):
            assert compare([call], log(a=Outcome.ANSWERED_SHORT), talked=talked).equal
