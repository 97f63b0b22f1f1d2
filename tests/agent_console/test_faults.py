"""Whatever goes wrong, a person gets a page in words, and a program a problem document."""

from __future__ import annotations

import pytest
from httpx import ASGITransport, AsyncClient

from domain.errors import EnvironmentFault
from domain.user import Role
from tests.agent_console.stage import HTML, Console, sign_in

pytestmark = pytest.mark.integration


async def test_no_such_page_and_no_such_method(console: Console) -> None:
    console.user("anna", Role.SUPERVISOR)
    async with console.signed_in("anna") as anna:
        assert "There is no such page" in (await anna.get("/nowhere")).text
        assert (await anna.delete("/strategies")).status_code == 405
        shown = await anna.get("/debtors/x")
        assert (shown.status_code, "There is no such page" in shown.text) == (404, True)
        shown = await anna.get("/strategies/soft?version=x")
        assert (shown.status_code, "The address holds something" in shown.text) == (422, True)


async def test_a_program_gets_a_problem_document(console: Console) -> None:
    async with console.browser() as client:
        answer = await client.get("/api/nowhere")
        assert answer.headers["content-type"] == "application/problem+json"
        assert answer.json()["status"] == 404
        answer = await client.get("/api/v1/campaigns")
        assert answer.headers["content-type"] == "application/problem+json", "a refusal is one too"
        assert (answer.status_code, answer.json()["status"]) == (401, 401)
        assert answer.headers["www-authenticate"] == "Bearer"


@pytest.mark.parametrize(
    ("fault", "status", "said"),
    [
        (EnvironmentFault("the disk is full"), 503, "the disk is full"),
        (ZeroDivisionError("of +79160000001"), 500, "This is a fault of ours"),
    ],
)
async def test_what_breaks_is_said_without_its_inside(
    console: Console, monkeypatch: pytest.MonkeyPatch, fault: Exception, status: int, said: str
) -> None:
    console.user("anna", Role.SUPERVISOR)

    def broken(*_: object, **__: object) -> None:
        raise fault

    monkeypatch.setattr("agent_console.floor.strategies.page", broken)
    transport = ASGITransport(console.app, raise_app_exceptions=False)
    async with AsyncClient(transport=transport, base_url="http://desk.test", headers=HTML) as client:
        assert (await sign_in(client, "anna")).status_code == 303
        answer = await client.get("/strategies")
    assert (answer.status_code, said in answer.text) == (status, True)
    assert "79160000001" not in answer.text
