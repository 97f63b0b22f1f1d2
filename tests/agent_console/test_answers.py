"""Answers to replies from the inbox: what one sees while writing, and what becomes of it."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from agent_console.app import create_app
from agent_console.services import Services
from dialer.settings import Settings
from domain.audit import AuditAction
from domain.debtor import Debtor
from domain.message import MessageState
from domain.operator_events import OperatorId
from domain.reply import Meaning, Reply, ReplyState
from domain.touch import Channel, TouchId
from domain.user import Role
from ledger.books import Books
from ledger.messages import Message
from tests.agent_console.stage import MONDAY, Console
from tests.dialer.messages.post import SMSC
from tests.ledger.rows import BASIS, CALLER, add_campaign, add_debtor

pytestmark = pytest.mark.integration

PHONE, OTHERS = "+79160000001", "+79160000002"
CAME = TouchId("01a200bb715f72ddb91035d900000001")
BODY = "name: test\nregime: ru-230fz-agency\nsegments:\n- {id: all, stop: nobody}\n"


@pytest.fixture
def console(console: Console) -> Console:
    """One whose house sends SMS; its Redis is away."""
    settings = Settings.model_validate(
        console.settings.model_dump() | {"providers": [SMSC], "redis_url": "redis://127.0.0.1:1/0"}
    )
    services = Services(settings, console.books, console.app.state.services.redis, console.clock)
    return replace(console, settings=settings, app=create_app(services))


@pytest.fixture
def debtor(console: Console) -> Debtor:
    """Owes 1000 roubles in the portfolio heat, which a campaign works."""
    with console.books.write() as tx:
        tx.numbers.put(CALLER)
        portfolio = tx.portfolios.put("heat", creditor="Heat", contact_phone="+78000000000", basis=BASIS)
        add_campaign(tx, portfolio.id, body=BODY)
        return add_debtor(tx, portfolio.id, "A1", PHONE)


def replied(books: Books, debtor: Debtor | None, text: str = "Сколько я должен? <b>", ref: str = "1") -> int:
    """He has answered a message; the reply's number."""
    with books.write() as tx:
        came = Reply("smsc", ref, PHONE, text, MONDAY, Channel.SMS)
        whose = debtor.id if debtor else None
        tx.replies.add(came, CAME, Meaning.QUESTION, ReplyState.NEW, debtor_id=whose, answers=None)
        return tx.replies.new(10)[-1].id


def user(console: Console, login: str, role: Role = Role.OPERATOR) -> OperatorId | None:
    portfolios = ("heat",) if login == "anna" else ()
    return console.user(login, role, portfolios=portfolios).operator


def sent(books: Books) -> list[Message]:
    """The messages that wait for a post room."""
    with books.read() as tx:
        return tx.messages.of_campaign(None)


@pytest.mark.parametrize(("login", "role"), [("anna", Role.OPERATOR), ("vera", Role.SUPERVISOR)])
async def test_a_reply_is_answered(console: Console, debtor: Debtor, login: str, role: Role) -> None:
    user(console, login, role)
    id = replied(console.books, debtor)
    async with console.signed_in(login) as client:
        assert f'href="/inbox/{id}/answer"' in (await client.get("/inbox")).text
        form = (await client.get(f"/inbox/{id}/answer")).text
        assert "autofocus" in form
        assert form.count('name="use"') == 4
        assert "He will read" not in form
        taken = (await client.post(f"/inbox/{id}/answer/check", data={"text": "", "use": "answer_link"})).text
        assert "{link}" in taken
        ahead = (await client.post(f"/inbox/{id}/answer/check", data={"text": "Да <i>"})).text
        assert "Heat: Да &lt;i&gt; +78000000000" in ahead
        assert "(1 SMS)" in ahead
        answer = await client.post(f"/inbox/{id}/answer", data={"text": "Да <i>"})
        assert answer.status_code == 200
        assert "Nobody waits for an answer" in answer.text
        assert "on its way" in answer.headers["HX-Trigger-After-Swap"]
    (message,) = sent(console.books)
    assert (message.kind, message.phone, message.text) == ("sms", PHONE, "Heat: Да <i> +78000000000")
    assert (message.state, message.debtor_id) == (MessageState.WAITING, debtor.id)
    with console.books.read() as tx:
        (kept,) = tx.replies.of_debtor(debtor.id, 10)
        why = tx.connection.exec_driver_sql(f"SELECT why FROM touch WHERE id = '{message.touch_id}'").scalar()
    assert (kept.state, kept.note) == (ReplyState.DONE, "→ Heat: Да <i> +78000000000")
    assert why == f"{login} answers a reply"


async def test_the_rules_may_refuse_it_and_nothing_that_was_typed_is_lost(
    console: Console, debtor: Debtor
) -> None:
    user(console, "anna")
    id = replied(console.books, debtor)
    console.clock.goes_on(timedelta(hours=11))  # 23:00 in Moscow
    async with console.signed_in("anna") as client:
        form = (await client.get(f"/inbox/{id}/answer")).text
        assert "The rules do not allow a message now: " in form
        assert "they do from " in form
        assert "disabled" in form
        answer = await client.post(f"/inbox/{id}/answer", data={"text": "Да, платите"})
        assert answer.status_code == 422
        assert "The rules do not allow a message now: " in answer.text
        assert "Да, платите</textarea>" in answer.text
    assert sent(console.books) == []
    with console.books.read() as tx:
        assert [one.id for one in tx.replies.new(10)] == [id]


async def test_two_who_answer_at_once_send_one_message(console: Console, debtor: Debtor) -> None:
    user(console, "anna")
    id = replied(console.books, debtor)
    async with console.signed_in("anna") as client:
        assert (await client.post(f"/inbox/{id}/answer", data={"text": "Да"})).status_code == 200
        for path in (f"/inbox/{id}/answer", f"/inbox/{id}/answer/check"):
            again = await client.post(path, data={"text": "Нет"})
            assert "Somebody has dealt with it already" in again.text
        assert "already" in (await client.get(f"/inbox/{id}/answer")).text
    assert len(sent(console.books)) == 1


async def test_what_is_wrong_is_told_beside_the_text(console: Console, debtor: Debtor) -> None:
    user(console, "anna")
    id, stranger = replied(console.books, debtor), replied(console.books, None, ref="2")
    wrong = {
        "": "Write what he shall read",
        "x" * 5_000: "Longer than 1000 letters",
        "{sum}": "There is no variable {sum}",
        "я" * 400: "It fills 7 SMS, 4 may be sent",
        "<script>alert(1)</script>{sum}": "There is no variable {sum}",
    }
    async with console.signed_in("anna") as client:
        for text, fault in wrong.items():
            answer = await client.post(f"/inbox/{id}/answer", data={"text": text})
            assert (answer.status_code, fault in answer.text) == (422, True), text[:20]
            assert 'aria-invalid="true"' in answer.text
            assert "<script>alert" not in answer.text
        assert "Nobody is known who could be answered" in (await client.get(f"/inbox/{stranger}/answer")).text
        for path in ("/inbox/0/answer", "/inbox/9999999999/answer", "/inbox/x/answer"):
            assert (await client.get(path)).status_code in {404, 422}, path
    assert sent(console.books) == []


async def test_others_replies_are_refused_and_that_is_logged(console: Console, debtor: Debtor) -> None:
    user(console, "boris")
    id = replied(console.books, debtor)
    async with console.signed_in("boris") as client:
        assert (await client.get(f"/inbox/{id}/answer")).status_code == 403
        for path in (f"/inbox/{id}/answer", f"/inbox/{id}/answer/check"):
            assert (await client.post(path, data={"text": "Да"})).status_code == 403
    assert sent(console.books) == []
    with console.books.read() as tx:
        refused = [one for one in tx.audit_log.page() if one.action == AuditAction.PAGE_REFUSED]
    assert len(refused) == 3
