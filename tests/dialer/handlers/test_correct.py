"""A corrected outcome is news of the debtor: whom the wrong one kept waiting is asked for again at once."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from dialer.handlers.correct import correct
from domain.call import Call
from domain.campaign import Plan, Why
from domain.touch import Outcome, TouchId
from domain.verdict import Verdict
from ledger.books import Books
from ledger.touches import Closing
from tests.dialer.work import Desk
from tests.ledger.conftest import books, books_url
from tests.ledger.rows import NOON

__all__ = ["books", "books_url"]
pytestmark = pytest.mark.unit

LATER = NOON + timedelta(hours=5)


def test_the_debtor_is_planned_anew(books: Books) -> None:
    desk = Desk(books)
    debtor = desk.add("A", "+79160000001")
    (touch,) = (reserved.plan.touch_id for reserved in desk.reserve().reserved)
    assert touch is not None
    held = Plan(debtor.id, LATER + timedelta(days=9), segment="big", step="inform", why=Why.HELD_BACK)
    with books.write() as tx:
        closing = Closing(
            replace(Call(TouchId(touch)), ended_at=NOON), Verdict(Outcome.TALK_DEBTOR, ""), NOON
        )
        tx.touches.close([closing])
        tx.plans.save(desk.campaign.id, [held])
        was = correct(tx, touch, Outcome.MACHINE_NO_MSG, author="op 7", reason="heard it", now=LATER)
    assert was is Outcome.TALK_DEBTOR
    assert desk.plan(debtor).due_at == LATER
