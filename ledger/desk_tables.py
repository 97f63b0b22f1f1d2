"""The tables of what operators write down: what talks brought, drafts of it, and notes on debtors."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import BigInteger, Index
from sqlmodel import Field, SQLModel

from ledger.times import UtcDateTime


class DispositionRow(SQLModel, table=True):
    """What a talk brought, by its operator, as told last; ``fields`` and ``before`` are JSON.

    ``before`` is what must be put back when it is corrected; ``saves`` counts how often it was told.
    """

    __tablename__ = "disposition"
    __table_args__ = (
        Index("disposition_of_operator", "operator_id", "at"),
        Index("disposition_of_debtor", "debtor_id", "at"),
    )

    touch_id: str = Field(primary_key=True, max_length=32)
    operator_id: int = Field(foreign_key="operator.id")
    debtor_id: int | None = Field(default=None, foreign_key="debtor.id")
    code: str
    fields: str = "{}"
    note: str = ""
    before: str = "{}"
    saves: int = 1
    at: datetime = Field(sa_type=UtcDateTime)


class DraftRow(SQLModel, table=True):
    """A form that an operator has begun and not saved; ``fields`` is JSON."""

    __tablename__ = "draft"

    operator_id: int = Field(foreign_key="operator.id", primary_key=True)
    touch_id: str = Field(primary_key=True, max_length=32)
    fields: str
    at: datetime = Field(sa_type=UtcDateTime)


class NoteRow(SQLModel, table=True):
    """What somebody of the house noted of a debtor."""

    __tablename__ = "note"
    __table_args__ = (Index("note_of_debtor", "debtor_id", "at"),)

    id: int | None = Field(default=None, primary_key=True)
    debtor_id: int = Field(foreign_key="debtor.id")
    author: str
    at: datetime = Field(sa_type=UtcDateTime)
    text: str


class InstalmentPartRow(SQLModel, table=True):
    """A payment of an instalment plan, by its day."""

    __tablename__ = "instalment_part"

    instalment_id: int = Field(foreign_key="instalment.id", primary_key=True)
    due: date = Field(primary_key=True)
    kopecks: int = Field(sa_type=BigInteger)
