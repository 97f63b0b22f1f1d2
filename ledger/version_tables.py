"""The tables of the versions of strategies and scripts. Rows are only ever added."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Index, UniqueConstraint
from sqlmodel import Field, SQLModel

from domain.version import VersionKind
from ledger.times import UtcDateTime


class TextVersionRow(SQLModel, table=True):
    """A published strategy or script: immutable text with its digest, numbered for each name of a kind.

    No text can be of two kinds.
    """

    __tablename__ = "text_version"
    __table_args__ = (
        UniqueConstraint("name", "digest"),
        Index("version_number", "kind", "name", "number", unique=True),
    )

    id: int | None = Field(default=None, primary_key=True)
    kind: str = VersionKind.STRATEGY.value
    name: str
    number: int
    digest: str
    body: str
    author: str = ""
    note: str = ""
    published_at: datetime = Field(sa_type=UtcDateTime)


class PublicationRow(SQLModel, table=True):
    """Append-only: which version of a name was put in force when, by whom; its last one holds."""

    __tablename__ = "publication"
    __table_args__ = (Index("publication_of_name", "name"),)

    id: int | None = Field(default=None, primary_key=True)
    name: str
    version_id: int = Field(foreign_key="text_version.id")
    at: datetime = Field(sa_type=UtcDateTime)
    author: str
    kind: str


class ScriptVersionRow(SQLModel, table=True):
    """A script as calls used it: immutable text; ``id`` is its name and version, as touches name it."""

    __tablename__ = "script_version"

    id: str = Field(primary_key=True)
    digest: str
    body: str
    first_used_at: datetime = Field(sa_type=UtcDateTime)


class ScriptClipRow(SQLModel, table=True):
    """A clip of the prompt store that a fixed part of a script version was played from, one for each voice."""

    __tablename__ = "script_clip"

    script_id: str = Field(foreign_key="script_version.id", primary_key=True)
    file: str = Field(primary_key=True)
    text: str
