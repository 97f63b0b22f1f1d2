"""A provider over HTTP, as its file describes it. With `dialer.jobs.webhooks` the only importers of httpx."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import Any

import httpx

from dialer.messages.provider import Answer, Arrived, Outgoing, Refused, Taken, Unsure
from dialer.messages.provider_file import (
    UNFILLABLE,
    ProviderFile,
    Request,
    at,
    filled,
    id_at,
    read_provider,
    storable,
)
from dialer.messages.settings import ProviderSettings
from dialer.messages.webhook_words import read_receipt
from domain.errors import InputError
from domain.message import Receipt

BEFORE_SENDING = (
    httpx.ConnectError,
    httpx.ConnectTimeout,
    httpx.PoolTimeout,
    httpx.UnsupportedProtocol,
    httpx.LocalProtocolError,
)
"""Faults of a request that cannot have reached anybody."""

UNMAKEABLE = (*UNFILLABLE, httpx.InvalidURL)
"""Faults of a request that cannot even be written down."""


class HttpProvider:
    """Sends by the file; receipts and replies come by webhooks, which webhooks.py serves."""

    by_part = False

    def __init__(
        self,
        settings: ProviderSettings,
        now: Callable[[], datetime],
        transport: httpx.AsyncBaseTransport | None = None,
    ) -> None:
        self.name, self.kinds = settings.name, settings.kinds
        self.file: ProviderFile = read_provider(settings.file)
        if settings.status_query and self.file.ask is None:
            remedy = "describe `ask` in the file, or leave status_query out"
            raise InputError(f"provider {self.name!r} cannot be asked", where=settings.file, remedy=remedy)
        self._settings, self._now = settings, now
        self._client = httpx.AsyncClient(
            timeout=settings.answer_s,
            limits=httpx.Limits(max_connections=settings.window, max_keepalive_connections=settings.window),
            transport=transport,
            trust_env=False,
        )

    async def run(self, arrived: Arrived) -> None:
        """Nothing comes in here; the connections are closed when this is cancelled."""
        del arrived
        try:
            await asyncio.Event().wait()
        finally:
            await self._client.aclose()

    async def send(self, message: Outgoing) -> Answer:
        """Give him the message. What cannot be told from an answer is `Unsure`."""
        send = self.file.send
        try:
            request = self._request(send, message)
        except UNMAKEABLE as fault:
            return Refused(self._unmade(fault), retry=True, down=True)
        try:
            answer = await self._asked(request)
        except BEFORE_SENDING as fault:
            return Refused(f"not reached: {type(fault).__name__}", retry=True, down=True)
        except (httpx.HTTPError, TimeoutError) as fault:
            return Unsure(f"no answer: {type(fault).__name__}")
        document = _document(answer)
        ref = id_at(document, send.taken.ref)
        if ref and send.taken.fits(answer.status_code, document):
            return Taken((ref,))
        for known in send.refused:
            if known.fits(answer.status_code, document):
                told = known.reason or storable(str(at(document, known.reason_at) or ""))
                reason = told[:200] or f"status {answer.status_code}"
                return Refused(reason, retry=known.retry, down=known.down)
        return Unsure(f"an answer that the provider file does not know: status {answer.status_code}")

    async def ask(self, message: Outgoing) -> Receipt | Unsure | None:
        """What he knows of it by our id."""
        ask = self.file.ask
        if ask is None:
            return Unsure("the provider file does not say how to ask")
        try:
            answer = await self._asked(self._request(ask, message))
        except UNMAKEABLE as fault:
            return Unsure(self._unmade(fault))
        except (httpx.HTTPError, TimeoutError) as fault:
            return Unsure(f"no answer: {type(fault).__name__}")
        document = _document(answer)
        if ask.unknown.fits(answer.status_code, document):
            return None
        if ask.found.fits(answer.status_code, document) and isinstance(document, Mapping):
            receipt = read_receipt(self.name, self.file.receipts, document, self._now())
            if receipt is not None:
                return receipt
        return Unsure(f"an answer that the provider file does not know: status {answer.status_code}")

    async def query(self, message: Outgoing, refs: Sequence[str]) -> Sequence[Receipt] | Unsure:
        """He is asked by our id, which he knows as well as his own."""
        del refs
        found = await self.ask(message)
        return [found] if isinstance(found, Receipt) else found or []

    def _request(self, request: Request, message: Outgoing) -> httpx.Request:
        """Written by the file, and with nobody yet. Raises `UNMAKEABLE`."""
        variables = {
            "base_url": self._settings.base_url.rstrip("/"),
            "secret": self._settings.secret.get_secret_value(),
            "sender": self._settings.sender,
            "touch": message.touch,
            "kind": message.kind,
            "phone": message.phone,
            "digits": message.phone.lstrip("+"),
            "text": message.text,
        }
        url, headers, query, body, form = (
            filled(one, variables)
            for one in (request.url, request.headers, request.query, request.body, request.form)
        )
        return self._client.build_request(
            request.method, url, headers=headers, params=query or None, json=body, data=form
        )

    async def _asked(self, request: httpx.Request) -> httpx.Response:
        async with asyncio.timeout(2 * self._settings.answer_s):  # he may be asked for it then
            return await self._client.send(request)

    def _unmade(self, fault: Exception) -> str:
        return f"the file {self._settings.file} makes no request of it: {type(fault).__name__}"


def _document(answer: httpx.Response) -> Any:
    try:
        return answer.json()
    except (ValueError, RecursionError):
        return None
