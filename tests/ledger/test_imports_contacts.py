"""A contact search's results: new phones, and what was found out about those that are known."""

from __future__ import annotations

from pathlib import Path

import pytest

from domain.phone import PhoneSource, PhoneStatus
from domain.portfolio import Portfolio
from ledger.books import Books
from ledger.imports.contacts import import_phones
from ledger.imports.debtors import import_debtors
from tests.ledger.importing import Import, counts, importing, rejects

pytestmark = pytest.mark.unit

DEBTORS = ("debtor_id;account;sum;month;phone", "A;100;500;2025-11;89160000001", "B;200;900;2025-10;")
HEADER = "Код должника;Лицевой счёт;Телефон;Статус;Источник"


@pytest.fixture
def run(books: Books, portfolio: Portfolio, tmp_path: Path) -> Import:
    """Imports lines of phones; two debtors are there."""
    importing(import_debtors, books, portfolio, tmp_path / "debtors.csv")(*DEBTORS)
    return importing(import_phones, books, portfolio, tmp_path / "phones.csv")


def phones(books: Books, key: str) -> list[tuple[str, str, str, int]]:
    with books.read() as tx:
        return [(p.number, p.status, p.source, p.position) for p in tx.debtors.keyed(key).phones]


def test_found_phones_go_behind_the_known_ones(run: Import, books: Books) -> None:
    told: list[int] = []
    lines = (HEADER, "A;;8 916 000-00-02, 8 916 000-00-03;подтверждён;", ";200;89160000004;;клиент")
    assert counts(run(*lines, changed=told.extend)) == (3, 0, 0, 0)
    assert len(told) == 2
    new, confirmed = PhoneStatus.UNVERIFIED, PhoneStatus.CONFIRMED
    assert phones(books, "A") == [
        ("+79160000001", new, PhoneSource.CLIENT, 0),
        ("+79160000002", confirmed, PhoneSource.SEARCH, 1),
        ("+79160000003", confirmed, PhoneSource.SEARCH, 2),
    ]
    assert phones(books, "B") == [("+79160000004", new, PhoneSource.CLIENT, 0)]
    assert counts(run(*lines, changed=told.extend)) == (0, 0, 3, 0)
    assert len(told) == 2


def test_a_known_phone_takes_a_told_status_and_keeps_its_source(run: Import, books: Books) -> None:
    assert counts(run(HEADER, "A;;89160000001;;поиск")) == (0, 0, 1, 0)
    assert counts(run(HEADER, "A;;89160000001;не существует;поиск")) == (0, 1, 0, 0)
    assert phones(books, "A") == [("+79160000001", PhoneStatus.DEAD, PhoneSource.CLIENT, 0)]
    assert counts(run(HEADER, "A;;89160000001;;")) == (0, 0, 1, 0)


@pytest.mark.parametrize(
    ("row", "field", "reason"),
    [
        ("A;;89160000009;может быть;", "status", "none of unverified, confirmed"),
        ("Z;;89160000009;;", "external_id", "no debtor of the portfolio"),
        ("A;;12345;;", "phone", "5 digits"),
        ("A;;89160000002;;", "phone", "the same debtor's phone as in row 2"),
    ],
)
def test_what_is_wrong_is_refused(run: Import, row: str, field: str, reason: str) -> None:
    result = run(HEADER, "A;;89160000002;;", row)
    assert counts(result) == (1, 0, 0, 1)
    [refused] = rejects(result)
    assert (refused["row"], refused["field"]) == ("3", field)
    assert reason in refused["reason"]
