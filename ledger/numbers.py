"""The register of caller numbers: only a number with an operator's contract and a label may be shown (41-FZ)."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, delete, insert, select

from domain.caller_number import CallerNumber
from domain.errors import InputError
from domain.rules import Validity
from ledger.locks import hold
from ledger.tables import CallerNumberRow, table

NUMBER = table(CallerNumberRow)


@dataclass(frozen=True)
class Numbers:
    """Repository of caller numbers."""

    connection: Connection

    def put(self, number: CallerNumber) -> None:
        """Register a number, or replace what is known of it."""
        hold(self.connection, ["caller numbers"])  # two who register one that is new
        self.connection.execute(delete(NUMBER).where(NUMBER.c.number == number.number))
        row = {name: getattr(number, name) for name in CallerNumber.__slots__}
        self.connection.execute(insert(NUMBER).values(row))

    def all(self) -> list[CallerNumber]:
        """The register."""
        return [_number(row) for row in self.connection.execute(select(NUMBER).order_by(NUMBER.c.number))]

    def find(self, number: str) -> CallerNumber | None:
        """What is registered of a number."""
        row = self.connection.execute(select(NUMBER).where(NUMBER.c.number == number)).one_or_none()
        return _number(row) if row else None

    def registered(self, numbers: Collection[str]) -> dict[str, Validity]:
        """When each of these may be shown; one that is missing is not in the register."""
        columns = (NUMBER.c.number, NUMBER.c.valid_from, NUMBER.c.valid_to)
        rows = self.connection.execute(select(*columns).where(NUMBER.c.number.in_(numbers)))
        return {number: Validity(*valid) for number, *valid in rows}

    def usable(self, number: str, now: datetime) -> CallerNumber:
        """The number, or an InputError that says why it may not be shown."""
        found = self._registered(number)
        if not found.valid.covers(now):
            raise InputError(f"the registration of {number} is not in force", remedy="dozvon number set ...")
        return found

    def end(self, number: str, now: datetime) -> CallerNumber:
        """Show a number no more: its registration ends now, or is forgotten if it has not begun. Answers what it was.

        Raises InputError when the number is not in the register.
        """
        found = self._registered(number)
        if found.valid_from >= now:
            self.connection.execute(delete(NUMBER).where(NUMBER.c.number == number))
        elif found.valid.covers(now):
            self.put(replace(found, valid_to=now))
        return found

    def _registered(self, number: str) -> CallerNumber:
        found = self.find(number)
        if found is None:
            raise InputError(
                f"{number} is not in the register of caller numbers", remedy="dozvon number set ..."
            )
        return found


def _number(row: Any) -> CallerNumber:
    return CallerNumber(
        row.number, row.operator_contract, row.label, row.category, row.valid_from, row.valid_to
    )
