"""Recordings of talks: where they lie, and how long they are kept."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import structlog

from dialer.settings import Settings
from domain.errors import EnvironmentFault
from domain.touch import TouchId
from ledger.books import Books, Transaction
from strategies.regime import least_recordings_kept, recordings_kept

log = structlog.get_logger(__name__)

_FILE = re.compile(r"([0-9a-f]{32})-.*\.wav")


def recordings_of(tx: Transaction, settings: Settings, touch: TouchId) -> tuple[Path, ...]:
    """The files of a talk that are there, one for each operator of it."""
    node, names = tx.recordings.of(touch)
    folder = next((one.recordings_folder for one in settings.nodes if one.name == node), None)
    if folder is None:
        return ()
    files = [(folder / name).resolve() for name in names]
    return tuple(file for file in files if file.is_relative_to(folder.resolve()) and file.is_file())


@dataclass(slots=True)
class Expired:
    """What a pass has deleted, and kept of those old enough to be asked of."""

    deleted: int = 0
    kept: int = 0


def expire_recordings(books: Books, settings: Settings, today: date) -> Expired:
    """Delete the recordings whose time is over, day by day, on every node whose folder we see. EnvironmentFault when
    one cannot be deleted.
    """
    expired = Expired()
    for node in settings.nodes:
        if node.recordings_folder is not None:
            for day, folder in _old_days(node.recordings_folder, today - least_recordings_kept()):
                _expire_day(books, day, folder, today, expired)
    log.info("recordings_expired", deleted=expired.deleted, kept=expired.kept)
    return expired


def _old_days(root: Path, before: date) -> Iterator[tuple[date, Path]]:
    for folder in sorted(root.glob("[0-9][0-9][0-9][0-9]/[0-9][0-9]/[0-9][0-9]")):
        try:
            day = date(*map(int, folder.parts[-3:]))
        except ValueError:
            continue
        if day < before:
            yield day, folder


def _expire_day(books: Books, day: date, folder: Path, today: date, expired: Expired) -> None:
    files = {file: TouchId(found[1]) for file in folder.iterdir() if (found := _FILE.fullmatch(file.name))}
    with books.read() as tx:
        rules = tx.recordings.rules_of(sorted(set(files.values())))
    try:
        for file, touch in files.items():
            if day + recordings_kept(rules.get(touch, "")) < today:
                file.unlink(missing_ok=True)
                expired.deleted += 1
            else:
                expired.kept += 1
        _remove_if_empty([folder, folder.parent, folder.parent.parent])
    except OSError as error:
        remedy = "let this process write there"
        raise EnvironmentFault(
            f"cannot be deleted ({error.strerror})", where=str(folder), remedy=remedy
        ) from error


def _remove_if_empty(folders: Sequence[Path]) -> None:
    for folder in folders:
        if any(folder.iterdir()):
            return
        folder.rmdir()
