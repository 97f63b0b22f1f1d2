"""Waiting for what happens soon, without a sleep whose length is a guess."""

from __future__ import annotations

import asyncio
import inspect
import time
from collections.abc import Callable

POLL_S = 0.005
PATIENCE_S = 120.0
"""A bound only ends what is broken, so it is longer than any busy machine needs, stalls of half a minute included."""


async def until(
    look: Callable[[], object], within: float = PATIENCE_S, what: str = "what was waited for"
) -> None:
    """Return as soon as ``look()``, awaited if it asks for that, is true; fail when it is not in ``within`` s."""
    try:
        async with asyncio.timeout(within):
            while True:
                seen = look()
                if await seen if inspect.isawaitable(seen) else seen:
                    return
                await asyncio.sleep(POLL_S)
    except TimeoutError:
        raise AssertionError(f"not within {within:g} s: {what}") from None


def wait_until(look: Callable[[], object], what: str) -> None:
    """`until` where no loop runs."""
    deadline = time.monotonic() + PATIENCE_S
    while not look():
        if time.monotonic() > deadline:
            raise AssertionError(f"not within {PATIENCE_S:g} s: {what}")
        time.sleep(POLL_S)
