"""The end of a dialler: it waits for the calls that it has, and for no others."""

from __future__ import annotations

import asyncio

import structlog

from dialer.recorder import Recorder
from dialer.running import RunningCalls

log = structlog.get_logger(__name__)

DRAIN_S = 180.0
LOOK_S = 0.25


async def drain(calls: RunningCalls, recorder: Recorder, within_s: float = DRAIN_S) -> None:
    """Return when the calls that are up now have ended and are in the ledger, or after ``within_s`` seconds.

    Whoever rings us meanwhile belongs to the next dialler, which finds him in the node's log.
    """
    left = {running.call.touch for running in calls.all()} | recorder.waiting
    for _ in range(round(within_s / LOOK_S)):
        left &= {running.call.touch for running in calls.all()} | recorder.waiting
        if not (left or recorder.stuck):
            return
        await asyncio.sleep(LOOK_S)
    log.warning("calls_left_running", calls=len(left))
