"""Payment links on real books: what the page shows, what its buttons do, and what a stranger sees: nothing."""

from __future__ import annotations

from datetime import timedelta

import pytest

from dialer.handlers.payment_link import ask_call_back, new_link, open_link, say_paid
from domain.callback import CallbackState
from domain.campaign import Why
from domain.debtor import PAYMENT_KNOWN_AFTER, Debtor
from domain.payment_link import LASTS, Payee
from domain.touch import TouchId
from ledger.books import Books
from tests.dialer.work import Desk
from tests.ledger.rows import NOON

pytestmark = pytest.mark.unit

PHONE = "+79160000001"
PAYEE = Payee(
    "Тепловые сети", "40702810400000000001", "ПАО Банк", "044525225", url="https://pay.example/{account}"
)
PAYEES = {"heat": PAYEE}
SECOND = timedelta(seconds=1)


@pytest.fixture
def desk(books: Books) -> Desk:
    return Desk(books)


@pytest.fixture
def debtor(desk: Desk) -> Debtor:
    return desk.add("A", PHONE, roubles=1234)


@pytest.fixture
def token(books: Books, desk: Desk, debtor: Debtor) -> str:
    """A link that came with a message whose touch is in the log."""
    (reserved,) = desk.reserve().reserved
    link = new_link(debtor.id, reserved.request.id, NOON)
    with books.write() as tx:
        tx.payment_links.add([link])
    return link.token


def inbound(books: Books) -> list[str]:
    """Why each inbound touch was logged."""
    with books.read() as tx:
        rows = tx.connection.exec_driver_sql(
            "SELECT why FROM touch WHERE direction = 'in' AND outcome = 'msg_delivered' ORDER BY id"
        )
        return [row.why for row in rows]


def test_the_page_tells_sum_account_and_ways_and_nobodys_name(
    books: Books, desk: Desk, debtor: Debtor, token: str
) -> None:
    with books.write() as tx:
        page = open_link(tx, token, PAYEES, desk.new_id, NOON + SECOND)
    assert page
    (due,) = page.accounts
    assert (page.creditor, page.contact_phone, page.kopecks) == ("Тепловые сети", "+78000000000", 123_400)
    assert (due.account, due.url) == (debtor.debts[0].account, f"https://pay.example/{due.account}")
    assert due.qr.startswith("<svg")
    assert PHONE not in repr(page)


def test_it_is_logged_as_his_touch_the_first_time(books: Books, desk: Desk, token: str) -> None:
    for _ in range(2):
        with books.write() as tx:
            assert open_link(tx, token, PAYEES, desk.new_id, NOON + SECOND)
    assert inbound(books) == ["opened the payment link"]


def test_without_a_payee_the_page_still_tells_the_sum(books: Books, desk: Desk, token: str) -> None:
    with books.write() as tx:
        page = open_link(tx, token, {}, desk.new_id, NOON + SECOND)
    assert page
    assert [(due.qr, due.url) for due in page.accounts] == [("", "")]


@pytest.mark.parametrize("later", [LASTS, LASTS + SECOND])
def test_an_expired_link_is_none(books: Books, desk: Desk, token: str, later: timedelta) -> None:
    with books.write() as tx:
        assert open_link(tx, token, PAYEES, desk.new_id, NOON + later) is None
        assert not say_paid(tx, token, desk.new_id, NOON + later)
        assert not ask_call_back(tx, token, desk.new_id, NOON + later)
    assert inbound(books) == []


@pytest.mark.parametrize("wrong", ["", "x", "' OR 1=1 --", "0" * 500])
def test_a_stranger_sees_nothing(books: Books, desk: Desk, token: str, wrong: str) -> None:
    with books.write() as tx:
        assert open_link(tx, wrong, PAYEES, desk.new_id, NOON) is None
    assert inbound(books) == []


def test_tokens_are_long_and_never_the_same(debtor: Debtor) -> None:
    tokens = {new_link(debtor.id, TouchId("0" * 32), NOON).token for _ in range(1_000)}
    assert len(tokens) == 1_000
    assert {len(token) for token in tokens} == {16}


def test_who_says_that_he_has_paid_is_left_alone_until_it_can_be_known(
    books: Books, desk: Desk, token: str, debtor: Debtor
) -> None:
    other = desk.add("B", "+79160000002")
    with books.write() as tx:
        link = new_link(other.id, TouchId("e" * 32), NOON)
        tx.payment_links.add([link])
        assert say_paid(tx, link.token, desk.new_id, NOON)
    plan = desk.plan(other)
    assert (plan.due_at, plan.why) == (NOON + PAYMENT_KNOWN_AFTER, Why.ANSWERED)
    with books.write() as tx:
        assert say_paid(tx, link.token, desk.new_id, NOON + SECOND)
    assert inbound(books) == ["says on the payment page that he has paid"]


def test_his_word_alone_is_taken_once(books: Books, desk: Desk, token: str) -> None:
    other = desk.add("B", "+79160000002")
    with books.write() as tx:
        link = new_link(other.id, TouchId("e" * 32), NOON)
        tx.payment_links.add([link])
        assert say_paid(tx, link.token, desk.new_id, NOON)
        assert say_paid(tx, link.token, desk.new_id, NOON + PAYMENT_KNOWN_AFTER)
    assert desk.plan(other).due_at == NOON + PAYMENT_KNOWN_AFTER
    assert inbound(books) == ["says on the payment page that he has paid"] * 2


def test_a_touch_that_is_open_keeps_its_plan(books: Books, desk: Desk, token: str, debtor: Debtor) -> None:
    before = desk.plan(debtor)
    with books.write() as tx:
        assert say_paid(tx, token, desk.new_id, NOON)
    assert desk.plan(debtor) == before


def test_who_asks_for_a_call_is_owed_one(books: Books, desk: Desk, token: str, debtor: Debtor) -> None:
    with books.write() as tx:
        assert ask_call_back(tx, token, desk.new_id, NOON)
        assert ask_call_back(tx, token, desk.new_id, NOON + SECOND)
        assert tx.call_backs.counts() == {CallbackState.OWED: 1}
        (owed,) = tx.call_backs.due(NOON + timedelta(hours=1), 10)
    assert (owed.debtor_id, owed.phone) == (debtor.id, PHONE)
    assert inbound(books) == ["asks on the payment page for a call"], "who presses twice asks once"
