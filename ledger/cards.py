"""What a card shows that nobody else reads: whose it is, and what happened last."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy import Connection, select

from domain.errors import InputError
from domain.touch import Channel, Direction, Outcome, TouchId
from ledger.history import CHANNELS, DIRECTIONS, OUTCOMES
from ledger.tables import DebtorRow, DebtRow, TouchRow, table

DEBTOR, DEBT, TOUCH = table(DebtorRow), table(DebtRow), table(TouchRow)


class Holder(NamedTuple):
    """Whose card it is, with what nobody but an operator sees of him."""

    debtor_id: int
    portfolio_id: int
    name: str
    address: str = ""
    birth_year: int | None = None


class Whose(NamedTuple):
    """What a list calls somebody, by his name or else his key, and whose portfolio he is in."""

    title: str
    portfolio_id: int


class ShownTouch(NamedTuple):
    """A touch as a card shows it; ``outcome`` is None while it is open, ``seconds`` are those of the talk."""

    id: TouchId
    at: datetime
    channel: Channel
    direction: Direction
    phone: str
    outcome: Outcome | None
    result: str
    seconds: float
    script: str


@dataclass(frozen=True)
class Cards:
    """Repository of what is on cards."""

    connection: Connection

    def holder(self, debtor_id: int) -> Holder:
        """The debtor with that id; InputError when there is none."""
        return self._one([DEBTOR.c.id == debtor_id], f"id {debtor_id}")

    def keyed(self, key: str, portfolio_id: int | None = None) -> Holder:
        """The debtor with that key, in that portfolio if told; InputError when it is not exactly one."""
        return self._one([DEBTOR.c.external_id == key], f"key {key!r}", portfolio_id)

    def of_account(self, account: str, portfolio_id: int | None = None) -> Holder:
        """The debtor with a debt on that account, as `keyed` tells."""
        owes = select(DEBT.c.debtor_id).where(DEBT.c.account == account)
        return self._one([DEBTOR.c.id.in_(owes)], f"account {account!r}", portfolio_id)

    def whose(self, debtor_ids: Collection[int]) -> dict[int, Whose]:
        """What lists call these debtors, by id."""
        columns = (DEBTOR.c[name] for name in ("id", "external_id", "name", "portfolio_id"))
        rows = self.connection.execute(select(*columns).where(DEBTOR.c.id.in_(debtor_ids)))
        return {row.id: Whose(row.name or row.external_id, row.portfolio_id) for row in rows}

    def last_touches(self, debtors: Collection[int], most: int) -> Sequence[ShownTouch]:
        """The last touches of these debtors, the youngest first."""
        names = (
            "id",
            "reserved_at",
            "channel",
            "direction",
            "phone",
            "outcome",
            "result",
            "talk_ms",
            "script",
        )
        theirs = select(*(TOUCH.c[name] for name in names)).where(TOUCH.c.debtor_id.in_(debtors))
        rows = self.connection.execute(theirs.order_by(TOUCH.c.reserved_at.desc()).limit(most))
        return [_shown(row) for row in rows]

    def _one(self, which: list[Any], what: str, portfolio_id: int | None = None) -> Holder:
        if portfolio_id is not None:
            which = [*which, DEBTOR.c.portfolio_id == portfolio_id]
        columns = (DEBTOR.c[name] for name in ("id", "portfolio_id", "name", "address", "birth_year"))
        found = select(*columns).where(*which).limit(2)
        rows = self.connection.execute(found).all()
        if not rows:
            raise InputError(f"no debtor has the {what}", remedy="look at the creditor's file")
        if len(rows) > 1:
            raise InputError(f"several debtors have the {what}", remedy="tell --portfolio too")
        return Holder(*rows[0])


def _shown(row: Any) -> ShownTouch:
    return ShownTouch(
        id=TouchId(row.id),
        at=row.reserved_at,
        channel=CHANNELS[row.channel],
        direction=DIRECTIONS[row.direction],
        phone=row.phone,
        outcome=OUTCOMES[row.outcome],
        result=row.result,
        seconds=row.talk_ms / 1000,
        script=row.script,
    )
