"""Sign-in, sessions and the guard, as a browser meets them."""

from __future__ import annotations

import json
import re
from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path
from typing import Annotated

import pytest
from argon2 import PasswordHasher
from fastapi import Depends, FastAPI
from httpx import ASGITransport, AsyncClient

from agent_console.access.dependencies import bearer, check_routes, guard
from agent_console.access.refusals import local_path
from agent_console.access.roles import PUBLIC, ROUTES, routes_of, unlisted
from agent_console.addresses import LAST_ID
from dialer.handlers.api_tokens import add_token
from dialer.handlers.users import change_role, remove_user, reset_password
from dialer.passwords import fits
from domain.audit import AuditAction
from domain.user import COMMAND_LINE, SESSION_LASTS, ApiToken, Role, TokenScope
from ledger.books import Books
from tests.agent_console.stage import HASH, PASSWORD, Console, console_over, csrf_of, sign_in

BY_NAME = {"POST /settings/lines/{number}/remove", "POST /settings/numbers/{number}/end"}
"""Where a number is one of telephones."""

pytestmark = pytest.mark.unit


def actions(console: Console) -> list[str]:
    with console.books.read() as tx:
        return [entry.action for entry in tx.audit_log.page()]


async def is_in(client: AsyncClient) -> bool:
    return (await client.get("/knowledge")).status_code == 200


async def test_signs_in_works_and_signs_out(console: Console) -> None:
    console.user("root")
    async with console.browser() as client:
        asked = await client.get("/knowledge?q=law")
        assert (asked.status_code, asked.headers["location"]) == (303, "/sign-in?next=/knowledge%3Fq%3Dlaw")
        assert "Sign in" in (await client.get(asked.headers["location"])).text
        answer = await sign_in(client, "root", next="/knowledge?q=law")
        assert (answer.status_code, answer.headers["location"]) == (303, "/knowledge?q=law")
        assert await is_in(client)
        assert (await client.get("/sign-in?next=/password")).headers["location"] == "/password"
        csrf = csrf_of(await client.get("/knowledge"))
        answer = await client.post("/sign-out", data={"csrf": csrf})
        assert (answer.status_code, answer.headers["location"]) == (303, "/sign-in")
        assert not await is_in(client)
    assert actions(console) == [AuditAction.SIGNED_OUT, AuditAction.SIGNED_IN, AuditAction.USER_ADDED]


async def test_the_cookie_is_for_this_site_over_https_and_for_no_script(books: Books, tmp_path: Path) -> None:
    console = console_over(books, tmp_path, demo=False)
    console.user("root")
    async with console.browser() as client:
        cookie = (await sign_in(client, "root")).headers["set-cookie"]
        name, *flags = [part.split("=")[0].strip().lower() for part in cookie.split(";")]
        assert name == "__host-dozvon"
        assert {"httponly", "secure", "samesite", "path"} == set(flags)
        assert "samesite=lax" in cookie.lower()
        assert await is_in(client)
        secret = client.cookies["__Host-dozvon"]
    with books.read() as tx:
        kept = tx.connection.exec_driver_sql("SELECT digest FROM console_session").scalars().all()
    assert len(kept) == 1
    assert secret not in kept


@pytest.mark.parametrize(
    ("login", "password"), [("root", "wrong horse 9"), ("nobody", PASSWORD), ("root", "x" * 5000)]
)
async def test_what_is_wrong_is_not_told(console: Console, login: str, password: str) -> None:
    console.user("root")
    async with console.browser() as client:
        answer = await sign_in(client, login, password)
        assert answer.status_code == 401
        assert "The login or the password is wrong" in answer.text
        assert "set-cookie" not in answer.headers
        assert password not in answer.text
    assert actions(console)[0] == AuditAction.SIGN_IN_REFUSED


async def test_empty_fields_are_told_beside_them(console: Console) -> None:
    async with console.browser() as client:
        answer = await client.post("/sign-in", data={"login": ""})
        assert answer.status_code == 422
        assert answer.text.count("Fill this in") == 2


async def test_a_stranger_can_send_no_flood(console: Console) -> None:
    async with console.browser() as client:
        assert (await sign_in(client, "x" * 3_000_000)).status_code in (400, 413)
        assert (await client.post("/sign-in", content=b"x" * 5_000_000)).status_code == 413
        many = "&".join(f"field{number}=1" for number in range(5_000))
        answer = await client.post(
            "/sign-in", content=many, headers={"Content-Type": "application/x-www-form-urlencoded"}
        )
        assert answer.status_code == 400


async def test_five_failures_and_one_has_to_wait(console: Console) -> None:
    console.user("root")
    async with console.browser() as client, console.browser("10.0.0.2") as elsewhere:
        for _ in range(5):
            assert (await sign_in(client, "root", "wrong")).status_code == 401
            console.clock.goes_on(timedelta(minutes=1))
        answer = await sign_in(elsewhere, "root")
        assert (answer.status_code, answer.headers["retry-after"]) == (429, "600")
        assert "Try again in 10 min" in answer.text
        console.clock.goes_on(timedelta(minutes=10))
        assert (await sign_in(client, "root")).status_code == 303
        for _ in range(4):
            assert (await sign_in(elsewhere, "root", "wrong")).status_code == 401
        assert (await sign_in(elsewhere, "root")).status_code == 303, "a success forgets what was before it"


async def test_an_address_that_tries_many_logins_has_to_wait(console: Console) -> None:
    console.user("root")
    async with console.browser() as client, console.browser("10.0.0.2") as elsewhere:
        for number in range(30):
            with console.books.write() as tx:
                tx.sessions.attempt(f"login{number}", "10.0.0.1", console.clock.now())
        assert (await sign_in(client, "root")).status_code == 429
        assert (await sign_in(elsewhere, "root")).status_code == 303


async def test_a_new_password_from_the_administrator_ends_the_wait(console: Console) -> None:
    user = console.user("root")
    async with console.browser() as client:
        for _ in range(5):
            await sign_in(client, "root", "wrong")
        with console.books.write() as tx:
            reset_password(tx, user, HASH, by=COMMAND_LINE, now=console.clock.now())
        assert (await sign_in(client, "root")).status_code == 303
        answer = await client.get("/knowledge")
        assert (answer.status_code, answer.headers["location"]) == (303, "/password"), (
            "which is his own to choose"
        )


async def test_a_session_lasts_while_it_is_used(console: Console) -> None:
    console.user("root")
    async with console.signed_in("root") as client:
        for _ in range(3):
            console.clock.goes_on(SESSION_LASTS - timedelta(minutes=2))
            assert await is_in(client)
        console.clock.goes_on(SESSION_LASTS)
        assert not await is_in(client)


async def test_a_page_that_only_stays_open_keeps_no_session(console: Console) -> None:
    console.user("root")
    async with console.signed_in("root") as client:
        console.clock.goes_on(SESSION_LASTS - timedelta(minutes=2))
        assert (await client.get("/health", headers={"X-Unattended": "yes"})).status_code == 200
        console.clock.goes_on(timedelta(minutes=3))
        assert not await is_in(client)


async def test_a_changed_password_ends_all_other_sessions(console: Console) -> None:
    console.user("root", must_change=True)
    async with console.browser() as here, console.signed_in("root") as there:
        await sign_in(here, "root")
        csrf = csrf_of(await here.get("/password"))

        async def change(present: str, password: str, again: str) -> str:
            form = {"csrf": csrf, "present": present, "password": password, "again": again}
            return (await here.post("/password", data=form)).text

        assert "This is not your password" in await change("wrong", "another horse 9", "another horse 9")
        assert "not the same password" in await change(PASSWORD, "another horse 9", "other horse 99")
        assert "From 10 to 256 characters" in await change(PASSWORD, "short", "short")
        assert "the password that you have" in await change(PASSWORD, PASSWORD, PASSWORD)
        assert not await is_in(here), "he must choose one first"
        assert "You have a new password" in await change(PASSWORD, "another horse 9", "another horse 9")
        assert await is_in(here)
        assert not await is_in(there)
        assert (await sign_in(there, "root")).status_code == 401


async def test_a_hash_of_former_parameters_is_made_anew(console: Console) -> None:
    root = console.user("root")
    weak = PasswordHasher(time_cost=2, memory_cost=8, parallelism=1).hash(PASSWORD)
    with console.books.write() as tx:
        tx.users.set_password(root.id, weak)
    async with console.signed_in("root") as client:
        assert await is_in(client)
    with console.books.write() as tx:
        known = tx.users.credentials("root")
    assert known is not None
    assert known.password != weak
    assert fits(PASSWORD, known.password)


async def test_another_role_or_none_ends_the_sessions(console: Console) -> None:
    root, boss = console.user("root"), console.user("boss", Role.SUPERVISOR)
    async with console.signed_in("root") as client, console.signed_in("boss") as other:
        console.user("second")
        with console.books.write() as tx:
            change_role(tx, root, Role.SUPERVISOR, by=COMMAND_LINE, now=console.clock.now())
            remove_user(tx, boss, by=COMMAND_LINE, now=console.clock.now())
        assert not await is_in(client)
        assert not await is_in(other)
        assert (await sign_in(other, "boss")).status_code == 401


async def test_a_form_of_another_site_is_refused(console: Console) -> None:
    console.user("root")
    async with console.signed_in("root") as client:
        token = client.headers.pop("X-CSRF-Token")
        for headers, data in (
            ({}, {}),
            ({}, {"csrf": "x" * 43}),
            ({"X-CSRF-Token": token[:-1]}, {}),
            ({"Origin": "https://evil.test"}, {"csrf": token}),
            ({"Origin": "null"}, {"csrf": token}),
            ({"Sec-Fetch-Site": "cross-site"}, {"csrf": token}),
        ):
            answer = await client.post("/sign-out", headers=headers, data=data)
            assert answer.status_code == 403, headers
            assert "not sent by a page of ours" in answer.text
        foreign = {"Origin": "https://evil.test"}
        assert (
            await client.post("/sign-in", headers=foreign, data={"login": "a", "password": "b"})
        ).status_code == 403
        assert actions(console)[:7] == [AuditAction.PAGE_REFUSED] * 7
        assert (await client.post("/sign-out", headers={"X-CSRF-Token": token})).status_code == 303


async def test_two_tabs(console: Console) -> None:
    """Both show the sign-in; the second one signs in anew, and the first one's session ends."""
    console.user("root")
    async with console.signed_in("root") as client:
        first = client.cookies["dozvon"]
        client.headers.pop("X-CSRF-Token")
        assert (await sign_in(client, "root")).status_code == 303
        assert client.cookies["dozvon"] != first
        client.cookies.set("dozvon", first, domain="desk.test")
    async with console.browser() as client:
        client.cookies.set("dozvon", first, domain="desk.test")
        assert not await is_in(client)


async def test_each_kind_of_asker_is_sent_to_sign_in_its_own_way(console: Console) -> None:
    async with console.browser() as client:
        stream = await client.get("/knowledge", headers={"Accept": "text/event-stream"})
        assert (stream.status_code, stream.json()["detail"]) == (401, "nobody is signed in")
        part = {"HX-Request": "true", "HX-Current-URL": "http://desk.test/knowledge?q=a"}
        answer = await client.get("/knowledge", headers=part)
        assert answer.status_code == 401
        assert answer.headers["hx-redirect"] == "/sign-in?next=/knowledge%3Fq%3Da"
        sent = await client.post("/sign-out")
        assert (sent.status_code, sent.headers["location"]) == (303, "/sign-in")


async def test_whose_page_it_is_not_is_refused_and_logged(console: Console) -> None:
    console.user("root")
    console.user("boss", Role.SUPERVISOR)
    async with console.signed_in("boss") as client:
        answer = await client.get("/users")
        assert answer.status_code == 403
        assert "Your role does not include this page" in answer.text
    with console.books.read() as tx:
        entry = tx.audit_log.page()[0]
    assert (entry.login, entry.action, entry.subject and entry.subject.id) == (
        "boss",
        "page refused",
        "GET /users",
    )


@pytest.mark.parametrize(
    "text",
    [
        *(
            "https://evil.test/",
            "//evil.test/",
            "/\\evil.test",
            "\\\\evil.test",
            "evil.test",
            "javascript:alert(1)",
        ),
        *("/\t/evil.test", "/a\r\nSet-Cookie: a=b", "", "http:///evil.test", "///evil.test", "/[//"),
    ],
)
async def test_nobody_is_sent_elsewhere(console: Console, text: str) -> None:
    console.user("root")
    async with console.browser() as client:
        assert (await sign_in(client, "root", next=text)).headers["location"] == "/"


def test_but_to_any_page_of_ours() -> None:
    assert [local_path(path) for path in ("/desk", "/cards/1?a=//b", "/")] == ["/desk", "/cards/1?a=//b", "/"]


async def test_the_language_is_the_users_everywhere(console: Console) -> None:
    console.user("root")
    async with console.browser() as client:
        await client.post("/language", data={"language": "ru", "back": "/sign-in"})
        assert "Войти" in (await client.get("/sign-in")).text
        await sign_in(client, "root")
        assert "Knowledge base" in (await client.get("/knowledge")).text
        answer = await client.post("/language", data={"language": "ru", "back": "https://evil.test"})
        assert (answer.status_code, answer.headers["location"]) == (303, "/")
        assert 'lang="ru"' in (await client.get("/knowledge")).text
        assert (await client.post("/language", data={"language": "xx"})).status_code == 422


def test_every_route_is_somebodys(console: Console) -> None:
    assert unlisted(console.app) == []
    assert len(routes_of(console.app)) > 8


async def test_no_route_lets_anybody_in_whose_it_is_not(console: Console) -> None:
    """Every route, without a session, with each role that is not in its rule, and with no token."""
    for role in Role:
        console.user(role.value, role)
    walked = [
        route.split()
        for route in routes_of(console.app)
        if route.startswith(("GET", "POST", "PUT", "DELETE"))
    ]
    rules = [(method, re.sub(r"{[^}]+}", "1", path), ROUTES[f"{method} {path}"]) for method, path in walked]
    async with console.browser() as client:
        for method, path, rule in rules:
            if rule is not PUBLIC:
                answer = await client.request(method, path)
                wanted = 401 if isinstance(rule, TokenScope) else 303
                assert answer.status_code == wanted, f"{method} {path}"
    for role in Role:
        async with console.signed_in(role.value) as client:
            for method, path, rule in rules:
                if isinstance(rule, frozenset) and role not in rule:
                    assert (await client.request(method, path)).status_code == 403, f"{role}: {method} {path}"


@pytest.mark.parametrize("huge", ["0", str(LAST_ID + 1), str(2**64), "9" * 40, "-1", "x", "%00"])
async def test_what_no_row_can_be_counted_as_is_no_fault_of_ours(console: Console, huge: str) -> None:
    """Every route with it in place of each part of its address; where a number belongs there is no such page."""
    for role in Role:
        console.user(role.value, role)
    numbered = {route for route in ROUTES if re.search(r"{(id|nth|number)}", route)} - BY_NAME
    assert len(numbered) > 8
    for role in Role:
        async with console.signed_in(role.value) as client:
            for route, rule in ROUTES.items():
                if "{" not in route or not isinstance(rule, frozenset) or role not in rule:
                    continue
                method, path = route.split()
                answer = await client.request(method, re.sub(r"{[^}]+}", huge, path))
                assert answer.status_code < 500, route
                if route in numbered:
                    assert answer.status_code == 404, route


def test_a_route_of_nobody_keeps_the_application_from_starting(
    console: Console, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delitem(ROUTES, "POST /sign-out")
    with pytest.raises(RuntimeError, match="ROUTES lacks POST /sign-out"):
        console_over(console.books, console.settings.home)


@pytest.fixture
async def program(console: Console, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[AsyncClient]:
    """A program that asks a route which tokens open."""
    monkeypatch.setitem(ROUTES, "GET /probe/{id}", TokenScope.TOUCHES_READ)
    app = FastAPI(dependencies=[Depends(guard)], docs_url=None, redoc_url=None, openapi_url=None)
    app.state.services = console.app.state.services

    @app.get("/probe/{id}")
    async def probe(id: int, token: Annotated[ApiToken, Depends(bearer)]) -> str:
        return f"{token.name} {id}"

    check_routes(app)
    async with AsyncClient(transport=ASGITransport(app), base_url="http://desk.test") as client:
        yield client


async def test_a_program_shows_its_token(console: Console, program: AsyncClient) -> None:
    now = console.clock.now()
    with console.books.write() as tx:
        scopes, ends = frozenset({TokenScope.TOUCHES_READ}), now + timedelta(days=1)
        good = add_token(tx, "CRM", scopes, expires_at=ends, by=COMMAND_LINE, now=now)
        other = add_token(tx, "BI", frozenset({TokenScope.REPORTS_READ}), by=COMMAND_LINE, now=now)

    async def ask(authorization: str) -> tuple[int, str]:
        answer = await program.get(
            "/probe/1", headers={"Authorization": authorization} if authorization else {}
        )
        return answer.status_code, answer.text

    assert await ask(f"Bearer {good.secret}") == (200, '"CRM 1"')
    status, refusal = await ask(f"Bearer {other.secret}")
    assert (status, json.loads(refusal)["detail"]) == (403, "The token does not include this")
    for wrong in ("", "Bearer", "Bearer x", f"Basic {good.secret}", good.secret, f"Bearer {good.secret} x"):
        assert (await ask(wrong))[0] == 401, wrong
    with console.books.write() as tx:
        assert tx.api_tokens.get(good.token.id).last_used_at == now
        assert tx.api_tokens.get(other.token.id).last_used_at is None
    console.clock.goes_on(timedelta(days=1))
    assert (await ask(f"Bearer {good.secret}"))[0] == 401, "it has expired"


async def test_a_session_is_no_token(console: Console, program: AsyncClient) -> None:
    console.user("root")
    async with console.signed_in("root") as client:
        program.cookies.set("dozvon", client.cookies["dozvon"])
        assert (await program.get("/probe/1")).status_code == 401
