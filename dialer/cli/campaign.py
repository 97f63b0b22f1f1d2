"""``dozvon campaign``: start, pause, resume, stop, look."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Annotated, Any

import typer
from redis.asyncio import Redis
from redis.exceptions import RedisError

from dialer.board import fetch
from dialer.cli.common import bailiffs_are_called, clock_of, open_books, phone_of, warn_of_days_off
from dialer.cli.console import bar, console, print_json, styled, warn
from dialer.cli.options import AsJson, CampaignName, PortfolioName
from dialer.cli.script_named import known_scripts
from dialer.handlers.campaigns import Caps, create, set_caps, set_status
from dialer.handlers.publish import review
from dialer.handlers.start_campaign import CampaignOrder, Started
from dialer.messages.stationery import stationery_of
from dialer.settings import Settings, load_settings
from domain.campaign import CampaignStatus
from domain.user import COMMAND_LINE
from ledger.imports.phones import normalise_own
from strategies.load import strategy_text

app = typer.Typer(help="Campaigns: a portfolio worked by a strategy.", no_args_is_help=True)


@app.command("start")
def start(
    name: CampaignName,
    portfolio: PortfolioName,
    strategy: Annotated[
        str, typer.Option(help="A file, the name of a published strategy, or of a shipped one.")
    ],
    caller: Annotated[str, typer.Option(help="The number shown to debtors, from `dozvon number list`.")],
    channels: Annotated[int, typer.Option(min=1, help="Most calls at once.")] = 30,
    cps: Annotated[float, typer.Option(min=0.1, max=500.0, help="Most calls per second.")] = 2.0,
    calls: Annotated[int | None, typer.Option(min=1, help="Most calls of the whole campaign.")] = None,
    author: Annotated[str, typer.Option(help="Who answers for a strategy that is new.")] = "campaign start",
    as_json: AsJson = False,
) -> None:
    """Plan every debtor of a portfolio and let the diallers begin."""
    settings = load_settings()
    text, file = _text(settings, strategy)
    now = clock_of(settings).now()
    scripts, called = known_scripts(settings), bailiffs_are_called(settings)
    reviewed = review(text, file, now, stationery_of(settings), scripts, bailiffs=called)
    number = phone_of(caller, "--caller", normalise_own)
    order = CampaignOrder(name, portfolio, reviewed, number, channels, cps, calls, author)
    started = begin_campaign(settings, order)
    warn_of_days_off(reviewed.strategy.regime, settings)
    if as_json:
        print_json({"name": name, "planned": started.planned, "left_out": dict(started.left_out)})
        return
    for warning in reviewed.warnings:
        warn(str(warning))
    console.print(styled("campaign [bold]{}[/] runs: {:,} debtors planned", name, started.planned))
    for reason, count in started.left_out.most_common():
        console.print(f"  {count:,} left out: {reason}")


def _text(settings: Settings, strategy: str) -> tuple[str, str]:
    """Text and name of a file, of the version in force of a published strategy, or of a shipped one."""
    if not Path(strategy).exists():
        with open_books(settings) as books, books.read() as tx:
            version = tx.versions.in_force(strategy)
        if version:
            return version.body, version.label
    return strategy_text(strategy)


def begin_campaign(settings: Settings, order: CampaignOrder) -> Started:
    """Start a campaign with a bar that shows how far its prompts and then its plans are."""
    now = clock_of(settings).now()
    with open_books(settings) as books, bar("prompts, then plans") as progress:
        return create(books, settings, order, COMMAND_LINE, now=now, progress=progress, warn=warn)


@app.command("pause")
def pause(name: CampaignName, as_json: AsJson = False) -> None:
    """Place no new calls; running ones go on."""
    _change(name, CampaignStatus.PAUSED, "is paused", as_json)


@app.command("resume")
def resume(name: CampaignName, as_json: AsJson = False) -> None:
    """Go on with a paused or stopped campaign."""
    _change(name, CampaignStatus.RUNNING, "runs", as_json)


@app.command("stop")
def stop(name: CampaignName, as_json: AsJson = False) -> None:
    """End a campaign; its log stays, and it can be resumed."""
    _change(name, CampaignStatus.STOPPED, "is stopped", as_json)


@app.command("caps")
def caps(
    name: CampaignName,
    channels: Annotated[int | None, typer.Option(help="Most calls at once.")] = None,
    cps: Annotated[float | None, typer.Option(help="Most calls per second.")] = None,
    calls: Annotated[int | None, typer.Option(help="Most calls of the whole campaign.")] = None,
    no_call_limit: Annotated[
        bool, typer.Option("--no-call-limit", help="As many calls as it takes.")
    ] = False,
    as_json: AsJson = False,
) -> None:
    """Change what a campaign may use of the line, while it runs; what is not told stays."""
    settings = load_settings()
    now = clock_of(settings).now()
    with open_books(settings) as books, books.write() as tx:
        known = tx.campaigns.named(name)
        limit = known.call_limit if calls is None else calls
        wanted = Caps(
            known.max_channels if channels is None else channels,
            known.max_calls_per_second if cps is None else cps,
            None if no_call_limit else limit,
        )
        campaign = set_caps(tx, name, wanted, COMMAND_LINE, now)
    told = {
        field: getattr(campaign, field) for field in ("max_channels", "max_calls_per_second", "call_limit")
    }
    if as_json:
        print_json({"name": name, **told})
    else:
        at_most = f"{campaign.max_channels} calls at once, {campaign.max_calls_per_second:g} a second"
        console.print(
            styled("campaign [bold]{}[/]: {}, {} in all", name, at_most, campaign.call_limit or "any number")
        )


@app.command("status")
def status(name: CampaignName, as_json: AsJson = False) -> None:
    """What a campaign does now, and why it is not faster."""
    settings = load_settings()
    with open_books(settings) as books, books.read() as tx:
        campaign = tx.campaigns.named(name)
        runs, wanted = (
            tx.versions.get(id) for id in (campaign.strategy_version_id, campaign.wanted_version_id)
        )
        document: dict[str, Any] = {
            "name": name,
            "status": campaign.status.value,
            "strategy": runs.label,
            "published": wanted.label,
            "debtors": {state.value: count for state, count in tx.plans.counts(campaign.id).items()},
            "open_touches": len(tx.touches.open(campaign.id)),
            "board": asyncio.run(_board(settings, name)),
        }
    if as_json:
        print_json(document)
        return
    console.print(styled("campaign [bold]{name}[/] is {status}; debtors: {debtors}", **document))
    board = document["board"]
    scripts, fault = (board or {}).get("scripts", []), (board or {}).get("version_fault")
    console.print(f"strategy {', '.join([runs.label, *scripts])}")
    if wanted != runs:
        why = fault or "a dialler is about to take it"
        console.print(styled("[yellow]{} is published and does not run yet:[/] {}", wanted.label, why))
    elif fault:
        console.print(styled("[yellow]a script that was published is not played yet:[/] {}", fault))
    if board is None:
        console.print("no dialler works it now; start one with `dozvon dialer`")
    else:
        console.print(
            f"{board['in_flight']} calls up, {board['calls_per_second']:.1f} calls/s, "
            f"held back by: {board['reason']}"
        )


async def _board(settings: Settings, name: str) -> dict[str, Any] | None:
    redis: Redis = Redis.from_url(settings.redis_url)
    try:
        return await fetch(redis, name)
    except RedisError:
        return None
    finally:
        await redis.aclose()


def _change(name: str, status: CampaignStatus, words: str, as_json: bool) -> None:
    settings = load_settings()
    now = clock_of(settings).now()
    with open_books(settings) as books, books.write() as tx:
        campaign = set_status(tx, name, status, COMMAND_LINE, now)
    if as_json:
        print_json({"name": name, "status": campaign.status.value})
    else:
        console.print(styled("campaign [bold]{}[/] {}", name, words))
