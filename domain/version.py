"""Versions of strategies: immutable texts, and which of them is in force."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


@dataclass(frozen=True, slots=True)
class Version:
    """A published text of the strategy ``name``; versions of a name are numbered from 1."""

    id: int
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
