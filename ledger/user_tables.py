"""The tables of access: users, their sessions and attempts to sign in, tokens, and the audit log."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import BigInteger, Index, Integer
from sqlmodel import Field, SQLModel

from ledger.times import UtcDateTime

BIG_ID = BigInteger().with_variant(Integer, "sqlite")


class UserRow(SQLModel, table=True):
    """Who may sign in (``user`` is a word of SQL). One who left stays, with ``active`` false."""

    __tablename__ = "console_user"

    id: int | None = Field(default=None, primary_key=True)
    login: str = Field(unique=True)
    name: str = ""
    role: str
    password: str
    language: str
    active: bool = True
    operator_id: int | None = Field(default=None, foreign_key="operator.id", unique=True)
    must_change_password: bool = False


class UserPortfolioRow(SQLModel, table=True):
    """Where an operator may search."""

    __tablename__ = "user_portfolio"

    user_id: int = Field(foreign_key="console_user.id", primary_key=True)
    portfolio_id: int = Field(foreign_key="portfolio.id", primary_key=True)


class SessionRow(SQLModel, table=True):
    """A signed-in browser; its secret is in its cookie only, here is the digest. An ended one is deleted."""

    __tablename__ = "console_session"
    __table_args__ = (Index("session_of_user", "user_id"), Index("session_expires", "expires_at"))

    id: int | None = Field(default=None, sa_type=BIG_ID, primary_key=True)
    digest: str = Field(unique=True)
    user_id: int = Field(foreign_key="console_user.id")
    csrf: str
    address: str
    created_at: datetime = Field(sa_type=UtcDateTime)
    seen_at: datetime = Field(sa_type=UtcDateTime)
    expires_at: datetime = Field(sa_type=UtcDateTime)


class SignInAttemptRow(SQLModel, table=True):
    """An attempt to sign in counts as failed until it is known to have succeeded. ``login`` is a digest: people type
    passwords there.
    """

    __tablename__ = "sign_in_attempt"
    __table_args__ = (
        Index("attempt_of_login", "login", "at"),
        Index("attempt_of_address", "address", "at"),
        Index("attempt_at", "at"),
    )

    id: int | None = Field(default=None, sa_type=BIG_ID, primary_key=True)
    at: datetime = Field(sa_type=UtcDateTime)
    login: str
    address: str
    succeeded: bool = False


class AuditRow(SQLModel, table=True):
    """Append-only: who did or saw what. ``detail`` is JSON."""

    __tablename__ = "audit"
    __table_args__ = (
        Index("audit_at", "at", "id"),
        Index("audit_of_subject", "subject_kind", "subject_id", "at", "id"),
        Index("audit_of_user", "user_id", "at", "id"),
        Index("audit_of_action", "action", "at", "id"),
    )

    id: int | None = Field(default=None, sa_type=BIG_ID, primary_key=True)
    at: datetime = Field(sa_type=UtcDateTime)
    user_id: int | None = Field(default=None, foreign_key="console_user.id")
    action: str
    subject_kind: str = ""
    subject_id: str = ""
    address: str = ""
    detail: str = "{}"


class ApiTokenRow(SQLModel, table=True):
    """A program's key, by its digest; ``scopes`` are parted by spaces. A revoked one stays."""

    __tablename__ = "api_token"

    id: int | None = Field(default=None, primary_key=True)
    digest: str = Field(unique=True)
    name: str
    scopes: str
    created_by: int | None = Field(default=None, foreign_key="console_user.id")
    created_at: datetime = Field(sa_type=UtcDateTime)
    expires_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    last_used_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    revoked_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
