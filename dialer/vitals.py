"""What a dialler tells of itself: its sign of life, who waits for operators, and its figures for Prometheus."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Iterable, Mapping
from contextlib import asynccontextmanager
from typing import Any

from redis.asyncio import Redis

from dialer.board import WAITING, publish, waiting_board
from dialer.campaign_loop import Tools
from dialer.cancelled import cancelled
from dialer.heartbeat import Heartbeat
from dialer.metrics import Figure, metrics
from dialer.settings import Settings

PUBLISH_S = 0.5


@asynccontextmanager
async def vitals(
    settings: Settings, redis: Redis, tools: Tools, driving: Callable[[], bool]
) -> AsyncIterator[None]:
    """Tell it while this lasts; ``driving`` is whether it drives the floor. EnvironmentFault when its port is taken."""
    heart = Heartbeat("dialler", tools.clock, lambda: _facts(tools, driving()))
    with metrics(settings.metrics_port, lambda: dialler_figures(tools, driving())):
        tasks = [
            asyncio.create_task(heart.run(redis), name="heartbeat"),
            asyncio.create_task(_show_waiting(redis, tools, driving), name="waiting"),
        ]
        try:
            yield
        finally:
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)


def dialler_figures(tools: Tools, driving: bool) -> Iterable[Figure]:
    """Calls of this process by campaign, its nodes, and how the ledger keeps up."""
    switchboard, recorder = tools.switchboard, tools.recorder
    for id, stats in list(switchboard.stats.campaigns.items()):
        labels = {"campaign": str(id)}
        yield Figure("calls_placed", "Calls written to a node.", stats.placed, labels, counter=True)
        yield Figure("calls_answered", "Calls that somebody answered.", stats.answered, labels, counter=True)
        yield Figure("calls_up", "Calls that are up now.", switchboard.calls.in_campaign(id), labels)
        for outcome, count in list(stats.outcomes.items()):
            of = labels | {"outcome": outcome}
            yield Figure("calls_ended", "Calls that ended, by outcome.", count, of, counter=True)
        for rule, count in list(stats.refusals.items()):
            of = labels | {"rule": rule}
            yield Figure("refusals", "Touches that rules refused.", count, of, counter=True)
    for name, node in switchboard.nodes.items():
        yield Figure("node_up", "Whether the node's manager link is up.", node.link.connected, {"node": name})
    for quantile, ms in switchboard.stats.write_delays_ms().items():
        yield Figure(
            "due_to_write_seconds", "From due to written to the node.", ms / 1000, {"quantile": quantile}
        )
    yield Figure("ledger_stuck", "Whether the ledger refuses writes.", recorder.stuck)
    yield Figure("touches_unwritten", "Touches whose end is not in the ledger yet.", len(recorder.waiting))
    yield Figure("drives_floor", "Whether this process drives the floor.", driving)


def _facts(tools: Tools, driving: bool) -> Mapping[str, Any]:
    nodes = {name: node.link.connected for name, node in tools.switchboard.nodes.items()}
    return {
        "drives_floor": driving,
        "nodes": nodes,
        "calls": len(tools.switchboard.calls),
        "ledger_stuck": tools.recorder.stuck,
    }


async def _show_waiting(redis: Redis, tools: Tools, driving: Callable[[], bool]) -> None:
    while not cancelled():
        if driving():
            now = asyncio.get_running_loop().time()
            await publish(redis, WAITING, waiting_board(tools.switchboard.calls.all(), now))
        await asyncio.sleep(PUBLISH_S)
