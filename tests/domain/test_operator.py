"""An operator's state is read off facts: no order of events leaves him where the facts do not put him."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import permutations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.operator import (
    MISSED_OFFER,
    NO_PHONE,
    OnFloor,
    Operator,
    OperatorState,
    StateChange,
    advance_operator,
    change_of,
    due,
    resumed,
)
from domain.operator_events import (
    AnyOperatorEvent,
    Called,
    LegEnded,
    MadeReady,
    OfferMissed,
    OperatorId,
    PauseAfterCallAsked,
    PauseAsked,
    PhoneSeen,
    PickedUp,
    SignedIn,
    SignedOut,
    WrappedUp,
)

pytestmark = pytest.mark.unit

NINE = datetime(2026, 3, 10, 9, 0, tzinfo=UTC)
ID = OperatorId(7)
ANNA = Operator(ID, "anna", "Анна", ("debt",), wrap_up_s=30)
READY, RINGING, TALKING, WRAP_UP, PAUSED, OFFLINE, LOST = (
    OperatorState.READY,
    OperatorState.RINGING,
    OperatorState.TALKING,
    OperatorState.WRAP_UP,
    OperatorState.PAUSED,
    OperatorState.OFFLINE,
    OperatorState.PHONE_LOST,
)


def at(seconds: float) -> datetime:
    return NINE + timedelta(seconds=seconds)


def folded(*events: AnyOperatorEvent, wrap_up_s: int = 30) -> OnFloor:
    known = OnFloor(ID, NINE, wrap_up_s)
    for event in events:
        known = advance_operator(known, event)
    return known


HERE = (PhoneSeen(ID, at(0), reachable=True), SignedIn(ID, at(1)))
RINGS, UP, DOWN = (
    Called(ID, at(10), "leg1", "t1"),
    PickedUp(ID, at(12), "leg1", "t1"),
    LegEnded(ID, at(42), "leg1", "t1"),
)
TALKED = (*HERE, RINGS, UP, DOWN)


class TestOneCall:
    def test_each_step(self) -> None:
        seen = [folded(*TALKED[:n]).state for n in range(len(TALKED) + 1)]
        assert seen == [OFFLINE, OFFLINE, READY, RINGING, TALKING, WRAP_UP]
        assert folded(*TALKED, WrappedUp(ID, at(50))).state is READY

    def test_the_touch_is_his_until_he_has_written_it_down(self) -> None:
        assert [folded(*TALKED[:n]).touch for n in range(2, 6)] == ["", "t1", "t1", "t1"]
        assert folded(*TALKED, WrappedUp(ID, at(50))).touch == ""

    def test_he_is_held_back_from_the_first_moment_of_the_talk(self) -> None:
        """Were it from its end on, the queue would offer him the next call before we hear of that end."""
        assert [folded(*TALKED[:n]).held_back for n in range(2, 6)] == ["", "", "talk", "wrap-up"]

    @pytest.mark.parametrize("order", list(permutations([RINGS, UP, DOWN]))[1:])
    def test_a_leg_that_has_ended_never_comes_back(self, order: tuple[AnyOperatorEvent, ...]) -> None:
        behind_the_end = order[order.index(DOWN) + 1 :]
        known = folded(*HERE, *order)
        assert known.legs == ()
        assert known.state is (WRAP_UP if UP not in behind_the_end else READY)

    def test_a_talk_of_no_time_is_a_talk(self) -> None:
        known = folded(*HERE, RINGS, replace(UP, at=at(10)), replace(DOWN, at=at(10)))
        assert (known.state, known.wrap_up_since) == (WRAP_UP, at(10))

    def test_without_wrap_up_he_is_ready_at_once(self) -> None:
        assert folded(*TALKED, wrap_up_s=0).state is READY

    def test_a_second_leg_does_not_end_the_talk(self) -> None:
        consult = Called(ID, at(20), "leg2"), PickedUp(ID, at(21), "leg2")
        known = folded(*HERE, RINGS, UP, *consult, DOWN)
        assert (known.state, known.leg) == (TALKING, "leg2")
        assert folded(*HERE, RINGS, UP, *consult, DOWN, LegEnded(ID, at(60), "leg2")).state is WRAP_UP


class TestOffers:
    def test_a_missed_offer_pauses_him_with_the_reason(self) -> None:
        known = folded(*HERE, RINGS, OfferMissed(ID, at(25)), DOWN)
        assert (known.state, known.reason) == (PAUSED, MISSED_OFFER)
        assert folded(*HERE, RINGS, OfferMissed(ID, at(25)), DOWN, MadeReady(ID, at(60))).state is READY

    def test_so_does_a_phone_that_refuses(self) -> None:
        assert folded(*HERE, RINGS, replace(DOWN, refused=True)).reason == MISSED_OFFER

    def test_a_caller_who_gave_up_is_not_his_fault(self) -> None:
        assert folded(*HERE, RINGS, DOWN).state is READY


class TestPauses:
    def test_a_pause_asked_in_a_talk_begins_behind_the_wrap_up(self) -> None:
        talking = folded(*HERE, RINGS, UP, PauseAsked(ID, at(20), "lunch"))
        assert (talking.state, talking.reason) == (TALKING, "")
        wrapping = advance_operator(talking, DOWN)
        assert wrapping.state is WRAP_UP
        paused = advance_operator(wrapping, WrappedUp(ID, at(50)))
        assert (paused.state, paused.reason) == (PAUSED, "lunch")

    def test_pause_after_call_lets_the_next_call_come(self) -> None:
        asked = folded(*HERE, PauseAfterCallAsked(ID, at(5), "lunch"))
        assert (asked.state, asked.held_back) == (READY, "")
        known = folded(*HERE, PauseAfterCallAsked(ID, at(5), "lunch"), RINGS, UP, DOWN, WrappedUp(ID, at(50)))
        assert (known.state, known.reason, known.pause_after_call) == (PAUSED, "lunch", "")

    def test_a_pause_asked_in_wrap_up_ends_it(self) -> None:
        assert folded(*TALKED, PauseAsked(ID, at(45), "lunch")).state is PAUSED

    @pytest.mark.parametrize(
        "asked", [PauseAsked(ID, at(20), "lunch"), PauseAfterCallAsked(ID, at(20), "lunch")]
    )
    def test_ready_forgets_a_pause_that_was_asked_for(self, asked: AnyOperatorEvent) -> None:
        known = folded(*HERE, RINGS, UP, asked, MadeReady(ID, at(21)), DOWN, WrappedUp(ID, at(50)))
        assert known.state is READY

    def test_another_reason_is_another_line_of_the_log(self) -> None:
        lunch = folded(*HERE, PauseAsked(ID, at(5), "lunch"))
        change = change_of(lunch, advance_operator(lunch, PauseAsked(ID, at(65), "training")))
        assert change == StateChange(ID, at(65), PAUSED, "training", "", "", PAUSED, 60.0)


class TestPhoneAndWork:
    def test_a_lost_phone_shows_when_he_would_be_ready(self) -> None:
        lost = PhoneSeen(ID, at(5), reachable=False)
        assert (folded(*HERE, lost).state, folded(*HERE, lost).reason) == (LOST, NO_PHONE)
        assert folded(*HERE, PauseAsked(ID, at(4), "lunch"), lost).state is PAUSED
        assert folded(*HERE, RINGS, UP, lost).state is TALKING

    def test_who_signs_out_in_a_talk_finishes_it_and_is_gone(self) -> None:
        gone = SignedOut(ID, at(20))
        assert folded(*HERE, RINGS, UP, gone).state is TALKING
        assert folded(*HERE, RINGS, UP, gone, DOWN).state is OFFLINE

    def test_signing_in_twice_ends_no_pause(self) -> None:
        assert folded(*HERE, PauseAsked(ID, at(5), "lunch"), SignedIn(ID, at(6))).state is PAUSED

    def test_what_is_said_of_another_changes_nothing(self) -> None:
        known = folded(*HERE)
        assert advance_operator(known, SignedOut(OperatorId(8), at(9))) is known


class TestTime:
    def test_a_wrap_up_is_over_at_its_limit_however_late_one_looks(self) -> None:
        wrapping = folded(*TALKED)
        assert due(wrapping, at(71.9)) is None
        over = due(wrapping, at(500))
        assert over == WrappedUp(ID, at(72))
        assert advance_operator(wrapping, over).since == at(72)

    def test_nothing_else_is_ever_due(self) -> None:
        assert due(folded(*TALKED[:4]), at(10**6)) is None

    def test_time_in_state_adds_up_to_the_shift(self) -> None:
        known, lines = folded(), []
        for event in (*TALKED, WrappedUp(ID, at(50)), SignedOut(ID, at(100))):
            after = advance_operator(known, event)
            lines += [change] if (change := change_of(known, after)) else []
            known = after
        assert [(line.was, line.was_s) for line in lines] == [
            (OFFLINE, 1),
            (READY, 9),
            (RINGING, 2),
            (TALKING, 30),
            (WRAP_UP, 8),
            (READY, 50),
        ]


class TestTakingOver:
    @pytest.mark.parametrize("n", range(2, 6))
    def test_the_last_line_of_the_log_brings_him_back(self, n: int) -> None:
        before, known = folded(*TALKED[: n - 1]), folded(*TALKED[:n])
        line = change_of(before, known)
        assert line is not None
        back = resumed(ANNA, line, at(1000))
        for name in ("state", "reason", "touch", "leg", "since", "held_back", "wrap_up_ends", "signed_in"):
            assert getattr(back, name) == getattr(known, name), name

    def test_also_from_a_pause_and_from_a_lost_phone(self) -> None:
        ready = folded(*HERE)
        for event in (PauseAsked(ID, at(5), "lunch"), PhoneSeen(ID, at(5), reachable=False)):
            known = advance_operator(ready, event)
            back = resumed(ANNA, change_of(ready, known), at(1000))
            assert (back.state, back.reason) == (known.state, known.reason)

    def test_who_was_never_there_is_not_there(self) -> None:
        assert resumed(ANNA, None, at(5)) == OnFloor(ID, at(5), 30)


def any_event() -> st.SearchStrategy[AnyOperatorEvent]:
    """One of everything, in any order, with legs that repeat and times that jump."""
    when, leg, flag = st.integers(0, 100).map(at), st.sampled_from(["leg1", "leg2", "leg3"]), st.booleans()
    who, touch = st.just(ID), st.just("t1")
    return st.one_of(
        *(st.builds(kind, who, when) for kind in (SignedIn, SignedOut, MadeReady, WrappedUp, OfferMissed)),
        *(st.builds(kind, who, when, st.just("lunch")) for kind in (PauseAsked, PauseAfterCallAsked)),
        *(st.builds(kind, who, when, leg, touch) for kind in (Called, PickedUp)),
        st.builds(LegEnded, who, when, leg, touch, flag),
        st.builds(PhoneSeen, who, when, flag),
    )


@given(st.lists(any_event(), max_size=30))
def test_whatever_happens(events: list[AnyOperatorEvent]) -> None:
    """Twice the same is once; time in a state is never negative; nobody is stuck: his own word always frees him."""
    known = folded()
    for event in events:
        after = advance_operator(known, event)
        assert advance_operator(after, event) == after
        assert after.since >= known.since
        if change := change_of(known, after):
            assert change.was_s >= 0
        known = after
    for leg in known.legs:
        known = advance_operator(known, LegEnded(ID, at(200), leg.id))
    for event in (PhoneSeen(ID, at(201), reachable=True), SignedIn(ID, at(202)), MadeReady(ID, at(203))):
        known = advance_operator(known, event)
    assert (known.state, known.held_back) == (READY, "")
