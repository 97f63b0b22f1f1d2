"""What a reserve must know before it judges: the locks it holds, and the touches that may count."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence
from datetime import datetime
from hashlib import sha256
from typing import Any, Protocol

import structlog
from sqlalchemy import Connection, and_, or_, select, text

from domain.debtor import Debtor
from domain.rules import RuleSet, Scope
from domain.touch import Channel, Direction, Outcome, PastTouch, TouchId
from ledger.tables import DebtorRow, TouchRow, table

log = structlog.get_logger(__name__)

TOUCH, DEBTOR = table(TouchRow), table(DebtorRow)
OF_THE_PAST = (
    "id",
    "reserved_at",
    "channel",
    "outcome",
    "debtor_id",
    "phone",
    "direction",
    "debt",
    "creditor",
)

# A lookup costs a fifth of an enumeration's constructor, and a batch reads thousands of rows.
CHANNELS = {channel.value: channel for channel in Channel}
OUTCOMES: dict[str | None, Outcome | None] = {None: None, **{outcome.value: outcome for outcome in Outcome}}
DIRECTIONS = {direction.value: direction for direction in Direction}


class Asked(Protocol):
    """Whom and over which phone a touch is asked for."""

    @property
    def id(self) -> TouchId:
        """The touch."""
        ...

    @property
    def debtor(self) -> Debtor:
        """Whom."""
        ...

    @property
    def phone(self) -> str:
        """Over which phone."""
        ...


def lock(connection: Connection, asked: Sequence[Asked]) -> None:
    """Keep every other reserve off these debtors and phones until the transaction ends; in one order, so that
    two of them never wait for each other. SQLite has one writer and needs nothing.
    """
    if connection.dialect.name == "sqlite":
        return
    debtors = {one.debtor.id for one in asked}
    rows = select(DEBTOR.c.id).where(DEBTOR.c.id.in_(debtors)).order_by(DEBTOR.c.id).with_for_update()
    connection.execute(rows)
    keys = sorted({_lock_key(one.phone) for one in asked})
    connection.execute(
        text("SELECT pg_advisory_xact_lock(k) FROM unnest(CAST(:keys AS bigint[])) AS k"), {"keys": keys}
    )


def _lock_key(phone: str) -> int:
    """A phone as an advisory lock: it may belong to several debtors, or be in no table at all."""
    return int.from_bytes(sha256(f"phone:{phone}".encode()).digest()[:8], signed=True)


def load_history(connection: Connection, asked: Sequence[Asked], rules: RuleSet, now: datetime) -> History:
    """The touches that can matter: of these debtors, and of these phones if a rule looks at phones."""
    history = History()
    back = rules.lookback
    recent = and_(
        TOUCH.c.reserved_at > now - back.longest,
        or_(
            TOUCH.c.reserved_at > now - back.every,
            TOUCH.c.outcome.is_(None),
            TOUCH.c.outcome.in_([outcome.value for outcome in back.outcomes]),
        ),
    )
    columns = [TOUCH.c[name] for name in OF_THE_PAST]
    wanted = [TOUCH.c.debtor_id.in_([one.debtor.id for one in asked])]
    if Scope.PHONE in rules.scopes:
        wanted.append(TOUCH.c.phone.in_([one.phone for one in asked]))
    for these in wanted:
        for row in connection.execute(select(*columns).where(these, recent)):
            history.add(past_touch(row))
    return history


def touches_of(connection: Connection, debtor_ids: Collection[int]) -> dict[int, list[PastTouch]]:
    """All past touches of these debtors, in order: what clauses over outcomes and talks look at."""
    columns = [TOUCH.c[name] for name in OF_THE_PAST]
    mine = TOUCH.c.debtor_id.in_(debtor_ids)
    found = defaultdict[int, list[PastTouch]](list)
    for row in connection.execute(
        select(*columns).where(mine).order_by(TOUCH.c.debtor_id, TOUCH.c.reserved_at)
    ):
        found[row.debtor_id].append(past_touch(row))
    return found


class History:
    """Past touches by debtor and by phone."""

    def __init__(self) -> None:
        self.by_debtor: defaultdict[int | str, list[PastTouch]] = defaultdict(list)
        self.by_phone: defaultdict[str, list[PastTouch]] = defaultdict(list)

    def add(self, touch: PastTouch) -> None:
        self.by_debtor[touch.debtor].append(touch)
        self.by_phone[touch.phone].append(touch)

    def of(self, asked: Asked) -> Iterable[PastTouch]:
        """The touches of the asked debtor, and those of others over the same phone."""
        mine = self.by_debtor[asked.debtor.id]
        shared = self.by_phone[asked.phone]
        return mine + [touch for touch in shared if touch.debtor != asked.debtor.id]

    def not_before(self, asked: Asked, now: datetime) -> datetime:
        """Now, or the instant of the last touch of debtor or phone if the clock was set back behind it."""
        last = max((touch.at for touch in self.of(asked)), default=now)
        if last > now:
            log.warning("clock_behind_log", touch=asked.id, behind_s=(last - now).total_seconds())
        return max(last, now)


def past_touch(row: Any) -> PastTouch:
    """A row of the log as the rules see it."""
    return PastTouch(
        id=row.id,
        at=row.reserved_at,
        channel=CHANNELS[row.channel],
        outcome=OUTCOMES[row.outcome],
        debtor=row.debtor_id,
        phone=row.phone,
        direction=DIRECTIONS[row.direction],
        debt=row.debt,
        creditor=row.creditor,
    )
