"""The manager link against a scripted server: every trap that made links like it fail in the field."""

from __future__ import annotations

import asyncio
import logging
import socket
from dataclasses import replace

import pytest

from asterisk.ami import AmiAddress, AmiLink, LinkLost, LinkUp, OriginateRequest
from domain.errors import EnvironmentFault, LinkDown
from domain.touch import TouchId
from tests.asterisk.ami.scripted import QUICK, SECRET, Inbox, Opened, ScriptedAsterisk, link_to, take
from tests.polling import PATIENCE_S, until

pytestmark = pytest.mark.unit

TOUCH = TouchId("0199d3c2-7a1b-7cde-8f00-0123456789ab")
CALL = OriginateRequest(TOUCH, "PJSIP/+79160000001@carrier", "ivr-hello-v1", 30.0, variables={"TOUCH": TOUCH})


async def refusal(address: AmiAddress) -> str:
    """Why no link comes up; a machine that stands still has tried nothing yet, and gets more time."""
    said = "no answer yet"
    for seconds in (0.2, 2.0, 20.0, PATIENCE_S):
        if "no answer yet" not in said:
            break
        link = AmiLink("n1", address, asyncio.Queue(), QUICK)
        with pytest.raises(EnvironmentFault) as fault:
            await link.open(seconds)
        assert not link.connected
        await link.aclose()
        said = str(fault.value)
    return said


class TestLogin:
    async def test_connected_and_epoch(self, opened: Opened) -> None:
        assert opened[0].connected
        assert opened[0].epoch == 1

    async def test_wrong_secret_is_one_clear_line_without_the_secret(self, server: ScriptedAsterisk) -> None:
        inbox: Inbox = asyncio.Queue()
        link = AmiLink("n1", server.address("guessed-wrong"), inbox, QUICK)
        with pytest.raises(EnvironmentFault) as fault:
            await link.open(PATIENCE_S)
        assert f"dozvon@127.0.0.1:{server.port}" in str(fault.value)
        assert "guessed-wrong" not in str(fault.value) + repr(link._address)
        assert server.names() == ["Login"]
        assert inbox.empty()

    async def test_nobody_listens(self, server: ScriptedAsterisk) -> None:
        await server.die()
        said = await refusal(server.address())
        assert f"127.0.0.1:{server.port}: Connection refused" in said

    async def test_a_late_node_is_found_though_open_gave_up(self, server: ScriptedAsterisk) -> None:
        link, inbox = link_to(server)
        await server.die()
        with pytest.raises(EnvironmentFault):
            await link.open(0.05)
        await server.listen()
        assert await take(inbox) == LinkUp("n1", 1)
        await link.aclose()

    async def test_a_secret_that_changes_later_is_tried_again(
        self, server: ScriptedAsterisk, opened: Opened
    ) -> None:
        _, inbox = opened
        server.secret = "changed"
        server.hang_up()
        assert isinstance(await take(inbox), LinkLost)
        await until(lambda: len(server.names()) > 3)
        server.secret = SECRET
        assert await take(inbox) == LinkUp("n1", 2)

    async def test_a_host_that_does_not_exist(self, monkeypatch: pytest.MonkeyPatch) -> None:
        def unknown(*_: object, **__: object) -> None:
            raise socket.gaierror(socket.EAI_NONAME, "Name or service not known")

        monkeypatch.setattr(socket, "getaddrinfo", unknown)
        said = await refusal(AmiAddress("no-such-host.invalid", 5038, "u", "s"))
        assert "5038: Name or service not known" in said

    async def test_another_protocol_listens(self, server: ScriptedAsterisk) -> None:
        server.greeting = b"SSH-2.0-OpenSSH_9.2\r\n"
        assert "greeting is not Asterisk's" in await refusal(server.address())

    async def test_secret_is_never_logged(
        self, server: ScriptedAsterisk, caplog: pytest.LogCaptureFixture, capsys: pytest.CaptureFixture[str]
    ) -> None:
        caplog.set_level(logging.DEBUG)
        link, _ = link_to(server)
        await link.open(PATIENCE_S)
        server.hang_up()
        await until(lambda: link.epoch == 2)
        await link.aclose()
        printed = capsys.readouterr()
        assert "very-secret" not in caplog.text + printed.out + printed.err

    async def test_a_bounded_inbox_is_refused(self, server: ScriptedAsterisk) -> None:
        with pytest.raises(ValueError, match="unbounded"):
            AmiLink("n1", server.address(), asyncio.Queue(10), QUICK)


class TestInbox:
    async def test_order_and_unasked_responses(self, server: ScriptedAsterisk, opened: Opened) -> None:
        server.say(f"Event: A\n\nResponse: Error\nActionID: {TOUCH}\nMessage: no\n\nEvent: B\n\n")
        got = [await take(opened[1]) for _ in range(3)]
        assert got == [
            {"Event": "A"},
            {"Response": "Error", "ActionID": TOUCH, "Message": "no"},
            {"Event": "B"},
        ]

    async def test_originate_response_is_an_ordinary_message(
        self, server: ScriptedAsterisk, opened: Opened
    ) -> None:
        link, inbox = opened
        link.originate(CALL)
        await until(lambda: "Originate" in server.names())
        server.say(f"Response: Success\nActionID: {TOUCH}\nMessage: Originate successfully queued\n\n")
        server.say(f"Event: OriginateResponse\nActionID: {TOUCH}\nResponse: Failure\nReason: 0\n\n")
        assert [await take(inbox), await take(inbox)] == [
            {"Response": "Success", "ActionID": TOUCH, "Message": "Originate successfully queued"},
            {"Event": "OriginateResponse", "ActionID": TOUCH, "Response": "Failure", "Reason": "0"},
        ]

    async def test_reading_pauses_at_the_bound_and_nothing_is_lost(self, server: ScriptedAsterisk) -> None:
        link, inbox = link_to(server, replace(QUICK, most_waiting=100))
        await link.open(PATIENCE_S)
        total, padding = 20_000, "x" * 200
        for start in range(0, total, 1000):
            block = (f"Event: E\nN: {n}\nPadding: {padding}\n\n" for n in range(start, start + 1000))
            server.say("".join(block))
        await until(lambda: inbox.qsize() > 100)
        assert await take(inbox) == LinkUp("n1", 1)
        numbers: list[int] = []
        most = 0
        while len(numbers) < total:
            most = max(most, inbox.qsize())
            message = await take(inbox)
            assert isinstance(message, dict)
            numbers.append(int(message["N"]))
        assert numbers == list(range(total))
        assert most < 100 + 262_144 // len(padding)  # one read of the transport may come on top
        assert link.epoch == 1
        await link.aclose()


class TestLoss:
    async def test_waiting_actions_fail_at_once_and_are_not_sent_again(
        self, server: ScriptedAsterisk, opened: Opened
    ) -> None:
        link, inbox = opened
        asking = asyncio.create_task(link.action("Status", timeout=60.0))
        link.originate(CALL)
        await until(lambda: "Originate" in server.names())
        server.hang_up()
        with pytest.raises(LinkDown):
            await asyncio.wait_for(asking, PATIENCE_S)
        assert isinstance(await take(inbox), LinkLost)
        assert await take(inbox) == LinkUp("n1", 2)
        assert (await link.action("Ping"))["Ping"] == "Pong"
        assert sorted(server.names()) == ["Login", "Login", "Originate", "Status"]

    async def test_down_means_no_call(self, server: ScriptedAsterisk, opened: Opened) -> None:
        link, inbox = opened
        await server.die()
        lost = await take(inbox)
        assert isinstance(lost, LinkLost)
        assert lost.epoch == 1
        assert not link.connected
        with pytest.raises(LinkDown, match="node n1"):
            link.originate(CALL)
        with pytest.raises(LinkDown):
            await link.action("Ping")
        await server.listen()
        assert await take(inbox) == LinkUp("n1", 2)
        assert "Originate" not in server.names()

    async def test_half_open_socket_is_noticed(self, server: ScriptedAsterisk, opened: Opened) -> None:
        server.answers_pings = False
        lost = await take(opened[1])
        assert isinstance(lost, LinkLost)
        assert "silent" in lost.reason

    async def test_full_send_buffer_refuses_calls(self, server: ScriptedAsterisk, opened: Opened) -> None:
        assert server._writer is not None
        server._writer.transport.pause_reading()  # type: ignore[attr-defined]
        padded = replace(CALL, variables={f"V{n}": "x" * 900 for n in range(50)})

        def flood() -> None:
            for _ in range(1000):
                opened[0].originate(padded)

        with pytest.raises(LinkDown, match="does not read"):
            flood()

    async def test_closing_is_no_loss(self, server: ScriptedAsterisk, opened: Opened) -> None:
        link, inbox = opened
        asking = asyncio.create_task(link.action("Status", timeout=60.0))
        await until(lambda: "Status" in server.names())
        await link.aclose()
        with pytest.raises(LinkDown):
            await asking
        assert inbox.empty()
        assert not link.connected


class TestMalformed:
    async def test_junk_is_counted_and_skipped(self, server: ScriptedAsterisk, opened: Opened) -> None:
        server.say(b"\xff\xfe\x00junk\r\n\r\nEvent: A\r\nno colon here\r\n\r\n\r\n\r\n")
        assert await take(opened[1]) == {"Event": "A"}
        await until(lambda: opened[0].malformed >= 3)
        assert opened[0].connected

    async def test_endless_message_drops_the_connection(
        self, server: ScriptedAsterisk, opened: Opened
    ) -> None:
        server.say(b"Event: A\r\n" * 1_000_000)
        lost = await take(opened[1])
        assert isinstance(lost, LinkLost)
        assert "did not end" in lost.reason
        assert await take(opened[1]) == LinkUp("n1", 2)
