"""Operators in the books: who they are, what they can take, and the log of their states."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, delete, insert, select, update

from domain.errors import InputError
from domain.operator import Operator, OperatorState, StateChange
from domain.operator_events import OperatorId
from domain.operator_phone import OperatorPhone, PhoneKind
from ledger.locks import hold
from ledger.operator_tables import OperatorLogRow, OperatorRow, OperatorSkillRow
from ledger.tables import table

OPERATOR = table(OperatorRow)
SKILL = table(OperatorSkillRow)
LOG = table(OperatorLogRow)


@dataclass(frozen=True)
class Operators:
    """Repository of operators. One who was removed keeps his id, login and log, and works no more."""

    connection: Connection

    def add(self, login: str, name: str, skills: Sequence[str], secret: str, wrap_up_s: int) -> Operator:
        """A new operator, or one who was removed and is back. InputError when the login is taken."""
        hold(self.connection, ["operators"])  # two who add the same login
        known = self._row(login)
        if known and known.active:
            raise InputError(f"operator {login!r} exists already", remedy="choose another login")
        facts = {"name": name, "secret": secret, "wrap_up_s": wrap_up_s, "active": True}
        if known:
            self.connection.execute(update(OPERATOR).where(OPERATOR.c.id == known.id).values(facts))
        else:
            self.connection.execute(insert(OPERATOR).values(login=login, **facts))
        return self.set_skills(login, skills)

    def set_skills(self, login: str, skills: Sequence[str]) -> Operator:
        """Replace what he can take; the first is what he is best at."""
        id = self._working(login).id
        self.connection.execute(delete(SKILL).where(SKILL.c.operator_id == id))
        rows = [
            {"operator_id": id, "skill": skill, "place": place}
            for place, skill in enumerate(dict.fromkeys(skills))
        ]
        if rows:
            self.connection.execute(insert(SKILL), rows)
        return self.find(login)

    def set_secret(self, login: str, secret: str) -> Operator:
        """Give his phone a new password."""
        self.connection.execute(
            update(OPERATOR).where(OPERATOR.c.id == self._working(login).id).values(secret=secret)
        )
        return self.find(login)

    def set_phone(self, login: str, kind: PhoneKind) -> Operator:
        """Change what he talks on; the password stays."""
        self.connection.execute(
            update(OPERATOR).where(OPERATOR.c.id == self._working(login).id).values(phone=kind.value)
        )
        return self.find(login)

    def remove(self, login: str) -> Operator:
        """He works here no more; answers what he was."""
        gone = self.find(login)
        self.connection.execute(update(OPERATOR).where(OPERATOR.c.id == gone.id).values(active=False))
        return gone

    def all(self) -> list[Operator]:
        """Those who work here, by id."""
        skills = defaultdict(list)
        for id, skill in self.connection.execute(
            select(SKILL.c.operator_id, SKILL.c.skill).order_by(SKILL.c.operator_id, SKILL.c.place)
        ):
            skills[id].append(skill)
        rows = self.connection.execute(select(OPERATOR).where(OPERATOR.c.active).order_by(OPERATOR.c.id))
        return [_operator(row, skills[row.id]) for row in rows]

    def find(self, login: str) -> Operator:
        """The operator with this login; InputError when nobody who works here has it."""
        row = self._working(login)
        skills = select(SKILL.c.skill).where(SKILL.c.operator_id == row.id).order_by(SKILL.c.place)
        return _operator(row, self.connection.execute(skills).scalars().all())

    def login(self, id: int) -> str:
        """His login, also of one who works here no more; InputError when there never was one."""
        found = self.connection.scalar(select(OPERATOR.c.login).where(OPERATOR.c.id == id))
        if found is None:
            raise InputError(f"there is no operator {id}", remedy="`dozvon operator list` shows them")
        return str(found)

    def phones(self) -> dict[OperatorId, OperatorPhone]:
        """The phones of those who work here."""
        columns = (OPERATOR.c.id, OPERATOR.c.secret, OPERATOR.c.phone)
        rows = self.connection.execute(select(*columns).where(OPERATOR.c.active))
        return {OperatorId(id): OperatorPhone(secret, PhoneKind(kind)) for id, secret, kind in rows}

    def append_log(self, changes: Sequence[StateChange]) -> None:
        """Write changes of state, in order."""
        if changes:
            self.connection.execute(insert(LOG), [_log_row(change) for change in changes])

    def last_changes(self) -> dict[OperatorId, StateChange]:
        """The last line of each operator's log, for those who have one."""
        mine = select(LOG.c.id).where(LOG.c.operator_id == OPERATOR.c.id).correlate(OPERATOR)
        last = mine.order_by(LOG.c.at.desc(), LOG.c.id.desc()).limit(1).scalar_subquery()
        rows = self.connection.execute(select(LOG).join(OPERATOR, LOG.c.id == last))
        return {OperatorId(row.operator_id): _change(row) for row in rows}

    def log_of(self, id: OperatorId, since: datetime, until: datetime) -> list[StateChange]:
        """His log from ``since`` up to before ``until``, in order."""
        mine = (LOG.c.operator_id == id, LOG.c.at >= since, LOG.c.at < until)
        rows = self.connection.execute(select(LOG).where(*mine).order_by(LOG.c.at, LOG.c.id))
        return [_change(row) for row in rows]

    def _row(self, login: str) -> Any | None:
        return self.connection.execute(select(OPERATOR).where(OPERATOR.c.login == login)).one_or_none()

    def _working(self, login: str) -> Any:
        row = self._row(login)
        if row is None or not row.active:
            raise InputError(f"there is no operator {login!r}", remedy="`dozvon operator list` shows them")
        return row


def _operator(row: Any, skills: Sequence[str]) -> Operator:
    return Operator(OperatorId(row.id), row.login, row.name, tuple(skills), row.wrap_up_s)


def _log_row(change: StateChange) -> dict[str, object]:
    return {
        "operator_id": change.operator,
        "at": change.at,
        "state": change.state.value,
        "reason": change.reason,
        "touch_id": change.touch or None,
        "leg": change.leg,
        "was": change.was.value,
        "was_ms": round(change.was_s * 1000),
    }


def _change(row: Any) -> StateChange:
    return StateChange(
        OperatorId(row.operator_id),
        row.at,
        OperatorState(row.state),
        row.reason,
        row.touch_id or "",
        row.leg,
        OperatorState(row.was),
        row.was_ms / 1000,
    )
