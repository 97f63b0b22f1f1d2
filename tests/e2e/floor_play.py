"""A campaign of operators on the real stage: robots who talk, their word on it, and what the floor says they do."""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from functools import reduce
from itertools import accumulate
from typing import Any

from redis.asyncio import Redis

from asterisk.town import Role, TownPlan
from dialer.board import desk_key
from dialer.demo.talk_truth import TalkComparison, compare_talks
from dialer.demo.team import Team, login_of
from dialer.floor.commands import ask_floor, see_floor
from domain.call import Call, advance
from domain.operator import StateChange
from domain.touch import Outcome, TouchId
from tests.e2e.play import MORNING, Play
from tests.polling import until

STRATEGY = """\
name: operators
title: Звонки операторов
regime: ru-230fz-agency
policies: [attempts-3-a-day]
segments:
  - id: everybody
    when: {{sum: {{at_least: 1}}}}
    steps:
      - {{id: talk, call: {{mode: {mode}}}}}
"""

PEOPLE_TOWN = TownPlan(
    seed="floor",
    shares={Role.LISTENS_TO_END: 1.0},
    ring=(0.2, 1.0),
    ring_out=60.0,
    longest_call=60.0,
)
"""Everybody answers at once, and listens until the operator hangs up."""


def town(*, answers: float, busy: float = 0.0, **habits: Any) -> TownPlan:
    """A town where this share of the calls is answered by people, this share is busy, and the rest rings out."""
    shares = {Role.LISTENS_TO_END: answers, Role.BUSY: busy, Role.RINGS_OUT: 1.0 - answers - busy}
    return replace(PEOPLE_TOWN, shares=shares, **habits)


def operators(mode: str = "predictive") -> tuple[str, str]:
    """A strategy of one step, as text and file name: an operator calls."""
    return STRATEGY.format(mode=mode), "operators.yaml"


@dataclass(frozen=True)
class FloorPlay:
    """A play with its floor."""

    play: Play
    redis: Redis

    @property
    def team(self) -> Team:
        plan = self.play.stage.plan.team
        assert plan is not None
        return plan

    @property
    def logins(self) -> list[str]:
        return [login_of(place) for place in range(1, self.team.operators + 1)]

    async def sign_in(self, *logins: str) -> None:
        """These, or all of them, begin to work as soon as a dialler drives the floor and their phones are there."""
        wanted = logins or self.logins
        await until(lambda: self.reachable(set(wanted)), what="the phones of the operators are registered")
        for login in wanted:
            await ask_floor(self.redis, "ready", login)

    async def sign_out(self, *logins: str) -> None:
        for login in logins or self.logins:
            await ask_floor(self.redis, "sign_out", login)

    async def reachable(self, logins: set[str]) -> bool:
        return logins <= {row["login"] for row in await see_floor(self.redis) if row["phone"]}

    async def states(self) -> Counter[str]:
        """How many operators are in which state."""
        return Counter(row["state"] for row in await see_floor(self.redis))

    async def state_of(self, login: str) -> dict[str, Any]:
        """What the board says of him; empty while it says nothing."""
        return next((row for row in await see_floor(self.redis) if row["login"] == login), {})

    def calls(self) -> dict[TouchId, Call]:
        """Our log's calls, folded anew from the journal."""
        rows = {TouchId(row.id): row for row in self.play.touches()}
        with self.play.books.read() as tx:
            events = tx.journal.events_of(list(rows))
        told = {touch: reduce(advance, seen, Call(touch)) for touch, seen in events.items()}
        return {touch: replace(call, ended_at=rows[touch].ended_at) for touch, call in told.items()}

    def outcomes(self) -> Counter[Outcome | None]:
        with self.play.books.read() as tx:
            return Counter(tx.touches.outcomes(self.play.campaign_id).values())

    def log(self) -> list[StateChange]:
        """The operators' log of the whole play, operator by operator."""
        with self.play.books.read() as tx:
            end = MORNING.replace(year=MORNING.year + 1)
            return [line for one in tx.operators.all() for line in tx.operators.log_of(one.id, MORNING, end)]

    def most_at_once(self) -> int:
        """The most calls that the carrier had at one moment."""
        steps = [(call.started, 1) for call in self.play.stage.record()]
        steps += [(call.ended, -1) for call in self.play.stage.record()]
        return max(accumulate(step for _, step in sorted(steps)), default=0)

    async def desk(self) -> dict[str, Any]:
        """The board of the common desk; empty while nobody publishes it."""
        text = await self.redis.get(desk_key("operators"))
        return json.loads(text) if text else {}

    async def talks_compared(self) -> TalkComparison:
        """Our log against the robots' record, once the robots have written every talk that we know of."""
        calls = self.calls()
        talked = {touch for touch, call in calls.items() if call.operator is not None}
        await until(
            lambda: talked <= {talk.touch_id for talk in self.play.stage.talks()},
            what="the robots' last line",
        )
        return compare_talks(self.play.stage.talks(), calls, ahead=self.play.settings.clock_ahead)

    async def channels(self) -> int | None:
        """Calls on the node, ours and operators'; None while it does not answer."""
        count = re.search(r"(\d+) active call", await self.play.stage.node.cli("core show channels count"))
        return int(count[1]) if count else None


@asynccontextmanager
async def floor_of(play: Play) -> AsyncIterator[FloorPlay]:
    """The floor of a play whose stage has a team."""
    redis: Redis = Redis.from_url(play.settings.redis_url)
    try:
        yield FloorPlay(play, redis)
    finally:
        await redis.aclose()
