"""The tables of proposals and of the timers that take a version back."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Index
from sqlmodel import Field, SQLModel

from domain.version import VersionKind
from ledger.times import UtcDateTime


class ProposalRow(SQLModel, table=True):
    """A text that waits for approval, or what became of it."""

    __tablename__ = "proposal"
    __table_args__ = (Index("proposal_of_name", "name", "state"),)

    id: int | None = Field(default=None, primary_key=True)
    kind: str = VersionKind.STRATEGY.value
    name: str
    body: str
    author: str
    note: str = ""
    at: datetime = Field(sa_type=UtcDateTime)
    revert_after_s: int | None = None
    state: str
    decided_by: str = ""
    decided_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    answer: str = ""
    version_id: int | None = Field(default=None, foreign_key="text_version.id")


class RevertRow(SQLModel, table=True):
    """When a version is taken back; one for a name of a kind."""

    __tablename__ = "revert"
    __table_args__ = (Index("revert_at", "at"),)

    kind: str = Field(primary_key=True)
    name: str = Field(primary_key=True)
    from_id: int = Field(foreign_key="text_version.id")
    to_id: int = Field(foreign_key="text_version.id")
    at: datetime = Field(sa_type=UtcDateTime)
    author: str
