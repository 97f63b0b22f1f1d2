"""Prompts spoken by the workers, ahead of a campaign."""

from __future__ import annotations

import time
from collections.abc import Sequence

import structlog

from dialer.jobs.queue import PROMPTS, JobQueue
from dialer.settings import Settings, load_settings
from dialer.voices import engines_of
from ivr_scripts.prompts.engines import EngineFault
from ivr_scripts.prompts.store import PromptStore
from ivr_scripts.prompts.synthesise import Progress, synthesise_missing

log = structlog.get_logger(__name__)

TEXTS_A_JOB = 20
POLL_S = 0.2
STALL_S = 30.0
"""Without a new clip for so long the workers are given up; one that was killed leaves no other sign."""


def speak(texts: Sequence[str], language: str) -> int:
    """The job: makes the clips that are missing, by the first engine of the worker's settings."""
    settings = load_settings()
    engine = engines_of(settings, language)[0]
    store = PromptStore(settings.prompts.folder.resolve(), engine.id, engine.voice)
    try:
        return synthesise_missing(texts, store, engine)
    except EngineFault as fault:  # whoever waits for the clips finds them missing, and says why and what then
        log.warning("prompts_not_made", fault=fault.what, texts=len(texts))
        return 0


def speak_ahead(
    texts: Sequence[str],
    language: str,
    settings: Settings,
    *,
    progress: Progress | None = None,
    stall_s: float = STALL_S,
) -> None:
    """Has the workers make the missing clips, if there are any workers; returns when they are done or give up.

    Whatever is missing then, for whatever reason, is for the caller to make: both write the same clips.
    """
    engine = engines_of(settings, language)[0]
    store = PromptStore(settings.prompts.folder.resolve(), engine.id, engine.voice)
    missing = store.missing(texts)
    if not missing:
        return
    queue = JobQueue(settings.redis_url, PROMPTS)
    try:
        if queue.workers():
            _have_spoken(missing, language, store, queue, progress, stall_s)
    finally:
        queue.close()


def _have_spoken(
    missing: Sequence[str],
    language: str,
    store: PromptStore,
    queue: JobQueue,
    progress: Progress | None,
    stall_s: float,
) -> None:
    starts = range(0, len(missing), TEXTS_A_JOB)
    ids = queue.give(speak, [[missing[start : start + TEXTS_A_JOB], language] for start in starts])
    left, since = len(missing), time.monotonic()
    while ids and left and time.monotonic() - since < stall_s:
        over = queue.over(ids)
        still = len(store.missing(missing))
        if still < left:
            left, since = still, time.monotonic()
            if progress:
                progress(len(missing) - left, len(missing))
        if over:
            break
        time.sleep(POLL_S)
    queue.withdraw(ids)
    if left:
        log.warning("workers_left_prompts", left=left, of=len(missing))
