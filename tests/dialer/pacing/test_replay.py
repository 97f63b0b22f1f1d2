"""A recorded run gives the same decisions again, byte for byte."""

from __future__ import annotations

from typing import Any

import pytest

from dialer.pacing import PacingDecision, Snapshot, make_pacer
from dialer.pacing.replay import line, opening, replay
from dialer.pacing.simulator import simulate
from domain.errors import InputError
from tests.dialer.pacing.shifts import scenario

pytestmark = pytest.mark.unit


class Recording:
    """A pacer that writes down what it is told and answers."""

    def __init__(self, name: str, **given: Any) -> None:
        self._pacer = make_pacer(name, **given)
        self.lines = [opening(name, **given)]

    def decide(self, snapshot: Snapshot) -> PacingDecision:
        decision = self._pacer.decide(snapshot)
        self.lines.append(line(snapshot, decision))
        return decision


def record(name: str, **options: Any) -> list[str]:
    pacer = Recording(name, target_abandon=0.04, patience=2.5, **options)
    simulate(scenario(hours=0.2, agents=[[0, 6], [400, 0], [420, 9]], outages=[[300, 30]]), pacer, 5)
    return pacer.lines


@pytest.mark.parametrize(
    ("name", "options"), [("predictive", {}), ("progressive", {}), ("ratio", {"level": 2.5})]
)
def test_a_recorded_run_gives_the_same_decisions_byte_for_byte(name: str, options: dict[str, Any]) -> None:
    lines = record(name, **options)
    assert len(lines) == 721
    assert any('"dial":1' in text for text in lines)
    assert list(replay(lines)) == lines


def test_another_pacer_would_have_decided_otherwise() -> None:
    lines = record("predictive")
    other = [opening("ratio", target_abandon=0.04, patience=2.5, level=5.0), *lines[1:]]
    assert list(replay(other))[1:] != lines[1:]


def test_an_empty_record_is_empty() -> None:
    assert list(replay([])) == []


@pytest.mark.parametrize(
    ("lines", "number"),
    [
        (["{"], 1),
        (['{"told":{}}'], 1),
        ([opening("ratio", target_abandon=0.03, patience=2.0), '{"told":{"now":1.0}}'], 2),
        ([opening("ratio", target_abandon=0.03, patience=2.0), '{"told":{"events":[["sneezed",1]]}}'], 2),
        ([opening("ratio", target_abandon=0.03, patience=2.0), '{"told":{"events":[],"noon":1}}'], 2),
    ],
)
def test_a_broken_line_is_named(lines: list[str], number: int) -> None:
    with pytest.raises(InputError, match=f"shift.jsonl, line {number}"):
        list(replay(lines, "shift.jsonl"))
