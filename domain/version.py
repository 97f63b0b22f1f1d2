"""Versions of strategies and scripts: immutable texts, and which of them is in force."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


class VersionKind(StrEnum):
    """What a version is a text of."""

    STRATEGY = "strategy"
    SCRIPT = "script"

    @property
    def plural(self) -> str:
        """Many of them; also the address of their page."""
        return "strategies" if self is VersionKind.STRATEGY else "scripts"


@dataclass(frozen=True, slots=True)
class Version:
    """A published text of the strategy or script ``name``.

    Versions of a strategy are numbered from 1; a script's number is the one that its text tells.
    """

    id: int
    kind: VersionKind
    name: str
    number: int
    body: str
    author: str
    note: str
    published_at: datetime

    @property
    def label(self) -> str:
        """As people write it, e.g. ``utilities-soft@3``; also the file name that errors about its text show."""
        return f"{self.name}@{self.number}"


class PublicationKind(StrEnum):
    """How a version came into force."""

    PUBLISH = "publish"
    ROLLBACK = "rollback"


@dataclass(frozen=True, slots=True)
class Publication:
    """A version was put in force; the last publication of a name holds."""

    version_id: int
    number: int
    at: datetime
    author: str
    kind: PublicationKind
