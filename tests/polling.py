"""Waiting for what happens soon, without a sleep whose length is a guess."""

from __future__ import annotations

import asyncio
import inspect
from collections.abc import Callable

POLL_S = 0.005


async def until(look: Callable[[], object], within: float = 60.0, what: str = "what was waited for") -> None:
    """Return as soon as ``look()``, awaited if it asks for that, is true; fail when it is not in ``within`` s.

    The bound only ends a broken build, so it is longer than any busy machine needs.
    """
    try:
        async with asyncio.timeout(within):
            while True:
                seen = look()
                if await seen if inspect.isawaitable(seen) else seen:
                    return
                await asyncio.sleep(POLL_S)
    except TimeoutError:
        raise AssertionError(f"not within {within:g} s: {what}") from None
