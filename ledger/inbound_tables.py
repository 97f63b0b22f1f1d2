"""The tables of calls that come in: our lines, and whom we owe a call back."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Index, text
from sqlmodel import Field, SQLModel

from ledger.times import UtcDateTime

OWED = text("state = 'owed'")
CAME_IN = text("touch.direction = 'in'")
"""As the index of calls that came in has it: SQLite takes no parameter for the same."""


class LineRow(SQLModel, table=True):
    """A number of ours that people ring. ``hours`` and ``weekend`` are written like 09:00-18:00; null is always.
    Who has waited ``overflow_s`` seconds goes to ``overflow_desk`` (empty: to nobody else).
    """

    __tablename__ = "line"

    number: str = Field(primary_key=True)
    purpose: str
    portfolio_id: int | None = Field(default=None, foreign_key="portfolio.id")
    desk: str
    zone: str
    hours: str | None = None
    weekend: str | None = None
    script: str = ""
    closed_script: str = ""
    overflow_desk: str = Field(default="", sa_column_kwargs={"server_default": ""})
    overflow_s: int = Field(default=0, sa_column_kwargs={"server_default": "0"})


class CallbackRow(SQLModel, table=True):
    """A caller whom nobody served, and who is called back once: ``touch_id`` is his call, ``state`` what came of it."""

    __tablename__ = "callback"
    __table_args__ = (Index("callback_owed", "due_at", sqlite_where=OWED, postgresql_where=OWED),)

    touch_id: str = Field(primary_key=True)
    debtor_id: int | None = Field(default=None, foreign_key="debtor.id")
    phone: str
    desk: str
    why: str
    due_at: datetime = Field(sa_type=UtcDateTime)
    state: str = "owed"
    answer_id: str | None = None
    reason: str = ""
