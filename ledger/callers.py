"""Who calls us: the debtors and bailiffs who have a number, and why each is thought of."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, select

from domain.caller import MOST_CANDIDATES, Candidate, LastTouch, Match, match_caller
from domain.phone import PhoneStatus
from domain.portfolio import PortfolioKind
from ledger.blocks import Blocks
from ledger.history import OUTCOMES
from ledger.imports.phones import normalise
from ledger.proceedings import Proceedings
from ledger.tables import DebtorRow, PhoneRow, PortfolioRow, TouchRow, table

DEBTOR, PHONE, PORTFOLIO, TOUCH = table(DebtorRow), table(PhoneRow), table(PortfolioRow), table(TouchRow)

_HAVING = (
    select(
        *(PHONE.c.debtor_id, DEBTOR.c.external_id, DEBTOR.c.name, DEBTOR.c.language),
        *(PORTFOLIO.c.name.label("portfolio"), PORTFOLIO.c.creditor, PHONE.c.status, DEBTOR.c.person),
    )
    .select_from(PHONE.join(DEBTOR).join(PORTFOLIO))
    .where(PORTFOLIO.c.kind == PortfolioKind.DEBTORS.value)  # bailiffs are found by their proceedings
    .limit(MOST_CANDIDATES + 1)
)
MOST_TOUCHES = 100
"""How far back the last touches over a number are looked for."""


@dataclass(frozen=True)
class Callers:
    """Finds whom a caller's number leads to; four short questions, whatever the size of the books."""

    connection: Connection

    def match(self, shown: str, now: datetime) -> Match:
        """Whom the number that the carrier showed leads to; ``shown`` may be written in any way, or say nothing."""
        if not any(character.isdigit() for character in shown):
            return match_caller("", ())
        number = _normalised(shown)
        rows = self.connection.execute(_HAVING.where(PHONE.c.number == number)).all()
        touched = self._last_touches(number) if rows else {}
        blocked = Blocks(self.connection).standing([row.debtor_id for row in rows], [number] if rows else [])
        having = []
        for debtor_id, key, name, language, portfolio, creditor, status, person in rows:
            holds = (block.reason for block in blocked.of(debtor_id, number) if block.covers(now))
            who = (debtor_id, key, name, language, portfolio, creditor, PhoneStatus(status), person or "")
            having.append(Candidate(*who, touched.get(debtor_id), tuple(dict.fromkeys(holds))))
        return match_caller(number, tuple(having), tuple(Proceedings(self.connection).bailiffs_of(number)))

    def _last_touches(self, number: str) -> Mapping[int, LastTouch]:
        """The last touch over a number of each debtor, of those that were touched over it lately."""
        latest = select(TOUCH.c.debtor_id, TOUCH.c.reserved_at, TOUCH.c.outcome).where(
            TOUCH.c.phone == number
        )
        rows = self.connection.execute(latest.order_by(TOUCH.c.reserved_at.desc()).limit(MOST_TOUCHES)).all()
        return {row.debtor_id: LastTouch(row.reserved_at, OUTCOMES[row.outcome]) for row in reversed(rows)}


def _normalised(shown: str) -> str:
    """As the books keep numbers; one that is no subscriber's stays as it is, and nobody will have it."""
    try:
        return normalise(shown)
    except ValueError:
        return shown
