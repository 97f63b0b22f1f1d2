"""The API: every route keeps its own document, whatever it is sent; what is told takes effect, twice as once."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from typing import Any

import pytest
import schemathesis
from httpx import AsyncClient
from hypothesis import HealthCheck, given, settings
from schemathesis.core.result import Ok

from agent_console.access.roles import ROUTES
from agent_console.api.document import make_document
from dialer.handlers.api_tokens import add_token
from domain.user import COMMAND_LINE, TokenScope
from tests.agent_console.stage import MONDAY, Console
from tests.dialer.work import Desk

pytestmark = pytest.mark.integration

API = "/api/v1"


@pytest.fixture
def desk(console: Console) -> Desk:
    """The campaign `spring` over the portfolio `heat`, with one debtor."""
    made = Desk(console.books)
    made.add("A1", "+79160000001")
    return made


def secret_of(console: Console, *scopes: TokenScope) -> str:
    with console.books.write() as tx:
        return add_token(tx, "billing", scopes or tuple(TokenScope), by=COMMAND_LINE, now=MONDAY).secret


@pytest.fixture
async def client(console: Console, desk: Desk) -> AsyncIterator[AsyncClient]:
    """A program with a token for everything."""
    async with console.browser() as made:
        made.headers["Authorization"] = f"Bearer {secret_of(console)}"
        yield made


def operations(console: Console) -> Iterator[tuple[str, str]]:
    for path, methods in make_document(console.app)["paths"].items():
        for method in methods:
            yield method.upper(), path


def test_every_route_of_the_document_has_its_scope_and_every_scope_its_route(console: Console) -> None:
    documented = {f"{method} {path}" for method, path in operations(console)}
    scoped = {route: scope for route, scope in ROUTES.items() if isinstance(scope, TokenScope)}
    assert documented == scoped.keys()
    assert set(scoped.values()) == set(TokenScope)


async def test_nobody_comes_in_without_the_right_token(console: Console, desk: Desk) -> None:
    async with console.browser() as stranger:
        for method, path in operations(console):
            at = path.replace("{name}", "spring").replace("{id}", "1")
            rule = ROUTES[f"{method} {path}"]
            other = next(scope for scope in TokenScope if scope is not rule)
            for secret, status in ((None, 401), ("made-up", 401), (secret_of(console, other), 403)):
                headers = {"Authorization": f"Bearer {secret}"} if secret else {}
                answer = await stranger.request(method, at, headers=headers, json={})
                assert answer.status_code == status, (method, path, answer.text)


async def test_campaigns_obey(client: AsyncClient) -> None:
    (listed,) = (await client.get(f"{API}/campaigns")).json()
    assert (listed["name"], listed["strategy"], listed["status"]) == (
        "spring",
        "strategy of spring@1",
        "running",
    )
    paused = await client.post(f"{API}/campaigns/spring/status", json={"status": "paused"})
    assert paused.json()["status"] == "paused"
    caps = {"max_channels": 3, "max_calls_per_second": 1.5}
    changed = (await client.put(f"{API}/campaigns/spring/caps", json=caps)).json()
    assert (changed["max_channels"], changed["call_limit"]) == (3, None)
    wrong = await client.put(f"{API}/campaigns/spring/caps", json={**caps, "max_channels": 0})
    assert (wrong.status_code, wrong.headers["content-type"]) == (422, "application/problem+json")
    assert "max_channels" in wrong.json()["detail"]
    missing = (await client.get(f"{API}/campaigns/autumn")).json()
    assert "no campaign 'autumn'; campaigns: spring" in missing["detail"]


async def test_a_payment_that_is_told_twice_is_one_payment_and_ends_the_plan(
    client: AsyncClient, console: Console, desk: Desk
) -> None:
    told = [{"external_id": "A1", "day": "2026-03-08", "sum": 1000, "payment_id": "p1", "remaining": 0}]
    first = (await client.post(f"{API}/portfolios/heat/payments", json=told)).json()
    again = (await client.post(f"{API}/portfolios/heat/payments", json=told)).json()
    assert (first["added"], again["added"], again["unchanged"]) == (1, 0, 1)
    card = (await client.get(f"{API}/debtors/1/card")).json()
    assert card["kopecks"] == 0
    with console.books.read() as tx:
        noted = [entry for entry in tx.audit_log.page() if entry.action == "rows told"]
    assert [entry.detail["added"] for entry in noted] == [0, 1]
    assert noted[0].address == "token billing"


async def test_wrong_rows_are_told_with_their_reasons_and_right_ones_are_taken(client: AsyncClient) -> None:
    rows = [
        {"external_id": "A1", "day": "2026-03-08", "sum": 10},
        {"external_id": "nobody", "day": "2026-03-08", "sum": 10},
        {"external_id": "A1", "day": "yesterday", "sum": 10},
    ]
    told = (await client.post(f"{API}/portfolios/heat/payments", json=rows)).json()
    assert (told["added"], [(one["row"], one["field"]) for one in told["rejected"]]) == (
        1,
        [(2, "external_id"), (3, "day")],
    )
    for body, status in (([], 422), ([{}], 422), ({"a": 1}, 422), ([{"x": [1]}], 422)):
        assert (await client.post(f"{API}/portfolios/heat/payments", json=body)).status_code == status
    assert (await client.post(f"{API}/portfolios/none/payments", json=rows)).status_code == 422


async def test_a_block_holds_at_once(client: AsyncClient, desk: Desk) -> None:
    told = [{"external_id": "A1", "reason": "hospital", "document": "справка 7"}]
    short = (await client.post(f"{API}/portfolios/heat/blocks", json=told)).json()
    assert short["detail"].startswith(
        "body: no column for received_at; Who may not be contacted: external_id"
    )
    told[0]["received_at"] = "2026-03-09"
    answer = await client.post(f"{API}/portfolios/heat/blocks", json=told)
    assert answer.status_code == 200, answer.text
    assert answer.json()["added"] == 1
    card = (await client.get(f"{API}/debtors/1/card")).json()
    assert [block["reason"] for block in card["blocks"]] == ["hospital"]


async def test_ten_thousand_payments_in_one_request(client: AsyncClient) -> None:
    rows = [
        {"external_id": "A1", "day": "2026-03-08", "sum": 1, "payment_id": f"p{place}"}
        for place in range(10_000)
    ]
    assert (await client.post(f"{API}/portfolios/heat/payments", json=rows)).json()["added"] == 10_000
    assert (await client.post(f"{API}/portfolios/heat/payments", json=[*rows, rows[0]])).status_code == 422


async def test_reports_in_every_format(client: AsyncClient) -> None:
    days = {"since": "2026-03-01", "until": "2026-03-10"}
    for one in (await client.get(f"{API}/reports")).json():
        for format in ("json", "csv", "xlsx", "pdf"):
            asked = {**days, "format": format, "campaign": "spring"}
            answer = await client.get(f"{API}/reports/{one['name']}", params=asked)
            assert answer.status_code == 200, (one, format, answer.text)
            assert answer.content


async def test_webhooks_come_and_go(client: AsyncClient) -> None:
    made = (await client.post(f"{API}/webhooks", json={"url": "https://billing.test/x"})).json()
    assert len(made["secret"]) > 30
    (listed,) = (await client.get(f"{API}/webhooks")).json()
    assert "secret" not in listed
    assert (await client.delete(f"{API}/webhooks/{made['id']}")).status_code == 204
    assert (await client.get(f"{API}/webhooks")).json() == []
    assert (await client.post(f"{API}/webhooks", json={"url": "file:///etc/passwd"})).status_code == 422


def test_no_request_that_the_document_allows_breaks_the_server(console: Console, desk: Desk) -> None:
    schema = schemathesis.openapi.from_asgi(f"{API}/openapi.json", console.app)
    headers = {"Authorization": f"Bearer {secret_of(console)}"}

    for operation in schema.get_all_operations():
        assert isinstance(operation, Ok)

        @settings(
            max_examples=8,
            deadline=None,
            derandomize=True,
            database=None,
            suppress_health_check=list(HealthCheck),
        )
        @given(case=operation.ok().as_strategy())
        def keeps_standing(case: schemathesis.Case[Any]) -> None:
            answer = case.call(headers=headers)
            assert answer.status_code < 500, (case.method, case.path, answer.text)

        keeps_standing()
