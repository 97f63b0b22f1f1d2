"""The tables of operators: who they are, what they can take, and the log of their states."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import BigInteger, Index, Integer
from sqlmodel import Field, SQLModel

from ledger.times import UtcDateTime


class OperatorRow(SQLModel, table=True):
    """Who talks to debtors. ``phone`` is what he talks on, ``secret`` its password; one who left stays, with ``active``
    false.
    """

    __tablename__ = "operator"

    id: int | None = Field(default=None, primary_key=True)
    login: str = Field(unique=True)
    name: str = ""
    secret: str
    wrap_up_s: int
    active: bool = True
    phone: str = Field(default="telephone", sa_column_kwargs={"server_default": "telephone"})


class OperatorSkillRow(SQLModel, table=True):
    """What an operator can take; ``place`` 0 is what he is best at, and so the first to be offered."""

    __tablename__ = "operator_skill"

    operator_id: int = Field(foreign_key="operator.id", primary_key=True)
    skill: str = Field(primary_key=True)
    place: int


class OperatorShiftRow(SQLModel, table=True):
    """When an operator works on a day of the week (0 is Monday): ``hours`` like 09:00-13:00, 14:00-18:00."""

    __tablename__ = "operator_shift"

    operator_id: int = Field(foreign_key="operator.id", primary_key=True)
    weekday: int = Field(primary_key=True)
    hours: str


class OperatorLogRow(SQLModel, table=True):
    """Append-only: the state that an operator entered at ``at``, and the one he left after ``was_ms``.

    ``leg`` is the channel of the call that his phone is in: whoever takes over looks for its end.
    """

    __tablename__ = "operator_log"
    __table_args__ = (Index("log_of_operator", "operator_id", "at"),)

    id: int | None = Field(
        default=None,
        sa_type=BigInteger().with_variant(Integer, "sqlite"),
        primary_key=True,
    )
    operator_id: int = Field(foreign_key="operator.id")
    at: datetime = Field(sa_type=UtcDateTime)
    state: str
    reason: str = ""
    touch_id: str | None = None
    leg: str = ""
    was: str
    was_ms: int = Field(sa_type=BigInteger)
