"""The page behind a payment link: public, so it tells sums and accounts to whoever has the link, and nobody's name."""

from __future__ import annotations

import re
from typing import Literal

from fastapi import APIRouter, Request, Response
from fastapi.responses import RedirectResponse

from agent_console.page import page, services_of
from dialer.handlers.payment_link import ask_call_back, open_link, say_paid
from dialer.ids import new_touch_id
from dialer.settings import payees_of

router = APIRouter()

PREVIEWERS = re.compile(r"bot\b|preview|whatsapp|viber|facebookexternalhit|crawler|spider", re.IGNORECASE)
"""Messengers look at links before people do: that is no opening, and a preview shows everybody what it finds."""

DOES = {"paid": say_paid, "call": ask_call_back}


@router.get("/p/{token}")
async def show(request: Request, token: str, said: str = "") -> Response:
    """What is owed and how to pay it; ``said`` is what he has just told us."""
    if PREVIEWERS.search(request.headers.get("user-agent", "")):
        return page(request, "pay/preview.html.j2")
    services = services_of(request)
    now, payees = services.now(), payees_of(services.settings)
    opened = await services.write(lambda tx: open_link(tx, token, payees, new_touch_id, now))
    if opened is None:
        return page(request, "pay/gone.html.j2", status=404)
    return page(request, "pay/page.html.j2", payment=opened, token=token, said=said)


@router.post("/p/{token}/{deed}")
async def tell(request: Request, token: str, deed: Literal["paid", "call"]) -> Response:
    """He says that he has paid, or asks for a call."""
    services = services_of(request)
    now = services.now()
    if not await services.write(lambda tx: DOES[deed](tx, token, new_touch_id, now)):
        return page(request, "pay/gone.html.j2", status=404)
    return RedirectResponse(f"/p/{token}?said={deed}", status_code=303)
