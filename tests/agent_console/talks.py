"""Talks in the books, for the tests of what operators write down of them."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from domain.call import Call
from domain.call_events import Connected
from domain.debtor import Debtor
from domain.operator_events import OperatorId
from domain.touch import Channel, Outcome, TouchId
from domain.verdict import Verdict
from ledger.books import Books
from ledger.touches import Closing
from tests.ledger.rows import BASIS, request, rules_of


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
