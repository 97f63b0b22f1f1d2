"""Users in the books: who may sign in, as what, and where he may search."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, NamedTuple

from sqlalchemy import Connection, delete, func, insert, select, update

from domain.errors import InputError
from domain.operator_events import OperatorId
from domain.user import Language, Role, User, UserId
from ledger.locks import hold
from ledger.tables import table
from ledger.user_tables import UserPortfolioRow, UserRow

USER, PORTFOLIO = table(UserRow), table(UserPortfolioRow)


class Credentials(NamedTuple):
    """Whose login it is, and the hash of his password."""

    user: User
    password: str


@dataclass(frozen=True)
class Users:
    """Repository of users. One who was removed keeps his id, login and audit lines, and signs in no more."""

    connection: Connection

    def add(
        self,
        login: str,
        name: str,
        role: Role,
        password: str,
        *,
        language: Language = Language.RU,
        operator: OperatorId | None = None,
        portfolios: Iterable[int] = (),
        must_change_password: bool = False,
    ) -> User:
        """A new user, or one who was removed and is back; ``password`` is a hash. InputError when the login, or the
        operator, is somebody's.
        """
        hold(
            self.connection, ["users"]
        )  # two who add the same login, and what is said of the last administrator
        known = self._row(login)
        if known and known.active:
            raise InputError(f"user {login!r} exists already", where="login", remedy="choose another login")
        self._check_free(operator, login)
        facts = {
            "name": name,
            "role": role.value,
            "password": password,
            "language": language.value,
            "active": True,
            "operator_id": operator,
            "must_change_password": must_change_password,
        }
        if known:
            self.connection.execute(update(USER).where(USER.c.id == known.id).values(facts))
        else:
            self.connection.execute(insert(USER).values(login=login, **facts))
        return self.set_portfolios(self.find(login).id, portfolios)

    def find(self, login: str) -> User:
        """The user with this login; InputError when nobody who may sign in has it."""
        row = self._row(login)
        if row is None or not row.active:
            raise InputError(
                f"there is no user {login!r}", where="login", remedy="`dozvon user list` shows them"
            )
        return self.get(UserId(row.id))

    def id_of(self, login: str) -> UserId:
        """Whose login it is or was; InputError when it never was anybody's."""
        row = self._row(login)
        if row is None:
            raise InputError(f"nobody ever had the login {login!r}", where="login")
        return UserId(row.id)

    def get(self, id: UserId) -> User:
        """The user with that id, removed or not."""
        row = self.connection.execute(select(USER).where(USER.c.id == id)).one()
        mine = select(PORTFOLIO.c.portfolio_id).where(PORTFOLIO.c.user_id == id)
        return _user(row, self.connection.scalars(mine))

    def all(self) -> list[User]:
        """Those who may sign in, by login."""
        portfolios = defaultdict(list)
        for user_id, portfolio_id in self.connection.execute(select(PORTFOLIO)):
            portfolios[user_id].append(portfolio_id)
        rows = self.connection.execute(select(USER).where(USER.c.active).order_by(USER.c.login))
        return [_user(row, portfolios[row.id]) for row in rows]

    def credentials(self, login: str) -> Credentials | None:
        """What a password is compared with, held until the transaction ends; None for a login that nobody has, or
        has any more.
        """
        row = self.connection.execute(
            select(USER).where(USER.c.login == login).with_for_update()
        ).one_or_none()
        if row is None or not row.active:
            return None
        return Credentials(self.get(UserId(row.id)), row.password)

    def administrators(self) -> int:
        """How many there are, held until the transaction ends: the last one may not go."""
        hold(self.connection, ["users"])
        mine = (USER.c.active, USER.c.role == Role.ADMINISTRATOR.value)
        return int(self.connection.scalar(select(func.count()).select_from(USER).where(*mine)) or 0)

    def set_password(self, id: UserId, password: str, *, must_change: bool = False) -> None:
        """Replace the hash of his password."""
        self._set(id, password=password, must_change_password=must_change)

    def set_role(self, id: UserId, role: Role, operator: OperatorId | None = None) -> User:
        """Make him something else; ``operator`` is whose desk he has."""
        self._check_free(operator, self.get(id).login)
        return self._set(id, role=role.value, operator_id=operator)

    def set_language(self, id: UserId, language: Language) -> User:
        """What the pages speak to him."""
        return self._set(id, language=language.value)

    def set_portfolios(self, id: UserId, portfolios: Iterable[int]) -> User:
        """Replace where he may search."""
        self.connection.execute(delete(PORTFOLIO).where(PORTFOLIO.c.user_id == id))
        rows = [{"user_id": id, "portfolio_id": portfolio} for portfolio in sorted(set(portfolios))]
        if rows:
            self.connection.execute(insert(PORTFOLIO), rows)
        return self.get(id)

    def remove(self, id: UserId) -> None:
        """He signs in no more; his operator is free for another user."""
        self._set(id, active=False, operator_id=None)

    def _set(self, id: UserId, **facts: object) -> User:
        self.connection.execute(update(USER).where(USER.c.id == id).values(facts))
        return self.get(id)

    def _row(self, login: str) -> Any | None:
        return self.connection.execute(select(USER).where(USER.c.login == login)).one_or_none()

    def _check_free(self, operator: OperatorId | None, login: str) -> None:
        if operator is None:
            return
        hold(self.connection, ["users"])
        owner = self.connection.scalar(select(USER.c.login).where(USER.c.operator_id == operator))
        if owner not in (None, login):
            what = f"user {owner!r} has this operator's desk"
            raise InputError(what, where="operator", remedy="name another operator, or remove that user")


def _user(row: Any, portfolios: Iterable[int]) -> User:
    return User(
        UserId(row.id),
        row.login,
        row.name,
        Role(row.role),
        Language(row.language),
        row.active,
        None if row.operator_id is None else OperatorId(row.operator_id),
        row.must_change_password,
        frozenset(portfolios),
    )
