"""A provider over HTTP: what is asked of him, and what each of his answers means for a message."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from urllib.parse import parse_qs

import httpx
import pytest

from dialer.messages.http import HttpProvider
from dialer.messages.provider import Answer, Outgoing, Refused, Taken, Unsure
from dialer.messages.provider_file import SHIPPED
from dialer.messages.settings import ProviderSettings
from domain.errors import InputError
from domain.message import BLOCKED, INVALID_NUMBER, MessageState, Receipt
from domain.touch import TouchId

pytestmark = pytest.mark.unit

NOW = datetime(2026, 3, 10, 9, tzinfo=UTC)
MESSAGE = Outgoing(
    TouchId("01a200bb715f72ddb91035d900000001"), "viber", "+79160000001", 'Долг: 5 "руб." 🙏\n', 1
)
Answering = Callable[[httpx.Request], httpx.Response]


def provider(
    answering: Answering, file: str = "messenger-hub", sender: str = "ENERGO", *, status_query: bool = False
) -> HttpProvider:
    """One whose other side is a function."""
    settings = ProviderSettings.model_validate(
        {
            "name": "hub",
            "protocol": "http",
            "kinds": ["messenger"],
            "file": file,
            "base_url": "https://hub.example/",
            "secret": "made-up",
            "sender": sender,
            "status_query": status_query,
        }
    )
    return HttpProvider(settings, lambda: NOW, httpx.MockTransport(answering))


async def sent(status: int, answer: object, file: str = "messenger-hub") -> Answer:
    """What an answer means."""
    content = answer if isinstance(answer, bytes) else json.dumps(answer).encode()
    return await provider(lambda _: httpx.Response(status, content=content), file).send(MESSAGE)


async def test_the_message_and_who_sends_it_are_in_the_request() -> None:
    asked: list[httpx.Request] = []

    def take(request: httpx.Request) -> httpx.Response:
        asked.append(request)
        return httpx.Response(202, json={"id": "m1"})

    hub = provider(take)
    assert await hub.send(MESSAGE) == Taken(("m1",))
    assert await hub.send(MESSAGE) == Taken(("m1",))
    first, second = asked
    assert (first.method, str(first.url)) == ("POST", "https://hub.example/v1/messages")
    assert first.headers["Authorization"] == "Bearer made-up"
    assert first.headers["Idempotency-Key"] == second.headers["Idempotency-Key"] == MESSAGE.touch
    assert json.loads(first.content) == {
        "client_id": MESSAGE.touch,
        "channel": "viber",
        "to": "+79160000001",
        "sender": "ENERGO",
        "text": MESSAGE.text,
    }


async def test_a_form_is_sent_as_a_form() -> None:
    forms: list[dict[str, list[str]]] = []

    def take(request: httpx.Request) -> httpx.Response:
        forms.append(parse_qs(request.content.decode()))
        return httpx.Response(200, json={"id": 17, "cnt": 1})

    assert await provider(take, "sms-gateway").send(MESSAGE) == Taken(("17",))
    assert forms[0]["phones"] == ["79160000001"]
    assert forms[0]["mes"] == [MESSAGE.text]
    assert forms[0]["id"] == [MESSAGE.touch]


@pytest.mark.parametrize(
    ("status", "answer", "means"),
    [
        (202, {"id": "m1"}, Taken(("m1",))),
        (200, {"id": 5}, Taken(("5",))),
        (400, {"error": "invalid_number"}, Refused(INVALID_NUMBER)),
        (422, {"error": "no_such_user"}, Refused("no_such_user")),
        (404, {}, Refused("status 404")),
        (400, b"<html>", Refused("status 400")),
        (400, {"error": "x" * 999}, Refused("x" * 200)),
        (429, {}, Refused("throttled", retry=True)),
        (401, {}, Refused("our credentials are refused", retry=True, down=True)),
        (403, {}, Refused("our credentials are refused", retry=True, down=True)),
    ],
    ids=str,
)
async def test_an_answer_that_the_file_knows(status: int, answer: object, means: Answer) -> None:
    assert await sent(status, answer) == means


@pytest.mark.parametrize(
    ("status", "answer"),
    [
        (202, {}),
        (202, {"id": ""}),
        (202, {"id": None}),
        (202, {"id": {"no": "id"}}),
        (202, b""),
        (202, b"\xff\xfe"),
        (202, b"[" * 100_000),
        (202, [1]),
        (301, {"id": "m1"}),
        (500, {"error": "fault"}),
        (503, {}),
    ],
    ids=str,
)
async def test_nobody_knows_what_an_odd_answer_means(status: int, answer: object) -> None:
    assert isinstance(await sent(status, answer), Unsure)


@pytest.mark.parametrize(
    ("answer", "means"),
    [
        ({"id": 1, "cnt": 1}, Taken(("1",))),
        ({"error_code": 7}, Refused(INVALID_NUMBER)),
        ({"error_code": 8}, Refused(BLOCKED)),
        ({"error_code": 9}, Refused("throttled", retry=True)),
        ({"error_code": 3}, Refused("no money left with the provider", retry=True, down=True)),
    ],
    ids=str,
)
async def test_a_gateway_whose_every_answer_has_status_200(answer: object, means: Answer) -> None:
    assert await sent(200, answer, "sms-gateway") == means


async def test_a_gateway_says_something_new() -> None:
    assert isinstance(await sent(200, {"error_code": 99}, "sms-gateway"), Unsure)


@pytest.mark.parametrize(
    ("fault", "means"),
    [
        (httpx.ConnectError("no"), Refused),
        (httpx.ConnectTimeout("no"), Refused),
        (httpx.PoolTimeout("no"), Refused),
        (httpx.LocalProtocolError("no"), Refused),
        (httpx.ReadTimeout("no"), Unsure),
        (httpx.WriteError("no"), Unsure),
        (httpx.RemoteProtocolError("no"), Unsure),
        (TimeoutError(), Unsure),
    ],
    ids=lambda one: type(one).__name__ if isinstance(one, Exception) else one.__name__,
)
async def test_a_fault_on_the_way(fault: Exception, means: type[Refused | Unsure]) -> None:
    def fail(_: httpx.Request) -> httpx.Response:
        raise fault

    hub = provider(fail)
    answer = await hub.send(MESSAGE)
    assert isinstance(answer, means)
    if isinstance(answer, Refused):
        assert (answer.retry, answer.down) == (True, True)
    assert isinstance(await hub.ask(MESSAGE), Unsure)


async def test_a_request_that_cannot_be_written_reaches_nobody(tmp_path: Path) -> None:
    path = tmp_path / "odd.yaml"
    path.write_text(
        """\
name: odd
send:
  url: "{{ base_url }}/send"
  headers: {X-Sender: "{{ sender }}"}
  json: {last: "{{ text[12] }}"}
  taken: {status: [200], ref: id}
ask: {url: "{{ base_url }}/ask", query: {last: "{{ text[12] }}"}, found: {status: [200]}, unknown: {status: [404]}}
signature: {header: X-Signature}
receipts: {ref: id, state: status, states: {}}
""",
        encoding="utf-8",
    )
    asked: list[httpx.Request] = []

    def take(request: httpx.Request) -> httpx.Response:
        asked.append(request)
        return httpx.Response(200, json={"id": "m1"})

    short = Outgoing(MESSAGE.touch, "sms", MESSAGE.phone, "short", 1)
    for odd, message in (
        (provider(take, str(path)), short),
        (provider(take, str(path), "ЭНЕРГО"), MESSAGE),
    ):
        answer = await odd.send(message)
        assert isinstance(answer, Refused)
        assert (answer.retry, answer.down) == (True, True)
        assert "odd.yaml makes no request of it" in answer.reason
        assert message.text not in answer.reason
    assert isinstance(await provider(take, str(path)).ask(short), Unsure)
    assert asked == []


@pytest.mark.parametrize(
    ("status", "answer", "state"),
    [
        (200, {"id": "m1", "status": "delivered"}, MessageState.DELIVERED),
        (200, {"id": "m1", "status": "failed", "error": "no_such_user"}, MessageState.FAILED),
    ],
    ids=str,
)
async def test_what_he_knows_of_a_message(status: int, answer: object, state: MessageState) -> None:
    hub = provider(lambda _: httpx.Response(status, json=answer))
    receipt = await hub.ask(MESSAGE)
    assert isinstance(receipt, Receipt)
    assert (receipt.provider, receipt.ref, receipt.state, receipt.at) == ("hub", "m1", state, NOW)


@pytest.mark.parametrize(
    ("status", "states"), [(200, [MessageState.DELIVERED]), (404, []), (500, None)], ids=str
)
async def test_a_receipt_that_is_late(status: int, states: list[MessageState] | None) -> None:
    hub = provider(lambda _: httpx.Response(status, json={"id": "m1", "status": "delivered"}))
    told = await hub.query(MESSAGE, ["m1"])
    assert (None if isinstance(told, Unsure) else [one.state for one in told]) == states


def test_who_cannot_be_asked_is_not_said_to_be(tmp_path: Path) -> None:
    path = tmp_path / "deaf.yaml"
    text = (SHIPPED / "messenger-hub.yaml").read_text(encoding="utf-8")
    path.write_text(re.sub(r"(?ms)^ask:.*?^(?=signature)", "", text), encoding="utf-8")
    with pytest.raises(InputError, match="provider 'hub' cannot be asked") as caught:
        provider(lambda _: httpx.Response(200), str(path), status_query=True)
    assert caught.value.where == str(path)


async def test_he_is_asked_by_our_id() -> None:
    asked: list[httpx.Request] = []

    def find(request: httpx.Request) -> httpx.Response:
        asked.append(request)
        return httpx.Response(404, json={"error": "no_such_message"})

    assert await provider(find).ask(MESSAGE) is None
    assert asked[0].url.params["client_id"] == MESSAGE.touch
    assert asked[0].method == "GET"


@pytest.mark.parametrize("answer", [{}, {"id": "m1"}, {"id": "m1", "status": "eaten"}, [1], 7], ids=str)
async def test_an_answer_to_a_question_that_says_nothing(answer: object) -> None:
    assert isinstance(await provider(lambda _: httpx.Response(200, json=answer)).ask(MESSAGE), Unsure)
