"""The hub: one look at the floor a second for each scope that anybody watches, however many watch it."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator
from contextlib import suppress
from dataclasses import dataclass, field

from fastapi import Request

from agent_console.page import rendered
from agent_console.services import Services
from dialer.cancelled import cancelled
from dialer.handlers.wallboard import board
from dialer.live import look
from dialer.reports.waiting import WaitsToday
from dialer.wallboard import Board, Scope
from domain.errors import DozvonError

EVERY_S = 1.0


@dataclass
class Watch:
    """What those see who watch one scope; ``shown`` holds the newest board as each language has it."""

    watchers: int = 0
    board: Board | None = None
    shown: dict[str, str] = field(default_factory=dict)
    waits: WaitsToday = field(default_factory=WaitsToday)
    new: asyncio.Condition = field(default_factory=asyncio.Condition)
    task: asyncio.Task[None] | None = None


class Hub:
    """One for each process. Nothing is looked at while nobody watches."""

    def __init__(self, services: Services) -> None:
        self._services = services
        self._watches: dict[Scope, Watch] = {}

    async def boards(self, scope: Scope) -> AsyncGenerator[Watch, None]:
        """A watch, whenever its board is new, for as long as somebody asks for the next one."""
        watch = self._watches.setdefault(scope, Watch())
        watch.watchers += 1
        if watch.task is None:
            watch.task = asyncio.create_task(self._keep(scope, watch), name=f"wallboard {scope}")
        seen: Board | None = None
        try:
            while True:
                async with watch.new:
                    while watch.board is seen:
                        if watch.task.done():
                            watch.task.result()  # it never ends but by a fault of ours, which must not hide
                        await watch.new.wait()
                seen = watch.board
                yield watch
        finally:
            watch.watchers -= 1
            if not watch.watchers:
                await self._forget(scope, watch)

    async def _keep(self, scope: Scope, watch: Watch) -> None:
        try:
            while not cancelled():
                with suppress(DozvonError):  # the books do not answer: what is shown stays, with its time
                    watch.board = await self._look(scope, watch.waits)
                    watch.shown.clear()
                    await self._wake(watch)
                await asyncio.sleep(EVERY_S)
        finally:
            await self._wake(watch)

    async def _wake(self, watch: Watch) -> None:
        async with watch.new:
            watch.new.notify_all()

    async def _look(self, scope: Scope, waits: WaitsToday) -> Board:
        services = self._services
        live, now = await look(services.redis), services.now()
        return await services.read(lambda tx: board(tx, live, now, services.settings, scope, waits))

    async def _forget(self, scope: Scope, watch: Watch) -> None:
        del self._watches[scope]
        if watch.task and not watch.task.done():
            watch.task.cancel()
            with suppress(asyncio.CancelledError):
                await watch.task


def shown(request: Request, watch: Watch, language: str) -> str:
    """The board's HTML: made once for each language, not for each screen."""
    if language not in watch.shown:
        watch.shown[language] = rendered(request, "floor/board.html.j2", board=watch.board)
    return watch.shown[language]


def hub_of(request: Request) -> Hub:
    """The hub of this process."""
    hub: Hub = request.app.state.hub
    return hub
