"""Strategies: what is in force, a new text under review while one types, and a dry run of it."""

from __future__ import annotations

from typing import Any

from anyio import to_thread
from fastapi import APIRouter, Request, Response
from fastapi.responses import JSONResponse

from agent_console.floor.publishing import Text, asked_text, history
from agent_console.floor.review import Review, picture, review_text
from agent_console.forms import Form
from agent_console.page import page, rendered, say_of, services_of
from dialer.handlers.dry_run import Trial, dry_run
from dialer.handlers.publish import review
from dialer.messages.stationery import stationery_of
from dialer.repertoire import read_repertoire
from dialer.settings import prices_of
from domain.errors import InputError
from domain.version import VersionKind
from ledger.books import Transaction
from strategies.load import shipped_strategies, strategy_text

router = APIRouter()

SAMPLE = 3_000
"""Debtors of a dry run while somebody waits for it: a second, and within two per cent of the whole."""
DAYS = 7


class TriedText(Text):
    """A text, and the portfolio that a dry run tries it on."""

    portfolio: str = ""


@router.get("/strategies")
async def strategies(request: Request) -> Response:
    """Every strategy that was ever published, and those that are shipped."""

    def read(tx: Transaction) -> dict[str, Any]:
        known = {name: (tx.versions.in_force(name), tx.proposals.open(name)) for name in tx.versions.names()}
        running = tx.campaigns.under_way()
        versions = {one.id: tx.versions.get(one.strategy_version_id).name for one in running}
        followers = {name: [one.name for one in running if versions[one.id] == name] for name in known}
        return {"known": known, "followers": followers}

    found = await services_of(request).read(read)
    shipped = [name for name in shipped_strategies() if name not in found["known"]]
    return page(request, "floor/strategies.html.j2", shipped=shipped, **found)


@router.get("/strategies/{name}")
async def strategy(request: Request, name: str, version: int = 0) -> Response:
    """The editor, with the text in force, or of the version that is asked for, or as it is shipped."""
    services = services_of(request)

    def read(tx: Transaction) -> dict[str, Any]:
        found = history(tx, VersionKind.STRATEGY, name, version)
        text = found["shown"].body if found["shown"] else _shipped_text(name)
        return found | {
            "text": text,
            "portfolios": [one.name for one in tx.portfolios.all()],
            "review": review_text(tx, text, name, services.now(), stationery_of(services.settings)),
        }

    found = await services.read(read)
    return page(
        request,
        "floor/strategy.html.j2",
        picture=_picture(found["review"]),
        form=Form.empty(hours="0"),
        four_eyes=services.settings.console.four_eyes,
        **found,
    )


@router.post("/strategies/check")
async def check(request: Request) -> Response:
    """What is wrong with the text that is being typed, and how it looks now."""
    asked, services = await asked_text(request, Text), services_of(request)
    now, stationery = services.now(), stationery_of(services.settings)
    looked = await services.read(lambda tx: review_text(tx, asked.text, asked.name, now, stationery))
    html = rendered(request, "floor/review.html.j2", review=looked, picture=_picture(looked), name=asked.name)
    return JSONResponse(
        {"findings": looked.marks(say_of(request)), "html": html, "ok": looked.may_be_published}
    )


@router.post("/strategies/dry-run")
async def try_out(request: Request) -> Response:
    """What the text would do to a portfolio in the next week."""
    services, asked = services_of(request), await asked_text(request, TriedText)
    settings, now = services.settings, services.now()
    scripts = await to_thread.run_sync(read_repertoire, services.books)
    stationery = stationery_of(settings)
    reviewed = await to_thread.run_sync(review, asked.text, asked.name, now, stationery, scripts)
    trial = Trial(
        reviewed.strategy, prices_of(settings), DAYS, SAMPLE, settings.learn, kinds=stationery.kinds
    )
    found = await services.read(
        lambda tx: dry_run(tx, trial, tx.portfolios.named(asked.portfolio), now, lambda done, total: None)
    )
    return page(request, "floor/dry_run.html.j2", found=found.to_json(), sampled=found.sampled)


def _shipped_text(name: str) -> str:
    """The text of a shipped strategy, and of nothing else that lies on the disk."""
    if name not in shipped_strategies():
        raise InputError(f"there is no strategy {name!r}", remedy="the page of strategies lists them")
    return strategy_text(name)[0]


def _picture(looked: Review) -> list[Any]:
    return picture(looked.strategy) if looked.strategy else []
