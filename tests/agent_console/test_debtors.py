"""Debtors on the screen: found, explained, and hidden from operators of other portfolios."""

from __future__ import annotations

import pytest
from sqlalchemy import update

from domain.portfolio import Portfolio
from domain.user import Language, Role
from ledger.search import DEBTOR
from tests.agent_console.stage import MONDAY, Console
from tests.ledger.rows import BASIS, add_campaign, add_debtor

pytestmark = pytest.mark.integration


@pytest.fixture
def portfolio(console: Console) -> Portfolio:
    """A portfolio with one debtor, whose key is A1 and id 1."""
    with console.books.write() as tx:
        made = tx.portfolios.put("water", creditor="Водоканал", contact_phone="", basis=BASIS)
        add_debtor(tx, made.id, "A1")
        tx.connection.execute(update(DEBTOR).values(name="<b>Иванов</b> Иван"))
    return made


async def test_found_by_the_beginning_of_the_name_and_shown_as_text(
    console: Console, portfolio: Portfolio
) -> None:
    console.user("anna", Role.SUPERVISOR)
    async with console.signed_in("anna") as anna:
        found = (await anna.get("/debtors", params={"q": "<b>Иван"})).text
        assert "/debtors/1" in found
        assert "&lt;b&gt;Иванов" in found
        assert "Nobody was found" in (await anna.get("/debtors", params={"q": "Петров"})).text


async def test_why_he_is_not_called_is_said_even_where_nobody_works_him(
    console: Console, portfolio: Portfolio
) -> None:
    console.user("anna", Role.SUPERVISOR)
    async with console.signed_in("anna") as anna:
        shown = (await anna.get("/debtors/1")).text
        assert "A1" in shown
        assert (await anna.get("/debtors/1", params={"at": "yesterday"})).status_code == 200
        assert (await anna.get("/debtors/99")).status_code == 422
        assert (await anna.get("/debtors/x")).status_code == 404
    with console.books.read() as tx:
        seen = [entry for entry in tx.audit_log.page() if entry.action == "card viewed"]
    assert seen[0].subject
    assert seen[0].subject.id == "A1"


STRATEGY = """\
name: spring
regime: ru-230fz-agency
segments:
  - {id: rich, when: {sum: {at_least: 1000000}}, steps: [{id: inform, ivr: debt_informer}]}
  - {id: all, steps: [{id: inform, ivr: debt_informer}]}
"""


async def test_why_is_told_in_the_language_of_the_visitor(console: Console, portfolio: Portfolio) -> None:
    console.user("vera", Role.SUPERVISOR, language=Language.RU)
    async with console.signed_in("vera") as vera:
        nobody = (await vera.get("/debtors/1")).text
        assert "с портфелем должника &#39;A1&#39; не работает ни одна" in nobody
        with console.books.write() as tx:
            add_campaign(tx, portfolio.id, body=STRATEGY)
            add_debtor(tx, portfolio.id, "A2", "+79161234567")
        shown = (await vera.get("/debtors/2")).text
    assert "sum не меньше 1000000 руб. (сейчас: " in shown, "why the first segment does not take him"
    assert "сегмент all, шаг inform" in shown
    assert "телефон, на который можно звонить" in shown


async def test_an_operator_sees_his_portfolios_only_and_no_sums(
    console: Console, portfolio: Portfolio
) -> None:
    console.user("olga", Role.OPERATOR)
    console.user("vera", Role.OPERATOR, portfolios=("water",))
    async with console.signed_in("olga") as olga, console.signed_in("vera") as vera:
        assert "Nobody was found" in (await olga.get("/debtors", params={"q": "A1"})).text
        assert (await olga.get("/debtors/1")).status_code == 403
        assert "/debtors/1" in (await vera.get("/debtors", params={"q": "A1"})).text
        shown = (await vera.get("/debtors/1")).text
        assert "•••" in shown
    with console.books.read() as tx:
        refused = [entry for entry in tx.audit_log.page() if entry.action == "page refused"]
    assert [entry.login for entry in refused] == ["olga"]
    assert refused[0].at >= MONDAY
