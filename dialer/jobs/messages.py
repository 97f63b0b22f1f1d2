"""The job that hands reserved messages to a post room: their ids only, the books say what is sent to whom.

A job that is lost or done twice does no harm: a message is claimed before it is sent, and the sweep finds what waits.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from dialer.jobs.queue import JobQueue
from domain.errors import EnvironmentFault

Feed = Callable[[str, list[str]], None]
IDS_A_JOB = 1_000
"""A job costs a dozen round trips to Redis, whatever it carries."""
_feed: list[Feed] = []


def feed_to(feed: Feed | None) -> None:
    """Whom this process's jobs feed; None for nobody."""
    _feed[:] = [feed] if feed else []


def send(kind: str, touches: list[str]) -> None:
    """The job: what the post room has no room for is left to its sweep. EnvironmentFault in a process that has none."""
    if not _feed:
        raise EnvironmentFault("this process sends no messages", remedy="start `dozvon messages`")
    _feed[0](kind, touches)


def send_soon(queue: JobQueue, touches: Mapping[str, Sequence[str]]) -> None:
    """Have messages sent, by kind; without Redis the sweep sends them somewhat later."""
    for kind, some in touches.items():
        jobs = [[kind, list(some[start : start + IDS_A_JOB])] for start in range(0, len(some), IDS_A_JOB)]
        queue.give(send, jobs)
