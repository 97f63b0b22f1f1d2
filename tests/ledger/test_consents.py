"""Consents in the books: put once, ended and never deleted, and judged by a reserve beside the blocks."""

from __future__ import annotations

from dataclasses import replace
from datetime import time, timedelta

import pytest

from domain.block import Consent
from domain.debtor import Debtor
from domain.intensity import Allowed, Refused
from domain.portfolio import Portfolio
from domain.rules import RuleSet
from domain.touch import Channel
from domain.window import Hours
from ledger.blocks import Put
from ledger.books import Books
from tests.ledger.rows import BASIS, CALLS, NOON, ONE_LIVE_A_DAY, add_debtor, request, rules_of

pytestmark = pytest.mark.unit

PHONE, OTHER = "+79160000001", "+79160000002"
EVENINGS = Consent(
    channels=frozenset({Channel.VOICE_MSG, Channel.SMS}),
    start=NOON - timedelta(days=1),
    end=NOON + timedelta(days=30),
    slot=(Hours(time(8), time(9, 30)), Hours(time(18), time(20))),
    document="letter 7",
)
WAIVER = Consent(CALLS, NOON - timedelta(days=1), waives=frozenset({"live-per-day"}), document="letter 8")
WAIVABLE = rules_of(replace(ONE_LIVE_A_DAY, waivable=True))


@pytest.fixture
def debtor(books: Books, portfolio: Portfolio) -> Debtor:
    with books.write() as tx:
        return add_debtor(tx, portfolio.id, "A", PHONE, OTHER)


@pytest.fixture
def neighbour(books: Books, portfolio: Portfolio) -> Debtor:
    with books.write() as tx:
        return add_debtor(tx, portfolio.id, "B", PHONE)


def put(books: Books, consent: Consent, of: Debtor) -> Put:
    with books.write() as tx:
        return tx.consents.put(consent, debtor_id=of.id, author="an operator")


def consents_of(books: Books, debtor: Debtor) -> tuple[Consent, ...]:
    with books.read() as tx:
        return tx.consents.of([debtor.id]).get(debtor.id, ())


def reserve(
    books: Books, debtor: Debtor, id: str, rules: RuleSet = WAIVABLE, phone: str = ""
) -> Allowed | Refused:
    with books.write() as tx:
        (verdict,) = tx.touches.reserve([request(debtor, id, phone=phone)], rules, BASIS, NOON)
    return verdict


def test_consents_come_back_whole_and_in_order(books: Books, debtor: Debtor, neighbour: Debtor) -> None:
    of_phone = replace(WAIVER, waives=frozenset(), phone=PHONE)
    several = replace(WAIVER, waives=frozenset({"a", "b"}))
    for consent in (EVENINGS, WAIVER, of_phone, several):
        assert put(books, consent, debtor) is Put.ADDED
    assert consents_of(books, debtor) == (EVENINGS, WAIVER, of_phone, several)
    assert consents_of(books, neighbour) == ()


def test_the_same_again_only_moves_its_end(books: Books, debtor: Debtor, neighbour: Debtor) -> None:
    put(books, EVENINGS, debtor)
    assert put(books, EVENINGS, debtor) is Put.UNCHANGED
    assert put(books, replace(EVENINGS, end=None), debtor) is Put.CHANGED
    assert consents_of(books, debtor) == (replace(EVENINGS, end=None),)
    assert put(books, EVENINGS, neighbour) is Put.ADDED


def test_ending_keeps_it_in_the_books(books: Books, debtor: Debtor, neighbour: Debtor) -> None:
    past = replace(EVENINGS, start=NOON - timedelta(days=9), end=NOON - timedelta(days=8))
    for consent in (past, EVENINGS, WAIVER):
        put(books, consent, debtor)
    put(books, EVENINGS, neighbour)
    with books.write() as tx:
        assert tx.consents.end(debtor.id, "letter 7", NOON) == 1
        assert tx.consents.end(debtor.id, "letter 7", NOON) == 0
    assert consents_of(books, debtor) == (past, replace(EVENINGS, end=NOON), WAIVER)
    assert consents_of(books, neighbour) == (EVENINGS,)


def test_a_reserve_keeps_to_the_slot(books: Books, debtor: Debtor, neighbour: Debtor) -> None:
    put(books, EVENINGS, debtor)
    verdict = reserve(books, debtor, "t1")
    assert verdict == Refused(("chosen-slot",), NOON.replace(hour=15), (("chosen-slot", "letter 7"),))
    assert reserve(books, neighbour, "t2") == Allowed()


def test_a_reserve_sets_aside_what_is_waived(books: Books, debtor: Debtor, neighbour: Debtor) -> None:
    put(books, WAIVER, debtor)
    for who, id in ((debtor, "t1"), (neighbour, "t2")):
        assert reserve(books, who, id) == Allowed()
    assert reserve(books, debtor, "t3") == Allowed()
    assert isinstance(reserve(books, neighbour, "t4"), Refused)
    assert isinstance(reserve(books, debtor, "t5", rules_of(ONE_LIVE_A_DAY)), Refused)


def test_a_consent_for_one_phone_sets_nothing_aside_on_another(books: Books, debtor: Debtor) -> None:
    put(books, replace(WAIVER, phone=PHONE), debtor)
    assert reserve(books, debtor, "t1") == Allowed()
    assert isinstance(reserve(books, debtor, "t2", phone=OTHER), Refused)
    assert reserve(books, debtor, "t3", phone=PHONE) == Allowed()
