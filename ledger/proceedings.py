"""Proceedings: a debtor's, a bailiff's, and what bailiffs said of each."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, NamedTuple

from sqlalchemy import Connection, Select, bindparam, exists, insert, select, update

from domain.debtor import Stage
from domain.proceeding import Bailiff, Proceeding, ProceedingResult, ProceedingStatus
from domain.touch import TouchId
from ledger.fact_tables import ProceedingResultRow, ProceedingRow
from ledger.tables import DebtorRow, PortfolioRow, table

PROCEEDING, RESULT = table(ProceedingRow), table(ProceedingResultRow)
DEBTOR, PORTFOLIO = table(DebtorRow), table(PortfolioRow)

OPEN_FIRST = (PROCEEDING.c.ended_on.is_not(None), PROCEEDING.c.opened_on.desc(), PROCEEDING.c.id.desc())


class Case(NamedTuple):
    """A proceeding with whom it is against, and what its bailiff said last (None: nobody has asked him yet)."""

    proceeding: Proceeding
    debtor_key: str
    debtor_name: str
    creditor: str
    last: ProceedingResult | None


@dataclass(frozen=True)
class Proceedings:
    """Repository of proceedings and of what was heard of them."""

    connection: Connection

    def of_debtor(self, debtor_id: int) -> list[Case]:
        """A debtor's proceedings, the open ones first and the youngest first among them."""
        return self._cases(PROCEEDING.c.debtor_id == debtor_id)

    def of_bailiff(self, name: str, department: str = "") -> list[Case]:
        """All that a bailiff runs or ran, in the same order; of all departments where none is told."""
        mine = [PROCEEDING.c.bailiff == name]
        return self._cases(*mine, *([PROCEEDING.c.department == department] if department else []))

    def run_by(self, bailiff_id: int) -> list[Case]:
        """All that a bailiff who is called runs or ran, in the same order."""
        return self._cases(PROCEEDING.c.bailiff_id == bailiff_id)

    def bailiffs_of(self, phone: str) -> list[Bailiff]:
        """The bailiffs whose proceedings name a phone, those with open ones if any has some; by name."""
        open_ones = PROCEEDING.c.ended_on.is_(None)
        official = (PROCEEDING.c.bailiff, PROCEEDING.c.department, PROCEEDING.c.address)
        having = select(*official, PROCEEDING.c.bailiff_phone, open_ones.label("open")).distinct()
        rows = self.connection.execute(having.where(PROCEEDING.c.bailiff_phone == phone)).all()
        rows = [row for row in rows if row.open] or rows
        found = {(row.bailiff, row.department): Bailiff(*row[:4]) for row in rows}
        return [found[who] for who in sorted(found)]

    def note(self, results: Sequence[ProceedingResult]) -> None:
        """Write down what a bailiff said of some of his proceedings."""
        rows = [
            {
                "proceeding_id": one.proceeding_id,
                "touch_id": one.touch,
                "at": one.at,
                "status": one.status.value,
                "asked": one.asked,
                "promised_until": one.promised_until,
                "note": one.note,
            }
            for one in results
        ]
        if rows:
            self.connection.execute(insert(RESULT), rows)

    def end(self, reasons: Mapping[int, str], on: date) -> None:
        """End proceedings that are open, each for its reason, and bring the stage of their debtors up to date."""
        rows = [{"of_proceeding": id, "because": reason, "on": on} for id, reason in reasons.items()]
        if rows:
            self.connection.execute(_END, rows)
            theirs = select(PROCEEDING.c.debtor_id).where(PROCEEDING.c.id.in_(reasons))
            set_stages(self.connection, self.connection.scalars(theirs).all())

    def said_to_be_over(self, known: Collection[tuple[int, str]]) -> set[tuple[int, str]]:
        """Those of these proceedings (debtor's id and number) that a bailiff said has ended."""
        over = RESULT.c.status == ProceedingStatus.ENDED.value
        debtors = PROCEEDING.c.debtor_id.in_({debtor_id for debtor_id, _ in known})
        said = select(PROCEEDING.c.debtor_id, PROCEEDING.c.number).select_from(RESULT.join(PROCEEDING))
        rows = self.connection.execute(said.where(over, debtors)).all() if known else ()
        return {(debtor_id, number) for debtor_id, number in rows} & set(known)

    def _cases(self, *which: Any) -> list[Case]:
        known = (DEBTOR.c.external_id, DEBTOR.c.name.label("debtor_name"), PORTFOLIO.c.creditor)
        tables = PROCEEDING.join(DEBTOR, PROCEEDING.c.debtor_id == DEBTOR.c.id).join(PORTFOLIO)
        wanted = select(PROCEEDING, *known).select_from(tables).where(*which).order_by(*OPEN_FIRST)
        rows = self.connection.execute(wanted).all()
        last = self._last(select(RESULT).select_from(RESULT.join(PROCEEDING)).where(*which)) if rows else {}
        return [
            Case(_proceeding(row), row.external_id, row.debtor_name, row.creditor, last.get(row.id))
            for row in rows
        ]

    def _last(self, results: Select[Any]) -> dict[int, ProceedingResult]:
        """The last of these results of each proceeding."""
        rows = self.connection.execute(results.order_by(RESULT.c.at, RESULT.c.id))
        return {row.proceeding_id: result_of(row) for row in rows}


_END = (
    update(PROCEEDING)
    .where(PROCEEDING.c.id == bindparam("of_proceeding"), PROCEEDING.c.ended_on.is_(None))
    .values(ended_on=bindparam("on"), end_reason=bindparam("because"))
)


def set_stages(connection: Connection, debtor_ids: Iterable[int]) -> None:
    """A debtor with an open proceeding is in the stage of enforcement; when his last one ends, the judgment stays."""
    these = DEBTOR.c.id.in_(debtor_ids)
    works = exists().where(PROCEEDING.c.debtor_id == DEBTOR.c.id, PROCEEDING.c.ended_on.is_(None))
    connection.execute(update(DEBTOR).where(these, works).values(stage=Stage.ENFORCEMENT.value))
    was = DEBTOR.c.stage == Stage.ENFORCEMENT.value
    connection.execute(update(DEBTOR).where(these, was, ~works).values(stage=Stage.JUDGMENT.value))


def _proceeding(row: Any) -> Proceeding:
    return Proceeding(
        id=row.id,
        debtor_id=row.debtor_id,
        number=row.number,
        opened_on=row.opened_on,
        bailiff=Bailiff(row.bailiff, row.department, row.address, row.bailiff_phone, row.extension),
        document=row.document,
        kopecks=row.kopecks,
        ended_on=row.ended_on,
        end_reason=row.end_reason,
    )


def result_of(row: Any) -> ProceedingResult:
    """What a row of the table tells."""
    return ProceedingResult(
        proceeding_id=row.proceeding_id,
        at=row.at,
        status=ProceedingStatus(row.status),
        asked=row.asked,
        promised_until=row.promised_until,
        note=row.note,
        touch=TouchId(row.touch_id) if row.touch_id else None,
    )
