"""The simulator errs in the ways that it is told to, and the link lives through them."""

from __future__ import annotations

from pathlib import Path

import pytest

from asterisk.ami import LinkLost, LinkUp
from asterisk.ami.simulator import Simulator
from asterisk.channel_log import read_channel_log
from asterisk.town.record import read_record
from asterisk.town.roles import Role
from domain.call import Call, advance
from domain.call_events import Created
from domain.errors import LinkDown
from tests.asterisk.ami.scripted import Opened, take
from tests.asterisk.ami.simulated import call_to, followed, next_event, touch_of
from tests.polling import until

pytestmark = pytest.mark.unit


class TestFaults:
    async def test_lost_response(self, simulator: Simulator, simulated_link: Opened) -> None:
        simulator.faults.lose_responses = 1
        with pytest.raises(LinkDown):
            await simulated_link[0].action("Hangup", {"Channel": "nobody"}, timeout=0.05)
        assert simulated_link[0].connected

    async def test_orphan_response(self, simulator: Simulator, simulated_link: Opened) -> None:
        simulator.faults.orphan_responses = 1
        await simulated_link[0].action("Ping")
        orphan = await take(simulated_link[1])
        assert isinstance(orphan, dict)
        assert orphan["ActionID"] == "nobody-asked"

    async def test_doubled_and_malformed_events(self, simulator: Simulator, simulated_link: Opened) -> None:
        link, inbox = simulated_link
        simulator.faults.double_events = 1
        simulator.faults.malformed_messages = 2
        link.originate(call_to(Role.BUSY))
        events = [await next_event(inbox, "Newchannel"), await next_event(inbox, "Newchannel")]
        assert events[0] == events[1]
        await next_event(inbox, "Hangup")
        assert link.malformed > 0
        assert link.epoch == 1

    async def test_delayed_events_come_after_the_listing(
        self, simulator: Simulator, simulated_link: Opened
    ) -> None:
        link, inbox = simulated_link
        simulator.faults.delay_events_s = 0.05
        link.originate(call_to(Role.RINGS_OUT))
        assert len(await link.action_list("CoreShowChannels")) == 1
        assert inbox.qsize() == 1
        await next_event(inbox, "Newchannel")

    async def test_frozen_connection_is_replaced(self, simulator: Simulator, simulated_link: Opened) -> None:
        simulator.freeze()
        lost = await take(simulated_link[1])
        assert isinstance(lost, LinkLost)
        assert "silent" in lost.reason
        assert await take(simulated_link[1]) == LinkUp("n1", 2)

    async def test_restart_loses_the_calls_but_not_their_record(
        self, simulator: Simulator, simulated_link: Opened, tmp_path: Path
    ) -> None:
        link, inbox = simulated_link
        link.originate(call_to(Role.RINGS_OUT))
        await next_event(inbox, "Newchannel")
        await simulator.restart()
        await until(lambda: link.epoch == 2)
        assert await link.action_list("CoreShowChannels") == []
        assert [call.touch_id for call in read_record(tmp_path / "cdr.json")] == [touch_of(0)]
        logged = read_channel_log(tmp_path / "cel.json", [touch_of(0)])[touch_of(0)]
        assert [type(event) for event in logged] == [Created]

    async def test_the_channel_log_tells_what_the_link_missed(
        self, simulated_link: Opened, tmp_path: Path
    ) -> None:
        link, inbox = simulated_link
        for role in (Role.LISTENS_TO_END, Role.BUSY):
            request = call_to(role, list(Role).index(role))
            link.originate(request)
            seen = (await followed(inbox, [request.touch]))[request.touch]
            call = Call(request.touch)
            for event in read_channel_log(tmp_path / "cel.json", [request.touch])[request.touch]:
                call = advance(call, event)
            assert (call.cause, call.answered_at is None) == (seen.cause, seen.answered_at is None)

    async def test_automatic_ids_begin_a_new_epoch(
        self, simulator: Simulator, simulated_link: Opened
    ) -> None:
        headers = {"Channel": "PJSIP/+79169990000@carrier", "Context": "c", "Async": "true"}
        await simulated_link[0].action("Originate", headers)
        first = (await next_event(simulated_link[1], "Newchannel"))["Uniqueid"]
        await simulator.restart()
        await until(lambda: simulated_link[0].epoch == 2)
        await simulated_link[0].action("Originate", headers)
        second = (await next_event(simulated_link[1], "Newchannel"))["Uniqueid"]
        assert first.split(".")[0] != second.split(".")[0]
