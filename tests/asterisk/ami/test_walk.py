"""A simulated call's steps, role by role, with no clock at all."""

from __future__ import annotations

from dataclasses import replace

import pytest

from asterisk.ami.simulator.walk import End, PickUp, Ring, ScriptWalk, Step, Tell, walk
from asterisk.town.roles import Role, TownPlan, ring_seconds

pytestmark = pytest.mark.unit

PLAN = TownPlan(ring=(5.0, 5.0), early_hangup=(3.0, 3.0))
SCRIPT = ScriptWalk("menu", 20.0)
NUMBER = "79160000001"
START = Tell(0.0, "DozvonStep", {"Node": "menu"})
LISTENED = Tell(20.0, "DozvonResult", {"Result": "listened"})
GOODBYE = End(2.0, by_debtor=False)


def steps(
    role: Role, plan: TownPlan = PLAN, script: ScriptWalk = SCRIPT, timeout_s: float = 90.0
) -> list[Step]:
    """The whole walk of the first call to one number."""
    return list(walk(role, NUMBER, 1, plan, script, timeout_s))


@pytest.mark.parametrize(
    ("role", "expected"),
    [
        (Role.BUSY, [End(0.0, 486)]),
        (Role.UNKNOWN_NUMBER, [End(0.0, 404)]),
        (Role.CONGESTION, [End(0.0, 503)]),
        (Role.SWITCHED_OFF, [End(2.0, 480)]),
        (Role.RINGS_OUT, [Ring(0.0), End(60.0, 480)]),
        (Role.REJECTS, [Ring(0.0), End(5.0, 603)]),
        (Role.LISTENS_TO_END, [Ring(0.0), PickUp(5.0), START, LISTENED, End(0.0, by_debtor=False)]),
        (Role.SLOW_ANSWER, [Ring(0.0), PickUp(25.0), START, LISTENED, End(0.0, by_debtor=False)]),
        (Role.HANGS_UP_EARLY, [Ring(0.0), PickUp(5.0), START, End(3.0)]),
        (Role.ANSWERING_MACHINE, [Ring(0.0), PickUp(5.0), START, LISTENED, End(0.0, by_debtor=False)]),
    ],
)
def test_roles(role: Role, expected: list[Step]) -> None:
    assert steps(role) == expected


@pytest.mark.parametrize(
    ("role", "digit", "result"),
    [
        (Role.PRESSES_1, "1", "operator_wanted"),
        (Role.PRESSES_2, "2", "promise"),
        (Role.PRESSES_9, "9", "wrong_person"),
    ],
)
def test_digits(role: Role, digit: str, result: str) -> None:
    assert steps(role)[3:] == [
        Tell(PLAN.press_after, "DozvonDigit", {"Node": "menu", "Digit": digit}),
        Tell(0.0, "DozvonResult", {"Result": result}),
        GOODBYE,
    ]


@pytest.mark.parametrize("role", [Role.LISTENS_TO_END, Role.REJECTS, Role.RINGS_OUT, Role.SLOW_ANSWER])
def test_our_time_out_ends_the_ringing(role: Role) -> None:
    assert steps(role, timeout_s=4.0) == [Ring(0.0), End(4.0, 480, by_debtor=False, timed_out=True)]


def test_a_machine_ends_a_long_script() -> None:
    assert steps(Role.ANSWERING_MACHINE, script=replace(SCRIPT, seconds=90.0))[-1] == End(4.0 + 0.4 + 30.0)


def test_a_script_that_is_over_before_the_digit() -> None:
    assert steps(Role.PRESSES_1, script=replace(SCRIPT, seconds=1.0))[-2:] == [
        replace(LISTENED, after_s=1.0),
        End(0.0, by_debtor=False),
    ]


def test_ringing_takes_the_town_s_time() -> None:
    plan = TownPlan()
    assert steps(Role.LISTENS_TO_END, plan)[1] == PickUp(ring_seconds(NUMBER, 1, plan))
