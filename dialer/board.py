"""The live board: counts kept while calls run, published to Redis for whoever looks."""

from __future__ import annotations

from collections import Counter, defaultdict, deque
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

import orjson
from redis.asyncio import Redis
from redis.exceptions import RedisError

from dialer.running import Running
from domain.call_events import Answered, AnyCallEvent
from domain.said import as_data, from_data, said
from domain.touch import Outcome

WINDOW_S = 10
HISTORY_S = 60
KEEP_S = 15
TIMINGS = 2_000


def board_key(campaign: str) -> str:
    """The Redis key of a campaign's board; it fades when its dialler dies."""
    return f"dozvon:board:{campaign}"


def desk_key(desk: str) -> str:
    """The Redis key of a desk's board."""
    return f"dozvon:desk:{desk}"


POPS = "dozvon:pop:ms"
"""The Redis key of how long the last cards took to a screen: milliseconds."""
MOST_POPS = 500
WAITING = "dozvon:waiting"
"""The Redis key of who waits for an operator, by desk: `waiting_board`."""


@dataclass
class CampaignStats:
    """Counts of one campaign since this dialler took it."""

    placed: int = 0
    answered: int = 0
    outcomes: Counter[str] = field(default_factory=Counter)
    refusals: Counter[str] = field(default_factory=Counter)
    reason: str = said("starting")
    per_second: deque[tuple[int, int]] = field(default_factory=lambda: deque(maxlen=HISTORY_S))

    @property
    def ended(self) -> int:
        """Calls that have an outcome."""
        return self.outcomes.total()


class Stats:
    """All campaigns of this process; ``now`` is the event loop's time in seconds."""

    def __init__(self) -> None:
        self.campaigns: dict[int, CampaignStats] = {}
        self.write_delays_s: deque[float] = deque(maxlen=TIMINGS)

    def of(self, campaign_id: int) -> CampaignStats:
        """The counts of a campaign."""
        return self.campaigns.setdefault(campaign_id, CampaignStats())

    def placed(self, campaign_id: int, now: float, due_for_s: float) -> None:
        """A call was written to its node, so long after it was found due."""
        stats = self.of(campaign_id)
        stats.placed += 1
        self.write_delays_s.append(due_for_s)
        second = int(now)
        if stats.per_second and stats.per_second[-1][0] == second:
            stats.per_second[-1] = (second, stats.per_second[-1][1] + 1)
        else:
            stats.per_second.append((second, 1))

    def write_delays_ms(self) -> dict[str, float]:
        """Median and 99th percentile of due -> written to the node, over the last calls."""
        delays = sorted(self.write_delays_s) or [0.0]
        return {f"p{p}": round(delays[len(delays) * p // 100] * 1000, 2) for p in (50, 99)}

    def heard(self, event: AnyCallEvent, campaign_id: int) -> None:
        """Something was seen of a running call."""
        if isinstance(event, Answered):
            self.of(campaign_id).answered += 1

    def ended(self, outcome: Outcome, campaign_id: int) -> None:
        """A call is over."""
        self.of(campaign_id).outcomes[outcome.value] += 1

    def snapshot(self, campaign_id: int, now: float) -> dict[str, Any]:
        """The board as JSON values; rates in calls per second over the last 10 s."""
        stats = self.of(campaign_id)
        by_second = dict(stats.per_second)
        seconds = range(int(now) - WINDOW_S, int(now))
        return {
            "placed": stats.placed,
            "ended": stats.ended,
            "answered": stats.answered,
            "outcomes": dict(stats.outcomes),
            "refusals": dict(stats.refusals),
            "reason": stats.reason,
            "why": as_data(stats.reason),
            "due_to_write_ms": self.write_delays_ms(),
            "calls_per_second": sum(by_second.get(second, 0) for second in seconds) / WINDOW_S,
            "last_minute": [by_second.get(second, 0) for second in range(int(now) - HISTORY_S, int(now))],
        }


def waiting_board(calls: Iterable[Running], now: float) -> dict[str, dict[str, float]]:
    """How many wait at each desk for an operator, and how many seconds the first of them has; ``now`` by the loop."""
    since: defaultdict[str, list[float]] = defaultdict(list)
    for running in calls:
        if running.call.waiting and running.call.offered_to is None:
            since[running.call.desk].append(running.queued)
    return {
        desk: {"waiting": len(queued), "longest_s": round(max(0.0, now - min(queued)), 1)}
        for desk, queued in sorted(since.items())
    }


def reason_of(board: Mapping[str, Any]) -> str:
    """Why a board's calls are as many as they are, for `domain.said.retold`: its ``why``. The same in English, its
    ``reason``, is all that an older dialler tells.
    """
    return from_data(board.get("why", board.get("reason", "")))


async def publish(redis: Redis, key: str, board: Mapping[str, Any] | list[dict[str, Any]]) -> None:
    """Show a board; without Redis nobody sees it, and calls go on."""
    try:
        await redis.set(key, orjson.dumps(board), ex=KEEP_S)
    except RedisError:
        return


async def fetch(redis: Redis, campaign: str) -> dict[str, Any] | None:
    """The board as last published, in English; None when no dialler works the campaign. Raises RedisError."""
    text = await redis.get(board_key(campaign))
    board: dict[str, Any] = orjson.loads(text) if text else {}
    board.pop("why", None)
    return board or None


async def note_pop(redis: Redis, ms: float) -> None:
    """A card was on an operator's screen, so long after his call; without Redis nobody counts it."""
    try:
        async with redis.pipeline(transaction=False) as told:
            told.lpush(POPS, round(ms, 1))
            told.ltrim(POPS, 0, MOST_POPS - 1)
            await told.execute()
    except RedisError:
        return
