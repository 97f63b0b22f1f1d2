"""Previews: a ready operator is shown whom to call, and dials or skips him; nobody else is offered him meanwhile.

While he looks he is paused at the queues, with `PREVIEW` as the reason; after the call, or the skip, he is ready again.
"""

from __future__ import annotations

import asyncio
from collections.abc import Collection
from dataclasses import dataclass
from typing import Any

import structlog

from dialer.campaign_loop import CampaignLoop, Tools
from dialer.floor.floor import Floor
from dialer.handlers.preview import Candidate, find_candidate, skip
from dialer.ids import new_touch_id
from dialer.running import Running
from domain.call import Call
from domain.campaign import CampaignStatus, Mode
from domain.errors import DozvonError, InputError
from domain.operator import OnFloor, OperatorState, StateChange
from domain.operator_events import OperatorId
from domain.touch import TouchId

log = structlog.get_logger(__name__)

PREVIEW = "preview"


@dataclass(slots=True)
class Shown:
    """What an operator has before him; ``touch`` once he has dialled."""

    loop: CampaignLoop
    desk: str
    candidate: Candidate
    since: float
    mode: Mode
    touch: TouchId | None = None
    over: bool = False


class Previews:
    """Who is shown whom. It is kept in memory: after a crash nobody is shown anything, and all plans are due."""

    def __init__(self, tools: Tools, floor: Floor) -> None:
        self._tools, self._floor = tools, floor
        self._shown: dict[OperatorId, Shown] = {}
        self._tasks: set[asyncio.Task[None]] = set()
        tools.switchboard.followers.append(self._follow)
        floor.listeners.append(self._operator_changed)
        floor.verbs |= {"dial": self.dial, "skip": self.skip}

    async def look(self, desk: str, mode: Mode, loops: Collection[CampaignLoop], spare: int) -> None:
        """Show the most urgent debtors to those who have been idle longest, and call at once in the reserved mode; to
        no more than ``spare`` operators, for the others are waited for.
        """
        for known in self._idle(desk)[: max(0, spare)]:
            for loop in loops:
                if candidate := await self._candidate(loop, desk, mode):
                    now = asyncio.get_running_loop().time()
                    self._shown[known.operator] = Shown(loop, desk, candidate, now, mode)
                    if await self._hold(known.operator) and mode is Mode.RESERVED:
                        await self._dial_at_once(known.operator)
                    break
            else:
                return

    def board(self) -> list[dict[str, Any]]:
        """What is shown to whom, as JSON values."""
        now = asyncio.get_running_loop().time()
        return [
            {
                "operator": operator,
                "campaign": shown.loop.campaign.name,
                "desk": shown.desk,
                "debtor": shown.candidate.external_id,
                "debtor_id": shown.candidate.debtor_id,
                "phone": shown.candidate.phone,
                "script": shown.candidate.script,
                "step": shown.candidate.plan.step,
                "why": shown.candidate.plan.reason,
                "seconds": round(now - shown.since, 1),
                "touch": shown.touch,
            }
            for operator, shown in self._shown.items()
        ]

    async def _hold(self, operator: OperatorId) -> bool:
        """Have the queues offer him nothing; False when he has just left."""
        try:
            await self._floor.pause(operator, PREVIEW)
        except InputError:
            self._shown.pop(operator, None)
            return False
        return True

    async def _dial_at_once(self, operator: OperatorId) -> None:
        try:
            await self.dial(operator)
        except InputError as refused:
            log.info("reserved_not_dialled", operator=operator, reason=str(refused))

    async def dial(self, operator: OperatorId, _: str = "") -> OnFloor:
        """Call the debtor whom he is shown. InputError when he is shown nobody, or may not call him (any more)."""
        shown = self._not_dialled(operator)
        try:
            debtor = shown.candidate.debtor_id
            shown.touch = await shown.loop.dial_for(operator, debtor, shown.desk, shown.mode)
        except DozvonError:
            await self._done_with(operator)
            raise
        if self._tools.switchboard.calls.get(shown.touch) is None:  # it could not even be written
            return await self._done_with(operator)
        return self._floor.operator(operator)

    async def skip(self, operator: OperatorId, reason: str) -> OnFloor:
        """He would not call him now. InputError without a reason, or when he is shown nobody."""
        if not reason.strip():
            raise InputError(
                "a skip needs a reason", where="--reason", remedy="tell why, e.g. promised to pay today"
            )
        shown = self._not_dialled(operator)
        campaign, tools = shown.loop.campaign, self._tools
        login = next(one.login for one, _ in self._floor.operators() if one.id == operator)
        await tools.ledger.run(
            skip,
            tools.books,
            campaign.id,
            campaign.fence,
            shown.candidate.debtor_id,
            login,
            reason.strip(),
            tools.clock.now(),
        )
        return await self._done_with(operator)

    def _not_dialled(self, operator: OperatorId) -> Shown:
        shown = self._shown.get(operator)
        if shown is None or shown.touch:
            what = "he is called already" if shown else "nobody is shown to the operator"
            raise InputError(what, remedy="`dozvon operator list` shows what everybody does")
        return shown

    async def _candidate(self, loop: CampaignLoop, desk: str, mode: Mode) -> Candidate | None:
        tools, campaign = self._tools, loop.campaign
        return await tools.ledger.run(
            find_candidate,
            tools.books,
            loop.ready.work,
            campaign.id,
            campaign.fence,
            desk=desk,
            mode=mode,
            shown={shown.candidate.debtor_id for shown in self._shown.values()},
            new_id=new_touch_id,
            now=tools.clock.now(),
        )

    def _idle(self, desk: str) -> list[OnFloor]:
        """Who is ready and counted for the desk, the longest idle first."""
        idle = [
            known
            for operator, known in self._floor.operators()
            if known.state is OperatorState.READY and self._floor.desk_of(operator) == desk
            if not known.pause_after_call and known.operator not in self._shown
        ]
        return sorted(idle, key=lambda known: known.since)

    async def set_free(self) -> None:
        """Whoever looks at nothing any more: the campaign does not run, or the dialler that showed it is gone."""
        for operator, shown in list(self._shown.items()):
            running = shown.loop.campaign.status is CampaignStatus.RUNNING and not shown.loop.stopping
            if not running and not shown.touch:
                del self._shown[operator]
        for _, known in self._floor.operators():
            if known.operator not in self._shown and _previews(known):
                await self._floor.ready(known.operator)

    async def _done_with(self, operator: OperatorId) -> OnFloor:
        self._shown.pop(operator, None)
        return await self._floor.ready(operator)

    def _follow(self, before: Call, running: Running) -> None:
        """His call is over: if he talked, he writes it down first."""
        for operator, shown in self._shown.items():
            if shown.touch == running.call.touch and running.call.over:
                shown.over = True
                known = next((one for _, one in self._floor.operators() if one.operator == operator), None)
                if known is not None and _previews(known):
                    self._end(operator)
                return

    def _operator_changed(self, change: StateChange) -> None:
        shown = self._shown.get(change.operator)
        if shown is None:
            return
        if change.state is OperatorState.PAUSED and change.reason == PREVIEW:
            if shown.over:
                self._end(change.operator)
        elif not shown.touch and change.state in _GONE:
            del self._shown[change.operator]  # he has left, or wants other calls

    def _end(self, operator: OperatorId) -> None:
        del self._shown[operator]
        task = asyncio.create_task(self._make_ready(operator), name=f"preview of {operator} is over")
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _make_ready(self, operator: OperatorId) -> None:
        try:
            await self._floor.ready(operator)
        except DozvonError as fault:
            log.warning("operator_not_ready", operator=operator, fault=str(fault))


def _previews(known: OnFloor) -> bool:
    """Whether he is paused for somebody whom he is shown."""
    return known.state is OperatorState.PAUSED and known.reason == PREVIEW


_GONE = frozenset(
    {OperatorState.READY, OperatorState.OFFLINE, OperatorState.PAUSED, OperatorState.PHONE_LOST}
)
