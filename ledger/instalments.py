"""Instalment plans that operators agree with debtors."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import Connection, delete, insert, select

from domain.instalment import Part
from domain.touch import TouchId
from ledger.desk_tables import InstalmentPartRow
from ledger.fact_tables import InstalmentRow
from ledger.tables import table

INSTALMENT, PART = table(InstalmentRow), table(InstalmentPartRow)


@dataclass(frozen=True)
class Instalments:
    """Repository of instalment plans."""

    connection: Connection

    def agree(self, debtor_id: int, parts: Sequence[Part], touch: TouchId) -> None:
        """Write down a plan that was agreed in a talk."""
        plan = {
            "debtor_id": debtor_id,
            "starts_on": parts[0].due,
            "ends_on": parts[-1].due,
            "kopecks_a_month": parts[0].kopecks,
            "touch_id": touch,
        }
        id = self.connection.execute(insert(INSTALMENT).values(plan).returning(INSTALMENT.c.id)).scalar_one()
        rows = [{"instalment_id": id, "due": part.due, "kopecks": part.kopecks} for part in parts]
        self.connection.execute(insert(PART), rows)

    def withdraw(self, touch: TouchId) -> None:
        """The talk did not bring a plan after all."""
        ids = select(INSTALMENT.c.id).where(INSTALMENT.c.touch_id == touch)
        self.connection.execute(delete(PART).where(PART.c.instalment_id.in_(ids)))
        self.connection.execute(delete(INSTALMENT).where(INSTALMENT.c.touch_id == touch))

    def parts(self, debtor_id: int) -> list[Part]:
        """What the plan that counts asks for, in order; nothing where no talk agreed on one."""
        his = select(INSTALMENT.c.id).where(INSTALMENT.c.debtor_id == debtor_id)
        last = his.order_by(INSTALMENT.c.starts_on.desc(), INSTALMENT.c.id.desc()).limit(1).scalar_subquery()
        rows = select(PART.c.due, PART.c.kopecks).where(PART.c.instalment_id == last).order_by(PART.c.due)
        return [Part(*row) for row in self.connection.execute(rows)]
