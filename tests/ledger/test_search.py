"""Search finds by whatever is at hand, shows nobody what is not his, and reads no table whole."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

import pytest
from sqlalchemy import update

from domain.portfolio import Portfolio
from ledger.books import Books, Transaction
from ledger.search import DEBTOR, PHONE, PROCEEDING, FoundBy
from tests.ledger.plans_of_queries import listening
from tests.ledger.rows import add_debtor

pytestmark = pytest.mark.unit

NAMES = {"A1": "Иванов Иван", "A2": "ИВАНОВА АННА", "A3": "Петров Пётр", "A4": "Иваницкий Олег"}


@pytest.fixture
def tx(books: Books, portfolio: Portfolio) -> Iterator[Transaction]:
    with books.write() as opened:
        for key, name in NAMES.items():
            debtor = add_debtor(opened, portfolio.id, key)
            opened.connection.execute(update(DEBTOR).where(DEBTOR.c.id == debtor.id).values(name=name))
            opened.connection.execute(
                PHONE.insert().values(debtor_id=debtor.id, number=f"+7916000000{key[1]}", position=9)
            )
            opened.connection.execute(
                PROCEEDING.insert().values(
                    debtor_id=debtor.id, number=f"12345/26/{key}-ИП", opened_on=date(2026, 1, 9), kopecks=1
                )
            )
        yield opened


@pytest.mark.parametrize(
    ("text", "keys", "found_by"),
    [
        ("A1", ["A1"], FoundBy.KEY),
        (" account A3 ", ["A3"], FoundBy.ACCOUNT),
        ("8 (916) 000-00-03", ["A3"], FoundBy.PHONE),
        ("12345/26/A4-ИП", ["A4"], FoundBy.PROCEEDING),
        ("иванов", ["A1", "A2"], FoundBy.NAME),
        ("Иван", ["A1", "A2", "A4"], FoundBy.NAME),
        ("петров пётр", ["A3"], FoundBy.NAME),
        ("Сидоров", [], None),
        ("И", [], None),
        ("", [], None),
        ("%", [], None),
        ("A\x001", ["A1"], FoundBy.KEY),
        ("'; DROP TABLE debtor; --", [], None),
    ],
)
def test_what_is_found(tx: Transaction, text: str, keys: list[str], found_by: FoundBy | None) -> None:
    hits = tx.search.find(text)
    assert sorted(hit.key for hit in hits) == keys
    assert {hit.found_by for hit in hits} == ({found_by} if found_by else set())


def test_only_where_one_may_look(tx: Transaction, portfolio: Portfolio) -> None:
    assert tx.search.find("Иванов", portfolios=[portfolio.id + 1]) == []
    assert tx.search.find("Иванов", portfolios=[]) == []
    assert len(tx.search.find("Иван", portfolios=[portfolio.id], limit=2)) == 2


def test_no_table_is_read_whole(tx: Transaction) -> None:
    with listening(tx.connection) as asked:
        tx.search.find("Иванов")
        tx.search.find("89160000003")
    assert len(asked.queries) >= 8
    assert asked.scanned(tx.connection) <= {"portfolio"}
