"""Previews: a ready operator is shown whom to call, and dials or skips him; nobody else is offered him meanwhile.

While he looks he is paused at the queues, with `PREVIEW` as the reason; after the call, or the skip, he is ready again.
"""

from __future__ import annotations

import asyncio
from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import structlog

from dialer.campaign_loop import CampaignLoop, Tools
from dialer.floor.feed import Feed, FeedKind
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
BY_HAND = "manual"
"""The mode of a call that an operator asks for himself."""


@dataclass(slots=True)
class Shown:
    """What an operator has before him; ``touch`` once he has dialled. A call of his own wish has no ``loop``."""

    desk: str
    candidate: Candidate
    since: datetime
    loop: CampaignLoop | None = None
    mode: Mode | None = None
    touch: TouchId | None = None
    over: bool = False


class Previews:
    """Who is shown whom. It is kept in memory: after a crash nobody is shown anything, and all plans are due."""

    def __init__(self, tools: Tools, floor: Floor, feed: Feed) -> None:
        self._tools, self._floor, self._feed = tools, floor, feed
        self._shown: dict[OperatorId, Shown] = {}
        self._tasks: set[asyncio.Task[None]] = set()
        tools.switchboard.followers.append(self._follow)
        floor.listeners.append(self._operator_changed)
        floor.verbs |= {"dial": self.dial, "skip": self.skip}
        floor.shown_to = self.shown_to

    async def look(self, desk: str, mode: Mode, loops: Collection[CampaignLoop], spare: int) -> None:
        """Show the most urgent debtors to those who have been idle longest, and call at once in the reserved mode; to
        no more than ``spare`` operators, for the others are waited for.
        """
        for known in self._idle(desk)[: max(0, spare)]:
            for loop in loops:
                if candidate := await self._candidate(loop, desk, mode):
                    if self._floor.operator(known.operator).state is not OperatorState.READY:
                        break  # he has paused, or is rung, since we began to look
                    shown = Shown(desk, candidate, self._tools.clock.now(), loop, mode)
                    if await self.keep(known.operator, shown) and mode is Mode.RESERVED:
                        await self._dial_at_once(known.operator)
                    break
            else:
                return

    def shown_to(self, operator: OperatorId) -> dict[str, Any] | None:
        """Whom an operator is shown, or calls of his own wish, as JSON values."""
        shown = self._shown.get(operator)
        if shown is None:
            return None
        return {
            "campaign": shown.loop.campaign.name if shown.loop else "",
            "mode": shown.mode.value if shown.mode else BY_HAND,
            "desk": shown.desk,
            "debtor": shown.candidate.external_id,
            "debtor_id": shown.candidate.debtor_id,
            "phone": shown.candidate.phone,
            "script": shown.candidate.script,
            "step": shown.candidate.plan.step,
            "why": shown.candidate.plan.reason,
            "why_name": shown.candidate.plan.why.value,
            "since": shown.since.isoformat(),
            "touch": shown.touch,
        }

    async def keep(self, operator: OperatorId, shown: Shown) -> bool:
        """Show it to him, and have the queues offer him nothing; False when he has just left."""
        self._shown[operator] = shown
        try:
            if self._floor.operator(operator).state is OperatorState.READY:
                await self._floor.pause(operator, PREVIEW)
        except InputError:
            self._shown.pop(operator, None)
            return False
        self.tell(operator)
        return True

    def tell(self, operator: OperatorId) -> None:
        """His screen shows what he is shown, or that it is nobody any more."""
        if shown := self.shown_to(operator):
            self._feed.tell(operator, FeedKind.PREVIEW, shown)
        self._feed.refresh(operator)

    async def _dial_at_once(self, operator: OperatorId) -> None:
        try:
            await self.dial(operator)
        except InputError as refused:
            log.info("reserved_not_dialled", operator=operator, reason=str(refused))

    async def dial(self, operator: OperatorId, _: str = "") -> OnFloor:
        """Call the debtor whom he is shown. InputError when he is shown nobody, or may not call him (any more)."""
        shown, loop, mode = self._not_dialled(operator)
        try:
            shown.touch = await loop.dial_for(operator, shown.candidate.debtor_id, shown.desk, mode)
        except DozvonError:
            await self.done_with(operator)
            raise
        return await self.dialled(operator)

    async def dialled(self, operator: OperatorId) -> OnFloor:
        """The call that he is kept for is placed; if it could not even be written, he is free again."""
        shown = self._shown.get(operator)
        self.tell(operator)
        if shown is None or shown.touch is None or self._tools.switchboard.calls.get(shown.touch) is None:
            return await self.done_with(operator)
        return self._floor.operator(operator)

    async def skip(self, operator: OperatorId, reason: str) -> OnFloor:
        """He would not call him now. InputError without a reason, or when he is shown nobody."""
        if not reason.strip():
            raise InputError(
                "a skip needs a reason", where="--reason", remedy="tell why, e.g. promised to pay today"
            )
        shown, loop, _ = self._not_dialled(operator)
        campaign, tools = loop.campaign, self._tools
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
        return await self.done_with(operator)

    def _not_dialled(self, operator: OperatorId) -> tuple[Shown, CampaignLoop, Mode]:
        shown = self._shown.get(operator)
        if shown is None or shown.touch or shown.loop is None or shown.mode is None:
            what = "he is called already" if shown else "nobody is shown to the operator"
            raise InputError(what, remedy="`dozvon operator list` shows what everybody does")
        return shown, shown.loop, shown.mode

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
            if shown.loop is None or shown.touch:
                continue
            if shown.loop.campaign.status is not CampaignStatus.RUNNING or shown.loop.stopping:
                del self._shown[operator]
                self.tell(operator)
        for _, known in self._floor.operators():
            if known.operator not in self._shown and _previews(known):
                await self._floor.ready(known.operator)

    async def done_with(self, operator: OperatorId) -> OnFloor:
        """He is shown nobody any more, and takes calls again if he did before."""
        self._shown.pop(operator, None)
        return await self._set_free(operator)

    async def _set_free(self, operator: OperatorId) -> OnFloor:
        self.tell(operator)
        known = self._floor.operator(operator)
        return await self._floor.ready(operator) if _previews(known) else known

    def _follow(self, before: Call, running: Running) -> None:
        """His call is over: if he talked, he writes it down first."""
        for operator, shown in list(self._shown.items()):
            if shown.touch == running.call.touch and running.call.over:
                shown.over = True
                known = next((one for _, one in self._floor.operators() if one.operator == operator), None)
                if known is None or known.state in _AT_REST:
                    self._end(operator)
                return

    def _operator_changed(self, change: StateChange) -> None:
        shown = self._shown.get(change.operator)
        if shown is None:
            return
        kept = change.state is OperatorState.PAUSED and change.reason == PREVIEW
        left = not shown.touch and not kept  # or he wants other calls
        if change.state in _AT_REST and (shown.over or left):
            self._end(change.operator)

    def _end(self, operator: OperatorId) -> None:
        del self._shown[operator]
        task = asyncio.create_task(self._let_go(operator), name=f"preview of {operator} is over")
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _let_go(self, operator: OperatorId) -> None:
        try:
            await self._set_free(operator)
        except DozvonError as fault:
            log.warning("operator_not_ready", operator=operator, fault=str(fault))


def _previews(known: OnFloor) -> bool:
    """Whether he is paused for somebody whom he is shown."""
    return known.state is OperatorState.PAUSED and known.reason == PREVIEW


_AT_REST = frozenset(
    {OperatorState.READY, OperatorState.OFFLINE, OperatorState.PAUSED, OperatorState.PHONE_LOST}
)
