"""The office's second door: an aggregator of messengers and SMS that speaks HTTP and tells by webhooks."""

from __future__ import annotations

import asyncio
import hmac
import json
from contextlib import suppress
from hashlib import sha256
from typing import Annotated, Any

import httpx
from fastapi import FastAPI, Header, HTTPException, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from pydantic import BaseModel, Field

from dialer.demo.post_office.office import (
    Door,
    Item,
    Letter,
    LostAnswer,
    Note,
    Office,
    Receipt,
    Refusal,
    Reply,
)

STATUSES = {"invalid_number": 400, "no_such_user": 400, "too_many": 429, "fault": 500, "down": 503}
AGAIN_S = (0.2, 0.5, 1.0, 2.0)
"""Pauses before a note that nobody confirmed is sent again; the last one for ever."""

IN_FLIGHT = 20
WEBHOOK_S = 10.0


class Order(BaseModel):
    """What a customer posts."""

    client_id: str = Field(default="", max_length=64)
    channel: str = Field(pattern=r"^[a-z][a-z0-9_]*$")
    to: str = Field(pattern=r"^\+\d{7,15}$")
    sender: str = Field(max_length=20)
    text: str = Field(min_length=1, max_length=10_000)


class HungUp(JSONResponse):
    """An answer that never comes: the connection breaks instead."""

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        """Announce more than is sent; the server then closes the connection."""
        await send({"type": "http.response.start", "status": 202, "headers": [(b"content-length", b"9")]})
        raise ConnectionAbortedError


class Aggregator:
    """Routes of the office, and the webhooks that it calls."""

    def __init__(self, office: Office, webhooks: httpx.AsyncBaseTransport | None = None) -> None:
        self._office = office
        self._client = httpx.AsyncClient(timeout=WEBHOOK_S, trust_env=False, transport=webhooks)
        self._places = asyncio.Semaphore(IN_FLIGHT)
        office.tell[Door.HTTP] = self.tell

    def app(self) -> FastAPI:
        """What uvicorn serves."""
        app = FastAPI(openapi_url=None)
        app.add_api_route("/v1/messages", self._post, methods=["POST"], response_model=None)
        app.add_api_route("/v1/messages", self._find, methods=["GET"], response_model=None)
        app.add_api_route("/v1/messages/{id}", self._get, methods=["GET"], response_model=None)
        app.add_exception_handler(RequestValidationError, _unreadable)
        app.add_exception_handler(HTTPException, _refused)
        return app

    async def close(self) -> None:
        """No more webhooks."""
        await self._client.aclose()

    async def tell(self, note: Note) -> None:
        """Return when the customer has said 2xx."""
        if not self._office.plan.webhook:
            return
        kind, document = (
            ("receipts", _receipt(note)) if isinstance(note, Receipt) else ("replies", _reply(note))
        )
        body = json.dumps(document).encode()
        secret = self._office.plan.webhook_secret.encode()
        headers = {
            "Content-Type": "application/json",
            "X-Signature": hmac.new(secret, body, sha256).hexdigest(),
        }
        tries = 0
        while not await self._posted(f"{self._office.plan.webhook}/{kind}", body, headers):
            await asyncio.sleep(AGAIN_S[min(tries, len(AGAIN_S) - 1)])
            tries += 1

    async def _posted(self, url: str, body: bytes, headers: dict[str, str]) -> bool:
        async with self._places:
            with suppress(httpx.TransportError):
                return (await self._client.post(url, content=body, headers=headers)).is_success
        return False

    async def _post(
        self,
        order: Order,
        authorization: Annotated[str, Header()] = "",
        idempotency_key: Annotated[str, Header()] = "",
    ) -> JSONResponse:
        self._let_in(authorization)
        key = idempotency_key or order.client_id
        letter = Letter(Door.HTTP, order.channel, order.to, order.sender, order.text, key)
        try:
            item = await self._office.take(letter)
        except Refusal as refusal:
            headers = {"Retry-After": "1"} if refusal.code == "too_many" else {}
            raise HTTPException(STATUSES[refusal.code], refusal.code, headers) from refusal
        except LostAnswer:
            return HungUp(None)
        return JSONResponse(_told(item), 202)

    async def _find(self, client_id: str, authorization: Annotated[str, Header()] = "") -> JSONResponse:
        self._let_in(authorization)
        return await self._found(self._office.by_key.get(client_id))

    async def _get(self, id: str, authorization: Annotated[str, Header()] = "") -> JSONResponse:
        self._let_in(authorization)
        return await self._found(self._office.items.get(id))

    async def _found(self, item: Item | None) -> JSONResponse:
        if item is None or not item.taken.is_set():
            raise HTTPException(404, "no_such_message")
        state, error = await self._office.asked(item)
        return JSONResponse(_told(item) | {"status": state.value, "error": error})

    def _let_in(self, authorization: str) -> None:
        if not hmac.compare_digest(authorization.encode(), f"Bearer {self._office.plan.api_key}".encode()):
            raise HTTPException(401, "bad_key")


async def _unreadable(_: Request, error: Exception) -> JSONResponse:
    assert isinstance(error, RequestValidationError)
    fault = error.errors()[0]
    field = ".".join(str(part) for part in fault["loc"][1:])
    return JSONResponse({"error": "invalid_number" if field == "to" else "bad_request", "field": field}, 400)


async def _refused(_: Request, error: Exception) -> JSONResponse:
    assert isinstance(error, HTTPException)
    return JSONResponse({"error": error.detail}, error.status_code, error.headers)


def _told(item: Item) -> dict[str, str]:
    return {"id": item.id, "client_id": item.letter.key, "status": item.state.value, "error": item.error}


def _receipt(receipt: Receipt) -> dict[str, str]:
    told = {"status": receipt.state.value, "error": receipt.error, "at": receipt.at.isoformat()}
    return _told(receipt.item) | told


def _reply(reply: Reply) -> dict[str, str]:
    letter = reply.letter
    return {
        "id": reply.id,
        "from": letter.to,
        "to": letter.sender,
        "channel": letter.kind,
        "text": reply.text,
        "at": reply.at.isoformat(),
    }
