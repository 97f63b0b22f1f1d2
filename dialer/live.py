"""What is shown in Redis just now: boards of campaigns, desks and operators. It fades when its writer dies."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import orjson
from redis.asyncio import Redis
from redis.exceptions import RedisError

from dialer.board import POPS, WAITING, board_key, desk_key
from dialer.callbacks.rates import RATES
from dialer.floor.feed import BOARD

P95 = 0.95


@dataclass(frozen=True, slots=True)
class Live:
    """Boards as JSON values, by campaign, desk, and desk that debtors call back; ``up`` is whether Redis answered.

    ``waiting`` tells of each desk how many callers wait for an operator and for how many seconds the first one does.
    ``pops_ms`` is how long the last cards took to an operator's screen, milliseconds.
    """

    up: bool = True
    campaigns: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    desks: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    operators: Sequence[Mapping[str, Any]] = ()
    callbacks: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    waiting: Mapping[str, Mapping[str, float]] = field(default_factory=dict)
    pops_ms: Sequence[float] = ()

    @property
    def pop_p95_ms(self) -> float | None:
        """Within this many milliseconds 95 of 100 cards were shown; None when none was."""
        ordered = sorted(self.pops_ms)
        return ordered[min(len(ordered) - 1, int(len(ordered) * P95))] if ordered else None


async def look(redis: Redis) -> Live:
    """Read every board, in one round trip but for their names. Never raises: without Redis there is nothing to see."""
    try:
        named = [key.decode() async for key in redis.scan_iter(board_key("*"), count=1000)]
        named += [key.decode() async for key in redis.scan_iter(desk_key("*"), count=1000)]
        async with redis.pipeline(transaction=False) as asked:
            asked.mget([RATES, BOARD, WAITING, *named])
            asked.lrange(POPS, 0, -1)
            texts, pops = await asked.execute()
    except RedisError:
        return Live(up=False)
    callbacks, operators, waiting, *boards = (orjson.loads(text) if text else None for text in texts)
    shown = {key: board for key, board in sorted(zip(named, boards, strict=True)) if board}
    return Live(
        campaigns=_under(board_key(""), shown),
        desks=_under(desk_key(""), shown),
        operators=operators or (),
        callbacks=callbacks or {},
        waiting=waiting or {},
        pops_ms=tuple(float(ms) for ms in pops),
    )


def _under(prefix: str, shown: Mapping[str, Any]) -> dict[str, Any]:
    return {key.removeprefix(prefix): board for key, board in shown.items() if key.startswith(prefix)}
