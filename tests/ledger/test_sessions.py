"""Sessions in the books, and what counts against the next attempt."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta

import pytest

from domain.sign_in import FAILS_OF_LOGIN, FAILS_WITHIN, wait_before_sign_in
from domain.user import SESSION_LASTS, Role, Session, UserId
from ledger.books import Books, Transaction
from tests.ledger.rows import NOON

pytestmark = pytest.mark.unit

LATER = NOON + timedelta(hours=1)


@pytest.fixture
def user(books: Books) -> UserId:
    with books.write() as tx:
        return tx.users.add("root", "", Role.ADMINISTRATOR, "hash").id


def begin(tx: Transaction, digest: str, user: UserId, now: datetime = NOON) -> Session:
    ends = now + SESSION_LASTS
    return tx.sessions.begin(
        digest, user, csrf=f"csrf-{digest}", address="10.0.0.1", now=now, expires_at=ends
    )


def test_a_session_is_found_until_it_is_over(books: Books, user: UserId) -> None:
    with books.write() as tx:
        session = begin(tx, "a", user)
        assert tx.sessions.find("a", NOON) == session
        assert tx.sessions.find("b", NOON) is None
        assert tx.sessions.find("a", session.expires_at) is None
        tx.sessions.seen(session.id, LATER, LATER + SESSION_LASTS)
        seen = tx.sessions.find("a", session.expires_at)
        assert seen is not None
        assert (seen.seen_at, seen.expires_at) == (LATER, LATER + SESSION_LASTS)


def test_one_ends_or_all_but_one(books: Books, user: UserId) -> None:
    with books.write() as tx:
        first, second, third = (begin(tx, digest, user) for digest in "abc")
        tx.sessions.end(first.id)
        assert {one.id for one in tx.sessions.of(user, NOON)} == {second.id, third.id}
        tx.sessions.seen(first.id, LATER, LATER)
        assert tx.sessions.find("a", NOON) is None, "an ended one does not come back"
        tx.sessions.end_all(user, but=third.id)
        assert tx.sessions.of(user, NOON) == [third]
        tx.sessions.end_all(user)
        assert tx.sessions.of(user, NOON) == []


def test_what_is_over_is_swept_out_when_somebody_signs_in(books: Books, user: UserId) -> None:
    with books.write() as tx:
        begin(tx, "a", user)
        tx.sessions.attempt("root", "10.0.0.1", NOON)
        begin(tx, "b", user, NOON + SESSION_LASTS)
        for name, left in (("console_session", 1), ("sign_in_attempt", 0)):
            assert tx.connection.exec_driver_sql(f"SELECT count(*) FROM {name}").scalar() == left


def test_an_attempt_counts_as_failed_until_it_succeeded(books: Books) -> None:
    with books.write() as tx:
        for minute in range(3):
            tx.sessions.attempt("root", f"10.0.0.{minute}", NOON + timedelta(minutes=minute))
        last = tx.sessions.attempt("root", "10.0.0.1", LATER - FAILS_WITHIN)
        failures = tx.sessions.failures("root", "10.0.0.1", NOON + timedelta(minutes=10))
        assert failures.of_login == [
            LATER - FAILS_WITHIN,
            *(NOON + timedelta(minutes=minute) for minute in (2, 1, 0)),
        ]
        assert failures.of_address == [LATER - FAILS_WITHIN, NOON + timedelta(minutes=1)]
        tx.sessions.succeeded(last)
        failures = tx.sessions.failures("root", "10.0.0.1", NOON + timedelta(minutes=10))
        assert failures.of_login == [], "a success forgets what was before it"
        assert failures.of_address == [NOON + timedelta(minutes=1)], "but not what an address did"
        assert tx.sessions.failures("root", "10.0.0.1", LATER).of_address == []


def test_a_new_password_forgives(books: Books) -> None:
    with books.write() as tx:
        tx.sessions.attempt("root", "10.0.0.1", NOON)
        tx.sessions.attempt("anna", "10.0.0.1", NOON)
        tx.sessions.forgive("root")
        assert tx.sessions.failures("root", "10.0.0.9", NOON).of_login == []
        assert tx.sessions.failures("anna", "10.0.0.9", NOON).of_login == [NOON]


def test_what_was_typed_as_a_login_is_not_kept(books: Books) -> None:
    with books.write() as tx:
        tx.sessions.attempt("my-password-by-mistake", "10.0.0.1", NOON)
        rows = tx.connection.exec_driver_sql("SELECT * FROM sign_in_attempt").all()
    assert "my-password-by-mistake" not in str(rows)


@pytest.mark.integration
def test_no_number_of_browsers_at_once_gets_more_tries(books: Books) -> None:
    def attempt(number: int) -> bool:
        def work(tx: Transaction) -> bool:
            if wait_before_sign_in(tx.sessions.failures("root", f"10.0.0.{number}", NOON), NOON):
                return False
            tx.sessions.attempt("root", f"10.0.0.{number}", NOON)
            return True

        return books.attempt(work)

    with ThreadPoolExecutor(8) as threads:
        assert sum(threads.map(attempt, range(16))) == FAILS_OF_LOGIN
