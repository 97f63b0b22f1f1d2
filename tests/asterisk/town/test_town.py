"""The real town plays what ``role_of`` says, and its record tells of every INVITE."""

from __future__ import annotations

from collections import Counter
from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path

import pytest

from asterisk.install import Installation
from asterisk.ports import free_port
from asterisk.town import CallersPlan, CarrierCall, Role, Town, TownPlan, read_calls_in, read_record, role_of
from asterisk.town.callers import calls_back
from asterisk.town.roles import SIP_CODES, ring_seconds
from tests.asterisk.conftest import QUICK_TOWN, Pair
from tests.asterisk.raw_ami import RawAmi, raw_ami
from tests.polling import until

pytestmark = pytest.mark.integration

SCRIPT = """[town-test]
exten = s,1,Answer()
 same = n,Wait(2)
 same = n,Hangup(16)
"""

CAUSES = {
    Role.BUSY: ("17", "486"),
    Role.RINGS_OUT: ("19", "480"),
    Role.REJECTS: ("21", "603"),
    Role.UNKNOWN_NUMBER: ("1", "404"),
    Role.CONGESTION: ("34", "503"),
    Role.SWITCHED_OFF: ("19", "480"),
}
"""What our side sees, measured: hang-up cause and SIP code."""

DEBTOR_ENDS = {Role.HANGS_UP_EARLY, Role.ANSWERING_MACHINE}


@pytest.fixture
async def ami(pair: Pair) -> AsyncIterator[RawAmi]:
    await pair.node.install_script("town-test", SCRIPT)
    async with raw_ami(pair.node.plan) as session:
        yield session


async def recorded(town: Town, *touches: str) -> dict[str, CarrierCall]:
    """The record of these touches, once the town has written it: it does so a moment after the hangup."""
    calls: dict[str, CarrierCall] = {}

    def complete() -> bool:
        calls.update({call.touch_id: call for call in read_record(town.record_path)})
        return calls.keys() >= set(touches)

    await until(complete, what="the record is complete")
    return {touch: calls[touch] for touch in touches}


def touch_of(test: int, call: int) -> str:
    return f"019aa7c0-{test:04d}-7000-8000-{call:012d}"


class TestEveryRole:
    async def test_our_side_and_the_record_tell_the_same(self, pair: Pair, ami: RawAmi) -> None:
        touches = {role: touch_of(1, place) for place, role in enumerate(Role)}
        for place, touch in enumerate(touches.values()):
            await ami.originate(touch, f"79160{place}9990{place:02d}", "town-test")
        hangups = {m["Uniqueid"]: m for m in await ami.until(len(Role), Event="Hangup")}
        record = await recorded(pair.town, *touches.values())

        for role, touch in touches.items():
            call, hangup = record[touch], hangups[touch]
            assert call.role is role
            assert call.sip_code == SIP_CODES.get(role)
            assert (call.answered is not None) == (role not in SIP_CODES)
            assert (hangup["Cause"], hangup.get("TechCause")) == CAUSES.get(role, ("16", None)), role
            assert call.ended_by == ("debtor" if role in SIP_CODES or role in DEBTOR_ENDS else "dialler")
            assert call.digit == (role[-1] if role.startswith("presses") else "")

    async def test_the_same_number_plays_its_own_role_at_every_call(self, pair: Pair, ami: RawAmi) -> None:
        numbers = [f"7917000{i:04d}" for i in range(20)]
        for nth in (1, 2):
            touches = [touch_of(2, nth * 100 + i) for i in range(len(numbers))]
            for number, touch in zip(numbers, touches, strict=True):
                await ami.originate(touch, number, "town-test")
            await ami.until(nth * len(numbers), Event="Hangup")
            record = await recorded(pair.town, *touches)
            assert [record[touch].nth for touch in touches] == [nth] * len(numbers)
            assert [record[touch].role for touch in touches] == [
                role_of(number, nth, record[touch].hour, QUICK_TOWN)
                for number, touch in zip(numbers, touches, strict=True)
            ]

    async def test_it_rings_as_long_as_the_hash_says(self, pair: Pair, ami: RawAmi) -> None:
        number, touch = "79160999000", touch_of(3, 1)
        await ami.originate(touch, number, "town-test")
        await ami.until(1, Event="Hangup", Uniqueid=touch)
        call = (await recorded(pair.town, touch))[touch]
        assert call.answered is not None
        rang = (call.answered - call.started).total_seconds()
        assert rang >= ring_seconds(number, call.nth, QUICK_TOWN)


class TestRecord:
    async def test_a_call_that_we_cancel_is_one_line_without_a_code(self, pair: Pair, ami: RawAmi) -> None:
        touch = touch_of(4, 1)
        await ami.originate(touch, "79160999008", "town-test", timeout_ms=300)
        (hangup,) = await ami.until(1, Event="Hangup", Uniqueid=touch)
        call = (await recorded(pair.town, touch))[touch]
        assert (call.sip_code, call.answered, call.ended_by) == (None, None, "dialler")
        assert hangup["TechCause"] == "480"


@pytest.fixture
async def own_town(installation: Installation, folder: Path) -> AsyncIterator[Town]:
    """A town in which one person lives, who is never reached."""
    plan = TownPlan(shares={Role.LISTENS_TO_END: 1.0}, answer_rates=(0.0,) * 24, ring_out=0.2)
    town = Town(folder, free_port(), plan, installation)
    await town.start()
    yield town
    await town.stop()


async def test_nobody_answers_when_the_rate_of_the_hour_is_zero(ami: RawAmi, own_town: Town) -> None:
    touches = [touch_of(5, i) for i in range(5)]
    for place, touch in enumerate(touches):
        await ami.originate(touch, f"7916123000{place}", "town-test", port=own_town.sip_port)
    await ami.until(5, Event="Hangup", TechCause="480")
    record = await recorded(own_town, *touches)
    assert {call.role for call in record.values()} == {Role.RINGS_OUT}


async def test_a_killed_town_writes_its_record_on(ami: RawAmi, own_town: Town) -> None:
    before, after = touch_of(6, 1), touch_of(6, 2)
    await ami.originate(before, "79161230000", "town-test", port=own_town.sip_port)
    await recorded(own_town, before)
    await own_town.kill()
    await own_town.start()
    await ami.originate(after, "79161230000", "town-test", port=own_town.sip_port)
    assert set(await recorded(own_town, before, after)) == {before, after}


DIALS = """[town-dials]
exten = s,1,Answer()
 same = n,SendDTMF(w12)
 same = n,Wait(2)
 same = n,Hangup(16)
"""


async def test_a_switchboard_puts_through_to_the_extension_that_is_dialled(pair: Pair, ami: RawAmi) -> None:
    await pair.node.install_script("town-dials", DIALS)
    right, wrong = touch_of(8, 1), touch_of(8, 2)
    number = next(f"791{n}0999312" for n in range(90) if at_his_desk(f"791{n}0999312"))
    await ami.originate(right, number, "town-dials")
    await ami.originate(wrong, f"{number[:-2]}13", "town-dials")
    record = await recorded(pair.town, right, wrong)
    assert {touch: call.digit for touch, call in record.items()} == {right: "12", wrong: "12"}
    assert (record[right].ended_by, record[wrong].ended_by) == ("dialler", "debtor")


def at_his_desk(number: str) -> bool:
    return role_of(number, 1, 0, QUICK_TOWN) is Role.LISTENS_TO_END


OURS = "74950000000"
CALLERS = CallersPlan(
    share=1.0, again=0.3, at_once=0.3, delay_median_s=0.3, again_after_s=0.1, at_once_after_s=0.1, stays_s=0.2
)


async def test_people_call_back_as_they_are_drawn_to(
    installation: Installation, folder: Path, pair: Pair, ami: RawAmi
) -> None:
    plan = replace(QUICK_TOWN, callers=CALLERS)
    town = Town(folder, free_port(), plan, installation)
    await town.start()
    try:
        numbers = [f"7918000{i:04d}" for i in range(12)]
        for place, number in enumerate(numbers):
            await ami.originate(touch_of(7, place), number, "town-test", port=town.sip_port, caller=OURS)
        expected: Counter[str] = Counter()
        for number in numbers:
            back = calls_back(number, 1, plan.seed, CALLERS)
            if back and role_of(number, 1, 12, plan) is not Role.UNKNOWN_NUMBER:
                expected[number] += 1 + back.again

        def told() -> Counter[str]:
            return Counter(call.number for call in read_calls_in(town.record_path))

        await until(lambda: told().total() >= expected.total(), what="everybody has called back")
        assert told() == expected
        assert {call.line for call in read_calls_in(town.record_path)} == {OURS}
        assert expected.total() > len(expected) > 0
    finally:
        await town.stop()
