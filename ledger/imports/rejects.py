"""The rejects file: what an import did not take, where it stood and why."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TextIO

from domain.errors import EnvironmentFault

COLUMNS = ("row", "field", "value", "reason")
SHOWN = 500
"""Characters of a value that are written: enough to find it, and never more than a CSV reader takes."""


class Rejects:
    """Writes rejects as they come; the file at ``path`` is there only if there are any.

    Values are written as they stand in the source: it is the user's own data, and he must find them again.
    Raises EnvironmentFault when the file cannot be written.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self.count = 0
        self._draft = path.with_suffix(".draft")
        self._file: TextIO | None = None

    def add(self, row: int, field: str, value: str, reason: str) -> None:
        """Refuse the value of a field, or a whole row (``field`` names what was wrong with it)."""
        with self._faults():
            if self._file is None:
                self._file = self._draft.open("w", encoding="utf-8", newline="")
                csv.writer(self._file).writerow(COLUMNS)
            csv.writer(self._file).writerow((row, field, value[:SHOWN], reason))
        self.count += 1

    def keep(self) -> str | None:
        """Put the file in the place of an earlier run's; its path, or None when nothing was refused."""
        with self._faults():
            if self._file is None:
                self.path.unlink(missing_ok=True)
                return None
            self._file.close()
            self._draft.replace(self.path)
        return str(self.path)

    def drop(self) -> None:
        """Leave no draft behind."""
        with self._faults():
            if self._file is not None:
                self._file.close()
                self._draft.unlink(missing_ok=True)

    @contextmanager
    def _faults(self) -> Iterator[None]:
        try:
            yield
        except OSError as error:
            raise EnvironmentFault(
                f"the rejects file cannot be written: {error.strerror}",
                where=str(self.path),
                remedy="name another folder for it",
            ) from error


@contextmanager
def open_rejects(source: Path, folder: Path | None) -> Iterator[Rejects]:
    """Rejects of a source file, to ``<its name>.rejects.csv`` beside it or in ``folder``."""
    rejects = Rejects((folder or source.parent) / f"{source.stem}.rejects.csv")
    try:
        yield rejects
    finally:
        rejects.drop()
