"""The comparison of robots' record and our log finds what differs, and nothing else."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from asterisk.town import RobotTalk
from dialer.demo.talk_truth import compare_talks
from domain.call import Call, advance
from domain.call_events import Answered, Connected, HungUp, OperatorLeft
from domain.touch import TouchId

pytestmark = pytest.mark.unit

START = datetime(2026, 3, 10, 8, tzinfo=UTC)


def at(seconds: float) -> datetime:
    return START + timedelta(seconds=seconds)


def talk(touch: str, user: str = "op1", begin: float = 10.0, end: float = 30.0) -> RobotTalk:
    return RobotTalk(touch, user, 1, at(begin - 0.3), at(begin), at(end), "robot")


def logged(touch: str, operator: int = 1, begin: float = 10.0, end: float = 30.0) -> dict[TouchId, Call]:
    id = TouchId(touch)
    call = advance(Call(id), Answered(id, at(begin - 1)))
    call = advance(call, Connected(id, at(begin), operator))
    call = advance(call, OperatorLeft(id, at(end), operator))
    return {id: advance(call, HungUp(id, at(end + 0.1), 16))}


def test_the_same_talk_is_equal() -> None:
    compared = compare_talks([talk("a")], logged("a", begin=10.2, end=30.5))
    assert compared.equal
    assert compared.talks == 1
    assert compared.apart_s == pytest.approx([0.2, 0.5])


def test_a_clock_that_is_ahead_is_seen_through() -> None:
    assert compare_talks([talk("a")], logged("a", begin=3610.0, end=3630.0), ahead=timedelta(hours=1)).equal


def test_an_offer_that_was_not_taken_is_no_talk() -> None:
    rang = RobotTalk("a", "op1", 1, at(0), None, at(15), "caller")
    compared = compare_talks([rang], {})
    assert (compared.equal, compared.talks) == (True, 0)


def test_a_talk_that_we_do_not_know_is_lost_and_one_that_nobody_had_a_phantom() -> None:
    compared = compare_talks([talk("a")], logged("b"))
    assert (compared.lost, compared.phantom) == (["a: op1"], ["b"])


@pytest.mark.parametrize("wrong", [{"operator": 2}, {"begin": 13.0}, {"end": 40.0}], ids=str)
def test_another_operator_or_time_is_different(wrong: dict[str, float]) -> None:
    compared = compare_talks([talk("a")], logged("a", **wrong))  # type: ignore[arg-type]
    assert len(compared.different) == 1


def test_two_talks_of_a_robot_at_once_are_found() -> None:
    calls = logged("a") | logged("b", begin=20.0, end=40.0)
    compared = compare_talks([talk("a"), talk("b", begin=20.0, end=40.0)], calls)
    assert compared.at_once == ["op1: a and b"]
    assert not compared.lost
