"""The first page: an operator's is his desk, everybody else's the floor."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Depends
from fastapi.responses import RedirectResponse

from agent_console.access.dependencies import signed_in
from agent_console.access.visitor import Visitor
from domain.user import Role

router = APIRouter()


@router.get("/")
async def home(visitor: Annotated[Visitor, Depends(signed_in)]) -> RedirectResponse:
    """Where somebody who has just signed in works."""
    return RedirectResponse("/desk" if visitor.user.role is Role.OPERATOR else "/floor", status_code=303)
