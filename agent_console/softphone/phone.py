"""The phone: its registration, and the calls that come in."""

from __future__ import annotations

import asyncio
import gc
from contextlib import AsyncExitStack, suppress
from typing import Any, Self

import pjsua2 as pj

from agent_console.softphone.call import SoftCall
from agent_console.softphone.library import (
    ANSWER_S,
    News,
    SipAccount,
    account_config,
    own_address,
    start_library,
)
from agent_console.softphone.sound import Headset, SoundPrograms
from domain.errors import EnvironmentFault

PUMP_S = 0.01


class Softphone:
    """Registers for as long as its block lasts, and gives the calls that come in.

    ``async with Softphone(account) as phone: call = await phone.calls.get()``. EnvironmentFault when the exchange
    does not answer or refuses the account. With ``sound`` somebody sits at it, and is heard in every call.
    """

    def __init__(
        self, account: SipAccount, *, auto_answer: bool = True, sound: SoundPrograms | None = None
    ) -> None:
        self.account, self.auto_answer = account, auto_answer
        self.calls: asyncio.Queue[SoftCall] = asyncio.Queue()
        self.news = News(account.user)
        self._opened = AsyncExitStack()
        self._headset = Headset(sound, self.news.tell) if sound else None
        self._up: dict[int, SoftCall] = {}
        self._status = 0
        self._endpoint: Any = None
        self._line: Any = None
        self._pump: asyncio.Task[None] | None = None

    @property
    def registered(self) -> bool:
        """Whether the exchange knows where the phone is."""
        return self._status == int(pj.PJSIP_SC_OK)

    @property
    def deaf(self) -> bool:
        """Whether a program of the headset has ended."""
        return self._headset is not None and self._headset.lost

    async def __aenter__(self) -> Self:
        address = own_address(self.account)
        self._endpoint = start_library(address)
        self._pump = asyncio.create_task(self._run(), name="softphone")
        async with AsyncExitStack() as opened:
            opened.push_async_callback(self._end_library)
            if self._headset:
                opened.enter_context(self._headset)
            opened.push_async_callback(self._leave)
            await self._register(address)
            self._opened = opened.pop_all()
        return self

    async def __aexit__(self, *_: object) -> None:
        await self._opened.aclose()

    async def _register(self, address: str) -> None:
        self._line = _Line(self)
        self._line.create(account_config(self.account, address))
        await self.news.until(lambda: self._status, ANSWER_S, "the registration")
        if not self.registered:
            refused = f"the exchange refuses the phone {self.account.user} (SIP {self._status})"
            raise EnvironmentFault(refused, remedy="check user and secret: `dozvon operator phone LOGIN`")

    async def _run(self) -> None:
        while True:
            self._endpoint.libHandleEvents(0)
            await asyncio.sleep(PUMP_S)

    async def _leave(self) -> None:
        self._endpoint.hangupAllCalls()
        with suppress(EnvironmentFault):  # the other end may be gone, and must not hold us
            await self.news.until(lambda: not self._up, 2.0, "the end of all calls")
        for call in list(self._up):
            self._forget(call)
        if self._line is not None:
            self._line.shutdown()
        self._line = None

    async def _end_library(self) -> None:
        if self._pump:
            self._pump.cancel()
            await asyncio.gather(self._pump, return_exceptions=True)
        gc.collect()
        self._endpoint.libDestroy()
        self._endpoint = None

    def registration(self, status: int) -> None:
        """What the exchange said to the last REGISTER."""
        self._status = status
        self.news.tell()

    def incoming(self, call_id: int, invite: str) -> None:
        """It rings."""
        call = self._up[call_id] = SoftCall(
            self._line, call_id, invite, self.news, self._forget, self._headset
        )
        if self.auto_answer:
            call.pick_up()
        else:
            call.ring()
        self.calls.put_nowait(call)
        self.news.tell()

    def _forget(self, call_id: int) -> None:
        if call := self._up.pop(call_id, None):
            call.let_go()


class _Line(pj.Account):  # type: ignore[misc]
    def __init__(self, phone: Softphone) -> None:
        super().__init__()
        self._phone = phone

    def onRegState(self, prm: Any) -> None:
        self._phone.registration(prm.code)

    def onIncomingCall(self, prm: Any) -> None:
        self._phone.incoming(prm.callId, prm.rdata.wholeMsg)
