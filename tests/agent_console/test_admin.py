"""The administrator's pages: users, tokens, and who did what."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest

from agent_console.named import NAMES
from domain.audit import AuditAction, Subject
from domain.user import COMMAND_LINE, Role, TokenScope
from tests.agent_console.stage import Console, sign_in

pytestmark = pytest.mark.unit


def shown_secret(text: str) -> str:
    found = re.search(r'<code class="mono secret">([^<]+)</code>', text)
    assert found, text
    return found[1]


async def test_a_new_user_gets_a_password_that_is_shown_once(console: Console) -> None:
    console.user("root")
    with console.books.write() as tx:
        tx.operators.add("anna", "Anna", [], "secret", 30)
        tx.portfolios.put("heat", creditor="Heat", contact_phone="", basis=None)
    async with console.signed_in("root") as client, console.browser() as other:
        form = {
            "login": "anna",
            "name": "Anna <b>",
            "role": "operator",
            "portfolios": ["heat"],
            "language": "en",
        }
        made = await client.post("/users", data=form)
        assert made.status_code == 200
        assert "Anna &lt;b&gt;" in made.text
        password = shown_secret(made.text)
        assert password not in (await client.get("/users/anna")).text
        assert (await sign_in(other, "anna", password)).status_code == 303
        assert (await other.get("/knowledge")).headers["location"] == "/password"
        assert "1 portfolio" in (await client.get("/users")).text
        assert "10.0.0.1" in (await client.get("/users/anna")).text, "where she is signed in"


@pytest.mark.parametrize(
    ("form", "told"),
    [
        ({"login": "", "role": "supervisor"}, "Fill this in"),
        ({"login": "Анна", "role": "supervisor"}, "This is not written as it must be"),
        ({"login": "x" * 33, "role": "supervisor"}, "This is not written as it must be"),
        ({"login": "root", "role": "supervisor"}, "Somebody has this login already"),
        ({"login": "boss", "role": "king"}, "Choose one from the list"),
        ({"login": "boss", "role": "supervisor", "name": "x" * 101}, "at most 100 characters"),
        (
            {"login": "boss", "role": "supervisor", "portfolios": ["heat"]},
            "Only operators are bound to portfolios",
        ),
        ({"login": "boss", "role": "operator"}, "Choose an operator whose desk nobody has"),
        (
            {"login": "boss", "role": "operator", "operator": "anna"},
            "Choose an operator whose desk nobody has",
        ),
    ],
)
async def test_what_is_wrong_is_told_beside_the_field(
    console: Console, form: dict[str, str], told: str
) -> None:
    console.user("root")
    console.user("anna", Role.OPERATOR)
    with console.books.write() as tx:
        tx.portfolios.put("heat", creditor="Heat", contact_phone="", basis=None)
    async with console.signed_in("root") as client:
        answer = await client.post("/users", data=form)
        assert answer.status_code == 422
        assert told in answer.text
    with console.books.read() as tx:
        assert [one.login for one in tx.users.all()] == ["anna", "root"], "nothing is half saved"


async def test_role_portfolios_password_and_removal(console: Console) -> None:
    console.user("root")
    console.user("anna", Role.OPERATOR)
    with console.books.write() as tx:
        heat = tx.portfolios.put("heat", creditor="Heat", contact_phone="", basis=None)
    async with console.signed_in("root") as client, console.signed_in("anna") as hers:
        assert (await client.post("/users/anna/portfolios", data={"portfolios": "heat"})).status_code == 303
        with console.books.read() as tx:
            assert tx.users.find("anna").may_search(heat.id)
        assert (await client.post("/users/anna/portfolios")).status_code == 303
        assert (await client.post("/users/anna/role", data={"role": "supervisor"})).status_code == 303
        assert (await hers.get("/knowledge")).status_code == 303, "she has to sign in anew"
        assert shown_secret((await client.post("/users/anna/password")).text)
        assert (await client.post("/users/anna/remove")).headers["location"] == "/users"
        assert (await client.get("/users/anna")).status_code == 422
        for address, data in (("/users/root/remove", {}), ("/users/root/role", {"role": "supervisor"})):
            answer = await client.post(address, data=data)
            assert answer.status_code == 422
            assert "the last administrator" in answer.text


async def test_a_token_is_given_out_and_revoked(console: Console) -> None:
    console.user("root")
    async with console.signed_in("root") as client:
        form = {"name": "CRM", "scopes": ["debtors:read", "payments:write"], "expires": "2026-04-01"}
        secret = shown_secret((await client.post("/tokens", data=form)).text)
        assert secret.startswith("dozvon_")
        listed = (await client.get("/tokens")).text
        assert "bring payments in" in listed
        assert secret not in listed
        for wrong, told in (
            ({"scopes": "debtors:read"}, "Fill this in"),
            ({"name": "x"}, "Choose at least 1"),
            ({"name": "x", "scopes": "all"}, "Choose one from the list"),
            (form | {"expires": "2026-03-01"}, "A day in the future is needed"),
            (form | {"expires": "31.02.2027"}, "A date like 2026-03-10 is needed"),
        ):
            answer = await client.post("/tokens", data=wrong)
            assert (answer.status_code, told in answer.text) == (422, True), wrong
        assert (await client.post("/tokens/1/revoke")).status_code == 303
        assert "revoked" in (await client.get("/tokens")).text
        assert (await client.post("/tokens/2/revoke")).status_code == 422
    with console.books.read() as tx:
        (token,) = tx.api_tokens.all()
    assert token.scopes == {TokenScope.DEBTORS_READ, TokenScope.PAYMENTS_WRITE}
    assert token.revoked_at is not None


async def test_the_audit_log_is_searched_and_paged(console: Console) -> None:
    root = console.user("root")
    with console.books.write() as tx:
        for number in range(230):
            seen = Subject("debtor", f"D-{number % 2}")
            now = console.clock.now() + timedelta(seconds=number // 10)
            tx.audit_log.add(root.id, AuditAction.CARD_VIEWED, subject=seen, detail={"n": number}, now=now)
    console.clock.goes_on(timedelta(hours=1))
    async with console.signed_in("root") as client:
        found: list[str] = []
        address = "/audit?action=card+viewed"
        while address:
            text = (await client.get(address)).text
            found += re.findall(r"n:</span> (\d+)", text)
            older = re.search(r'href="(/audit\?[^"]*before=[^"]*)"', text)
            address = older[1].replace("&amp;", "&") if older else ""
        assert found == [str(number) for number in reversed(range(230))]
        one = (
            await client.get("/audit?kind=debtor&subject=D-1&user=root&since=2026-03-09&until=2026-03-09")
        ).text
        assert "D-1" in one
        assert "D-0" not in one
        assert "Nothing was found" in (await client.get("/audit?since=2026-03-10")).text


@pytest.mark.parametrize(
    "query",
    [
        "user=nobody",
        "action=x",
        "since=yesterday",
        "until=9999-12-31",
        "before=1",
        "before=a-b",
        "user=" + "x" * 99,
    ],
)
async def test_a_search_that_cannot_be_is_told(console: Console, query: str) -> None:
    console.user("root")
    async with console.signed_in("root") as client:
        assert (await client.get(f"/audit?{query}")).status_code == 422


async def test_no_page_is_so_old_that_it_breaks(console: Console) -> None:
    console.user("root")
    async with console.signed_in("root") as client:
        for before in ("0-0", "9999999999999999999-1", "1-999999999999999999"):
            assert (await client.get(f"/audit?before={before}")).status_code == 200


def test_every_action_role_and_scope_has_a_name() -> None:
    for kind, values in (("audit", AuditAction), ("role", Role), ("scope", TokenScope)):
        assert set(NAMES[kind]) == {str(value) for value in values}


async def test_only_administrators(console: Console) -> None:
    console.user("boss", Role.SUPERVISOR)
    console.user("anna", Role.OPERATOR)
    for login in ("boss", "anna"):
        async with console.signed_in(login) as client:
            for path in ("/users", "/users/boss", "/audit", "/tokens"):
                assert (await client.get(path)).status_code == 403
            assert (
                await client.post("/users", data={"login": "x", "role": "administrator"})
            ).status_code == 403
    with console.books.read() as tx:
        assert "x" not in {one.login for one in tx.users.all()}
        assert COMMAND_LINE.user is None
