"""Strategies: what is in force, a new text under review while one types, a dry run, four eyes, and the way back."""

from __future__ import annotations

from datetime import timedelta
from typing import Annotated, Any

from anyio import to_thread
from fastapi import APIRouter, Depends, Request, Response
from fastapi.responses import JSONResponse, RedirectResponse
from pydantic import BaseModel, Field

from agent_console.access.audit import noted
from agent_console.access.dependencies import signed_in
from agent_console.access.visitor import Visitor
from agent_console.addresses import Id
from agent_console.floor.review import Review, picture, review_text
from agent_console.forms import Form, parsed
from agent_console.page import page, rendered, services_of
from dialer.handlers.dry_run import Trial, dry_run
from dialer.handlers.propose import approve, propose, refuse, roll_back_now
from dialer.handlers.publish import review
from dialer.settings import prices_of
from domain.audit import AuditAction, Subject
from domain.errors import InputError
from ledger.books import Transaction
from strategies.load import shipped_strategies, strategy_text

router = APIRouter()

NAME = r"^[\w][\w .-]*$"
LONGEST = 200_000
SAMPLE = 3_000
"""Debtors of a dry run while somebody waits for it: a second, and within two per cent of the whole."""
DAYS = 7

Signed = Annotated[Visitor, Depends(signed_in)]


class Text(BaseModel):
    """A text under review; ``portfolio`` is the one that a dry run tries it on."""

    name: str = Field(pattern=NAME, max_length=100)
    text: str = Field(max_length=LONGEST)
    portfolio: str = ""


class Submitted(Text):
    """A text that shall be put in force; ``hours`` after which it is taken back, 0 for never."""

    note: str = Field(min_length=1, max_length=2000)
    hours: int = Field(default=0, ge=0, le=720)


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
        versions = tx.versions.all(name)
        present = tx.versions.in_force(name)
        shown = next((one for one in versions if one.number == version), present)
        text = shown.body if shown else _shipped_text(name)
        return {
            "versions": versions[::-1],
            "present": present,
            "shown": shown,
            "text": text,
            "publications": tx.versions.publications(name)[::-1],
            "waiting": tx.proposals.open(name),
            "decided": tx.proposals.decided(name),
            "timer": tx.proposals.revert_of(name),
            "portfolios": [one.name for one in tx.portfolios.all()],
            "review": review_text(text, name, present, services.now()),
            "form": Form.empty(hours="0"),
            "four_eyes": services.settings.console.four_eyes,
        }

    found = await services.read(read)
    return page(request, "floor/strategy.html.j2", name=name, picture=_picture(found["review"]), **found)


@router.post("/strategies/check")
async def check(request: Request) -> Response:
    """What is wrong with the text that is being typed, and how it looks now."""
    asked = await _asked(request, Text)
    looked = await _reviewed(request, asked)
    html = rendered(request, "floor/review.html.j2", review=looked, picture=_picture(looked), name=asked.name)
    findings = [
        {
            "severity": one.severity,
            "line": one.line,
            "column": one.column,
            "text": _line(one.what, one.remedy),
        }
        for one in looked.findings
    ]
    return JSONResponse({"findings": findings, "html": html, "ok": looked.may_be_published})


@router.post("/strategies/dry-run")
async def try_out(request: Request) -> Response:
    """What the text would do to a portfolio in the next week."""
    services, asked = services_of(request), await _asked(request, Text)
    settings, now = services.settings, services.now()
    reviewed = await to_thread.run_sync(review, asked.text, asked.name, now)
    trial = Trial(reviewed.strategy, prices_of(settings), DAYS, SAMPLE, settings.learn)
    found = await services.read(
        lambda tx: dry_run(tx, trial, tx.portfolios.named(asked.portfolio), now, lambda done, total: None)
    )
    return page(request, "floor/dry_run.html.j2", found=found.to_json(), sampled=found.sampled)


@router.post("/strategies/submit")
async def submit(request: Request, visitor: Signed) -> Response:
    """Ask for approval; where two eyes are enough, put it in force at once."""
    services = services_of(request)
    now, four_eyes = services.now(), services.settings.console.four_eyes
    asked, form = await parsed(request, Submitted)
    if asked is None:
        return page(request, "floor/submit.html.j2", status=422, form=form, four_eyes=four_eyes)
    reviewed = await to_thread.run_sync(review, asked.text, asked.name, now)
    if reviewed.strategy.name != asked.name:
        raise InputError(f"the text is of a strategy called {reviewed.strategy.name!r}")
    author, after = visitor.user.login, timedelta(hours=asked.hours) or None

    def put(tx: Transaction) -> None:
        proposal = propose(tx, reviewed, author=author, note=asked.note, revert_after=after, now=now)
        noted(tx, visitor, AuditAction.STRATEGY_PROPOSED, _of(asked.name), now, proposal=proposal.id)
        if not four_eyes:
            published = approve(tx, proposal, reviewed, by=author, four_eyes=False, now=now)
            noted(
                tx,
                visitor,
                AuditAction.STRATEGY_PUBLISHED,
                _of(asked.name),
                now,
                version=published.version.number,
            )

    try:
        await services.write(put)
    except InputError as fault:
        form = form.with_fault("note", str(fault))
        return page(request, "floor/submit.html.j2", status=422, form=form, four_eyes=four_eyes)
    return Response(status_code=204, headers={"HX-Redirect": f"/strategies/{asked.name}"})


@router.post("/proposals/{id}/approve")
async def approve_it(request: Request, id: Id, visitor: Signed) -> Response:
    """Put a proposal in force."""
    services = services_of(request)
    now, four_eyes = services.now(), services.settings.console.four_eyes

    def put(tx: Transaction) -> str:
        proposal = tx.proposals.get(id)
        reviewed = review(proposal.body, proposal.name, now)
        published = approve(tx, proposal, reviewed, by=visitor.user.login, four_eyes=four_eyes, now=now)
        number = published.version.number
        noted(
            tx, visitor, AuditAction.STRATEGY_PUBLISHED, _of(proposal.name), now, version=number, proposal=id
        )
        return proposal.name

    return RedirectResponse(f"/strategies/{await services.write(put)}", status_code=303)


@router.post("/proposals/{id}/refuse")
async def refuse_it(request: Request, id: Id, visitor: Signed) -> Response:
    """Send a proposal back, with the reason; its author takes it back without one."""
    services, answer = services_of(request), str((await request.form()).get("answer", ""))
    now = services.now()

    def put(tx: Transaction) -> str:
        proposal = refuse(tx, tx.proposals.get(id), by=visitor.user.login, answer=answer, now=now)
        noted(tx, visitor, AuditAction.STRATEGY_REFUSED, _of(proposal.name), now, proposal=id)
        return proposal.name

    return RedirectResponse(f"/strategies/{await services.write(put)}", status_code=303)


@router.post("/strategies/{name}/rollback/{number}")
async def roll_back(request: Request, name: str, number: Id, visitor: Signed) -> Response:
    """Put an earlier version in force at once: whoever sees the damage need not wait for anybody."""
    services = services_of(request)
    now = services.now()

    def put(tx: Transaction) -> None:
        roll_back_now(tx, name, to=number, author=visitor.user.login, now=now)
        noted(tx, visitor, AuditAction.STRATEGY_ROLLED_BACK, _of(name), now, version=number)

    await services.write(put)
    return RedirectResponse(f"/strategies/{name}", status_code=303)


@router.post("/strategies/{name}/keep")
async def keep(request: Request, name: str, visitor: Signed) -> Response:
    """The version in force proved itself: its timer ends."""
    services = services_of(request)
    now = services.now()

    def put(tx: Transaction) -> None:
        tx.proposals.drop_revert(name)
        noted(tx, visitor, AuditAction.STRATEGY_KEPT, _of(name), now)

    await services.write(put)
    return RedirectResponse(f"/strategies/{name}", status_code=303)


async def _asked(request: Request, model: type[Text]) -> Text:
    asked, form = await parsed(request, model)
    if asked is None:
        raise InputError("; ".join(f"{name}: {fault}" for name, fault in form.faults.items()))
    return asked


async def _reviewed(request: Request, asked: Text) -> Review:
    """In the reader's thread: a long text takes seconds, and screens go on meanwhile."""
    services = services_of(request)
    now = services.now()
    return await services.read(
        lambda tx: review_text(asked.text, asked.name, tx.versions.in_force(asked.name), now)
    )


def _shipped_text(name: str) -> str:
    """The text of a shipped strategy, and of nothing else that lies on the disk."""
    if name not in shipped_strategies():
        raise InputError(f"there is no strategy {name!r}", remedy="the page of strategies lists them")
    return strategy_text(name)[0]


def _picture(looked: Review) -> list[Any]:
    return picture(looked.strategy) if looked.strategy else []


def _line(what: str, remedy: str) -> str:
    return f"{what}; {remedy}" if remedy else what


def _of(name: str) -> Subject:
    return Subject("strategy", name)
