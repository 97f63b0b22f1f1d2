"""Tokens of programs in the books, by their digests."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, insert, select, update

from domain.errors import InputError
from domain.user import ApiToken, TokenScope, UserId
from ledger.tables import table
from ledger.user_tables import ApiTokenRow

TOKEN = table(ApiTokenRow)


@dataclass(frozen=True)
class ApiTokens:
    """Repository of tokens. A revoked one stays, with the time."""

    connection: Connection

    def add(
        self,
        name: str,
        digest: str,
        scopes: Iterable[TokenScope],
        *,
        created_by: UserId | None = None,
        now: datetime,
        expires_at: datetime | None = None,
    ) -> ApiToken:
        """A new one; its secret is shown once and kept nowhere."""
        row = {
            "name": name,
            "digest": digest,
            "scopes": " ".join(sorted(scopes)),
            "created_by": created_by,
            "created_at": now,
            "expires_at": expires_at,
        }
        made = self.connection.execute(insert(TOKEN).values(row).returning(TOKEN.c.id))
        return self.get(int(made.scalar_one()))

    def get(self, id: int) -> ApiToken:
        """The token with that id; InputError when there is none."""
        row = self.connection.execute(select(TOKEN).where(TOKEN.c.id == id)).one_or_none()
        if row is None:
            raise InputError(f"there is no token {id}", remedy="`dozvon token list` shows them")
        return _token(row)

    def find(self, digest: str) -> ApiToken | None:
        """The token of that secret, in force or not."""
        row = self.connection.execute(select(TOKEN).where(TOKEN.c.digest == digest)).one_or_none()
        return None if row is None else _token(row)

    def all(self) -> list[ApiToken]:
        """All that ever were, the newest first."""
        return [_token(row) for row in self.connection.execute(select(TOKEN).order_by(TOKEN.c.id.desc()))]

    def used(self, id: int, now: datetime) -> None:
        """A program has shown it."""
        self.connection.execute(update(TOKEN).where(TOKEN.c.id == id).values(last_used_at=now))

    def revoke(self, id: int, now: datetime) -> ApiToken:
        """It opens nothing any more; again changes nothing."""
        mine = (TOKEN.c.id == self.get(id).id, TOKEN.c.revoked_at.is_(None))
        self.connection.execute(update(TOKEN).where(*mine).values(revoked_at=now))
        return self.get(id)


def _token(row: Any) -> ApiToken:
    return ApiToken(
        row.id,
        row.name,
        frozenset(TokenScope(scope) for scope in row.scopes.split()),
        None if row.created_by is None else UserId(row.created_by),
        row.created_at,
        row.expires_at,
        row.last_used_at,
        row.revoked_at,
    )
