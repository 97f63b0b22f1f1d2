"""The simulated shift itself: its bookkeeping, its determinism, its agreement with what can be computed by hand."""

from __future__ import annotations

from itertools import count

import pytest

from dialer.pacing import EventKind, Pacer, PacingDecision, Snapshot, make_pacer
from dialer.pacing.simulator import simulate
from tests.dialer.pacing.shifts import scenario

pytestmark = pytest.mark.unit

KEYS = {
    "utilisation", "abandon", "abandon_worst_30min", "dials", "answers", "talks", "idle_wait_mean_s", "decisions",
    "decide_ms_p99",
}  # fmt: skip


class Watched:
    """Dials as ``inner`` says, and keeps what it was told."""

    def __init__(self, inner: Pacer) -> None:
        self._inner, self.told = inner, list[Snapshot]()

    def decide(self, snapshot: Snapshot) -> PacingDecision:
        self.told.append(snapshot)
        return self._inner.decide(snapshot)


class Flood:
    """Dials ten a second, whoever is there."""

    def decide(self, snapshot: Snapshot) -> PacingDecision:
        return PacingDecision(10, "flood")


def test_the_same_seed_is_the_same_shift_and_another_is_not() -> None:
    first, again, other = (
        simulate(scenario(answer_wave=0.2), make_pacer("ratio", level=2), seed).to_json()
        for seed in (7, 7, 8)
    )
    assert first == again != other
    assert set(first) == KEYS


def test_progressive_abandons_nobody_and_keeps_an_operator_waiting_as_long_as_dials_take() -> None:
    shift = simulate(scenario(hours=8), make_pacer("progressive"), 1).to_json()
    # 4 dials a talk: answers after 11 s, a fifth fails after 2 s, the rest rings 25 s; half a second each is the grid's
    expected = (0.25 * 11 + 0.2 * 2 + 0.55 * 25 + 0.5) * 4
    assert shift["idle_wait_mean_s"] == pytest.approx(expected, rel=0.05)
    assert shift["utilisation"] == pytest.approx(55 / (55 + expected), rel=0.05)
    assert shift["abandon"] == shift["abandon_worst_30min"] == 0


def test_every_answer_is_a_talk_or_abandoned_and_every_event_is_told_once() -> None:
    pacer = Watched(Flood())
    shift = simulate(scenario(machine_rate=0.2, outages=[[600, 60]]), pacer, 3)
    figures = shift.to_json()
    told = [event for snapshot in pacer.told for event in snapshot.events]
    kinds = {kind: sum(event.kind is kind for event in told) for kind in EventKind}
    in_flight = len(pacer.told[-1].ringing_since)
    ended = sum(kinds[kind] for kind in list(EventKind)[:5])
    assert figures["dials"] - 10 == ended + in_flight
    assert kinds[EventKind.CONGESTED] == 600
    assert kinds[EventKind.ANSWERED] == pytest.approx(figures["answers"], abs=20)
    assert figures["answers"] - figures["talks"] == pytest.approx(kinds[EventKind.ABANDONED], abs=30)
    assert figures["abandon"] > 0.8
    assert all(event.seconds == pytest.approx(2) for event in told if event.kind is EventKind.ABANDONED)


def test_a_live_answer_takes_the_operator_who_has_been_idle_longest() -> None:
    pacer = Watched(make_pacer("progressive"))
    simulate(scenario(), pacer, 1)
    for snapshot in pacer.told:
        assert list(snapshot.idle_since) == sorted(snapshot.idle_since)
        assert not (snapshot.idle_since and snapshot.waiting_since)


def test_operators_leave_when_idle_or_after_their_wrap_up() -> None:
    pacer = Watched(make_pacer("progressive"))
    simulate(scenario(agents=[[0, 5], [1200, 2], [2400, 4]]), pacer, 1)
    present = [snapshot.operators for snapshot in pacer.told]
    assert present[1199] == 5
    assert present[1200] >= 2
    assert present[2399] == 2
    assert present[2400] == present[-1] == 4


def test_nobody_is_dialled_after_the_list_is_exhausted() -> None:
    pacer = Watched(make_pacer("progressive"))
    figures = simulate(scenario(leads=50), pacer, 1).to_json()
    assert figures["dials"] == 50
    assert pacer.told[-1].leads_left == 0


def test_machines_are_told_apart_as_well_as_the_detection_does() -> None:
    amd = {"false_positive": 0.1, "false_negative": 0.3, "delay_s": 2.5}
    pacer = Watched(make_pacer("progressive"))
    simulate(scenario(hours=8, machine_rate=0.4, amd=amd), pacer, 1)
    told = [event for snapshot in pacer.told for event in snapshot.events]
    answered, machines = (
        [event.seconds for event in told if event.kind is kind]
        for kind in (EventKind.ANSWERED, EventKind.MACHINE)
    )
    expected = (0.25 * 0.9 + 0.4 * 0.3) / (0.25 * 0.1 + 0.4 * 0.7)
    assert len(answered) / len(machines) == pytest.approx(expected, rel=0.15)
    assert min(answered) > 4.5


def test_decisions_are_timed_by_the_watch_given() -> None:
    ticks = count()
    shift = simulate(scenario(), make_pacer("progressive"), 1, lambda: next(ticks) * 0.001)
    assert shift.to_json()["decide_ms_p99"] == pytest.approx(1.0)


@pytest.mark.parametrize("values", [{"agents": 0}, {"answer_rate": 0}, {"leads": 0}, {"hours": 0.0001}])
def test_a_shift_in_which_nothing_can_happen_has_figures_all_the_same(values: dict[str, float]) -> None:
    figures = simulate(scenario(**values), make_pacer("progressive"), 1).to_json()
    assert figures["talks"] == figures["abandon"] == 0
