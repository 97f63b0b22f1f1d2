"""The audit log: what is written is found again, by user, subject, action and time, page by page."""

from __future__ import annotations

from datetime import timedelta

import pytest

from domain.audit import AuditAction, Subject
from domain.user import Role, UserId
from ledger.audit_log import AuditKey, AuditSearch
from ledger.books import Books
from tests.ledger.plans_of_queries import listening
from tests.ledger.rows import NOON

pytestmark = pytest.mark.unit

MINUTE = timedelta(minutes=1)
DEBTOR, OTHER = Subject("debtor", "D-1"), Subject("debtor", "Д-2")


@pytest.fixture
def users(books: Books) -> tuple[UserId, UserId]:
    """Two users, who did things in turn, six of them, two in each minute."""
    with books.write() as tx:
        one, two = (tx.users.add(login, "", Role.SUPERVISOR, "hash").id for login in ("one", "two"))
        for number in range(6):
            tx.audit_log.add(
                one if number % 2 else two,
                AuditAction.CARD_VIEWED if number < 4 else AuditAction.IDENTITY_CONFIRMED,
                subject=DEBTOR if number % 3 else OTHER,
                detail={"n": number, "why": "звонок"},
                address="10.0.0.1",
                now=NOON + number // 2 * MINUTE,
            )
    return one, two


def numbers(books: Books, search: AuditSearch, before: AuditKey | None = None, size: int = 100) -> list[int]:
    with books.read() as tx:
        return [entry.detail["n"] for entry in tx.audit_log.page(search, before=before, size=size)]


def test_the_newest_first_with_all_that_was_written(books: Books, users: tuple[UserId, UserId]) -> None:
    with books.read() as tx:
        first, *_, last = tx.audit_log.page()
    assert (last.at, last.user, last.login, last.action) == (NOON, users[1], "two", "card viewed")
    assert (last.subject, last.address, last.detail) == (OTHER, "10.0.0.1", {"n": 0, "why": "звонок"})
    assert first.detail["n"] == 5


def test_each_way_to_search(books: Books, users: tuple[UserId, UserId]) -> None:
    assert numbers(books, AuditSearch(user=users[0])) == [5, 3, 1]
    assert numbers(books, AuditSearch(subject=OTHER)) == [3, 0]
    assert numbers(books, AuditSearch(action=AuditAction.IDENTITY_CONFIRMED)) == [5, 4]
    assert numbers(books, AuditSearch(since=NOON + MINUTE)) == [5, 4, 3, 2]
    assert numbers(books, AuditSearch(until=NOON + MINUTE)) == [1, 0]
    assert numbers(books, AuditSearch(user=users[0], subject=OTHER, since=NOON, until=NOON + 9 * MINUTE)) == [
        3
    ]
    assert numbers(books, AuditSearch(subject=Subject("bailiff", "D-1"))) == []


def test_pages_leave_out_nothing_and_repeat_nothing(books: Books, users: tuple[UserId, UserId]) -> None:
    del users
    seen: list[int] = []
    before: AuditKey | None = None
    for _ in range(3):
        with books.read() as tx:
            page = tx.audit_log.page(before=before, size=2)
        seen += [entry.detail["n"] for entry in page]
        before = AuditKey(page[-1].at, page[-1].id)
    assert seen == [5, 4, 3, 2, 1, 0]
    assert numbers(books, AuditSearch(), before) == []


def test_somebody_whom_we_do_not_know(books: Books) -> None:
    with books.write() as tx:
        tx.audit_log.add(None, AuditAction.SIGN_IN_REFUSED, now=NOON)
        (entry,) = tx.audit_log.page()
    assert (entry.user, entry.login, entry.subject, entry.detail) == (None, "", None, {})


@pytest.mark.parametrize(
    "search",
    [
        AuditSearch(),
        AuditSearch(since=NOON, until=NOON + MINUTE),
        AuditSearch(user=UserId(1)),
        AuditSearch(subject=DEBTOR, action=AuditAction.CARD_VIEWED),
    ],
    ids=["everything", "days", "user", "subject"],
)
def test_no_page_reads_the_whole_log(books: Books, users: tuple[UserId, UserId], search: AuditSearch) -> None:
    del users
    with books.read() as tx, listening(tx.connection) as asked:
        tx.audit_log.page(search, before=AuditKey(NOON + MINUTE, 3))
        assert "audit" not in asked.scanned(tx.connection)
