"""Signs of life: each process tells in Redis that it runs, since when, as which version, and its last error.

A sign fades when its process dies. Of an error only its static name is told, for texts may hold personal data.
"""

from __future__ import annotations

import asyncio
import os
import socket
from collections.abc import Callable, Mapping
from contextlib import suppress
from importlib.metadata import version
from typing import Any

import orjson
from redis.asyncio import Redis
from redis.exceptions import RedisError

from dialer.cancelled import cancelled
from dialer.clock import Clock
from dialer.logs import last_error

ALIVE = "dozvon:alive:"
"""Under this prefix each process has a key, by its kind, machine and number."""
BEAT_S, FADES_S = 5.0, 15

Facts = Callable[[], Mapping[str, Any]]
"""What a process tells of itself besides, as JSON values."""


class Heartbeat:
    """The signs of one process. ``kind`` is what it is: dialler, worker, console."""

    def __init__(self, kind: str, clock: Clock, facts: Facts = dict) -> None:
        self.kind, self._clock, self._facts = kind, clock, facts
        self._since = clock.now()
        self.key = f"{ALIVE}{kind}:{socket.gethostname()}:{os.getpid()}"

    def sign(self) -> bytes:
        """What is told now, as JSON."""
        return orjson.dumps(
            {
                "kind": self.kind,
                "host": socket.gethostname(),
                "pid": os.getpid(),
                "version": version("dozvon"),
                "since": self._since,
                "at": self._clock.now(),
                "error": last_error(),
                "facts": dict(self._facts()),
            }
        )

    async def run(self, redis: Redis) -> None:
        """Tell it every few seconds, for ever; without Redis nobody hears it."""
        while not cancelled():
            with suppress(RedisError):
                await redis.set(self.key, self.sign(), ex=FADES_S)
            await asyncio.sleep(BEAT_S)
