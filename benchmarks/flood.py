"""The baseline: Originates on a bare socket, and how a level is measured."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from asterisk.ami.render import render_originate

if TYPE_CHECKING:
    from benchmarks.world import Ground

GRID_S = 0.01
SETTLE_S = 2.0
HELD = 0.95
DRAIN_S = 60.0


@dataclass(frozen=True, slots=True)
class Level:
    """A rate offered for so long."""

    offered_cps: float
    seconds: float

    @property
    def calls(self) -> int:
        """How many calls that is; a second more than is measured, so that a burst at the start takes nothing away."""
        return round(self.offered_cps * (self.seconds + 1))


@dataclass(frozen=True, slots=True)
class Measured:
    """What came of a level. ``cpu_ms`` is per call, by process."""

    offered_cps: float
    made_cps: float
    prompt_share: float
    cpu_ms: dict[str, float]
    due_to_write_ms: dict[str, float] = field(default_factory=dict)

    @property
    def held(self) -> bool:
        """Whether the pair of Asterisks kept up."""
        return self.made_cps >= HELD * self.offered_cps and self.prompt_share >= HELD

    def to_json(self) -> dict[str, Any]:
        """As the document shows it."""
        return {**asdict(self), "held": self.held}


class _Socket(asyncio.Protocol):
    """Counts ends, reads nothing else."""

    def __init__(self) -> None:
        self.ended = 0
        self.answered = asyncio.Event()

    def data_received(self, data: bytes) -> None:
        self.ended += data.count(b"Event: Hangup")
        if b"FullyBooted" in data:
            self.answered.set()


async def flood(ground: Ground, level: Level) -> Measured:
    """One level of the baseline."""
    requests = [render_originate(request) for request in ground.requests(level.calls)]
    loop = asyncio.get_running_loop()
    transport, socket = await loop.create_connection(_Socket, "127.0.0.1", ground.ami_port)
    try:
        transport.write(ground.login)
        await asyncio.wait_for(socket.answered.wait(), 5)
        mark = ground.mark()
        began, sent = loop.time(), 0
        while sent < level.calls:
            due = min(level.calls, int((loop.time() - began) * level.offered_cps) + 1)
            transport.write(b"".join(requests[sent:due]))
            sent = due
            await asyncio.sleep(GRID_S)
        await drained(lambda: socket.ended >= level.calls)
        return mark.measure(level)
    finally:
        transport.close()


async def drained(done: Any) -> None:
    """Wait for the last calls, within a bound."""
    for _ in range(round(DRAIN_S / 0.1)):
        if done():
            return
        await asyncio.sleep(0.1)


def channel_starts(log: Path, offset: int) -> dict[str, float]:
    """Touch id -> second at which the node made its channel, from the log's bytes after ``offset``."""
    starts: dict[str, float] = {}
    with log.open("rb") as file:
        file.seek(offset)
        for line in file:
            if b'"CHAN_START"' in line:
                record = json.loads(line)
                starts[record["uniqueid"]] = float(record["eventtime"])
    return starts


def made_rate(starts: Mapping[str, float], level: Level) -> float:
    """Channels per second between the settling and the end of the offer."""
    first = min(starts.values(), default=0.0)
    steady = [at for at in starts.values() if SETTLE_S <= at - first < level.seconds]
    return len(steady) / (level.seconds - SETTLE_S)


def cpu_seconds(pid: int) -> float:
    """User and system time of a process so far."""
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / 100
