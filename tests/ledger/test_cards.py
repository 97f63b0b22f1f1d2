"""Whose card is asked for, and what happened last."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

import pytest

from domain.errors import InputError
from domain.portfolio import Portfolio
from domain.touch import Channel, Direction, TouchId
from ledger.books import Books, Transaction
from ledger.cards import Holder
from tests.ledger.plans_of_queries import listening
from tests.ledger.rows import BASIS, NOON, add_debtor, request, rules_of

pytestmark = pytest.mark.unit


@pytest.fixture
def tx(books: Books, portfolio: Portfolio) -> Iterator[Transaction]:
    """Opened after the portfolio was written: SQLite has one writer."""
    with books.write() as opened:
        yield opened


class TestHolder:
    def test_by_id_key_and_account(self, tx: Transaction, portfolio: Portfolio) -> None:
        debtor = add_debtor(tx, portfolio.id, "A1")
        add_debtor(tx, portfolio.id, "A2")
        holder = Holder(debtor.id, portfolio.id, "")
        assert tx.cards.holder(debtor.id) == holder
        assert tx.cards.keyed("A1") == holder
        assert tx.cards.of_account("account A1") == holder

    def test_the_same_key_in_two_portfolios(self, tx: Transaction, portfolio: Portfolio) -> None:
        other = tx.portfolios.put("water", creditor="Водоканал", contact_phone="", basis=None)
        mine, theirs = (add_debtor(tx, one.id, "A1") for one in (portfolio, other))
        assert tx.cards.keyed("A1", other.id).debtor_id == theirs.id
        assert tx.cards.of_account("account A1", portfolio.id).debtor_id == mine.id
        with pytest.raises(InputError, match="several debtors have the key 'A1'.*--portfolio"):
            tx.cards.keyed("A1")

    def test_nobody(self, tx: Transaction) -> None:
        with pytest.raises(InputError, match="no debtor has the account '7'"):
            tx.cards.of_account("7")
        with pytest.raises(InputError, match="no debtor has the id 7"):
            tx.cards.holder(7)


def test_the_last_touches_the_youngest_first(tx: Transaction, portfolio: Portfolio) -> None:
    mine, other = (add_debtor(tx, portfolio.id, key, "+79160000001") for key in ("A1", "A2"))
    for nth, debtor in enumerate([mine, mine, other, mine]):
        at = NOON + timedelta(hours=nth)
        tx.touches.reserve([request(debtor, f"{nth}" * 32)], rules_of(), BASIS, at)
    found = tx.cards.last_touches([mine.id], 2)
    assert [touch.id for touch in found] == [TouchId("3" * 32), TouchId("1" * 32)]
    assert (found[0].channel, found[0].direction, found[0].outcome) == (
        Channel.VOICE_MSG,
        Direction.OUT,
        None,
    )
    assert (found[0].at, found[0].phone, found[0].seconds) == (NOON + timedelta(hours=3), "+79160000001", 0)
    assert len(tx.cards.last_touches([mine.id, other.id], 9)) == 4


def test_no_table_is_read_whole(tx: Transaction, portfolio: Portfolio) -> None:
    debtor = add_debtor(tx, portfolio.id, "A1")
    with listening(tx.connection) as asked:
        tx.cards.keyed("A1")
        tx.cards.of_account("account A1")
        tx.cards.last_touches([debtor.id], 5)
    assert asked.scanned(tx.connection) == set()
