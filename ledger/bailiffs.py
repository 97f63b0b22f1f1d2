"""Bailiffs who are called: one portfolio of them, made of the proceedings of all others, a row for each.

To plans, limits, desks and the log a bailiff is whoever is touched: a row of the table ``debtor``.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, bindparam, func, select, update

from domain.bailiff import Case, Office, key_of, office_of
from domain.campaign import UNDER_WAY
from domain.debtor import Stage
from domain.errors import InputError
from domain.phone import PhoneSource, PhoneStatus
from domain.portfolio import Portfolio, PortfolioKind
from domain.proceeding import Bailiff
from ledger.bulk import put
from ledger.fact_tables import ProceedingRow
from ledger.plans import Plans
from ledger.portfolios import portfolio_of
from ledger.tables import CampaignRow, DebtorRow, PhoneRow, PlanRow, PortfolioRow, table
from ledger.totals import Total, counted_again, grow

CAMPAIGN, DEBTOR, PHONE, PLAN, PORTFOLIO, PROCEEDING = (
    table(CampaignRow),
    table(DebtorRow),
    table(PhoneRow),
    table(PlanRow),
    table(PortfolioRow),
    table(ProceedingRow),
)
OFFICIAL = ("bailiff", "department", "address", "bailiff_phone", "extension")
EMPTY = ("zones", "region", "property_class", "tags", "digest")
PAGE = 1_000

_RUN_BY = (
    update(PROCEEDING)
    .where(PROCEEDING.c.id == bindparam("of_proceeding"))
    .values(bailiff_id=bindparam("run_by"))
)


@dataclass(frozen=True)
class Bailiffs:
    """Repository of the bailiffs who are called."""

    connection: Connection

    def portfolio(self) -> Portfolio | None:
        """The portfolio of bailiffs, if they are called at all."""
        kind = PORTFOLIO.c.kind == PortfolioKind.BAILIFFS.value
        row = self.connection.execute(select(PORTFOLIO).where(kind)).one_or_none()
        return portfolio_of(row) if row else None

    def are_called(self) -> bool:
        """Whether a campaign works their portfolio."""
        theirs = (PORTFOLIO.c.kind == PortfolioKind.BAILIFFS.value, CAMPAIGN.c.status.in_(UNDER_WAY))
        return (
            self.connection.scalar(select(CAMPAIGN.c.id).join(PORTFOLIO).where(*theirs).limit(1)) is not None
        )

    def call_them(self, name: str) -> None:
        """Make the portfolio of that name theirs; InputError when another one is, or when it has debtors."""
        present = self.portfolio()
        if present and present.name != name:
            raise InputError(
                f"bailiffs are in portfolio {present.name!r}", remedy="one call treats all creditors"
            )
        mine = select(DEBTOR.c.id).join(PORTFOLIO).where(PORTFOLIO.c.name == name).limit(1)
        if present is None and self.connection.scalar(mine) is not None:
            raise InputError(f"portfolio {name!r} has debtors", remedy="give bailiffs one of their own")
        theirs = update(PORTFOLIO).where(PORTFOLIO.c.name == name)
        self.connection.execute(theirs.values(kind=PortfolioKind.BAILIFFS.value))

    def names(self) -> dict[int, str]:
        """All of them by id: name and department."""
        theirs = select(DEBTOR.c.id, DEBTOR.c.name).join(PORTFOLIO)
        kind = PORTFOLIO.c.kind == PortfolioKind.BAILIFFS.value
        return dict(self.connection.execute(theirs.where(kind)).all())

    def to_be_asked(self) -> dict[int, int]:
        """By bailiff, how many of his open proceedings a debtor's plan waits to hear of; who has none is left out."""
        waits = (
            PLAN.c.asked_at.is_not(None),
            CAMPAIGN.c.status.in_(UNDER_WAY),
            PROCEEDING.c.ended_on.is_(None),
        )
        owner, one = PROCEEDING.c.bailiff_id, PROCEEDING.c.id
        tables = PLAN.join(CAMPAIGN).join(PROCEEDING, PROCEEDING.c.debtor_id == PLAN.c.debtor_id)
        counted = select(owner, func.count(one.distinct())).select_from(tables)
        rows = self.connection.execute(counted.where(*waits, owner.is_not(None)).group_by(owner))
        return dict(rows.all())

    def debtors_with_proceedings(self, after: int, size: int = PAGE) -> Sequence[int]:
        """Up to ``size`` ids above ``after`` of debtors against whom a proceeding runs or ran."""
        ids = select(PROCEEDING.c.debtor_id).where(PROCEEDING.c.debtor_id > after).distinct()
        return self.connection.scalars(ids.order_by(PROCEEDING.c.debtor_id).limit(size)).all()

    def derive(self, debtor_ids: Collection[int]) -> list[int]:
        """Bring the bailiffs of these debtors' proceedings up to date, those who gave one away as well; their ids.

        Nobody where bailiffs are not called.
        """
        theirs = self.portfolio()
        if theirs is None:
            return []
        columns = (PROCEEDING.c[name] for name in ("id", "bailiff_id", *OFFICIAL))
        rows = self.connection.execute(
            select(*columns).where(PROCEEDING.c.debtor_id.in_(debtor_ids)).order_by(PROCEEDING.c.id)
        ).all()
        runs = {row.id: (row.bailiff_id, Bailiff(*row[2:])) for row in rows}
        ids = self._known(theirs, {key_of(bailiff): bailiff for _, bailiff in runs.values()})
        moved = [
            {"of_proceeding": id, "run_by": ids.get(key_of(bailiff))}
            for id, (before, bailiff) in runs.items()
            if before != ids.get(key_of(bailiff))
        ]
        if moved:
            self.connection.execute(_RUN_BY, moved)
        affected = sorted({*ids.values(), *(before for before, _ in runs.values() if before)})
        self._open_offices(theirs, affected)
        return affected

    def _known(self, theirs: Portfolio, bailiffs: dict[str, Bailiff]) -> dict[str, int]:
        """The ids of bailiffs by key; those who are new are added."""
        bailiffs.pop("", None)
        rows = [
            (theirs.id, key, bailiff.name, Stage.ENFORCEMENT.value, "ru", False, "", "", "", "", "")
            for key, bailiff in bailiffs.items()
        ]
        columns = ("portfolio_id", "external_id", "name", "stage", "language", "vulnerable", *EMPTY)
        key = ("portfolio_id", "external_id")
        found = select(DEBTOR.c.external_id, DEBTOR.c.id).where(
            DEBTOR.c.portfolio_id == theirs.id, DEBTOR.c.external_id.in_(bailiffs)
        )
        before = len(self.connection.execute(found).all())
        put(self.connection, DEBTOR, columns, rows, key=key, facts=("stage",))
        ids: dict[str, int] = dict(self.connection.execute(found).all())
        grow(self.connection, theirs.id, Total(debtors=len(ids) - before))
        return ids

    def _open_offices(self, theirs: Portfolio, ids: Collection[int]) -> None:
        """Write names, zones and phones, by all that the bailiffs run or ran."""
        cases = defaultdict[int, list[Case]](list)
        official = (PROCEEDING.c[name] for name in OFFICIAL)
        facts = (*official, DEBTOR.c.region, DEBTOR.c.zones, PROCEEDING.c.zones.label("office"))
        run = select(PROCEEDING.c.bailiff_id, *facts).select_from(
            PROCEEDING.join(DEBTOR, PROCEEDING.c.debtor_id == DEBTOR.c.id)
        )
        for row in self.connection.execute(
            run.where(PROCEEDING.c.bailiff_id.in_(ids)).order_by(PROCEEDING.c.id)
        ):
            cases[row.bailiff_id].append(Case(Bailiff(*row[1:6]), *row[6:]))
        offices = {id: office_of(of) for id, of in cases.items()}
        if offices:
            self.connection.execute(_OFFICE, [_row(id, office) for id, office in offices.items()])
        with counted_again(self.connection, theirs.id, offices):
            self._put_phones(offices)
        Plans(self.connection).move(theirs.id, list(offices))

    def _put_phones(self, offices: dict[int, Office]) -> None:
        new = (PhoneStatus.UNVERIFIED.value, PhoneSource.CLIENT.value)
        rows = [
            (id, number, position, extension, *new)
            for id, office in offices.items()
            for position, (number, extension) in enumerate(office.phones)
        ]
        columns = ("debtor_id", "number", "position", "extension", "status", "source")
        put(
            self.connection,
            PHONE,
            columns,
            rows,
            key=("debtor_id", "number"),
            facts=("position", "extension"),
        )


_OFFICE = (
    update(DEBTOR)
    .where(DEBTOR.c.id == bindparam("of_bailiff"))
    .values(name=bindparam("called"), region=bindparam("at"), zones=bindparam("by_clock"))
)


def _row(id: int, office: Office) -> dict[str, Any]:
    return {"of_bailiff": id, "called": office.name, "at": office.region, "by_clock": office.zones}
