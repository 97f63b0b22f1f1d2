"""Campaigns: started, paused, held to their caps; and at a glance why nobody is being called, down to the debtor."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Annotated, Any

import orjson
from fastapi import APIRouter, Depends, Request, Response
from fastapi.responses import RedirectResponse
from pydantic import BaseModel, Field
from redis.exceptions import RedisError

from agent_console.access.dependencies import signed_in
from agent_console.access.visitor import Visitor
from agent_console.addresses import LAST_ID
from agent_console.floor.starting import Start, starts_of
from agent_console.forms import Form, asked, parsed
from agent_console.page import page, say_of, services_of
from dialer.board import board_key, reason_of
from dialer.handlers.bucket import debtors_in
from dialer.handlers.campaigns import Caps, review_named, set_caps, set_status
from dialer.handlers.due_ahead import due_ahead
from dialer.handlers.funnel import Bucket, Stage, funnel
from dialer.handlers.publish import Reviewed
from dialer.handlers.start_campaign import CampaignOrder
from dialer.handlers.take_over import work_of
from dialer.work import Work, equipped
from domain.campaign import Campaign, CampaignStatus
from domain.errors import InputError
from ledger.books import Transaction
from strategies.load import shipped_strategies

router = APIRouter()

NAME = r"^[\w][\w .-]*$"
PAGE = 50

Signed = Annotated[Visitor, Depends(signed_in)]


class CapsAsked(BaseModel):
    """What a campaign may use of the line; no limit of calls when it is left empty."""

    max_channels: int = Field(ge=1, le=10_000)
    max_calls_per_second: float = Field(ge=0.1, le=500)
    call_limit: int | None = Field(default=None, ge=1, le=10**9)

    @property
    def caps(self) -> Caps:
        """As the handlers take them."""
        return Caps(self.max_channels, self.max_calls_per_second, self.call_limit)


class Wanted(CapsAsked):
    """A new campaign."""

    name: str = Field(pattern=NAME, max_length=100)
    portfolio: str = Field(min_length=1)
    strategy: str = Field(min_length=1)
    caller_number: str = Field(min_length=1)


class InBucket(BaseModel):
    """Whom of the funnel to list, from the ``first`` on."""

    stage: Stage
    why: str = ""
    first: int = Field(default=0, ge=0, le=LAST_ID)


@dataclass(frozen=True, slots=True)
class Shown:
    """A campaign of the list."""

    campaign: Campaign
    portfolio: str
    strategy: str


@router.get("/campaigns")
async def campaigns(request: Request) -> Response:
    """All campaigns, those under way first."""

    def read(tx: Transaction) -> list[Shown]:
        portfolios = {one.id: one.name for one in tx.portfolios.all()}
        return [
            Shown(one, portfolios[one.portfolio_id], tx.versions.get(one.strategy_version_id).label)
            for one in tx.campaigns.all()
        ]

    rows = await services_of(request).read(read)
    live = await _boards(request, [one.campaign.name for one in rows])
    return page(
        request,
        "floor/campaigns.html.j2",
        rows=rows,
        live=live,
        starts=starts_of(request).going(services_of(request).now()),
    )


@router.get("/campaigns/new")
async def new(request: Request) -> Response:
    """The form of a new campaign."""
    form = Form.empty(max_channels="30", max_calls_per_second="5")
    return page(request, "floor/new_campaign.html.j2", form=form, **await _choices(request))


@router.post("/campaigns")
async def create(request: Request, visitor: Signed) -> Response:
    """Make its prompts and its plan, beside everything else; its page shows how far that is."""
    wanted, form = await parsed(request, Wanted)
    if wanted is None:
        return page(request, "floor/new_campaign.html.j2", status=422, form=form, **await _choices(request))
    services, caps = services_of(request), wanted.caps
    now = services.now()
    try:
        reviewed = await services.read(lambda tx: _reviewed(tx, wanted.strategy, now))
        order = CampaignOrder(
            wanted.name,
            wanted.portfolio,
            reviewed,
            wanted.caller_number,
            caps.max_channels,
            caps.max_calls_per_second,
            caps.call_limit,
            visitor.user.login,
        )
        await services.read(lambda tx: _could(tx, order, now))
        starts_of(request).begin(services, order, visitor.actor)
    except InputError as fault:
        form = form.with_fault("name", fault.in_words(say_of(request)))
        return page(request, "floor/new_campaign.html.j2", status=422, form=form, **await _choices(request))
    return RedirectResponse("/campaigns", status_code=303)


@router.get("/campaigns/starting/{name}")
async def starting(request: Request, name: str) -> Response:
    """How far the making of a campaign is."""
    start: Start | None = starts_of(request).of(name)
    return page(request, "floor/starting.html.j2", start=start, name=name)


@router.post("/campaigns/starting/{name}/dismiss")
async def dismiss(request: Request, name: str) -> Response:
    """Show no more that its making has failed."""
    starts_of(request).dismiss(name)
    return RedirectResponse("/campaigns", status_code=303)


@router.get("/campaigns/{name}")
async def campaign(request: Request, name: str) -> Response:
    """One campaign: its state, its caps, and what is due in the next hours."""
    services = services_of(request)
    now = services.now()

    def read(tx: Transaction) -> dict[str, Any]:
        found = tx.campaigns.named(name)
        return {
            "campaign": found,
            "portfolio": tx.portfolios.get(found.portfolio_id).name,
            "version": tx.versions.get(found.strategy_version_id),
            "due": due_ahead(tx, name, now),
        }

    found = await services.read(read)
    one: Campaign = found["campaign"]
    caps = {name: getattr(one, name) for name in CapsAsked.model_fields}
    form = Form.empty(**{name: "" if value is None else value for name, value in caps.items()})
    live = (await _boards(request, [name]))[name]
    return page(request, "floor/campaign.html.j2", form=form, live=live, **found)


@router.get("/campaigns/{name}/funnel")
async def show_funnel(request: Request, name: str) -> Response:
    """Every debtor of the portfolio in one bucket with its reason."""
    services = services_of(request)

    def read(tx: Transaction) -> dict[str, Any]:
        found = tx.campaigns.named(name)
        return funnel(tx, _work(request, tx, found), found, services.now()).to_json()

    return page(request, "floor/funnel.html.j2", name=name, funnel=await services.read(read))


@router.get("/campaigns/{name}/debtors")
async def show_debtors(request: Request, name: str) -> Response:
    """The debtors of one bucket, a page at a time."""
    services = services_of(request)
    which, _ = asked(request, InBucket)
    if which is None:
        raise InputError("there is no such part of the funnel", remedy="choose one on the campaign's page")
    bucket = Bucket(which.stage, which.why)

    def read(tx: Transaction) -> list[Any]:
        found = tx.campaigns.named(name)
        ids = debtors_in(tx, _work(request, tx, found), found, bucket, services.now(), which.first, PAGE + 1)
        known = tx.debtors.load(ids)
        return [known[id] for id in ids]

    debtors = await services.read(read)
    return page(
        request,
        "floor/bucket.html.j2",
        name=name,
        bucket=bucket,
        debtors=debtors[:PAGE],
        first=which.first,
        more=len(debtors) > PAGE,
    )


@router.post("/campaigns/{name}/status/{status}")
async def change(request: Request, name: str, status: CampaignStatus, visitor: Signed) -> Response:
    """Pause, resume or stop it; its dialler obeys at its next look."""
    services = services_of(request)
    if status is CampaignStatus.FINISHED:
        raise InputError("a campaign finishes by itself", remedy="stop it")
    await services.write(lambda tx: set_status(tx, name, status, visitor.actor, services.now()))
    return RedirectResponse(f"/campaigns/{name}", status_code=303)


@router.post("/campaigns/{name}/caps")
async def cap(request: Request, name: str, visitor: Signed) -> Response:
    """Change its caps while it runs."""
    services = services_of(request)
    wanted, form = await parsed(request, CapsAsked)
    if wanted is None:
        return page(request, "floor/caps.html.j2", status=422, form=form, name=name)
    await services.write(lambda tx: set_caps(tx, name, wanted.caps, visitor.actor, services.now()))
    return Response(status_code=204, headers={"HX-Redirect": f"/campaigns/{name}"})


def _reviewed(tx: Transaction, strategy: str, now: datetime) -> Reviewed:
    """A published or shipped strategy, and no file that a path leads to."""
    if strategy not in _strategies(tx):
        raise InputError(f"there is no strategy {strategy!r}", remedy="choose one from the list")
    return review_named(tx, strategy, now)


def _strategies(tx: Transaction) -> list[str]:
    """What a campaign can follow: the published ones first."""
    return list(dict.fromkeys((*tx.versions.names(), *shipped_strategies())))


def _could(tx: Transaction, order: CampaignOrder, now: datetime) -> None:
    """InputError for what stops a campaign before anything is made for it."""
    tx.portfolios.named(order.portfolio)
    tx.numbers.usable(order.caller_number, now)
    if any(one.name == order.name for one in tx.campaigns.all()):
        raise InputError(f"campaign {order.name!r} exists already", remedy="choose another name")


def _work(request: Request, tx: Transaction, of: Campaign) -> Work:
    return equipped(work_of(tx, of), services_of(request).settings)


async def _choices(request: Request) -> dict[str, Any]:
    def read(tx: Transaction) -> dict[str, Any]:
        return {
            "portfolios": _pairs(one.name for one in tx.portfolios.all()),
            "strategies": _pairs(_strategies(tx)),
            "numbers": [(one.number, f"{one.number} {one.label}") for one in tx.numbers.all()],
        }

    return await services_of(request).read(read)


def _pairs(names: Iterable[str]) -> list[tuple[str, str]]:
    """Options whose words are their values."""
    return [(name, name) for name in names]


async def _boards(request: Request, names: list[str]) -> dict[str, dict[str, Any]]:
    """What the diallers tell of these campaigns; nothing while Redis does not answer."""
    if not names:
        return {}
    try:
        texts = await services_of(request).redis.mget([board_key(name) for name in names])
    except RedisError:
        texts = [None] * len(names)
    boards = {name: orjson.loads(text) if text else {} for name, text in zip(names, texts, strict=True)}
    return {name: board | {"reason": reason_of(board)} for name, board in boards.items()}
