"""The calls that are up: counted in once, counted out once."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from dialer.running import Running, RunningCalls
from domain.call import Call
from domain.campaign import Plan
from domain.touch import TouchId

pytestmark = pytest.mark.unit

NOON = datetime(2026, 3, 10, 12, tzinfo=UTC)


def running(id: str, campaign: int = 1, node: str = "n1") -> Running:
    return Running(Call(TouchId(id)), Plan(1, NOON), "+7916", campaign, node, since=0.0)


def test_counts_by_campaign_and_by_node() -> None:
    calls = RunningCalls()
    for call in (running("a"), running("b", campaign=2), running("c", node="n2")):
        calls.add(call)
    assert (len(calls), calls.none) == (3, False)
    assert [calls.in_campaign(id) for id in (1, 2, 3)] == [2, 1, 0]
    assert [calls.on_node(name) for name in ("n1", "n2", "n3")] == [2, 1, 0]
    assert [call.call.touch for call in calls.of_node("n1")] == ["a", "b"]


def test_a_call_counts_once_however_often_it_is_added_or_removed() -> None:
    calls, first = RunningCalls(), running("a")
    calls.add(first)
    calls.add(running("a", campaign=2))
    assert (calls.get(TouchId("a")), calls.in_campaign(1), calls.in_campaign(2)) == (first, 1, 0)
    for _ in range(2):
        calls.remove(TouchId("a"))
        assert (calls.in_campaign(1), calls.on_node("n1"), calls.none) == (0, 0, True)


def test_the_list_of_all_may_be_changed_while_it_is_walked() -> None:
    calls = RunningCalls()
    for id in "abc":
        calls.add(running(id))
    for call in calls.all():
        calls.remove(call.call.touch)
    assert calls.none
