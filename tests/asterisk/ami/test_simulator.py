"""The simulator speaks AMI well enough for our link."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from pathlib import Path

import pytest

from asterisk.ami import ActionRefused, AmiAddress, AmiLink
from asterisk.ami.simulator import ScriptWalk, Simulator
from asterisk.town.record import read_record
from asterisk.town.roles import Role
from domain.errors import EnvironmentFault
from domain.touch import Outcome
from domain.verdict import judge
from tests.asterisk.ami.scripted import QUICK, Inbox, Opened
from tests.asterisk.ami.simulated import FAST, Clock, call_to, followed, next_event, touch_of

pytestmark = pytest.mark.unit

SIP_ROLES = {
    Role.BUSY,
    Role.RINGS_OUT,
    Role.REJECTS,
    Role.UNKNOWN_NUMBER,
    Role.CONGESTION,
    Role.SWITCHED_OFF,
}
PRESSING = (Role.PRESSES_1, Role.PRESSES_2, Role.PRESSES_9)

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
        self, simulator: Simulator, simulated_link: Opened, tmp_path: Path
    ) -> None:
        link, inbox = simulated_link
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

    async def test_our_time_out_looks_like_no_answer(self, simulated_link: Opened, tmp_path: Path) -> None:
        link, inbox = simulated_link
        request = replace(call_to(Role.LISTENS_TO_END), timeout_s=1.0)
        link.originate(request)
        assert (await next_event(inbox, "OriginateResponse"))["Reason"] == "3"
        hangup = await next_event(inbox, "Hangup")
        assert (hangup["Cause"], hangup["TechCause"]) == ("19", "480")
        (recorded,) = read_record(tmp_path / "cdr.json")
        assert (recorded.sip_code, recorded.ended_by) == (None, "dialler")

    async def test_unknown_endpoint_makes_no_channel(self, simulated_link: Opened, tmp_path: Path) -> None:
        link, inbox = simulated_link
        request = replace(call_to(Role.BUSY), channel="PJSIP/+79160000001@nowhere")
        link.originate(request)
        call = (await followed(inbox, [request.touch]))[request.touch]
        assert judge(call).outcome is Outcome.NOT_PLACED
        assert read_record(tmp_path / "cdr.json") == []

    async def test_an_id_in_use_is_refused_and_the_first_call_goes_on(self, simulated_link: Opened) -> None:
        link, inbox = simulated_link
        link.originate(call_to(Role.LISTENS_TO_END))
        await next_event(inbox, "Newchannel")
        link.originate(call_to(Role.BUSY))
        assert (await next_event(inbox, "OriginateResponse"))["Response"] == "Failure"
        assert (await next_event(inbox, "OriginateResponse"))["Response"] == "Success"

    async def test_hang_up_and_listing(self, simulated_link: Opened) -> None:
        link, inbox = simulated_link
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

    async def test_hundreds_of_calls_none_lost(self, simulated_link: Opened, tmp_path: Path) -> None:
        link, inbox = simulated_link
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

    async def test_reload(self, simulated_link: Opened) -> None:
        assert (await simulated_link[0].action("Reload", {"Module": "pbx_config"}))["Response"] == "Success"

    async def test_wrong_secret(self, simulator: Simulator) -> None:
        link = AmiLink("n1", replace(simulator.address, secret="wrong"), asyncio.Queue(), QUICK)
        with pytest.raises(EnvironmentFault, match="refuses"):
            await link.open(5.0)

    async def test_unknown_action(self, simulated_link: Opened) -> None:
        with pytest.raises(ActionRefused, match="unknown command"):
            await simulated_link[0].action("MakeCoffee")

    async def test_nothing_works_before_the_log_in(self, simulator: Simulator) -> None:
        reader, writer = await asyncio.open_connection("127.0.0.1", simulator.address.port)
        writer.write(b"Action: Ping\r\n\r\n")
        assert b"Permission denied" in await reader.readuntil(b"\r\n\r\n")
        writer.close()
        await writer.wait_closed()
