"""Campaigns: which there are, how they stand, and what they may use of the line."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Depends, Request
from pydantic import BaseModel, Field

from agent_console.access.dependencies import bearer
from agent_console.page import services_of
from dialer.handlers.campaigns import Caps, set_caps, set_status
from dialer.handlers.funnel import funnel
from dialer.handlers.take_over import work_of
from dialer.work import equipped
from domain.campaign import Campaign, CampaignStatus
from domain.errors import InputError
from domain.user import Actor, ApiToken
from ledger.books import Transaction

router = APIRouter(prefix="/api/v1", tags=["campaigns"])

Token = Annotated[ApiToken, Depends(bearer)]


class CampaignOut(BaseModel):
    """A campaign; ``call_limit`` is the most calls that it may ever place, null for no limit."""

    name: str
    portfolio: str
    strategy: str = Field(description="the version that runs, e.g. utilities-soft@3")
    status: CampaignStatus
    caller_number: str
    max_channels: int
    max_calls_per_second: float
    call_limit: int | None


class StatusIn(BaseModel):
    """What a campaign shall do."""

    status: CampaignStatus


class CapsIn(BaseModel):
    """What a campaign may use of the line."""

    max_channels: int = Field(ge=1, le=10_000)
    max_calls_per_second: float = Field(ge=0.1, le=500, allow_inf_nan=False)
    call_limit: int | None = Field(default=None, ge=1, le=10**9)


@router.get("/campaigns", summary="All campaigns, those under way first")
async def campaigns(request: Request) -> list[CampaignOut]:
    """They are few: no paging."""
    return await services_of(request).read(lambda tx: [_shown(tx, one) for one in tx.campaigns.all()])


@router.get("/campaigns/{name}", summary="One campaign")
async def campaign(request: Request, name: str) -> CampaignOut:
    """422 where there is none of that name."""
    return await services_of(request).read(lambda tx: _shown(tx, tx.campaigns.named(name)))


@router.get(
    "/campaigns/{name}/funnel", summary="Every debtor of the portfolio in one bucket, with its reason"
)
async def campaign_funnel(request: Request, name: str) -> dict[str, Any]:
    """As `dozvon report funnel --json`."""
    services = services_of(request)

    def count(tx: Transaction) -> dict[str, Any]:
        found = tx.campaigns.named(name)
        return funnel(tx, equipped(work_of(tx, found), services.settings), found, services.now()).to_json()

    return await services.read(count)


@router.post("/campaigns/{name}/status", summary="Pause, resume or stop a campaign")
async def change_status(request: Request, name: str, wanted: StatusIn, token: Token) -> CampaignOut:
    """Its dialler obeys within a second."""
    if wanted.status is CampaignStatus.FINISHED:
        raise InputError("a campaign finishes by itself", where="status", remedy="stop it")
    services = services_of(request)
    now = services.now()
    return await services.write(lambda tx: _shown(tx, set_status(tx, name, wanted.status, by(token), now)))


@router.put("/campaigns/{name}/caps", summary="Change what a campaign may use of the line")
async def change_caps(request: Request, name: str, wanted: CapsIn, token: Token) -> CampaignOut:
    """Its dialler obeys within a second."""
    services = services_of(request)
    now, caps = services.now(), Caps(**wanted.model_dump())
    return await services.write(lambda tx: _shown(tx, set_caps(tx, name, caps, by(token), now)))


def by(token: ApiToken) -> Actor:
    """Who does it, for the audit log."""
    return Actor(None, f"token {token.name}")


def _shown(tx: Transaction, one: Campaign) -> CampaignOut:
    return CampaignOut(
        name=one.name,
        portfolio=tx.portfolios.get(one.portfolio_id).name,
        strategy=tx.versions.get(one.strategy_version_id).label,
        status=one.status,
        caller_number=one.caller_number,
        max_channels=one.max_channels,
        max_calls_per_second=one.max_calls_per_second,
        call_limit=one.call_limit,
    )
