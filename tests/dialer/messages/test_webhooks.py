"""Webhooks: who signs is heard, who does not is nobody, and nothing is thanked for that is not kept."""

from __future__ import annotations

import asyncio
import hmac
import json
import socket
from collections.abc import AsyncIterator, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime
from hashlib import sha256

import httpx
import pytest
from fastapi import FastAPI
from pydantic import SecretStr

from dialer.messages import server
from dialer.messages.provider import Heard
from dialer.messages.server import listening
from dialer.messages.settings import MessageSettings, ProviderSettings
from dialer.messages.webhooks import LARGEST, Webhooks
from domain.errors import EnvironmentFault
from domain.message import MessageState, Receipt
from domain.reply import Reply

pytestmark = pytest.mark.unit

NOW = datetime(2026, 3, 10, 9, tzinfo=UTC)
SECRET = "private"
HUB = ProviderSettings(
    name="hub",
    protocol="http",
    kinds=("messenger",),
    file="messenger-hub",
    base_url="http://hub.example",
    secret=SecretStr("key"),
    webhook_secret=SecretStr(SECRET),
)
RECEIPT = {"id": "m1", "client_id": "t1", "status": "delivered", "at": "2026-03-10T08:59:00+00:00"}
REPLY = {"id": "r1", "from": "+79160000001", "text": "Стоп", "at": "2026-03-10T08:59:00+00:00"}


@dataclass
class Keeper:
    """Keeps what is heard, unless its books are down."""

    kept: list[Heard] = field(default_factory=list)
    down: bool = False

    async def keep(self, heard: Sequence[Heard]) -> None:
        if self.down:
            raise EnvironmentFault("no books")
        self.kept += heard


@pytest.fixture
def keeper() -> Keeper:
    return Keeper()


@pytest.fixture
async def hub(keeper: Keeper) -> AsyncIterator[httpx.AsyncClient]:
    """Somebody who can post to us."""
    app = FastAPI()
    app.include_router(Webhooks([HUB], keeper.keep, lambda: NOW).router())
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://us") as client:
        yield client


async def post(
    client: httpx.AsyncClient,
    body: object,
    kind: str = "receipts",
    *,
    name: str = "hub",
    secret: str = SECRET,
) -> int:
    """The answer to a webhook that is signed with that secret."""
    content = body if isinstance(body, bytes) else json.dumps(body).encode()
    signature = hmac.new(secret.encode(), content, sha256).hexdigest()
    url = f"/providers/{name}/{kind}"
    return (await client.post(url, content=content, headers={"X-Signature": signature})).status_code


async def test_a_receipt_is_kept_and_thanked_for(hub: httpx.AsyncClient, keeper: Keeper) -> None:
    assert await post(hub, RECEIPT) == 200
    (kept,) = keeper.kept
    assert isinstance(kept, Receipt)
    assert (kept.provider, kept.ref, kept.touch, kept.state) == ("hub", "m1", "t1", MessageState.DELIVERED)


async def test_a_list_of_them_is_kept_at_once(hub: httpx.AsyncClient, keeper: Keeper) -> None:
    assert await post(hub, [RECEIPT, {**RECEIPT, "id": "m2"}]) == 200
    assert [one.ref for one in keeper.kept] == ["m1", "m2"]


async def test_a_reply_of_10_kb_of_emoji_is_taken_whole(hub: httpx.AsyncClient, keeper: Keeper) -> None:
    assert await post(hub, {**REPLY, "text": "🙏" * 10_000}, "replies") == 200
    (kept,) = keeper.kept
    assert isinstance(kept, Reply)
    assert kept.text == "🙏" * 10_000


@pytest.mark.parametrize(
    ("name", "secret"), [("hub", "wrong"), ("hub", ""), ("other", SECRET), ("..", SECRET)]
)
async def test_nobody_else_is_let_in(hub: httpx.AsyncClient, keeper: Keeper, name: str, secret: str) -> None:
    assert await post(hub, RECEIPT, name=name, secret=secret) in {401, 404}
    assert keeper.kept == []


async def test_an_unsigned_one_is_not_heard(hub: httpx.AsyncClient, keeper: Keeper) -> None:
    assert (await hub.post("/providers/hub/receipts", json=RECEIPT)).status_code == 401
    assert keeper.kept == []


@pytest.mark.parametrize(
    "body",
    [b"", b"{", b"[]", b"7", b"\xff\xfe", {}, {"id": "m1"}, {**RECEIPT, "status": "eaten"}, [RECEIPT, 7]],
    ids=str,
)
async def test_what_cannot_be_read_is_told(hub: httpx.AsyncClient, keeper: Keeper, body: object) -> None:
    assert await post(hub, body) == 422
    assert keeper.kept == []


async def test_too_much_is_not_read(hub: httpx.AsyncClient, keeper: Keeper) -> None:
    assert await post(hub, b" " * (LARGEST + 1)) == 413


async def test_what_cannot_be_kept_is_to_be_sent_again(hub: httpx.AsyncClient, keeper: Keeper) -> None:
    keeper.down = True
    assert await post(hub, RECEIPT) == 503


async def test_the_server_listens_at_its_port_and_at_no_other(keeper: Keeper) -> None:
    webhooks = Webhooks([HUB], keeper.keep, lambda: NOW)
    async with listening(MessageSettings(), webhooks) as port:
        assert port is None
    async with (
        listening(MessageSettings(port=0), webhooks) as port,
        httpx.AsyncClient(base_url=f"http://127.0.0.1:{port}", trust_env=False, timeout=60.0) as client,
    ):
        assert await post(client, RECEIPT) == 200
        assert (await client.get("/")).status_code == 404
    assert len(keeper.kept) == 1


async def test_a_taken_port_is_told(keeper: Keeper) -> None:
    with socket.create_server(("127.0.0.1", 0)) as other:
        settings = MessageSettings(port=other.getsockname()[1])
        with pytest.raises(EnvironmentFault, match="set DOZVON_MESSAGES__PORT"):
            async with listening(settings, Webhooks([HUB], keeper.keep, lambda: NOW)):
                pass


async def test_a_webhook_that_nobody_keeps_any_more_holds_up_nobody(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(server, "GRACE_S", 0.1)
    came = asyncio.Event()

    async def never(_: Sequence[Heard]) -> None:
        came.set()
        await asyncio.Event().wait()

    body = json.dumps(RECEIPT).encode()
    signature = hmac.new(SECRET.encode(), body, sha256).hexdigest()
    async with httpx.AsyncClient(trust_env=False, timeout=60.0) as client:
        async with listening(MessageSettings(port=0), Webhooks([HUB], never, lambda: NOW)) as port:
            url = f"http://127.0.0.1:{port}/providers/hub/receipts"
            asking = asyncio.create_task(client.post(url, content=body, headers={"X-Signature": signature}))
            await came.wait()
        with suppress(httpx.HTTPError):
            assert (await asking).status_code >= 500
