"""Portfolios and the legal basis to work them."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from datetime import timedelta

import pytest

from domain.errors import InputError
from domain.portfolio import LegalBasis, Portfolio
from ledger.books import Books
from tests.ledger.rows import NOON, ON_POSTGRESQL, waiting
from tests.polling import until

pytestmark = pytest.mark.unit

BASIS = LegalBasis("договор 7", NOON, NOON + timedelta(days=365))


def put(
    books: Books, name: str = "water", basis: LegalBasis | None = None, creditor: str = "Водоканал"
) -> Portfolio:
    with books.write() as tx:
        return tx.portfolios.put(name, creditor=creditor, contact_phone="+78000000000", basis=basis)


def test_a_portfolio_comes_back_whole(books: Books) -> None:
    kept = put(books, basis=BASIS)
    with books.read() as tx:
        assert tx.portfolios.get(kept.id) == tx.portfolios.named("water") == kept
    assert (kept.creditor, kept.contact_phone, kept.basis) == ("Водоканал", "+78000000000", BASIS)


def test_putting_it_again_brings_it_up_to_date(books: Books) -> None:
    first = put(books, basis=BASIS)
    again = put(books, basis=LegalBasis("договор 8", NOON), creditor="Водоканал-2")
    assert (again.id, again.creditor) == (first.id, "Водоканал-2")
    assert again.basis == LegalBasis("договор 8", NOON)


@pytest.mark.integration
@ON_POSTGRESQL
async def test_two_who_make_the_same(books: Books) -> None:
    with books.write() as tx:
        first = tx.portfolios.put("water", creditor="Водоканал", contact_phone="+78000000000", basis=None)
        second = asyncio.create_task(asyncio.to_thread(put, books, basis=BASIS))
        await until(lambda: waiting(books) == 1, what="the second waits for the first")
    assert await second == replace(first, basis=BASIS)


def test_a_basis_can_be_taken_away(books: Books) -> None:
    put(books, basis=BASIS)
    assert put(books, basis=None).basis is None


def test_all_by_name(books: Books) -> None:
    put(books, "water"), put(books, "heat")
    with books.read() as tx:
        assert [portfolio.name for portfolio in tx.portfolios.all()] == ["heat", "water"]


def test_an_unknown_one_lists_those_there_are(books: Books) -> None:
    with books.read() as tx, pytest.raises(InputError, match="no portfolio 'heat'; portfolios: none yet"):
        tx.portfolios.named("heat")
    put(books)
    with books.read() as tx, pytest.raises(InputError, match="portfolios: water"):
        tx.portfolios.named("heat")
