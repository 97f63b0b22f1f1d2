"""Actions whose answer is awaited: answers, refusals, lists, and answers that never come."""

from __future__ import annotations

import asyncio

import pytest

from asterisk.ami import ActionRefused
from domain.errors import InputError, LinkDown
from tests.asterisk.ami.scripted import Opened, ScriptedAsterisk, take
from tests.polling import until

pytestmark = pytest.mark.unit


class TestActions:
    async def test_answer(self, server: ScriptedAsterisk, opened: Opened) -> None:
        assert (await opened[0].action("Ping"))["Ping"] == "Pong"
        assert opened[1].empty()

    async def test_refusal(self, server: ScriptedAsterisk, opened: Opened) -> None:
        asking = asyncio.create_task(opened[0].action("Hangup", {"Channel": "x"}))
        await until(lambda: "Hangup" in server.names())
        server.say(f"Response: Error\nActionID: {server.heard[-1]['ActionID']}\nMessage: No such channel\n\n")
        with pytest.raises(ActionRefused, match="Hangup: No such channel"):
            await asking

    async def test_lost_response_ends_by_time_out(self, server: ScriptedAsterisk, opened: Opened) -> None:
        link, inbox = opened
        with pytest.raises(LinkDown, match="no answer to Status"):
            await link.action("Status", timeout=0.05)
        await until(lambda: "Status" in server.names())
        late = next(a for a in server.heard if a["Action"] == "Status")["ActionID"]
        server.say(f"Response: Success\nActionID: {late}\n\n")
        assert await take(inbox) == {"Response": "Success", "ActionID": late}

    async def test_words_that_made_panoramisk_wait_for_ever(
        self, server: ScriptedAsterisk, opened: Opened
    ) -> None:
        asking = asyncio.create_task(opened[0].action("QueueAdd", {"Queue": "q"}))
        await until(lambda: "QueueAdd" in server.names())
        number = server.heard[-1]["ActionID"]
        server.say(f"Response: Success\nActionID: {number}\nMessage: Added interface to queue\n\n")
        assert (await asking)["Message"] == "Added interface to queue"

    async def test_list(self, server: ScriptedAsterisk, opened: Opened) -> None:
        asking = asyncio.create_task(opened[0].action_list("CoreShowChannels"))
        await until(lambda: "CoreShowChannels" in server.names())
        same = f"ActionID: {server.heard[-1]['ActionID']}"
        server.say(f"Response: Success\n{same}\nEventList: start\nMessage: Channels will follow\n\n")
        server.say(f"Event: CoreShowChannel\n{same}\nUniqueid: 1\n\nEvent: Other\n\n")
        server.say(f"Event: CoreShowChannel\n{same}\nUniqueid: 2\n\n")
        server.say(f"Event: CoreShowChannelsComplete\n{same}\nEventList: Complete\nListItems: 2\n\n")
        assert [channel["Uniqueid"] for channel in await asking] == ["1", "2"]
        assert await take(opened[1]) == {"Event": "Other"}

    @pytest.mark.parametrize("items", ["1", "3"])
    async def test_incomplete_list_is_no_list(
        self, server: ScriptedAsterisk, opened: Opened, items: str
    ) -> None:
        asking = asyncio.create_task(opened[0].action_list("CoreShowChannels"))
        await until(lambda: "CoreShowChannels" in server.names())
        same = f"ActionID: {server.heard[-1]['ActionID']}"
        server.say(f"Event: CoreShowChannel\n{same}\n\nEvent: CoreShowChannel\n{same}\n\n")
        server.say(f"Event: CoreShowChannelsComplete\n{same}\nEventList: Complete\nListItems: {items}\n\n")
        with pytest.raises(LinkDown, match=f"listed 2 of {items}"):
            await asking

    async def test_endless_list_ends(
        self, server: ScriptedAsterisk, opened: Opened, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr("asterisk.ami.actions.MOST_LISTED", 100)
        asking = asyncio.create_task(opened[0].action_list("CoreShowChannels"))
        await until(lambda: "CoreShowChannels" in server.names())
        server.say(f"Event: CoreShowChannel\nActionID: {server.heard[-1]['ActionID']}\n\n" * 101)
        with pytest.raises(LinkDown, match="unknown number"):
            await asking

    async def test_refused_list_ends_too(self, server: ScriptedAsterisk, opened: Opened) -> None:
        asking = asyncio.create_task(opened[0].action_list("CoreShowChannels"))
        await until(lambda: "CoreShowChannels" in server.names())
        server.say(
            f"Response: Error\nActionID: {server.heard[-1]['ActionID']}\nMessage: Permission denied\n\n"
        )
        with pytest.raises(ActionRefused, match="Permission denied"):
            await asking

    async def test_header_injection(self, server: ScriptedAsterisk, opened: Opened) -> None:
        with pytest.raises(InputError):
            await opened[0].action("Hangup", {"Channel": "x\r\nAction: Originate"})
        assert server.names() == ["Login"]
