"""The folder of a demo: for one at a time, and emptied of nothing but an earlier demo."""

from __future__ import annotations

import fcntl
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from domain.errors import EnvironmentFault, InputError

BOOKS = "dozvon.db"
"""Its books, which are there from the first moment: they tell the folder of a demo from any other."""
ELSEWHERE = "tell another one with --folder"


@contextmanager
def run_folder(folder: Path) -> Iterator[Path]:
    """The empty folder of this run within ``folder``, whose other files are good for the next run, too.

    InputError when it holds something else, EnvironmentFault when it cannot be written or another demo runs in it.
    """
    run = folder.resolve() / "run"
    with _claimed(folder):
        try:
            _empty(run)
        except OSError as error:
            raise EnvironmentFault(
                f"cannot be emptied: {error.strerror}", where=str(run), remedy=ELSEWHERE
            ) from error
        yield run


@contextmanager
def _claimed(folder: Path) -> Iterator[None]:
    """Under a lock that the machine gives back when this process ends, however it does."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
        lock = (folder / "demo.lock").open("w")
    except OSError as error:
        what = f"is no folder to write to: {error.strerror}"
        raise InputError(what, where=str(folder), remedy=ELSEWHERE) from error
    with lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            remedy = f"end it, or {ELSEWHERE}"
            raise EnvironmentFault("another demo runs here", where=str(folder), remedy=remedy) from error
        yield


def _empty(run: Path) -> None:
    if run.exists():
        if not (run / BOOKS).exists() and any(run.iterdir()):
            raise InputError("is not of a demo, which would empty it", where=str(run), remedy=ELSEWHERE)
        shutil.rmtree(run)
    run.mkdir()
    (run / BOOKS).touch()
