"""Sitting at a softphone in a terminal: states come as lines, commands go as lines."""

from __future__ import annotations

import asyncio
import io
import signal
import threading
from contextlib import AsyncExitStack
from dataclasses import dataclass
from secrets import token_urlsafe

from agent_console.softphone.call import CallState
from agent_console.softphone.desk import AskFloor, Desk, Seen
from agent_console.softphone.library import SipAccount
from agent_console.softphone.local_api import HOST, local_api
from agent_console.softphone.phone import Softphone
from agent_console.softphone.sound import SoundPrograms
from dialer.cli.console import console, errors, styled
from domain.errors import DozvonError

TOKEN_BYTES = 24
QUIT = "quit"
READER = "typed lines"
"""The thread that reads them."""


@dataclass(frozen=True, slots=True)
class Sitting:
    """How somebody wants to sit: ``sound`` None hears and says nothing, ``port`` None serves no local API."""

    sound: SoundPrograms | None
    port: int | None
    auto_answer: bool
    ask_floor: AskFloor | None


async def sit(account: SipAccount, wish: Sitting, typed: io.RawIOBase) -> None:
    """Be this phone until `quit`, SIGTERM or SIGINT. EnvironmentFault when the exchange refuses it."""
    loop, leaving = asyncio.get_running_loop(), asyncio.Event()
    lines: asyncio.Queue[str] = asyncio.Queue()
    async with Softphone(account, auto_answer=False, sound=wish.sound) as phone, AsyncExitStack() as rest:
        for number in (signal.SIGTERM, signal.SIGINT):
            loop.add_signal_handler(number, leaving.set)
            rest.callback(loop.remove_signal_handler, number)
        desk = Desk(phone, wish.ask_floor, auto_answer=wish.auto_answer)
        console.print(f"commands: {', '.join(desk.verbs)}, {QUIT}")
        if wish.port is not None:
            token = token_urlsafe(TOKEN_BYTES)
            port = await rest.enter_async_context(local_api(desk, wish.port, token))
            console.print(f"local API: http://{HOST}:{port}/, token {token}", soft_wrap=True)
        threading.Thread(target=_read, args=(typed, lines, loop), name=READER, daemon=True).start()
        tasks = [asyncio.create_task(desk.serve(_show)), asyncio.create_task(_obey(desk, lines, leaving))]
        left = asyncio.create_task(leaving.wait())
        done, _ = await asyncio.wait([*tasks, left], return_when=asyncio.FIRST_COMPLETED)
        for task in (*tasks, left):
            task.cancel()
        await asyncio.gather(*tasks, left, return_exceptions=True)
        for task in done:
            task.result()


def _show(seen: Seen) -> None:
    if seen.call is CallState.RINGING:
        console.bell()
    console.print(str(seen), soft_wrap=True)


async def _obey(desk: Desk, lines: asyncio.Queue[str], leaving: asyncio.Event) -> None:
    while True:
        verb, _, argument = (await lines.get()).strip().partition(" ")
        if verb == QUIT:
            leaving.set()
        elif verb:
            try:
                await desk.do(verb, argument.strip())
            except DozvonError as error:
                errors.print(styled("[red]error:[/] {}", error), soft_wrap=True)


def _read(typed: io.RawIOBase, lines: asyncio.Queue[str], loop: asyncio.AbstractEventLoop) -> None:
    """Unbuffered, for a buffer's lock would hold up the end of the process; an end of input ends nothing."""
    for line in typed:
        if loop.is_closed():
            return
        loop.call_soon_threadsafe(lines.put_nowait, line.decode(errors="replace"))
