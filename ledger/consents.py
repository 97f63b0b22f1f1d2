"""Consents: what a debtor agreed to, over which channels, from when to when, on which document."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, bindparam, insert, or_, select, update

from domain.block import Consent
from domain.touch import channels_named
from domain.window import parse_hours
from ledger.blocks import Put
from ledger.locks import hold
from ledger.tables import ConsentRow, table

CONSENT = table(ConsentRow)
_OF = (
    select(CONSENT)
    .where(CONSENT.c.debtor_id.in_(bindparam("debtors", expanding=True)))
    .order_by(CONSENT.c.id)
)


@dataclass(frozen=True)
class Consents:
    """Repository of consents."""

    connection: Connection

    def put(self, consent: Consent, *, debtor_id: int, author: str) -> Put:
        """Log a consent; one that is known takes the end that is told now."""
        hold(self.connection, ["consents"])
        for row in self.connection.execute(_OF, {"debtors": [debtor_id]}):
            known = _consent(row)
            if known == consent:
                return Put.UNCHANGED
            if replace(known, end=consent.end) == consent:
                ended = update(CONSENT).where(CONSENT.c.id == row.id).values(ends_at=consent.end)
                self.connection.execute(ended)
                return Put.CHANGED
        self.connection.execute(insert(CONSENT).values(_row(consent, debtor_id, author)))
        return Put.ADDED

    def end(self, debtor_id: int, document: str, at: datetime) -> int:
        """End a debtor's running consents of a document; answers how many. They stay in the books."""
        these = (CONSENT.c.debtor_id == debtor_id, CONSENT.c.document == document)
        running = or_(CONSENT.c.ends_at.is_(None), CONSENT.c.ends_at > at)
        return self.connection.execute(update(CONSENT).where(*these, running).values(ends_at=at)).rowcount

    def of(self, debtors: Iterable[int]) -> dict[int, tuple[Consent, ...]]:
        """All consents of these debtors, past ones too, in the order they came in."""
        found: defaultdict[int, tuple[Consent, ...]] = defaultdict(tuple)
        for row in self.connection.execute(_OF, {"debtors": list(debtors)}):
            found[row.debtor_id] += (_consent(row),)
        return found


def _row(consent: Consent, debtor_id: int, author: str) -> dict[str, Any]:
    return {
        "debtor_id": debtor_id,
        "phone": consent.phone,
        "channels": ",".join(sorted(consent.channels)),
        "starts_at": consent.start,
        "ends_at": consent.end,
        "slot": ", ".join(map(str, consent.slot)),
        "waives": ",".join(sorted(consent.waives)),
        "document": consent.document,
        "author": author,
    }


def _consent(row: Any) -> Consent:
    return Consent(
        channels=channels_named(row.channels.split(",")),
        start=row.starts_at,
        end=row.ends_at,
        slot=parse_hours(row.slot) if row.slot else (),
        waives=frozenset(filter(None, row.waives.split(","))),
        document=row.document,
        phone=row.phone,
    )
