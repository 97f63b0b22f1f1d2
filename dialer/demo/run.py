"""The demo from start to end: a world, a portfolio, a campaign, a live board, and the proof at the end."""

from __future__ import annotations

import asyncio
import os
import signal
import sys
from contextlib import AbstractAsyncContextManager, AsyncExitStack
from datetime import UTC, datetime, timedelta
from pathlib import Path

from redis.asyncio import Redis
from redis.exceptions import RedisError
from rich.console import Group
from rich.live import Live

from asterisk.town import TownPlan
from dialer.board import fetch
from dialer.cli.campaign import begin_campaign
from dialer.cli.common import clock_of, open_books
from dialer.cli.console import bar, console, styled
from dialer.cli.figures import clock
from dialer.cli.screen import board_line, render_board
from dialer.clock import SystemClock
from dialer.demo import callers, floor, mail, screens
from dialer.demo.beside import running
from dialer.demo.folder import run_folder
from dialer.demo.outcome import prove, show_outcome
from dialer.demo.plan import CAMPAIGN, DemoPlan, Load
from dialer.demo.portfolio import write_portfolio
from dialer.demo.post_office.plan import PostPlan
from dialer.demo.stage import StagePlan, open_stage
from dialer.demo.world import World, open_simulated
from dialer.handlers.publish import review
from dialer.handlers.start_campaign import CampaignOrder
from dialer.settings import environment_of
from domain.caller_number import CallerNumber
from domain.errors import EnvironmentFault
from domain.inbound import Line
from domain.portfolio import LegalBasis
from ledger.imports.debtors import import_debtors
from strategies.load import strategy_text

CALLER = "+74950000000"
DEMO_DAY = datetime(2026, 3, 10, 8, 0, tzinfo=UTC)
"""A working Tuesday, 11:00 in Moscow: lawful hours in all eleven time zones of the portfolio."""

FLAWS = 12
HOLD = "DOZVON_PACING__CALLBACKS"
SCREENS = "dozvon demo --screens --operators 3"
REFRESH_S = 0.25
LINE_EVERY = 20


async def run_demo(plan: DemoPlan) -> int:
    """Play the demo; the exit status is 0 when log and carrier agree, else 1."""
    review(*strategy_text(plan.strategy), DEMO_DAY)  # a wrong file is told before anything is started
    with run_folder(plan.folder) as folder:
        _greet(plan)
        equal = await _play(plan, folder)
    console.print(f"everything is stopped; the log of this run is in {plan.folder / 'run'}", soft_wrap=True)
    if not plan.screens:
        console.print(styled("[dim]`{}` lets you sit down at it[/]", SCREENS), soft_wrap=True)
    return 0 if equal else 1


async def _play(plan: DemoPlan, folder: Path) -> bool:
    """Whether log and carrier agree."""
    async with _world(plan, folder) as world:
        _load(world, Load(CAMPAIGN, plan.debtors, plan.seed, plan.strategy, plan.calls), plan)
        if plan.talks:
            _load(world, plan.second, plan)
        async with AsyncExitStack() as beside:
            await beside.enter_async_context(running(world, "messages"))
            if plan.screens:
                await beside.enter_async_context(screens.serving(world, plan.campaigns))
            await _dial(world, plan)
            await mail.receipts(world, CAMPAIGN)
        equal = _outcome(world, plan)
        if plan.keep:
            await _stay(world)
    return equal


def _outcome(world: World, plan: DemoPlan) -> bool:
    show_outcome(world, CAMPAIGN)
    if not plan.talks:
        return all([prove(world, CAMPAIGN), mail.prove_messages(world, CAMPAIGN)])
    show_outcome(world, floor.CAMPAIGN)
    equal = [
        prove(world, CAMPAIGN, others=[floor.CAMPAIGN]),
        mail.prove_messages(world, CAMPAIGN),
        prove(world, floor.CAMPAIGN, others=[CAMPAIGN], operators=True),
        floor.show_talks(world.settings, world.talks()),
        not plan.callers or plan.screens or callers.show_callers(world),
    ]
    return all(equal)


def _greet(plan: DemoPlan) -> None:
    where = (
        "a [bold yellow]simulated[/] Asterisk: no SIP, no sound" if plan.simulated else "two real Asterisks"
    )
    whom = "[bold]Dozvon demo[/]: {:,} calls to {:,} made-up debtors over " + where
    console.print(styled(whom, plan.calls, plan.debtors), soft_wrap=True)
    when = f"its clock says {DEMO_DAY:%A %d %B %Y, %H:%M} UTC, so that calls are lawful whenever you look"
    console.print(styled("[dim]{}[/]", when), soft_wrap=True)


def _world(plan: DemoPlan, folder: Path) -> AbstractAsyncContextManager[World]:
    stage = StagePlan(
        folder=folder,
        prompts=(plan.folder / "prompts").resolve(),
        town=TownPlan(seed=plan.town_seed, slow_ring=18.0, callers=callers.CALLERS if plan.callers else None),
        clock_ahead=timedelta(seconds=round((DEMO_DAY - SystemClock().now()).total_seconds())),
        team=plan.team,
        post=PostPlan(),
        browsers=plan.screens,
    )
    return open_simulated(stage) if plan.simulated else open_stage(stage)


def _load(world: World, load: Load, plan: DemoPlan) -> None:
    file = plan.folder / f"portfolio-{load.seed}-{load.debtors}.csv"
    if not file.exists():
        draft = file.with_suffix(".new")
        write_portfolio(draft, seed=load.seed, as_of=DEMO_DAY.date(), debtors=load.debtors, flaws=FLAWS)
        draft.rename(file)
    basis = LegalBasis(
        "договор поручения 1 (пример)", DEMO_DAY - timedelta(days=60), DEMO_DAY + timedelta(days=300)
    )
    settings = world.settings
    with open_books(settings) as books, books.write() as tx, bar("importing the portfolio") as progress:
        tx.numbers.put(
            CallerNumber(CALLER, "договор связи 1 (пример)", "Дозвон, пример", "долги ЖКХ", basis.valid_from)
        )
        if plan.callers:
            tx.lines.put(Line(CALLER))
        portfolio = tx.portfolios.put(
            load.name, creditor="ЭнергоСбыт Пример", contact_phone="+74950000001", basis=basis
        )
        result = import_debtors(
            tx.connection,
            portfolio.id,
            file,
            rejects_folder=settings.home,
            progress=lambda _rows, done, total: progress(done, total),
        )
    console.print(
        f"portfolio: {result.added:,} debtors imported; {result.rejected} faulty rows or phones are listed in"
        f" {result.rejects_file}",
        soft_wrap=True,
    )
    reviewed = review(*strategy_text(load.strategy), clock_of(settings).now())
    order = CampaignOrder(load.name, load.name, reviewed, CALLER, plan.channels, plan.cps, load.calls)
    started = begin_campaign(settings, order)
    left_out = "; ".join(f"{count:,}: {reason}" for reason, count in started.left_out.most_common())
    console.print(
        f"campaign {load.name}: {started.planned:,} debtors planned; left alone {left_out or 'nobody'}",
        soft_wrap=True,
    )


async def _dial(world: World, plan: DemoPlan) -> None:
    """Run a dialler process and show its board until it has ended."""
    log = world.settings.home / "dialler.log"
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "dialer", "dialer", "--log-file", str(log)),
        *(() if plan.screens or plan.callers else ("--until-finished",)),
        *(word for name in plan.campaigns for word in ("--campaign", name)),
        env={**os.environ, **environment_of(world.settings), HOLD: str(plan.held)},
        start_new_session=True,
        stderr=asyncio.subprocess.PIPE,
    )

    def leave(_: object) -> None:
        process.terminate()

    leaving = asyncio.create_task(_until_served(world, plan))
    leaving.add_done_callback(leave)
    loop = asyncio.get_running_loop()
    loop.add_signal_handler(signal.SIGINT, leaving.cancel)
    loop.add_signal_handler(signal.SIGTERM, leaving.cancel)
    try:
        await _watch(world, plan, process)
        _, said = await process.communicate()
    finally:
        loop.remove_signal_handler(signal.SIGINT)
        leaving.remove_done_callback(leave)
        leaving.cancel()
        if process.returncode is None:
            process.kill()
            await process.wait()
    if process.returncode:
        raise EnvironmentFault(f"the dialler failed: {said.decode().strip()}", remedy=f"read {log}")


async def _until_served(world: World, plan: DemoPlan) -> None:
    """Return when whoever means to ring us has done so; never where the dialler ends by itself, or by Ctrl-C."""
    if plan.callers and not plan.screens:
        await callers.all_served(world, plan.campaigns, plan.town_seed)
    else:
        await asyncio.Event().wait()


async def _watch(world: World, plan: DemoPlan, process: asyncio.subprocess.Process) -> None:
    redis: Redis = Redis.from_url(world.settings.redis_url)
    coming = asyncio.create_task(floor.come_to_work(redis, plan.team)) if plan.team else None
    began = asyncio.get_running_loop().time()
    ended = asyncio.ensure_future(process.wait())
    shown = 0
    try:
        with Live(console=console, auto_refresh=False, transient=True) as live:
            while not (await asyncio.wait([ended], timeout=REFRESH_S))[0]:
                board = await fetch(redis, CAMPAIGN)
                elapsed = asyncio.get_running_loop().time() - began
                if board is None:
                    continue
                if console.is_terminal:
                    shows = [render_board(board, elapsed, "Ctrl-C ends it without dropping a call")]
                    if plan.talks:
                        shows.append(await floor.render_floor(redis))
                    live.update(Group(*shows), refresh=True)
                elif shown % LINE_EVERY == 0:
                    console.print(board_line(board, elapsed))
                shown += 1
    except RedisError as error:
        console.print(styled("[yellow]the board is not to be seen: {}[/]", error))
    finally:
        if coming:
            coming.cancel()
            await asyncio.gather(coming, return_exceptions=True)
        await redis.aclose()
    console.print(f"calls ended after {clock(asyncio.get_running_loop().time() - began)}")


async def _stay(world: World) -> None:
    """Keep the world up for other terminals."""
    file = world.settings.home / "environment.sh"
    file.write_text(
        "".join(f"export {name}='{value}'\n" for name, value in environment_of(world.settings).items())
    )
    file.chmod(0o600)
    console.print(
        styled(
            "left running. In another terminal: [bold]. {}[/], then e.g. `dozvon report intensity --campaign demo`",
            file,
        ),
        soft_wrap=True,
    )
    console.print("Ctrl-C here stops everything", soft_wrap=True)
    stop = asyncio.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(number, stop.set)
    await stop.wait()
