"""The pjsua2 telephone against a real Asterisk: registration, sound both ways, digits, hold, and how it ends."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest

from agent_console.softphone import CallState, SoftCall, Softphone
from asterisk.node import Node
from asterisk.touch_header import TOUCH_HEADER
from domain.errors import EnvironmentFault, InputError
from tests.agent_console.telephone import DEBTOR_HZ, OPERATOR_HZ, TOUCH, account, call, write_tone
from tests.asterisk.raw_ami import RawAmi, raw_ami
from tests.ivr_scripts.telephone import tones_heard
from tests.polling import PATIENCE_S

pytestmark = pytest.mark.integration


async def called(ami: RawAmi, phone: Softphone) -> SoftCall:
    await call(ami)
    async with asyncio.timeout(PATIENCE_S):
        return await phone.calls.get()


class TestCall:
    async def test_both_hear_each_other(self, node: Node, tmp_path: Path) -> None:
        said = write_tone(tmp_path / "said.wav", OPERATOR_HZ, 0.5)
        async with Softphone(account(node)) as phone, raw_ami(node.plan) as ami:
            call = await called(ami, phone)
            assert call.header(TOUCH_HEADER) == TOUCH
            assert await call.reached(CallState.TALKING) is CallState.TALKING
            call.record(tmp_path / "heard.wav")
            await call.play(said)
            call.press("12#")
            (pressed,) = await ami.until(1, Event="UserEvent")
            await call.hang_up()
            await ami.until(1, Event="Hangup", Uniqueid=TOUCH)
        assert pressed["Digits"] == "12"
        assert tones_heard(tmp_path / "heard.wav") == [DEBTOR_HZ]
        assert OPERATOR_HZ in tones_heard(node.folder.root / "spool" / "monitor" / "operator.wav")

    async def test_a_held_call_is_silent_and_comes_back(self, node: Node, tmp_path: Path) -> None:
        said = write_tone(tmp_path / "said.wav", OPERATOR_HZ, 0.3)
        async with Softphone(account(node)) as phone, raw_ami(node.plan) as ami:
            call = await called(ami, phone)
            await call.reached(CallState.TALKING)
            await call.hold()
            assert call.state is CallState.HELD
            await call.resume()
            await call.play(said)
            await call.hang_up()
            await ami.until(1, Event="Hangup", Uniqueid=TOUCH)
        assert OPERATOR_HZ in tones_heard(node.folder.root / "spool" / "monitor" / "operator.wav")

    async def test_it_rings_until_it_is_answered(self, node: Node) -> None:
        async with Softphone(account(node), auto_answer=False) as phone, raw_ami(node.plan) as ami:
            call = await called(ami, phone)
            await ami.until(1, Event="Newstate", ChannelStateDesc="Ringing")
            states = [call.state]
            await call.answer()
            assert [*states, call.state] == [CallState.RINGING, CallState.TALKING]

    async def test_a_refused_call_is_busy(self, node: Node) -> None:
        async with Softphone(account(node), auto_answer=False) as phone, raw_ami(node.plan) as ami:
            await (await called(ami, phone)).hang_up()
            (hangup,) = await ami.until(1, Event="Hangup", Uniqueid=TOUCH)
        assert hangup["TechCause"] == "486"

    async def test_the_debtor_hangs_up(self, node: Node) -> None:
        async with Softphone(account(node)) as phone, raw_ami(node.plan) as ami:
            call = await called(ami, phone)
            await call.reached(CallState.TALKING)
            await ami.send(Action="Hangup", Channel=TOUCH, Cause="16")
            assert await call.reached(CallState.ENDED) is CallState.ENDED
            with pytest.raises(InputError, match="the call is over"):
                call.press("1")

    async def test_a_call_that_is_up_ends_with_the_phone(self, node: Node) -> None:
        async with raw_ami(node.plan) as ami:
            async with Softphone(account(node)) as phone:
                call = await called(ami, phone)
                await call.reached(CallState.TALKING)
            assert call.state is CallState.ENDED
            await ami.until(1, Event="Hangup", Uniqueid=TOUCH)


class TestBadInput:
    async def test_a_wrong_secret(self, node: Node) -> None:
        with pytest.raises(
            EnvironmentFault, match=r"^the exchange refuses the phone op1 \(SIP 401\); check user"
        ):
            async with Softphone(account(node, "wrong")):
                pass

    async def test_digits_and_recordings_that_are_none(self, node: Node, tmp_path: Path) -> None:
        wide = write_tone(tmp_path / "wide.wav", 400, 0.1, subtype="PCM_24")
        async with Softphone(account(node)) as phone, raw_ami(node.plan) as ami:
            call = await called(ami, phone)
            await call.reached(CallState.TALKING)
            with pytest.raises(InputError, match="cannot be pressed"):
                call.press("привет")
            for path in (wide, tmp_path / "none.wav", Path(__file__)):
                with pytest.raises(InputError, match="cannot be played"):
                    await call.play(path)
            with pytest.raises(EnvironmentFault, match="cannot be written"):
                call.record(tmp_path / "no" / "folder.wav")
