"""Account look-up: what a script is told about the number that a caller gave."""

from __future__ import annotations

from dataclasses import replace
from functools import partial
from types import SimpleNamespace
from typing import Any, cast

import pytest

from dialer.campaign_loop import Tools
from dialer.inbound.accounts import Accounts
from dialer.ledger_thread import LedgerThread
from dialer.running import Running
from dialer.scripts import ScriptBook
from domain.call import Call, advance
from domain.call_events import AnswerGiven
from domain.campaign import Plan
from domain.debtor import Debtor
from domain.errors import InputError, LinkDown
from domain.portfolio import Portfolio
from domain.touch import TouchId
from ledger.books import Books
from tests.ledger.rows import NOON, add_debtor
from tests.polling import until

pytestmark = pytest.mark.integration

T = TouchId("0199d3c27a1b7cde8f00000000000001")


class Book:
    """Stands for the scripts of a campaign; debtors with a key that ends in X cannot be spoken of."""

    def __init__(self, portfolio: Portfolio) -> None:
        self.portfolio = portfolio

    def found(self, debtor: Debtor, today: object) -> dict[str, str]:
        if debtor.external_id.endswith("X"):
            raise InputError("the call has no value for it", where="variable 'debt'")
        return {"DZ_DEBT": f"clips of {debtor.external_id}"}


class Scene:
    """A switchboard with one call, and what its node was told."""

    def __init__(self, books: Books, portfolio: Portfolio) -> None:
        self.said: list[tuple[str, str, str]] = []
        self.down = False
        self.began_with: ScriptBook | None = None
        self.board = SimpleNamespace(
            followers=[], nodes={"n1": SimpleNamespace(link=SimpleNamespace(action=self.action))}
        )
        self.ledger, clock = LedgerThread(), SimpleNamespace(now=lambda: NOON)
        tools = SimpleNamespace(books=books, ledger=self.ledger, switchboard=self.board, clock=clock)
        self.accounts = Accounts(cast(Tools, tools))
        self.accounts.books.append(lambda _: cast(ScriptBook, Book(portfolio)))

    async def action(self, name: str, headers: dict[str, str]) -> None:
        assert name == "Setvar"
        if self.down:
            raise LinkDown("the node is gone")
        self.said.append((headers["Channel"], headers["Variable"], headers["Value"]))

    async def given(self, *accounts: str) -> list[tuple[str, str]]:
        """What the dialplan is told when a caller gives these, one after the other."""
        call = Call(T)
        for nth, account in enumerate(accounts, 1):
            call = self._gives(call, account)
            await until(partial(self._answered, nth))
        return [(name, value) for _, name, value in self.said]

    def _gives(self, call: Call, account: str) -> Call:
        after = advance(call, AnswerGiven(T, NOON, "ask", "account", account))
        running = Running(after, Plan(1, NOON), "+79", 1, "n1", 0.0, scripts=self.began_with)
        for follow in self.board.followers:
            follow(call, running)
        return after

    def _answered(self, times: int) -> bool:
        return self.down or sum(name == "DZ_FOUND" for _, name, _ in self.said) == times


@pytest.fixture
def portfolio(books: Books) -> Portfolio:
    with books.write() as tx:
        return tx.portfolios.put("heat", creditor="Энергосбыт", contact_phone="+78005553535", basis=None)


@pytest.fixture
def scene(books: Books, portfolio: Portfolio) -> Any:
    """Debtors A and BX of the portfolio: an account each."""
    with books.write() as tx:
        for key in ("A", "BX"):
            add_debtor(tx, portfolio.id, key, "+79160000001")
    one = Scene(books, portfolio)
    yield one
    one.ledger.close()


async def account_of(books: Books, key: str, portfolio: Portfolio) -> str:
    with books.read() as tx:
        id = tx.cards.keyed(key, portfolio.id).debtor_id
        return tx.debtors.load([id])[id].debts[0].account


async def test_the_variables_come_before_the_word_that_they_are_there(
    scene: Scene, books: Books, portfolio: Portfolio
) -> None:
    found: list[str] = []
    scene.accounts.listeners.append(lambda _, debtor: found.append(debtor.external_id))
    account = await account_of(books, "A", portfolio)
    assert await scene.given("999999999", account) == [
        ("DZ_FOUND", "no"),
        ("DZ_DEBT", "clips of A"),
        ("DZ_FOUND", "yes"),
    ]
    assert found == ["A"]
    assert {channel for channel, _, _ in scene.said} == {T}


class Older(Book):
    """The scripts that the call began with, before others were published."""

    def found(self, debtor: Debtor, today: object) -> dict[str, str]:
        return {"DZ_SUM": f"older clips of {debtor.external_id}"}


async def test_a_call_is_told_what_the_scripts_wait_for_that_it_began_with(
    scene: Scene, books: Books, portfolio: Portfolio
) -> None:
    scene.began_with = cast(ScriptBook, Older(portfolio))
    account = await account_of(books, "A", portfolio)
    assert await scene.given(account) == [("DZ_SUM", "older clips of A"), ("DZ_FOUND", "yes")]


async def test_who_cannot_be_spoken_of_is_not_found(scene: Scene, books: Books, portfolio: Portfolio) -> None:
    assert await scene.given(await account_of(books, "BX", portfolio)) == [("DZ_FOUND", "no")]


async def test_another_portfolio_s_account_is_not_told(
    scene: Scene, books: Books, portfolio: Portfolio
) -> None:
    scene.accounts.books.insert(0, lambda _: cast(ScriptBook, Book(replace(portfolio, id=portfolio.id + 1))))
    assert await scene.given(await account_of(books, "A", portfolio)) == [("DZ_FOUND", "no")]


async def test_a_node_that_is_gone_is_told_nothing(scene: Scene) -> None:
    scene.down = True
    assert await scene.given("999999999") == []
