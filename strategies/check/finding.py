"""What a check says of a strategy, and what it must know of the world around it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

from domain.said import Said, said

if TYPE_CHECKING:
    from strategies.texts.language import Text

Path = tuple[str, ...]
"""A field from the top of the file, e.g. ``("segments", "0", "steps", "2", "hours")``."""


class Severity(StrEnum):
    """An error refuses the strategy; a warning tells what it will not do."""

    ERROR = "error"
    WARNING = "warning"


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that is wrong: the field, what, and what to do about it, both said for any language."""

    severity: Severity
    path: Path
    what: str
    remedy: str
    by_law: bool = False
    """Whether a law wants it so: where that law does not bind, the finding only warns."""


def error(path: Path, what: str, remedy: str, *, by_law: bool = False) -> Finding:
    """A finding that refuses the strategy."""
    return Finding(Severity.ERROR, path, what, remedy, by_law)


def warning(path: Path, what: str, remedy: str) -> Finding:
    """A finding that a person should know of."""
    return Finding(Severity.WARNING, path, what, remedy)


def one_of(names: Iterable[str]) -> Said:
    """The remedy for a name that is none of these."""
    known = ", ".join(sorted(names))
    return said("take one of: %(names)s", names=known) if known else said("there are none yet")


@dataclass(frozen=True, slots=True)
class Known:
    """Names that a strategy may use: IVR scripts, results that scripts and operators record, who performs steps now,
    and texts (None: nobody knows which there are).
    """

    scripts: frozenset[str]
    results: frozenset[str]
    performs: frozenset[str]
    texts: Mapping[str, Text] | None = None
