"""Webhooks of HTTP providers: what they tell is believed by its signature alone, and thanked for once it is kept."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from datetime import datetime

import structlog
from fastapi import APIRouter, Request, Response

from dialer.messages.provider import Heard, Keep
from dialer.messages.provider_file import ProviderFile, read_provider
from dialer.messages.settings import ProviderSettings
from dialer.messages.webhook_words import read_receipts, read_replies, signed
from domain.errors import EnvironmentFault, InputError

log = structlog.get_logger(__name__)

LARGEST = 1_000_000
"""Octets of a body; no list of receipts is as long."""

RECEIPTS, REPLIES = "/providers/{name}/receipts", "/providers/{name}/replies"


class Refusal(Exception):
    """The webhook is not heard; ``status`` says why."""

    def __init__(self, status: int) -> None:
        super().__init__(status)
        self.status = status


class Webhooks:
    """The providers that may tell us something, and who keeps it.

    200: it is kept. 401: unsigned, or by nobody we know. 413 and 422: not to be read, so that sending it again is no
    use. 503: send it again later.
    """

    def __init__(
        self, providers: Iterable[ProviderSettings], keep: Keep, now: Callable[[], datetime]
    ) -> None:
        spoken = (one for one in providers if one.protocol == "http")
        self._known: dict[str, tuple[ProviderSettings, ProviderFile]] = {
            one.name: (one, read_provider(one.file)) for one in spoken
        }
        for name, (settings, _) in self._known.items():
            if not settings.webhook_secret.get_secret_value():
                log.warning("webhooks_refused", provider=name, remedy="set its webhook_secret")
        self._keep, self._now = keep, now

    def router(self) -> APIRouter:
        """Its routes; the console may serve them as well as `dozvon messages`."""
        router = APIRouter()
        router.add_api_route(RECEIPTS, self._receipts, methods=["POST"], response_model=None)
        router.add_api_route(REPLIES, self._replies, methods=["POST"], response_model=None)
        return router

    async def _receipts(self, request: Request, name: str) -> Response:
        return await self._hear(
            request, name, lambda _, file, body: read_receipts(name, file, body, self._now())
        )

    async def _replies(self, request: Request, name: str) -> Response:
        return await self._hear(
            request, name, lambda one, file, body: read_replies(name, file, body, one.kinds, self._now())
        )

    async def _hear(
        self,
        request: Request,
        name: str,
        read: Callable[[ProviderSettings, ProviderFile, bytes], Sequence[Heard]],
    ) -> Response:
        try:
            settings, file, body = await self._believed(request, name)
            await self._keep(read(settings, file, body))
        except Refusal as refusal:
            return Response(status_code=refusal.status)
        except InputError as error:
            log.warning("webhook_not_read", provider=name, error=str(error))
            return Response(str(error), 422, media_type="text/plain")
        except EnvironmentFault as fault:
            log.error("webhook_not_kept", provider=name, fault=str(fault))
            return Response(status_code=503)
        return Response(status_code=200)

    async def _believed(self, request: Request, name: str) -> tuple[ProviderSettings, ProviderFile, bytes]:
        """The body of a webhook that is surely the provider's; an unknown name is refused like a wrong signature.

        Raises Refusal.
        """
        body = await _read(request)
        settings, file = self._known.get(name, (None, None))
        told = request.headers.get(file.signature.header, "") if file else ""
        if settings is None or file is None:
            raise Refusal(401)
        if not signed(file.signature, settings.webhook_secret.get_secret_value(), body, told):
            log.warning("webhook_unsigned", provider=name)
            raise Refusal(401)
        return settings, file, body


async def _read(request: Request) -> bytes:
    body = bytearray()
    async for piece in request.stream():
        body += piece
        if len(body) > LARGEST:
            raise Refusal(413)
    return bytes(body)
