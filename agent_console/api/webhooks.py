"""Webhooks: whom we tell of touches as they end; signed, in order, again and again until they are taken."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Depends, Request, Response
from pydantic import BaseModel, Field

from agent_console.access.dependencies import bearer
from agent_console.addresses import Id
from agent_console.api.campaigns import by
from agent_console.page import services_of
from dialer.handlers.webhooks import add_webhook, remove_webhook
from domain.user import ApiToken
from domain.webhook import EventKind, Webhook
from ledger.books import Transaction

router = APIRouter(prefix="/api/v1", tags=["webhooks"])

Token = Annotated[ApiToken, Depends(bearer)]


class WebhookIn(BaseModel):
    """Where to tell what; all kinds of events where none is named."""

    url: str = Field(max_length=2000, examples=["https://billing.example/dozvon"])
    events: list[EventKind] = Field(default_factory=list, max_length=20)


class WebhookOut(BaseModel):
    """A subscription; ``behind`` events wait to be told."""

    id: int
    url: str
    events: list[EventKind]
    behind: int = 0


class WebhookMade(WebhookOut):
    """A new one, with the secret that signs what we tell: it is shown this once."""

    secret: str


@router.get("/webhooks", summary="All subscriptions")
async def webhooks(request: Request) -> list[WebhookOut]:
    """With how far each is behind."""

    def read(tx: Transaction) -> list[WebhookOut]:
        behind = tx.webhooks.behind()
        return [_shown(one, behind.get(one.id, 0)) for one in tx.webhooks.all()]

    return await services_of(request).read(read)


@router.post("/webhooks", status_code=201, summary="Tell a web server of events")
async def subscribe(request: Request, wanted: WebhookIn, token: Token) -> WebhookMade:
    """Each is a POST of one JSON document, signed by the secret."""
    services = services_of(request)
    now = services.now()
    made = await services.write(lambda tx: add_webhook(tx, wanted.url, wanted.events, by(token), now))
    return WebhookMade(**_shown(made, 0).model_dump(), secret=made.secret)


@router.delete("/webhooks/{id}", status_code=204, summary="Tell it no more")
async def unsubscribe(request: Request, id: Id, token: Token) -> Response:
    """What is under way may still come."""
    services = services_of(request)
    now = services.now()
    await services.write(lambda tx: remove_webhook(tx, id, by(token), now))
    return Response(status_code=204)


def _shown(one: Webhook, behind: int) -> WebhookOut:
    return WebhookOut(id=one.id, url=one.url, events=sorted(one.kinds), behind=behind)
