"""Proposals: a new text that waits for a second pair of eyes, and the timer that takes a version back."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from domain.version import VersionKind


class ProposalState(StrEnum):
    """What became of a proposal."""

    OPEN = "open"
    PUBLISHED = "published"
    REFUSED = "refused"
    WITHDRAWN = "withdrawn"


@dataclass(frozen=True, slots=True)
class Proposal:
    """A text of the strategy or script ``name``; its author may not approve it himself where four eyes are asked for.

    Once published it is taken back by itself after ``revert_after_s`` seconds, unless that is None.
    """

    id: int
    kind: VersionKind
    name: str
    body: str
    author: str
    note: str
    at: datetime
    revert_after_s: int | None
    state: ProposalState
    decided_by: str = ""
    decided_at: datetime | None = None
    answer: str = ""
    version_id: int | None = None


@dataclass(frozen=True, slots=True)
class Revert:
    """At ``at`` the version ``from_id`` of ``name``, if it is still in force, gives way to ``to_id``."""

    kind: VersionKind
    name: str
    from_id: int
    to_id: int
    at: datetime
    author: str
