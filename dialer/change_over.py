"""Changing over: a campaign takes the versions of its strategy and scripts that are published, without losing a call.

Everything that the new version says is made ready before it takes over. What cannot be made ready keeps the old version
at work, and says so.
"""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from dataclasses import replace

import structlog

from dialer.campaign_loop import CampaignLoop, Tools
from dialer.handlers.take_over import change_over, read_work
from dialer.ready import Ready
from dialer.repertoire import read_repertoire
from dialer.script_rules import check_scripts, scripts_of
from dialer.scripts import ScriptBook, prepare_scripts
from dialer.settings import Settings
from dialer.work import equipped
from domain.campaign import Campaign
from domain.errors import DozvonError, LeaseLost, LedgerDown, LinkDown

log = structlog.get_logger(__name__)

AGAIN_S = 10.0
"""How soon a version that could not be made ready is tried again."""

Wanted = tuple[int, frozenset[str]]
"""The version of the strategy, and the labels of the scripts in force."""


async def make_ready(
    tools: Tools, settings: Settings, campaign: Campaign, version_id: int, present: Ready | None = None
) -> Ready:
    """A version with its scripts as they are in force, and their prompts: those of ``present`` if they are the same.

    EnvironmentFault when one cannot be made, InputError when a text cannot be read or its regime refuses it.
    """
    known = await asyncio.to_thread(read_repertoire, tools.books)  # callers must not wait for it
    read = await asyncio.to_thread(read_work, tools.books, campaign, version_id)
    work = equipped(read, settings)
    work.stationery.check(work.strategy, work.portfolio)
    check_scripts(work.strategy, known)
    texts = known.texts(scripts_of(work.strategy))
    if present and present.scripts.is_of(texts, work.portfolio):
        scripts = present.scripts
    else:
        scripts = await asyncio.to_thread(prepare_scripts, texts, work.portfolio, settings, warn=log.warning)
    names = {script: version.id for script, version in scripts.versions.items()}
    return Ready(replace(work, scripts=names), scripts)


async def install_scripts(tools: Tools, scripts: ScriptBook) -> None:
    """Put the dialplans on every node that is there; LinkDown when one goes away meanwhile."""
    for node in tools.switchboard.nodes.values():
        if node.link.connected:
            await scripts.install(node.settings, node.link)


class ChangeOver:
    """Follows what is published for one campaign of ours."""

    def __init__(self, loop: CampaignLoop, tools: Tools, settings: Settings) -> None:
        self._loop, self._tools, self._settings = loop, tools, settings
        self._task: asyncio.Task[None] | None = None
        self._refused: Wanted | None = None
        self._again_at = 0.0
        self.coming: Ready | None = None
        """What is about to take over: a node that comes up needs its dialplans too."""
        self.fault = ""
        """Why the version that is wanted does not run; empty while nothing is in its way."""

    def look(self, campaign: Campaign, scripts: Mapping[str, str], group: asyncio.TaskGroup) -> None:
        """Obey its caps, and change over if other versions are wanted; ``campaign`` is as the books have it now.

        ``scripts`` are the published scripts in force: the labels of their versions by name.
        """
        self._loop.campaign = replace(
            self._loop.campaign,
            max_channels=campaign.max_channels,
            max_calls_per_second=campaign.max_calls_per_second,
            call_limit=campaign.call_limit,
        )
        wanted = campaign.wanted_version_id, frozenset(scripts.values())
        if self._loop.ready.is_of(campaign.wanted_version_id, scripts):
            self.fault, self._refused = "", None
            return
        if self._task is not None and not self._task.done():
            return
        if wanted == self._refused and asyncio.get_running_loop().time() < self._again_at:
            return
        self._task = group.create_task(self._change(campaign, wanted), name=f"version of {campaign.name}")

    def cancel(self) -> None:
        """Leave it to the campaign's next owner."""
        if self._task is not None:
            self._task.cancel()

    async def _change(self, campaign: Campaign, wanted: Wanted) -> None:
        try:
            await self._take(campaign)
        except LeaseLost:
            return  # the loop finds out as well
        except (LedgerDown, LinkDown) as fault:
            log.warning("version_waits", campaign=campaign.name, fault=str(fault))
        except DozvonError as fault:
            if self._refused != wanted:
                version = campaign.wanted_version_id
                log.error("version_not_taken", campaign=campaign.name, version_id=version, fault=str(fault))
            self.fault, self._refused = str(fault), wanted
            self._again_at = asyncio.get_running_loop().time() + AGAIN_S
        finally:
            self.coming = None

    async def _take(self, campaign: Campaign) -> None:
        tools, loop, wanted = self._tools, self._loop, campaign.wanted_version_id
        self.coming = ready = await make_ready(tools, self._settings, campaign, wanted, loop.ready)
        if ready.scripts is not loop.ready.scripts:
            await install_scripts(tools, ready.scripts)
        said, now = ready.versions, tools.clock.now()
        loop.campaign = await tools.ledger.run(
            change_over, tools.books, campaign.id, loop.campaign.fence, wanted, said, now
        )
        loop.ready = ready
        scripts = sorted(ready.work.scripts.values())
        log.info("version_taken", campaign=campaign.name, version=ready.work.version.label, scripts=scripts)
