"""Notes on debtors: what the house wants to remember of a talk or a letter."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple

from sqlalchemy import Connection, insert, select

from ledger.desk_tables import NoteRow
from ledger.tables import table

NOTE = table(NoteRow)


class Note(NamedTuple):
    """Who noted what, and when."""

    at: datetime
    author: str
    text: str


@dataclass(frozen=True)
class Notes:
    """Repository of notes; they are added and never changed."""

    connection: Connection

    def add(self, debtor_id: int, author: str, text: str, now: datetime) -> None:
        """Note it."""
        row = {"debtor_id": debtor_id, "author": author, "text": text, "at": now}
        self.connection.execute(insert(NOTE).values(row))

    def of(self, debtor_id: int, most: int) -> list[Note]:
        """The last notes on a debtor, the youngest first."""
        his = select(NOTE.c.at, NOTE.c.author, NOTE.c.text).where(NOTE.c.debtor_id == debtor_id)
        rows = self.connection.execute(his.order_by(NOTE.c.at.desc(), NOTE.c.id.desc()).limit(most))
        return [Note(*row) for row in rows]
