"""Whether a task was cancelled, also where the cancellation was lost on its way."""

from __future__ import annotations

import asyncio


def cancelled() -> bool:
    """Whether somebody cancelled the task that asks: the condition of a loop that would go on for ever.

    `asyncio.wait_for` of Python 3.11 drops a cancellation that meets the end of what it waits for, and the client of
    Redis waits by it; a loop that does not ask would outlive its dialler now and then.
    """
    task = asyncio.current_task()
    return task is not None and task.cancelling() > 0
