"""The simulator speaks AMI well enough for our link, and errs in the ways that it is told to."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterable
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest

from asterisk.ami import ActionRefused, AmiAddress, AmiLink, LinkLost, LinkUp, OriginateRequest
from asterisk.ami.simulator import ScriptWalk, Simulator
from asterisk.channel_log import read_channel_log
from asterisk.events import to_call_event
from asterisk.town.record import read_record
from asterisk.town.roles import Role
from domain.call import Call, Created, advance, judge
from domain.errors import EnvironmentFault, LinkDown
from domain.touch import Outcome, TouchId
from tests.asterisk.ami.scripted import QUICK, Inbox, take, until

pytestmark = pytest.mark.unit

NOON = datetime(2026, 3, 10, 12, tzinfo=UTC)
FAST = 0.002
"""Of real time: the longest ring of a town takes a tenth of a second."""


class Clock:
    """Half a second passes whenever somebody looks."""

    def __init__(self) -> None:
        self.looks = 0

    def __call__(self) -> datetime:
        self.looks += 1
        return datetime.fromtimestamp(NOON.timestamp() + self.looks / 2, UTC)


@pytest.fixture
async def simulator(tmp_path: Path) -> AsyncIterator[Simulator]:
    address = AmiAddress("127.0.0.1", 0, "dozvon", "very-secret")
    record, channel_log = tmp_path / "cdr.json", tmp_path / "cel.json"
    async with Simulator(
        address, Clock(), record=record, channel_log=channel_log, time_scale=FAST
    ) as running:
        yield running


@pytest.fixture
async def opened(simulator: Simulator) -> AsyncIterator[tuple[AmiLink, Inbox]]:
    inbox: Inbox = asyncio.Queue()
    link = AmiLink("n1", simulator.address, inbox, replace(QUICK, beat_s=0.2))
    await link.open(5.0)
    assert await take(inbox) == LinkUp("n1", 1)
    yield link, inbox
    await link.aclose()


Opened = tuple[AmiLink, Inbox]


def touch_of(number: int) -> TouchId:
    """An id like a UUIDv7."""
    return TouchId(f"0199d3c2-7a1b-7cde-8f00-{number:012x}")


def call_to(role: Role, number: int = 0) -> OriginateRequest:
    """A call to somebody who plays the role."""
    phone = f"+7{number:04d}9990{list(Role).index(role):02d}"
    return OriginateRequest(touch_of(number), f"PJSIP/{phone}@carrier", "ivr-hello-v1", 90.0)


async def followed(inbox: Inbox, touches: Iterable[TouchId]) -> dict[TouchId, Call]:
    """The calls of these touches when all are over."""
    calls = {touch: Call(touch) for touch in touches}
    while not all(call.over for call in calls.values()):
        message = await take(inbox)
        if isinstance(message, dict) and (event := to_call_event(message, NOON)):
            calls[event.touch] = advance(calls[event.touch], event)
    return calls


async def next_event(inbox: Inbox, name: str) -> dict[str, str]:
    """The next event of this name."""
    while True:
        message = await take(inbox)
        if isinstance(message, dict) and message.get("Event") == name:
            return message


OUTCOMES = {
    Role.PRESSES_1: Outcome.MSG_DELIVERED,
    Role.PRESSES_2: Outcome.MSG_DELIVERED,
    Role.PRESSES_9: Outcome.TALK_WRONG_PERSON,
    Role.BUSY: Outcome.BUSY,
    Role.RINGS_OUT: Outcome.NO_ANSWER,
    Role.REJECTS: Outcome.REJECTED,
    Role.UNKNOWN_NUMBER: Outcome.INVALID_NUMBER,
    Role.CONGESTION: Outcome.NO_CARRIER,
    Role.SWITCHED_OFF: Outcome.UNAVAILABLE,
}


class TestCalls:
    async def test_every_role_ends_as_in_the_town(
        self, simulator: Simulator, opened: Opened, tmp_path: Path
    ) -> None:
        link, inbox = opened
        requests = {role: call_to(role, place) for place, role in enumerate(Role)}
        for request in requests.values():
            link.originate(request)
        calls = await followed(inbox, [request.touch for request in requests.values()])
        for role, request in requests.items():
            call = calls[request.touch]
            assert (call.answered_at is not None) == (role not in SIP_ROLES), role
            if role in OUTCOMES:
                assert judge(call).outcome is OUTCOMES[role], role
        record = {call.touch_id: call for call in read_record(tmp_path / "cdr.json")}
        assert {touch: call.role for touch, call in record.items()} == {
            request.touch: role for role, request in requests.items()
        }
        assert [record[requests[role].touch].digit for role in PRESSING] == ["1", "2", "9"]
        assert record[requests[Role.BUSY].touch].sip_code == 486
        assert record[requests[Role.HANGS_UP_EARLY].touch].ended_by == "debtor"
        assert record[requests[Role.LISTENS_TO_END].touch].ended_by == "dialler"

    async def test_our_time_out_looks_like_no_answer(self, opened: Opened, tmp_path: Path) -> None:
        link, inbox = opened
        request = replace(call_to(Role.LISTENS_TO_END), timeout_s=1.0)
        link.originate(request)
        assert (await next_event(inbox, "OriginateResponse"))["Reason"] == "3"
        hangup = await next_event(inbox, "Hangup")
        assert (hangup["Cause"], hangup["TechCause"]) == ("19", "480")
        (recorded,) = read_record(tmp_path / "cdr.json")
        assert (recorded.sip_code, recorded.ended_by) == (None, "dialler")

    async def test_unknown_endpoint_makes_no_channel(self, opened: Opened, tmp_path: Path) -> None:
        link, inbox = opened
        request = replace(call_to(Role.BUSY), channel="PJSIP/+79160000001@nowhere")
        link.originate(request)
        call = (await followed(inbox, [request.touch]))[request.touch]
        assert judge(call).outcome is Outcome.NOT_PLACED
        assert read_record(tmp_path / "cdr.json") == []

    async def test_an_id_in_use_is_refused_and_the_first_call_goes_on(self, opened: Opened) -> None:
        link, inbox = opened
        link.originate(call_to(Role.LISTENS_TO_END))
        await next_event(inbox, "Newchannel")
        link.originate(call_to(Role.BUSY))
        assert (await next_event(inbox, "OriginateResponse"))["Response"] == "Failure"
        assert (await next_event(inbox, "OriginateResponse"))["Response"] == "Success"

    async def test_hang_up_and_listing(self, opened: Opened) -> None:
        link, inbox = opened
        request = call_to(Role.RINGS_OUT)
        link.originate(request)
        await next_event(inbox, "Newstate")
        listed = await link.action_list("CoreShowChannels")
        assert [(channel["Uniqueid"], channel["ChannelStateDesc"]) for channel in listed] == [
            (request.touch, "Ringing")
        ]
        await link.action("Hangup", {"Channel": request.touch, "Cause": "16"})
        assert (await next_event(inbox, "Hangup"))["Cause"] == "16"
        assert await link.action_list("CoreShowChannels") == []
        with pytest.raises(ActionRefused, match="No such channel"):
            await link.action("Hangup", {"Channel": request.touch})

    async def test_contexts_can_be_limited(self) -> None:
        address = AmiAddress("127.0.0.1", 0, "dozvon", "very-secret")
        scripts = {"ivr-other-v1": ScriptWalk()}
        inbox: Inbox = asyncio.Queue()
        async with Simulator(address, Clock(), scripts=scripts, time_scale=FAST) as simulator:
            link = AmiLink("n1", simulator.address, inbox, QUICK)
            await link.open()
            link.originate(call_to(Role.BUSY))
            call = (await followed(inbox, [touch_of(0)]))[touch_of(0)]
            assert judge(call).reason == "Extension does not exist."
            await link.aclose()

    async def test_hundreds_of_calls_none_lost(self, opened: Opened, tmp_path: Path) -> None:
        link, inbox = opened
        roles = list(Role)
        requests = [call_to(roles[number % len(roles)], number) for number in range(600)]
        for request in requests:
            link.originate(request)
        calls = await followed(inbox, [request.touch for request in requests])
        recorded = [call.touch_id for call in read_record(tmp_path / "cdr.json")]
        assert sorted(recorded) == sorted(calls)

    async def test_the_count_of_calls_goes_on_with_the_old_record(self, tmp_path: Path) -> None:
        address = AmiAddress("127.0.0.1", 0, "dozvon", "very-secret")
        for attempt in (1, 2):
            inbox: Inbox = asyncio.Queue()
            async with Simulator(
                address, Clock(), record=tmp_path / "cdr.json", time_scale=FAST
            ) as simulator:
                link = AmiLink("n1", simulator.address, inbox, QUICK)
                await link.open()
                link.originate(call_to(Role.BUSY))
                await followed(inbox, [touch_of(0)])
                await link.aclose()
            assert read_record(tmp_path / "cdr.json")[-1].nth == attempt


class TestSession:
    async def test_a_port_that_is_taken(self, simulator: Simulator) -> None:
        second = Simulator(simulator.address, Clock())
        with pytest.raises(EnvironmentFault, match=f"{simulator.address.port}.*in use"):
            await second.__aenter__()

    async def test_reload(self, opened: Opened) -> None:
        assert (await opened[0].action("Reload", {"Module": "pbx_config"}))["Response"] == "Success"

    async def test_wrong_secret(self, simulator: Simulator) -> None:
        link = AmiLink("n1", replace(simulator.address, secret="wrong"), asyncio.Queue(), QUICK)
        with pytest.raises(EnvironmentFault, match="refuses"):
            await link.open(5.0)

    async def test_unknown_action(self, opened: Opened) -> None:
        with pytest.raises(ActionRefused, match="unknown command"):
            await opened[0].action("MakeCoffee")

    async def test_nothing_works_before_the_log_in(self, simulator: Simulator) -> None:
        reader, writer = await asyncio.open_connection("127.0.0.1", simulator.address.port)
        writer.write(b"Action: Ping\r\n\r\n")
        assert b"Permission denied" in await reader.readuntil(b"\r\n\r\n")
        writer.close()
        await writer.wait_closed()


class TestFaults:
    async def test_lost_response(self, simulator: Simulator, opened: Opened) -> None:
        simulator.faults.lose_responses = 1
        with pytest.raises(LinkDown):
            await opened[0].action("Hangup", {"Channel": "nobody"}, timeout=0.05)
        assert opened[0].connected

    async def test_orphan_response(self, simulator: Simulator, opened: Opened) -> None:
        simulator.faults.orphan_responses = 1
        await opened[0].action("Ping")
        orphan = await take(opened[1])
        assert isinstance(orphan, dict)
        assert orphan["ActionID"] == "nobody-asked"

    async def test_doubled_and_malformed_events(self, simulator: Simulator, opened: Opened) -> None:
        link, inbox = opened
        simulator.faults.double_events = 1
        simulator.faults.malformed_messages = 2
        link.originate(call_to(Role.BUSY))
        events = [await next_event(inbox, "Newchannel"), await next_event(inbox, "Newchannel")]
        assert events[0] == events[1]
        await next_event(inbox, "Hangup")
        assert link.malformed > 0
        assert link.epoch == 1

    async def test_delayed_events_come_after_the_listing(self, simulator: Simulator, opened: Opened) -> None:
        link, inbox = opened
        simulator.faults.delay_events_s = 0.05
        link.originate(call_to(Role.RINGS_OUT))
        assert len(await link.action_list("CoreShowChannels")) == 1
        assert inbox.qsize() == 1
        await next_event(inbox, "Newchannel")

    async def test_frozen_connection_is_replaced(self, simulator: Simulator, opened: Opened) -> None:
        simulator.freeze()
        lost = await take(opened[1])
        assert isinstance(lost, LinkLost)
        assert "silent" in lost.reason
        assert await take(opened[1]) == LinkUp("n1", 2)

    async def test_restart_loses_the_calls_but_not_their_record(
        self, simulator: Simulator, opened: Opened, tmp_path: Path
    ) -> None:
        link, inbox = opened
        link.originate(call_to(Role.RINGS_OUT))
        await next_event(inbox, "Newchannel")
        await simulator.restart()
        await until(lambda: link.epoch == 2)
        assert await link.action_list("CoreShowChannels") == []
        assert [call.touch_id for call in read_record(tmp_path / "cdr.json")] == [touch_of(0)]
        logged = read_channel_log(tmp_path / "cel.json", [touch_of(0)])[touch_of(0)]
        assert [type(event) for event in logged] == [Created]

    async def test_the_channel_log_tells_what_the_link_missed(self, opened: Opened, tmp_path: Path) -> None:
        link, inbox = opened
        for role in (Role.LISTENS_TO_END, Role.BUSY):
            request = call_to(role, list(Role).index(role))
            link.originate(request)
            seen = (await followed(inbox, [request.touch]))[request.touch]
            call = Call(request.touch)
            for event in read_channel_log(tmp_path / "cel.json", [request.touch])[request.touch]:
                call = advance(call, event)
            assert (call.cause, call.answered_at is None) == (seen.cause, seen.answered_at is None)

    async def test_automatic_ids_begin_a_new_epoch(self, simulator: Simulator, opened: Opened) -> None:
        headers = {"Channel": "PJSIP/+79169990000@carrier", "Context": "c", "Async": "true"}
        await opened[0].action("Originate", headers)
        first = (await next_event(opened[1], "Newchannel"))["Uniqueid"]
        await simulator.restart()
        await until(lambda: opened[0].epoch == 2)
        await opened[0].action("Originate", headers)
        second = (await next_event(opened[1], "Newchannel"))["Uniqueid"]
        assert first.split(".")[0] != second.split(".")[0]


SIP_ROLES = {
    Role.BUSY,
    Role.RINGS_OUT,
    Role.REJECTS,
    Role.UNKNOWN_NUMBER,
    Role.CONGESTION,
    Role.SWITCHED_OFF,
}
PRESSING = (Role.PRESSES_1, Role.PRESSES_2, Role.PRESSES_9)
