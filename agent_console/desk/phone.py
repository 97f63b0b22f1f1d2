"""What the phone in the operator's own page needs to know."""

from __future__ import annotations

from fastapi import APIRouter, Request
from fastapi.responses import JSONResponse

from agent_console.desk.page import Own
from agent_console.page import services_of
from dialer.phones import browser_account

router = APIRouter()


@router.get("/desk/phone")
async def account(request: Request, operator: Own) -> JSONResponse:
    """His own account at the exchange, password and all; InputError when he talks on a telephone."""
    services = services_of(request)
    phones = await services.read(lambda tx: tx.operators.phones())
    return JSONResponse(browser_account(services.settings.nodes, operator, phones[operator]))
