"""Users in the books: who may sign in, as what, and where he may search."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import pytest

from dialer.handlers.users import change_role, remove_user
from domain.errors import InputError
from domain.portfolio import Portfolio
from domain.user import COMMAND_LINE, Language, Role, User
from ledger.books import Books, Transaction
from tests.ledger.rows import NOON

pytestmark = pytest.mark.unit


def anna(tx: Transaction, *portfolios: int) -> User:
    operator = tx.operators.add("anna", "Анна", [], "secret", 30)
    return tx.users.add("anna", "Анна", Role.OPERATOR, "hash-a", operator=operator.id, portfolios=portfolios)


def test_who_is_added_is_there(books: Books, portfolio: Portfolio) -> None:
    with books.write() as tx:
        added = anna(tx, portfolio.id)
        root = tx.users.add("root", "", Role.ADMINISTRATOR, "hash-r", language=Language.EN)
    with books.read() as tx:
        assert tx.users.all() == [added, root]
        assert tx.users.find("anna") == tx.users.get(added.id) == added
    assert (added.language, added.portfolios) == (Language.RU, frozenset({portfolio.id}))
    assert (added.may_search(portfolio.id), added.may_search(0), root.may_search(0)) == (True, False, True)


def test_a_login_and_a_desk_are_one_users(books: Books) -> None:
    with books.write() as tx:
        added = anna(tx)
        with pytest.raises(InputError, match="user 'anna' exists already"):
            tx.users.add("anna", "", Role.SUPERVISOR, "hash")
        with pytest.raises(InputError, match="user 'anna' has this operator's desk"):
            tx.users.add("boris", "", Role.OPERATOR, "hash", operator=added.operator)


def test_who_is_removed_keeps_his_id_and_may_come_back(books: Books, portfolio: Portfolio) -> None:
    with books.write() as tx:
        added = anna(tx, portfolio.id)
        tx.users.remove(added.id)
        assert (tx.users.all(), tx.users.credentials("anna")) == ([], None)
        assert tx.users.get(added.id).login == "anna"
        assert tx.users.id_of("anna") == added.id
        with pytest.raises(InputError, match="there is no user 'anna'"):
            tx.users.find("anna")
        tx.users.add("boris", "", Role.OPERATOR, "hash", operator=added.operator)
        back = tx.users.add("anna", "Анна", Role.SUPERVISOR, "hash-new")
        assert (back.id, back.role, back.portfolios) == (added.id, Role.SUPERVISOR, frozenset())


def test_what_changes(books: Books, portfolio: Portfolio) -> None:
    with books.write() as tx:
        id = anna(tx).id
        tx.users.set_password(id, "hash-b", must_change=True)
        assert tx.users.set_language(id, Language.EN).language is Language.EN
        assert tx.users.set_portfolios(id, [portfolio.id, portfolio.id]).portfolios == {portfolio.id}
        assert tx.users.set_role(id, Role.SUPERVISOR).operator is None
        known = tx.users.credentials("anna")
        assert known is not None
        assert (known.password, known.user.must_change_password) == ("hash-b", True)


@pytest.mark.integration
def test_of_two_administrators_who_remove_each_other_one_stays(books: Books) -> None:
    with books.write() as tx:
        pair = [tx.users.add(login, "", Role.ADMINISTRATOR, "hash") for login in ("one", "two")]

    def go(user: User) -> str:
        try:
            books.attempt(lambda tx: remove_user(tx, user, by=COMMAND_LINE, now=NOON))
        except InputError as refused:
            return refused.where
        return "gone"

    with ThreadPoolExecutor(2) as threads:
        assert sorted(threads.map(go, pair)) == ["gone", "role"]
    with books.write() as tx:
        (last,) = tx.users.all()
        with pytest.raises(InputError, match="is the last administrator"):
            change_role(tx, last, Role.SUPERVISOR, by=COMMAND_LINE, now=NOON)
