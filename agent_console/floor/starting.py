"""Campaigns that are being made: prompts and plans of a million debtors take minutes, and nobody waits for a page.

Kept in this process. Should it die meanwhile, the campaign is there, paused, and `resume` has the rest planned.
"""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from datetime import datetime, timedelta

import structlog
from anyio import to_thread
from fastapi import Request

from agent_console.faults import OUR_FAULT
from agent_console.services import Services
from dialer.handlers.campaigns import create
from dialer.handlers.start_campaign import CampaignOrder
from domain.errors import DozvonError, InputError
from domain.user import Actor

SHOWN_FOR = timedelta(days=1)

log = structlog.get_logger(__name__)


@dataclass
class Start:
    """How far it is: so many of so many, first prompts, then plans; ``fault`` says why it has ended, ``ended`` when."""

    name: str
    done: int = 0
    total: int = 0
    fault: str = ""
    planned: int = 0
    ended: datetime | None = None

    @property
    def finished(self) -> bool:
        """Whether it is there, or has failed."""
        return self.ended is not None

    def tell(self, done: int, total: int) -> None:
        """So far."""
        self.done, self.total = done, total


class Starts:
    """The campaigns that this process is making or has made."""

    def __init__(self) -> None:
        self._starts: dict[str, Start] = {}
        self._tasks: set[asyncio.Task[None]] = set()

    def begin(self, services: Services, order: CampaignOrder, actor: Actor) -> None:
        """Make it in a thread of its own. InputError when one of that name is being made."""
        if (known := self._starts.get(order.name)) and not known.finished:
            raise InputError(f"campaign {order.name!r} is being made", remedy="look at its page")
        start = self._starts[order.name] = Start(order.name)
        task = asyncio.create_task(self._make(services, order, actor, start), name=f"start of {order.name}")
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    def of(self, name: str) -> Start | None:
        """The one of that name."""
        return self._starts.get(name)

    def going(self, now: datetime) -> list[Start]:
        """Those that are not there yet, and for a day those that failed."""
        return [
            one
            for one in self._starts.values()
            if one.ended is None or (one.fault and now - one.ended < SHOWN_FOR)
        ]

    def dismiss(self, name: str) -> None:
        """Show one that failed no more."""
        if (start := self._starts.get(name)) and start.fault:
            del self._starts[name]

    async def _make(self, services: Services, order: CampaignOrder, actor: Actor, start: Start) -> None:
        def make() -> int:
            books, settings = services.books, services.settings
            return create(
                books, settings, order, actor, now=services.now(), progress=start.tell, warn=log.warning
            ).planned

        fault = OUR_FAULT  # unless it is known better: the task's trace goes to the log
        try:
            start.planned = await to_thread.run_sync(make)
            fault = ""
        except DozvonError as refused:
            fault = str(refused)
            log.warning("campaign_not_started", campaign=order.name, fault=type(refused).__name__)
        finally:
            start.fault, start.ended = fault, services.now()


def starts_of(request: Request) -> Starts:
    """Those of this process."""
    found: Starts = request.app.state.starts
    return found
