"""A campaign with a log that tests write line by line, for what counts it."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from itertools import count
from typing import Any

from sqlalchemy import insert

from domain.campaign import Campaign
from domain.touch import Channel, Direction, Outcome
from ledger.books import Books
from ledger.contact_counts import recount_contacts
from ledger.fact_tables import PaymentRow, PromiseRow
from ledger.report_tables import AssignmentRow
from ledger.tables import TouchRow, table
from ledger.tally import recount
from tests.ledger.rows import CALLER, NOON, add_campaign, add_debtor

STRATEGY = """\
name: test
regime: ru-230fz-agency
segments:
  - id: fresh
    when: {sum: {below: 5000}}
    steps: [{id: inform, ivr: debt_informer}]
    split:
      salt: spring
      variants:
        champion: {share: 80}
        control: {share: 20, leave_alone: true}
"""
TOUCH_OF = {
    "segment": "fresh",
    "variant": "champion",
    "step": "inform",
    "ring_ms": 4000,
    "digits": "",
    "result": "",
}


class Log:
    """The campaign ``spring`` of the portfolio ``heat`` with ten debtors (1000 roubles each), and what is written."""

    def __init__(self, books: Books, name: str = "spring", portfolio: str = "heat") -> None:
        self.books, self._ids = books, count(1 if name == "spring" else 1000)
        with books.write() as tx:
            tx.numbers.put(CALLER)
            self.portfolio = tx.portfolios.put(
                portfolio, creditor="Тепловые сети", contact_phone="+78000000000", basis=None
            )
            self.campaign: Campaign = add_campaign(tx, self.portfolio.id, name, STRATEGY)
            self.debtors = [
                add_debtor(tx, self.portfolio.id, f"D{number}", f"+7916000{number:04}").id
                for number in range(10)
            ]

    def touch(
        self,
        outcome: Outcome | None,
        at: datetime = NOON,
        *,
        times: int = 1,
        debtor: int = 0,
        channel: Channel = Channel.VOICE_MSG,
        talk_s: float = 0.0,
        direction: Direction = Direction.OUT,
        **more: Any,
    ) -> list[str]:
        """Touches that ended so; answers their ids."""
        talked = {"answered_at": at if talk_s else None, "talk_ms": round(talk_s * 1000)}
        ended = {"ended_at": at + timedelta(seconds=10 + talk_s) if outcome else None}
        row = {
            **TOUCH_OF,
            **talked,
            **ended,
            "debtor_id": self.debtors[debtor],
            "campaign_id": self.campaign.id if direction is Direction.OUT else None,
            "strategy_version_id": self.campaign.strategy_version_id if direction is Direction.OUT else None,
            "channel": channel.value,
            "direction": direction.value,
            "phone": f"+7916000{debtor:04}",
            "reserved_at": at,
            "outcome": outcome and outcome.value,
            **more,
        }
        ids = [f"{next(self._ids):032x}" for _ in range(times)]
        blank: dict[str, Any] = {
            "caller_number": "",
            "why": "",
            "script": "",
            "creditor": "",
            "debt": "",
            "rules": "",
            "node": "",
        }
        blank |= {"reason": "", "last_node": "", "node_ms": 0, "answers": ""}
        with self.books.write() as tx:
            tx.connection.execute(insert(table(TouchRow)), [{**blank, **row, "id": id} for id in ids])
            recount(tx.connection)
            recount_contacts(tx.connection)
        return ids

    def promise(
        self, touch: str | None, at: datetime = NOON, *, debtor: int = 0, state: str = "open"
    ) -> None:
        """A promise of 500 roubles within five days, made in a touch."""
        row = {"debtor_id": self.debtors[debtor], "touch_id": touch, "made_at": at, "state": state}
        due = (at + timedelta(days=5)).date()
        with self.books.write() as tx:
            tx.connection.execute(insert(table(PromiseRow)).values(**row, due=due, kopecks=50_000))

    def payment(self, on: date, *, debtor: int = 0, roubles: int = 100) -> None:
        """Money that came in."""
        row = {"portfolio_id": self.portfolio.id, "debtor_id": self.debtors[debtor], "paid_on": on}
        with self.books.write() as tx:
            tx.connection.execute(
                insert(table(PaymentRow)).values(**row, key=f"p{next(self._ids)}", kopecks=roubles * 100)
            )

    def assign(self, *controls: bool) -> None:
        """The first debtors into the split, each into the control group or not."""
        with self.books.write() as tx:
            for debtor, control in zip(self.debtors, controls, strict=False):
                row = {"campaign_id": self.campaign.id, "debtor_id": debtor, "segment": "fresh"}
                row |= {"variant": "control" if control else "champion", "control": control}
                tx.connection.execute(insert(table(AssignmentRow)).values(row))
