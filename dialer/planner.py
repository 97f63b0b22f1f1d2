"""Planning beside calling: each night, and when the campaign has changed its version, in pages with pauses between."""

from __future__ import annotations

import asyncio
from dataclasses import replace

import structlog

from dialer.campaign_loop import CampaignLoop, Tools
from dialer.handlers.plan import Page, plan_page, planning_is_due
from domain.errors import EnvironmentFault, LeaseLost

log = structlog.get_logger(__name__)

PAGE = 250
"""So few that a call which waits for the ledger meanwhile waits for some hundredths of a second."""

IDLE_S = 0.5
FAULT_S = 2.0


class Planner:
    """Keeps the plans of one campaign up to date, while this process owns it."""

    def __init__(self, loop: CampaignLoop, tools: Tools) -> None:
        self._loop, self._tools = loop, tools

    async def run(self) -> None:
        """Plan whenever it is due, for ever; ends when a newer owner has the campaign."""
        while True:
            try:
                pause = await self._look()
            except LeaseLost:
                return
            except EnvironmentFault as fault:
                log.error("planning_failed", campaign=self._loop.campaign.name, fault=str(fault))
                pause = FAULT_S
            await asyncio.sleep(pause)

    async def _look(self) -> float:
        """Plan one page if it is due; answers the seconds until the next: half of the ledger's time is for calls."""
        loop, work = self._loop, self._loop.ready.work
        planning, now = loop.campaign.planning, self._tools.clock.now()
        if not planning_is_due(planning, work.version_id, work.zone, now):
            return IDLE_S
        began = asyncio.get_running_loop().time()
        page = await self._tools.ledger.run(
            plan_page,
            self._tools.books,
            loop.campaign.id,
            loop.campaign.fence,
            work.strategy,
            version_id=work.version_id,
            now=now,
            size=PAGE,
        )
        loop.campaign = replace(loop.campaign, planning=page.planning)
        self._tell(page)
        return asyncio.get_running_loop().time() - began

    def _tell(self, page: Page) -> None:
        if page.planning.to is None:
            log.info("planned", campaign=self._loop.campaign.name, version=page.planning.version_id)
