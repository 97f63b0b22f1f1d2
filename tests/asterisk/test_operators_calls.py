"""What the node does with a call that an operator takes: the real Asterisk, the town, and its robots."""

from __future__ import annotations

import asyncio
import shutil
import tempfile
import wave
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest
import uuid_utils

from asterisk.channel_log import read_channel_log
from asterisk.events import to_call_event
from asterisk.install import Installation
from asterisk.node import Node
from asterisk.operators import phones_text, queues_text
from asterisk.ports import free_port
from asterisk.town import RobotPlan, Town, read_talks
from asterisk.town.roles import Role
from domain.call import Call, advance
from domain.operator_events import OperatorId
from domain.operator_phone import OperatorPhone
from domain.touch import Outcome, TouchId
from domain.verdict import judge
from tests.asterisk.conftest import QUICK_TOWN, Pair, node_plan
from tests.asterisk.phones import registered
from tests.asterisk.raw_ami import RawAmi, raw_ami
from tests.polling import until

pytestmark = pytest.mark.integration

PHONES = {OperatorId(1): OperatorPhone("secret1"), OperatorId(2): OperatorPhone("secret2")}
SCRIPTS = """
[transfer-test]
exten = s,1,Answer()
 same = n,UserEvent(DozvonResult,Result: operator_wanted)
 same = n,Gosub(dozvon-queue,s,1(${DZ_DESK},${DZ_PATIENCE}))
 same = n,UserEvent(DozvonStep,Node: later)
 same = n,Hangup(16)

[harbour-test]
exten = s,1,Answer()
 same = n,UserEvent(DozvonStep,Node: sorry)
 same = n,Wait(0.2)
 same = n,Hangup(16)
"""


@pytest.fixture(scope="module")
def floor(installation: Installation) -> Iterator[Pair]:
    """A node with two operators: the first picks up and talks 0.5 s, the second lets it ring."""
    folder = Path(tempfile.mkdtemp(prefix="dz-"))
    phones = free_port()
    users = {f"op{id}": phone.secret for id, phone in PHONES.items()}
    robots = RobotPlan(users, free_port(), phones, talk_s=0.5, talk_cv=0.0, deaf=frozenset({"op2"}))
    town = Town(
        folder / "town", free_port(), replace(QUICK_TOWN, robots=robots, sends_silence=True), installation
    )
    node = Node(replace(node_plan(folder, town.sip_port), phones_port=phones), installation)
    asyncio.run(_open(node, town))
    yield Pair(node, town)
    asyncio.run(_close(node, town))
    shutil.rmtree(folder)


async def _open(node: Node, town: Town) -> None:
    await asyncio.gather(town.start(), node.start())
    node.folder.operators.mkdir(parents=True, exist_ok=True)
    (node.folder.operators / "phones.conf").write_text(phones_text(PHONES))
    (node.folder.operators / "queues.conf").write_text(queues_text(["quick", "deaf", "empty"]))
    await node.cli("module reload res_pjsip.so")
    await node.cli("queue reload all")
    await node.install_script("calls-test", SCRIPTS)

    async def phones_are_there() -> bool:
        return await registered(node) >= {"op1", "op2"}

    await until(phones_are_there, what="both phones registered")
    await node.cli("queue add member PJSIP/op1 to desk-quick")
    await node.cli("queue add member PJSIP/op2 to desk-deaf")


async def _close(node: Node, town: Town) -> None:
    await asyncio.gather(town.stop(), node.stop())


async def place(
    ami: RawAmi, desk: str, *, patience: int = 1, more: str = "", context: str = "dozvon-desk"
) -> TouchId:
    """Dial somebody for a desk, as the dialler does."""
    touch = TouchId(str(uuid_utils.uuid7()).replace("-", ""))
    await ami.send(
        Action="Originate",
        ActionID=touch,
        ChannelId=touch,
        Channel=f"PJSIP/+79169990{list(Role).index(Role.LISTENS_TO_END):02}@carrier",
        Context=context,
        Exten="s",
        Priority="1",
        Timeout="20000",
        Async="true",
        Variable=f"DZ_DESK={desk},DZ_PATIENCE={patience},DZ_HARBOUR=harbour-test,{more}",
    )
    return touch


async def followed(ami: RawAmi, touch: TouchId) -> Call:
    """The call when it is over, with the end of its operator's leg."""
    await ami.until(1, Event="Hangup", Uniqueid=touch)
    call = Call(touch)
    for message in ami.messages:
        at = datetime.fromtimestamp(float(message.get("Timestamp", "0")), UTC)
        if (event := to_call_event(message, at)) and event.touch == touch:
            call = advance(call, event)
    return call


async def test_an_operator_takes_the_call_and_knows_whose_it_is(floor: Pair) -> None:
    async with raw_ami(floor.node.plan) as ami:
        touch = await place(ami, "quick", patience=10)
        call = await followed(ami, touch)
        assert (call.desk, call.operator, call.unserved_at) == ("quick", 1, None)
        assert call.connected_at is not None
        assert judge(call).outcome is Outcome.ANSWERED_SHORT, "0.5 s of talk"
        assert call.recordings == ()
    await until(
        lambda: touch in {talk.touch_id for talk in read_talks(floor.town.record_path)},
        what="the operator's word",
    )


async def test_the_channel_event_log_tells_the_same_of_the_talk(floor: Pair) -> None:
    async with raw_ami(floor.node.plan) as ami:
        touch = await place(ami, "quick", patience=10)
        heard = await followed(ami, touch)

    def logged() -> Call:
        call = Call(touch)
        for event in read_channel_log(floor.node.cel_path, [touch])[touch]:
            call = advance(call, event)
        return call

    await until(lambda: logged().operator_left_at is not None and logged().over, what="the log tells the end")
    assert (logged().desk, logged().operator) == (heard.desk, heard.operator)
    assert judge(logged()).outcome is judge(heard).outcome


async def test_the_talk_is_recorded_where_the_call_wants_it(floor: Pair) -> None:
    async with raw_ami(floor.node.plan) as ami:
        touch = await place(ami, "quick", patience=10, more="__DZ_RECORD=yes")
        call = await followed(ami, touch)
    (name,) = call.recordings
    day = f"{call.connected_at:%Y/%m/%d}"
    assert name == f"{day}/{touch}-op1.wav"
    file = floor.node.folder.root / "spool/monitor" / name
    await until(lambda: file.exists() and file.stat().st_size > 44, what="the recording is written")
    with wave.open(str(file)) as recording:
        assert (recording.getframerate(), recording.getnchannels()) == (8000, 1)


@pytest.mark.parametrize("desk", ["deaf", "empty", "missing"])
async def test_who_is_not_served_hears_the_safe_harbour_and_is_abandoned(floor: Pair, desk: str) -> None:
    """Nobody picks up, nobody sits there, there is no such queue."""
    async with raw_ami(floor.node.plan) as ami:
        call = await followed(ami, await place(ami, desk))
    assert (call.operator, call.offered_to, call.waiting, call.node) == (None, None, False, "sorry")
    assert call.unserved_at is not None
    assert judge(call).outcome is Outcome.ABANDONED


@pytest.mark.parametrize("desk", ["empty", "quick"])
async def test_a_script_puts_a_caller_through_or_goes_on(floor: Pair, desk: str) -> None:
    async with raw_ami(floor.node.plan) as ami:
        call = await followed(ami, await place(ami, desk, patience=5, context="transfer-test"))
    served = desk == "quick"
    assert (call.desk, call.operator, call.node) == (desk, 1 if served else None, "" if served else "later")
    assert (call.unserved_at is None) is served
    assert judge(call).outcome is Outcome.ANSWERED_SHORT


async def test_who_was_listened_for_longer_than_patience_still_gets_an_operator_who_is_there(
    floor: Pair,
) -> None:
    async with raw_ami(floor.node.plan) as ami:
        call = await followed(ami, await place(ami, "quick", patience=1, more="DZ_MACHINES=yes"))
    assert call.machine is not None
    assert (call.machine.verdict, call.operator) == ("unsure", 1), "he said nothing at all"
    assert call.waited_s > 1


async def test_an_extension_is_dialled_before_anybody_waits(floor: Pair) -> None:
    async with raw_ami(floor.node.plan) as ami:
        touch = await place(ami, "quick", patience=10, more="DZ_EXTENSION=204")
        call = await followed(ami, touch)
    assert call.operator == 1
    assert call.waited_s > 0.5, "a pause, and three digits"


async def test_the_dialler_may_end_the_wait(floor: Pair) -> None:
    async with raw_ami(floor.node.plan) as ami:
        touch = await place(ami, "deaf", patience=30)
        await ami.until(1, Event="AgentCalled", Uniqueid=touch)
        await ami.send(
            Action="Redirect", Channel=touch, Context="dozvon-desk", Exten="unserved", Priority="1"
        )
        call = await followed(ami, touch)
        assert (call.operator, call.node) == (None, "sorry")
        assert judge(call).outcome is Outcome.ABANDONED
