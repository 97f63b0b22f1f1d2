"""Makes the clips that are missing, ahead of a campaign."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor, as_completed
from pathlib import Path

from domain.errors import EnvironmentFault
from ivr_scripts.prompts.audio import NotSpeech, to_clip
from ivr_scripts.prompts.engines import Engine, EngineFault
from ivr_scripts.prompts.store import PromptStore

Progress = Callable[[int, int], None]
"""Told how many clips are done, of how many."""

log = logging.getLogger(__name__)


def prepare_prompts(
    texts: Iterable[str],
    folder: Path,
    engines: Sequence[Engine],
    *,
    progress: Progress | None = None,
    warn: Callable[[str], None] = log.warning,
) -> PromptStore:
    """The store in which every text has its clip, by the first engine that can make all of them.

    An engine that fails half-way is given up with a warning, and the next one speaks everything: a call never
    mixes two voices. What was made stays, so a later run with the same engine needs only the rest.
    Raises EngineFault of the last engine, and EnvironmentFault when the folder cannot be written.
    """
    wanted = list(texts)
    failure: EngineFault | None = None
    for engine in engines:
        if failure:
            warn(f"{failure}; prompts are made by {engine.id} instead")
        store = PromptStore(folder, engine.id, engine.voice)
        try:
            synthesise_missing(wanted, store, engine, progress=progress)
        except EngineFault as error:
            failure = error
        else:
            return store
    raise failure or EnvironmentFault("no speech engine is configured", remedy="configure espeak-ng or gTTS")


def synthesise_missing(
    texts: Iterable[str],
    store: PromptStore,
    engine: Engine,
    *,
    workers: int = 2,
    progress: Progress | None = None,
) -> int:
    """Makes the clips of those texts that have none, and says how many it made.

    At the first fault nothing more is begun, and the fault is raised; no clip is ever half-written.
    """
    missing = store.missing(texts)
    with ThreadPoolExecutor(workers, thread_name_prefix="prompts") as pool:
        jobs = [pool.submit(_make, text, store, engine) for text in missing]
        try:
            for done, job in enumerate(as_completed(jobs), start=1):
                job.result()
                if progress:
                    progress(done, len(missing))
        finally:
            pool.shutdown(cancel_futures=True)
    return len(missing)


def _make(text: str, store: PromptStore, engine: Engine) -> None:
    try:
        clip = to_clip(engine.synthesise(text))
    except NotSpeech as error:
        raise EngineFault(f"{engine.id} gave {error} for a text of {len(text)} characters") from error
    store.put(text, clip)
