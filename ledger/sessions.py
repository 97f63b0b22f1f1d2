"""Sessions in the books, and the attempts to get one."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from typing import Any

from sqlalchemy import Connection, delete, func, insert, select, update

from domain.sign_in import FAILS_OF_ADDRESS, FAILS_OF_LOGIN, FAILS_WITHIN, Failures
from domain.user import Session, UserId
from ledger.locks import hold
from ledger.tables import table
from ledger.user_tables import SessionRow, SignInAttemptRow

SESSION, ATTEMPT = table(SessionRow), table(SignInAttemptRow)


@dataclass(frozen=True)
class Sessions:
    """Repository of signed-in browsers. Secrets are never here, only their digests."""

    connection: Connection

    def begin(
        self, digest: str, user: UserId, *, csrf: str, address: str, now: datetime, expires_at: datetime
    ) -> Session:
        """A browser has signed in; sessions and attempts that are over are swept out on this occasion."""
        self.connection.execute(delete(SESSION).where(SESSION.c.expires_at <= now))
        self.connection.execute(delete(ATTEMPT).where(ATTEMPT.c.at <= now - FAILS_WITHIN))
        row: dict[str, object] = {"digest": digest, "user_id": user, "csrf": csrf, "address": address}
        row |= {"created_at": now, "seen_at": now, "expires_at": expires_at}
        made = self.connection.execute(insert(SESSION).values(row).returning(SESSION.c.id)).scalar_one()
        return Session(made, user, csrf, address, now, now, expires_at)

    def find(self, digest: str, now: datetime) -> Session | None:
        """The session of that secret, unless it is over."""
        query = select(SESSION).where(SESSION.c.digest == digest, SESSION.c.expires_at > now)
        row = self.connection.execute(query).one_or_none()
        return None if row is None else _session(row)

    def of(self, user: UserId, now: datetime) -> list[Session]:
        """Where he is signed in, the last used first."""
        mine = (SESSION.c.user_id == user, SESSION.c.expires_at > now)
        return [
            _session(row)
            for row in self.connection.execute(
                select(SESSION).where(*mine).order_by(SESSION.c.seen_at.desc(), SESSION.c.id)
            )
        ]

    def seen(self, id: int, now: datetime, expires_at: datetime) -> None:
        """It was used, so it lasts until then. One that was ended meanwhile stays ended."""
        values = {"seen_at": now, "expires_at": expires_at}
        self.connection.execute(update(SESSION).where(SESSION.c.id == id).values(values))

    def end(self, id: int) -> None:
        """Signed out."""
        self.connection.execute(delete(SESSION).where(SESSION.c.id == id))

    def end_all(self, user: UserId, but: int | None = None) -> None:
        """Signed out everywhere, but for one of his sessions."""
        self.connection.execute(delete(SESSION).where(SESSION.c.user_id == user, SESSION.c.id != (but or 0)))

    def failures(self, login: str, address: str, now: datetime) -> Failures:
        """What speaks against another attempt; of one login or address nobody else begins one until this ends."""
        hold(self.connection, [f"sign-in {login}", f"sign-in from {address}"])
        since = now - FAILS_WITHIN
        mine = (ATTEMPT.c.login == _digest(login), ATTEMPT.c.at > since)
        good = select(func.max(ATTEMPT.c.id)).where(*mine, ATTEMPT.c.succeeded)
        of_login = (*mine, ATTEMPT.c.id > func.coalesce(good.scalar_subquery(), 0))
        of_address = (ATTEMPT.c.address == address, ATTEMPT.c.at > since, ~ATTEMPT.c.succeeded)
        return Failures(
            self._times(*of_login, most=FAILS_OF_LOGIN), self._times(*of_address, most=FAILS_OF_ADDRESS)
        )

    def attempt(self, login: str, address: str, now: datetime) -> int:
        """An attempt begins, and counts as failed; the id by which to say that it succeeded."""
        row = {"login": _digest(login), "address": address, "at": now, "succeeded": False}
        return int(self.connection.execute(insert(ATTEMPT).values(row).returning(ATTEMPT.c.id)).scalar_one())

    def succeeded(self, attempt: int) -> None:
        """The password was right."""
        self.connection.execute(update(ATTEMPT).where(ATTEMPT.c.id == attempt).values(succeeded=True))

    def forgive(self, login: str) -> None:
        """Forget the failures of a login: it has a new password."""
        self.connection.execute(delete(ATTEMPT).where(ATTEMPT.c.login == _digest(login)))

    def _times(self, *where: Any, most: int) -> list[datetime]:
        query = select(ATTEMPT.c.at).where(*where).order_by(ATTEMPT.c.at.desc()).limit(most)
        return list(self.connection.scalars(query))


def _digest(login: str) -> str:
    return sha256(login.encode()).hexdigest()


def _session(row: Any) -> Session:
    return Session(
        row.id, UserId(row.user_id), row.csrf, row.address, row.created_at, row.seen_at, row.expires_at
    )
