"""The hub: one look at the floor a second, for all scopes that anybody watches and however many watch them."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator
from contextlib import suppress
from dataclasses import dataclass, field

from fastapi import Request

from agent_console.page import rendered
from agent_console.services import Services
from dialer.cancelled import cancelled
from dialer.handlers.wallboard import Wallboard
from dialer.live import look
from dialer.wallboard import Board, Scope
from domain.errors import DozvonError

EVERY_S = 1.0


@dataclass
class Watch:
    """What those see who watch one scope; ``shown`` holds the newest board as each language has it."""

    watchers: int = 0
    board: Board | None = None
    shown: dict[str, str] = field(default_factory=dict)


class Hub:
    """One for each process. Nothing is looked at while nobody watches."""

    def __init__(self, services: Services) -> None:
        self._services = services
        self._watches: dict[Scope, Watch] = {}
        self._new = asyncio.Condition()
        self._asked = asyncio.Event()
        self._looking: asyncio.Task[None] | None = None

    async def boards(self, scope: Scope) -> AsyncGenerator[Watch, None]:
        """A watch, whenever its board is new, for as long as somebody asks for the next one."""
        watch = self._watches.setdefault(scope, Watch())
        watch.watchers += 1
        if watch.board is None:
            self._asked.set()
        if self._looking is None or self._looking.done():
            self._looking = asyncio.create_task(self._keep(), name="wallboard")
        seen: Board | None = None
        try:
            while True:
                await self._newer(watch, seen)
                seen = watch.board
                yield watch
        finally:
            watch.watchers -= 1
            if not watch.watchers:
                del self._watches[scope]
            if not self._watches:
                await self._rest()

    async def _newer(self, watch: Watch, seen: Board | None) -> None:
        """Wait until a watch has another board."""
        async with self._new:
            while watch.board is seen:
                if self._looking and self._looking.done():
                    self._looking.result()  # it never ends but by a fault of ours, which must not hide
                await self._new.wait()

    async def _keep(self) -> None:
        wallboard = Wallboard(self._services.settings)
        try:
            while not cancelled():
                self._asked.clear()
                with suppress(DozvonError):  # the books do not answer: what is shown stays, with its time
                    await self._look(wallboard)
                await self._pause()
        finally:
            await self._wake()

    async def _look(self, wallboard: Wallboard) -> None:
        services, scopes = self._services, tuple(self._watches)
        live, now = await look(services.redis), services.now()
        made = await services.read(lambda tx: wallboard.boards(tx, live, now, scopes))
        for scope, board in made.items():
            if watch := self._watches.get(scope):
                watch.board = board
                watch.shown.clear()
        await self._wake()

    async def _pause(self) -> None:
        """Until the next second, or until somebody watches what nobody has watched so far."""
        with suppress(TimeoutError):
            async with asyncio.timeout(EVERY_S):
                await self._asked.wait()

    async def _wake(self) -> None:
        async with self._new:
            self._new.notify_all()

    async def _rest(self) -> None:
        looking, self._looking = self._looking, None
        if looking and not looking.done():
            looking.cancel()
            with suppress(asyncio.CancelledError):
                await looking


def shown(request: Request, watch: Watch, language: str) -> str:
    """The board's HTML: made once for each language, not for each screen."""
    if language not in watch.shown:
        watch.shown[language] = rendered(request, "floor/board.html.j2", board=watch.board)
    return watch.shown[language]


def hub_of(request: Request) -> Hub:
    """The hub of this process."""
    hub: Hub = request.app.state.hub
    return hub
