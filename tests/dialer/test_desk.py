"""A desk: what its calls and operators tell the pacer, and what it makes of the pacer's answers."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from functools import reduce
from pathlib import Path

import pytest

from dialer.desks.desk import MOST_DIALS_PER_OPERATOR, Desk
from dialer.desks.facts import CallsOfDesk, calls_of, events_of_call, events_of_operator
from dialer.desks.record import MOST_FILES, PacingRecord
from dialer.floor.floor import FloorFacts
from dialer.pacing import PacingDecision, PacingEvent, Snapshot
from dialer.pacing.replay import replay
from dialer.running import Running
from dialer.settings import PacingSettings
from domain.call import Call, advance
from domain.call_events import (
    Answered,
    AnyCallEvent,
    Connected,
    Created,
    HungUp,
    MachineJudged,
    NotPlaced,
    Offered,
    Queued,
    Ringing,
    Unserved,
)
from domain.campaign import Mode, Plan
from domain.operator import OperatorState, StateChange
from domain.operator_events import OperatorId
from domain.touch import TouchId

pytestmark = pytest.mark.unit

T = TouchId("0199d3c27a1b7cde8f00000000000001")
START = datetime(2026, 3, 10, 9, tzinfo=UTC)
NOTHING = CallsOfDesk([], [], stale=False)


def at(seconds: float) -> datetime:
    return START + timedelta(seconds=seconds)


def folded(*events: AnyCallEvent) -> Call:
    return reduce(advance, events, Call(T))


DIALLED: tuple[AnyCallEvent, ...] = (Created(T, at(0)), Ringing(T, at(1)))
WAITS: tuple[AnyCallEvent, ...] = (*DIALLED, Answered(T, at(8)), Queued(T, at(8), "debts"))


def told(*events: AnyCallEvent) -> list[PacingEvent]:
    """What a call tells the pacer, event by event, at the age of 9 seconds."""
    call = Call(T)
    said: list[PacingEvent] = []
    for event in events:
        after = advance(call, event)
        said += events_of_call(call, after, 9.0)
        call = after
    return said


@pytest.mark.parametrize(
    ("events", "said"),
    [
        (WAITS, [PacingEvent.answered(9)]),
        ((*WAITS, Connected(T, at(9), 7), HungUp(T, at(50), 16)), [PacingEvent.answered(9)]),
        (
            (*WAITS, Unserved(T, at(10)), HungUp(T, at(20), 16)),
            [PacingEvent.answered(9), PacingEvent.abandoned(2)],
        ),
        ((*WAITS, HungUp(T, at(9), 16)), [PacingEvent.answered(9), PacingEvent.abandoned(1)]),
        ((*DIALLED, HungUp(T, at(9), 17, 486)), [PacingEvent.failed(9)]),
        ((*DIALLED, HungUp(T, at(9), 19, 480)), [PacingEvent.no_answer(9)]),
        ((*DIALLED, HungUp(T, at(9), 34, 503)), [PacingEvent.congested(9)]),
        ((NotPlaced(T, at(0), "no channel"),), [PacingEvent.congested(9)]),
        (
            (*DIALLED, Answered(T, at(7)), MachineJudged(T, at(8), "machine", "X"), HungUp(T, at(9), 16)),
            [PacingEvent.machine(9)],
        ),
    ],
)
def test_what_a_call_tells(events: tuple[AnyCallEvent, ...], said: list[PacingEvent]) -> None:
    assert told(*events) == said
    assert told(*events, *events) == said, "events that come again are told once"


@pytest.mark.parametrize(
    ("was", "state", "said"),
    [
        (OperatorState.TALKING, OperatorState.WRAP_UP, [PacingEvent.talk_ended(30)]),
        (OperatorState.TALKING, OperatorState.READY, [PacingEvent.talk_ended(30), PacingEvent.wrap_ended(0)]),
        (OperatorState.WRAP_UP, OperatorState.READY, [PacingEvent.wrap_ended(30)]),
        (OperatorState.READY, OperatorState.RINGING, []),
    ],
)
def test_what_an_operator_tells(was: OperatorState, state: OperatorState, said: list[PacingEvent]) -> None:
    change = StateChange(OperatorId(7), START, state, "", "", "", was, 30.0)
    assert list(events_of_operator(change)) == said


def running(
    since: float, *events: AnyCallEvent, desk: str = "debts", mode: Mode = Mode.PREDICTIVE
) -> Running:
    plan = Plan(1, START, desk=desk, mode=mode)
    return Running(folded(*events), plan, "+7", 1, "n1", since, queued=since + 8)


def test_a_desk_s_calls() -> None:
    calls = [
        running(1, *DIALLED),
        running(2, *WAITS),
        running(3, *WAITS, Offered(T, at(9), 7)),
        running(4, *WAITS, Connected(T, at(9), 7)),
        running(5, *WAITS, Unserved(T, at(10))),
        running(6, *DIALLED, desk="other"),
        running(7, *DIALLED, mode=Mode.PREVIEW),
        running(8, *WAITS, desk=""),
    ]
    assert calls_of("debts", calls) == CallsOfDesk([1], [10, 16], stale=False)
    calls[0].missed = True
    assert calls_of("debts", calls).stale
    assert not calls_of("other", calls).stale


class Fixed:
    """A pacer that always answers so, and keeps what it was told."""

    def __init__(self, dial: int) -> None:
        self.dial, self.told = dial, list[Snapshot]()

    def decide(self, snapshot: Snapshot) -> PacingDecision:
        self.told.append(snapshot)
        return PacingDecision(self.dial, "fixed")


def desk_of(dial: int) -> tuple[Desk, Fixed]:
    desk, pacer = Desk("debts", PacingSettings()), Fixed(dial)
    desk._pacers[Mode.PREDICTIVE] = pacer
    return desk, pacer


def test_no_pacer_dials_a_whole_list() -> None:
    desk, _ = desk_of(1000)
    two = FloorFacts(idle_since=[1.0], talking_since=[2.0])
    calls = CallsOfDesk([3.0] * 10, [], stale=False)
    _, decision = desk.decide(Mode.PREDICTIVE, two, calls, 5000, 4.0)
    assert (decision.dial, decision.reason) == (2 * MOST_DIALS_PER_OPERATOR - 10, "no more than 30 in flight")
    _, nobody = desk.decide(Mode.PREDICTIVE, FloorFacts(), NOTHING, 5000, 5.0)
    assert nobody.dial == 0


def test_whoever_is_offered_a_call_counts_as_talking() -> None:
    desk, pacer = desk_of(0)
    desk.decide(Mode.PREDICTIVE, FloorFacts([1.0], [2.0], [3.0], [4.0]), NOTHING, 5, 6.0)
    seen = pacer.told[0]
    assert (seen.idle_since, seen.talking_since, seen.wrapping_since) == ([1.0], [3.0, 2.0], [4.0])


def test_after_unheard_events_it_dials_with_care_and_tells_its_pacer_later() -> None:
    desk, pacer = desk_of(8)
    desk.heard(PacingEvent.answered(9))
    idle = FloorFacts(idle_since=[1.0, 1.0])
    _, careful = desk.decide(Mode.PREDICTIVE, idle, CallsOfDesk([2.0], [], stale=True), 50, 3.0)
    assert careful.dial == 1, "one for each idle operator"
    assert careful.reason.startswith("events may have gone unheard")
    desk.decide(Mode.PREDICTIVE, idle, NOTHING, 50, 4.0)
    assert [list(seen.events) for seen in pacer.told] == [[PacingEvent.answered(9)]]


def test_it_begins_cold() -> None:
    desk = Desk("debts", PacingSettings())
    for mode in (Mode.PREDICTIVE, Mode.PROGRESSIVE):
        _, decision = desk.decide(mode, FloorFacts(idle_since=[1.0] * 3), NOTHING, 50, 2.0)
        assert decision.dial == 3


def test_the_board() -> None:
    desk, _ = desk_of(1)
    for event in (PacingEvent.answered(9), PacingEvent.answered(9), PacingEvent.abandoned(2)):
        desk.heard(event)
    desk.decide(Mode.PREDICTIVE, FloorFacts(idle_since=[1.0]), CallsOfDesk([2.0], [2.5], stale=False), 7, 3.0)
    desk.dialled(1)
    board = desk.board()
    assert board == board | {"desk": "debts", "mode": "predictive", "idle": 1, "in_flight": 1, "waiting": 1}
    assert board == board | {"leads": 7, "dial": 1, "reason": "fixed", "dialled": 1}
    assert (board["answered"], board["abandoned"], board["abandon_share"]) == (2, 1, 0.5)
    desk.rests("this dialler does not drive the floor")
    assert desk.reason == "this dialler does not drive the floor"


def test_what_it_decided_can_be_played_again(tmp_path: Path) -> None:
    """The same facts bring the same decisions, byte for byte; a file begins with its pacer."""
    pacing = PacingSettings()
    record = PacingRecord(tmp_path / "pacing", pacing, START)
    desk = Desk("debts", pacing, record.decided)
    for second in range(30):
        if second % 3 == 0:
            desk.heard(PacingEvent.answered(8.0 + second % 5))
        calls = CallsOfDesk([float(second)] * (second % 4), [], stale=second == 7)
        desk.decide(Mode.PREDICTIVE, FloorFacts([0.0] * (second % 5)), calls, 50, float(second + 1))
    record.close()
    (file,) = (tmp_path / "pacing").iterdir()
    lines = file.read_text().splitlines()
    assert len(lines) == 1 + 29, "one was decided with care, by no pacer of this record"
    assert list(replay(lines)) == lines


def test_a_record_that_cannot_be_written_stops_nothing(tmp_path: Path) -> None:
    (tmp_path / "pacing").write_text("a file where the folder should be")
    desk = Desk("debts", PacingSettings(), PacingRecord(tmp_path / "pacing", PacingSettings(), START).decided)
    for second in (1.0, 2.0):
        _, decision = desk.decide(Mode.PROGRESSIVE, FloorFacts([0.0]), NOTHING, 5, second)
        assert decision.dial == 1


def test_only_the_last_records_of_a_desk_are_kept(tmp_path: Path) -> None:
    for day in range(MOST_FILES + 2):
        record = PacingRecord(tmp_path, PacingSettings(), START + timedelta(days=day))
        Desk("debts", PacingSettings(), record.decided).decide(
            Mode.PROGRESSIVE, FloorFacts(), NOTHING, 5, 1.0
        )
        record.close()
    kept = sorted(path.name for path in tmp_path.iterdir())
    assert len(kept) == MOST_FILES
    assert kept[0].startswith("debts.progressive.20260312")


def test_who_wants_no_record_has_none(tmp_path: Path) -> None:
    pacing = PacingSettings(record=False)
    record = PacingRecord(tmp_path / "pacing", pacing, START)
    Desk("debts", pacing, record.decided).decide(Mode.PROGRESSIVE, FloorFacts(), NOTHING, 5, 1.0)
    assert not (tmp_path / "pacing").exists()
