"""Talks in the books, for the tests of what operators write down of them."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from pathlib import Path

from dialer.handlers.bailiffs import call_bailiffs
from domain.call import Call
from domain.call_events import Connected
from domain.debtor import Debtor
from domain.operator_events import OperatorId
from domain.touch import Channel, Outcome, TouchId
from domain.verdict import Verdict
from ledger.books import Books
from ledger.imports.proceedings import import_proceedings
from ledger.touches import Closing
from strategies.load import strategy_text
from tests.ledger.rows import BASIS, add_campaign, request, rules_of

PROCEEDINGS = """\
external_id,number,opened_on,sum,bailiff,department,bailiff_phone
A1,1/26-ИП,2026-01-09,1000,Иванова И. И.,ОСП 1,8 381 222-00-01
"""


def bailiff_of(books: Books, debtor: Debtor, folder: Path, now: datetime) -> Debtor:
    """The bailiff of a proceeding against the debtor A1, as whom a campaign calls."""
    (folder / "list.csv").write_text(PROCEEDINGS, encoding="utf-8")
    with books.write() as tx:
        import_proceedings(tx.connection, debtor.portfolio_id, folder / "list.csv")
        theirs = tx.portfolios.put("bailiffs", creditor="A", contact_phone="+78000000000", basis=BASIS)
        call_bailiffs(tx, "bailiffs", now)
        add_campaign(tx, theirs.id, "calls", body=strategy_text("enforcement-bailiffs")[0])
        (bailiff,) = tx.debtors.page(theirs.id, after=0, size=9)
    return bailiff


def begun(books: Books, debtor: Debtor, touch: str, now: datetime) -> None:
    """We call him at his first phone."""
    with books.write() as tx:
        campaign = tx.campaigns.latest(debtor.portfolio_id)
        assert campaign
        asked = request(debtor, TouchId(touch), campaign, debtor.phones[0].number)
        tx.touches.reserve([replace(asked, channel=Channel.CALL_HUMAN)], rules_of(), BASIS, now)


def ended(books: Books, touch: str, operator: OperatorId, now: datetime) -> None:
    """That operator has talked to whom we called."""
    with books.write() as tx:
        id = TouchId(touch)
        call = Call(id, answered_at=now, ended_at=now, operators=(Connected(id, now, operator),))
        tx.touches.close([Closing(call, Verdict(Outcome.TALK_DEBTOR, "talked"), now)])


def talked(books: Books, debtor: Debtor, touch: str, operator: OperatorId, now: datetime) -> None:
    """A talk that is over."""
    begun(books, debtor, touch, now)
    ended(books, touch, operator, now)
