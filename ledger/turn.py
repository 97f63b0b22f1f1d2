"""Whose turn it is to write: how processes that share one SQLite file wait for each other.

SQLite itself waits by sleeping, up to a tenth of a second at a time, and who has just written writes again before a
sleeper wakes. Here turns are kept: only who is at the door waits for the pen, so nobody else takes it up when it is put
down. Both are locks of the operating system, which go with their process. They guard nothing: SQLite's own does.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from fcntl import F_OFD_SETLK, F_UNLCK, F_WRLCK, fcntl
from pathlib import Path
from struct import pack
from time import monotonic, sleep

LOOK_AGAIN_S = 0.001
DOOR, PEN = 0, 1
"""Bytes of the file of locks."""


@contextmanager
def turn_to_write(locks: Path, within_s: float) -> Iterator[None]:
    """While it lasts no other process or thread has its turn. It is not waited for longer than ``within_s``, nor where
    the file of locks cannot be had: SQLite tells then what is wrong.
    """
    try:
        file = os.open(locks, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o666)
    except OSError:
        yield
        return
    try:
        until = monotonic() + within_s
        if _wait_for(file, DOOR, until) and _wait_for(file, PEN, until):
            _set(file, DOOR, F_UNLCK)
        yield
    finally:
        os.close(file)


def _wait_for(file: int, place: int, until: float) -> bool:
    while not _set(file, place, F_WRLCK):
        if monotonic() > until:
            return False
        sleep(LOOK_AGAIN_S)
    return True


def _set(file: int, place: int, kind: int) -> bool:
    """Take or give back a lock that belongs to this opening of the file (`struct flock`); False when another has it."""
    try:
        fcntl(file, F_OFD_SETLK, pack("hhqqi0q", kind, os.SEEK_SET, place, 1, 0))
    except BlockingIOError:
        return False
    return True
