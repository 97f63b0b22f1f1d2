"""Makes the clips that are missing, ahead of a campaign."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor, as_completed
from pathlib import Path

from domain.errors import EnvironmentFault
from ivr_scripts.prompts.audio import NotSpeech, pause, to_clip
from ivr_scripts.prompts.engines import Engine, EngineFault, Unspeakable
from ivr_scripts.prompts.store import PromptStore
from ivr_scripts.template import PAUSE

Progress = Callable[[int, int], None]
"""Told how many clips are done, of how many."""

SHOWN = 5
"""Missing prompts that an error shows by their words."""

log = logging.getLogger(__name__)


class MissingPrompts(EngineFault):
    """Why an engine left prompts missing (``fault``), and which: the first few by their words."""

    def __init__(self, fault: EngineFault, missing: Sequence[str]) -> None:
        self.fault = fault
        shown = ", ".join(f"«{text}»" for text in missing[:SHOWN])
        more = f" and {len(missing) - SHOWN} more" if len(missing) > SHOWN else ""
        what = f"{fault.what}; {len(missing)} prompts missing: {shown}{more}"
        super().__init__(what, where=fault.where, remedy=fault.remedy)


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
    Raises MissingPrompts of the last engine, and EnvironmentFault when the folder cannot be written.
    """
    wanted = list(texts)
    failure: EngineFault | None = None
    for engine in engines:
        if failure:
            why = failure.fault if isinstance(failure, MissingPrompts) else failure
            warn(f"{why}; prompts are made by {engine.id} instead")
        try:
            store = PromptStore(folder, engine.id, engine.voice)
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

    A text that the engine cannot say does not stop the others; an engine that fails does: nothing more is begun.
    Either fault is raised, with the list of the prompts that are missing for it. No clip is ever half-written.
    """
    missing = store.missing(texts)
    unspoken: dict[str, EngineFault] = {}
    failure: EngineFault | None = None
    with ThreadPoolExecutor(workers, thread_name_prefix="prompts") as pool:
        jobs = {pool.submit(_make, text, store, engine): text for text in missing}
        try:
            for done, job in enumerate(as_completed(jobs), start=1):
                try:
                    job.result()
                except Unspeakable as fault:
                    unspoken[jobs[job]] = fault
                if progress:
                    progress(done, len(missing))
        except EngineFault as fault:
            failure = fault
        finally:
            pool.shutdown(cancel_futures=True)
    if left := [text for text in missing if failure or text in unspoken]:
        raise MissingPrompts(failure or unspoken[left[0]], store.missing(left))
    return len(missing)


def _make(text: str, store: PromptStore, engine: Engine) -> None:
    try:
        clip = pause() if text == PAUSE else to_clip(engine.synthesise(text))
    except NotSpeech as error:
        raise Unspeakable(f"{engine.id} gave {error} for a text of {len(text)} characters") from error
    store.put(text, clip)
