"""What operators say came of their talks, and which talks wait for that."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, NamedTuple

import orjson
from sqlalchemy import Connection, and_, delete, exists, select

from domain.debtor import Promise, PromiseState
from domain.errors import InputError
from domain.touch import Direction, Outcome, TouchId
from ledger.bulk import instant, put
from ledger.desk_tables import DispositionRow, DraftRow
from ledger.fact_tables import PromiseRow
from ledger.journal import Entry, Journal
from ledger.tables import TouchRow, table

DISPOSITION, DRAFT = table(DispositionRow), table(DraftRow)
PROMISE, TOUCH = table(PromiseRow), table(TouchRow)
TOLD = ("operator_id", "debtor_id", "code", "fields", "note", "before", "saves", "at")


class Talk(NamedTuple):
    """A call as it stands in the log; ``outcome`` is None while it goes on, ``phone`` the other side's."""

    touch: TouchId
    debtor_id: int | None
    campaign_id: int | None
    phone: str
    direction: Direction
    outcome: Outcome | None
    operator_id: int | None
    reserved_at: datetime
    talk_s: float


@dataclass(frozen=True, slots=True)
class Told:
    """What a talk brought. ``fields`` are the form's, ``before`` what a correction must put back; both are JSON values.

    The journal keeps all but the note and what is in the fields of people's own words.
    """

    touch: TouchId
    operator_id: int
    debtor_id: int | None
    code: str
    at: datetime
    fields: Mapping[str, Any]
    note: str = ""
    before: Mapping[str, Any] | None = None
    saves: int = 1


@dataclass(frozen=True)
class Dispositions:
    """Repository of dispositions: one for each touch, as told last; the journal has them all."""

    connection: Connection

    def talk(self, touch: TouchId) -> Talk:
        """The call, locked until the transaction ends; InputError when it is not in the log."""
        row = self.connection.execute(_TALK.where(TOUCH.c.id == touch).with_for_update()).one_or_none()
        if row is None:
            raise InputError(f"touch {touch} is not in the log", remedy="give the id of a call")
        return _talk(row)

    def seen(self, touch: TouchId) -> Talk | None:
        """The call as it stands, for whoever only looks; None when it is not in the log."""
        row = self.connection.execute(_TALK.where(TOUCH.c.id == touch)).one_or_none()
        return _talk(row) if row else None

    def of(self, touch: TouchId) -> Told | None:
        """What the operator said of a touch."""
        row = self.connection.execute(
            select(DISPOSITION).where(DISPOSITION.c.touch_id == touch)
        ).one_or_none()
        return _told(row) if row else None

    def of_debtor(self, debtor_id: int, most: int) -> list[Told]:
        """The last ones of a debtor, the youngest first."""
        his = select(DISPOSITION).where(DISPOSITION.c.debtor_id == debtor_id)
        return [
            _told(row) for row in self.connection.execute(his.order_by(DISPOSITION.c.at.desc()).limit(most))
        ]

    def of_operator(self, operator_id: int, since: datetime, until: datetime) -> list[Told]:
        """An operator's from ``since`` up to before ``until``, in order."""
        mine = (
            DISPOSITION.c.operator_id == operator_id,
            DISPOSITION.c.at >= since,
            DISPOSITION.c.at < until,
        )
        rows = self.connection.execute(select(DISPOSITION).where(*mine).order_by(DISPOSITION.c.at))
        return [_told(row) for row in rows]

    def tell(self, told: Told) -> None:
        """Write it over what was told of the touch before; the operator's draft of it is done with."""
        at = instant(told.at, self.connection.dialect.name)
        words = (told.code, _json(told.fields), told.note, _json(told.before or {}))
        row = (told.touch, told.operator_id, told.debtor_id, *words, told.saves, at)
        put(self.connection, DISPOSITION, ("touch_id", *TOLD), [row], key=("touch_id",), facts=TOLD)
        plain = {name: value for name, value in told.fields.items() if name not in _OWN_WORDS}
        facts = {"code": told.code, "operator": told.operator_id, "saves": told.saves} | plain
        Journal(self.connection).append([Entry(told.touch, told.at, "disposed", facts)])
        self.connection.execute(delete(DRAFT).where(DRAFT.c.touch_id == told.touch))

    def undisposed(self, operator_id: int, since: datetime, most: int = 50) -> list[Talk]:
        """An operator's talks since then of which he has not said what they brought, the oldest first."""
        mine = (
            TOUCH.c.operator_id == operator_id,
            TOUCH.c.reserved_at >= since,
            TOUCH.c.outcome.is_not(None),
        )
        said = exists().where(DISPOSITION.c.touch_id == TOUCH.c.id)
        rows = self.connection.execute(_TALK.where(*mine, ~said).order_by(TOUCH.c.reserved_at).limit(most))
        return [_talk(row) for row in rows]

    def talked_before(self, debtor_id: int, phone: str, touch: TouchId) -> bool:
        """Whether some other talk over the phone was with the debtor himself."""
        his = (TOUCH.c.debtor_id == debtor_id, TOUCH.c.phone == phone, TOUCH.c.id != touch)
        talked = exists().where(*his, TOUCH.c.outcome == Outcome.TALK_DEBTOR.value)
        return bool(self.connection.scalar(select(talked)))

    def talks(self, operator_id: int, since: datetime, until: datetime) -> list[Talk]:
        """An operator's talks that began from ``since`` up to before ``until``, in order."""
        mine = (TOUCH.c.operator_id == operator_id, TOUCH.c.reserved_at >= since, TOUCH.c.reserved_at < until)
        return [
            _talk(row) for row in self.connection.execute(_TALK.where(*mine).order_by(TOUCH.c.reserved_at))
        ]

    def promises(self, operator_id: int, since: datetime, until: datetime) -> list[Promise]:
        """The promises that an operator wrote down from ``since`` up to before ``until``, in order."""
        mine = (DISPOSITION.c.operator_id == operator_id, DISPOSITION.c.at >= since, DISPOSITION.c.at < until)
        same = and_(
            PROMISE.c.debtor_id == DISPOSITION.c.debtor_id, PROMISE.c.touch_id == DISPOSITION.c.touch_id
        )
        columns = (PROMISE.c.made_at, PROMISE.c.due, PROMISE.c.kopecks, PROMISE.c.state)
        rows = select(*columns).select_from(DISPOSITION.join(PROMISE, same)).where(*mine)
        found = self.connection.execute(rows.order_by(DISPOSITION.c.at))
        return [Promise(made, due, kopecks, PromiseState(state)) for made, due, kopecks, state in found]


class Draft(NamedTuple):
    """A form begun: its fields as they were typed."""

    touch: TouchId
    fields: dict[str, str]
    at: datetime


@dataclass(frozen=True)
class Drafts:
    """Repository of drafts: they outlive pages, processes and machines, and end with the disposition."""

    connection: Connection

    def put(self, operator_id: int, touch: TouchId, fields: Mapping[str, str], now: datetime) -> None:
        """Keep what is typed so far."""
        row = (operator_id, touch, _json(fields), instant(now, self.connection.dialect.name))
        key, facts = ("operator_id", "touch_id"), ("fields", "at")
        put(self.connection, DRAFT, (*key, *facts), [row], key=key, facts=facts)

    def of(self, operator_id: int, touch: TouchId) -> Draft | None:
        """What an operator has typed of a touch."""
        return next((one for one in self.all(operator_id) if one.touch == touch), None)

    def all(self, operator_id: int) -> list[Draft]:
        """His drafts, the youngest first."""
        mine: Any = select(DRAFT).where(DRAFT.c.operator_id == operator_id).order_by(DRAFT.c.at.desc())
        return [
            Draft(row.touch_id, orjson.loads(row.fields), row.at) for row in self.connection.execute(mine)
        ]


_OWN_WORDS = frozenset({"proof", "phone"})
_TALK = select(
    TOUCH.c.id,
    TOUCH.c.debtor_id,
    TOUCH.c.campaign_id,
    TOUCH.c.phone,
    TOUCH.c.direction,
    TOUCH.c.outcome,
    TOUCH.c.operator_id,
    TOUCH.c.reserved_at,
    TOUCH.c.talk_ms,
)


def _talk(row: Sequence[Any]) -> Talk:
    id, debtor_id, campaign_id, phone, direction, outcome, operator_id, at, talk_ms = row
    known = Outcome(outcome) if outcome else None
    who = (TouchId(id), debtor_id, campaign_id, phone, Direction(direction))
    return Talk(*who, known, operator_id, at, talk_ms / 1000)


def _told(row: Any) -> Told:
    return Told(
        touch=TouchId(row.touch_id),
        operator_id=row.operator_id,
        debtor_id=row.debtor_id,
        code=row.code,
        at=row.at,
        fields=orjson.loads(row.fields),
        note=row.note,
        before=orjson.loads(row.before),
        saves=row.saves,
    )


def _json(value: object) -> str:
    return orjson.dumps(value).decode()
