"""A whole shift: telephone world, dialler, console and a browser in which an operator works."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from contextlib import AsyncExitStack, asynccontextmanager, suppress
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import numpy as np
import soundfile
from playwright.async_api import BrowserContext, Page, expect
from redis.asyncio import Redis

from agent_console.services import Services
from asterisk.ports import LOOPBACK
from asterisk.town import TownPlan
from dialer.clock import SystemClock
from dialer.floor.commands import see_floor
from dialer.handlers.users import add_user
from dialer.settings import Settings
from domain.campaign import CampaignStatus
from domain.inbound import Line
from domain.operator import OperatorState
from domain.operator_phone import PhoneKind
from domain.user import COMMAND_LINE, Language, Role
from tests.agent_console.cable import Cable, cable
from tests.agent_console.desks import served
from tests.agent_console.stage import HASH, PASSWORD
from tests.e2e.floor_play import PEOPLE_TOWN, operators
from tests.e2e.play import CAMPAIGN, PORTFOLIO, Play, open_play
from tests.polling import PATIENCE_S, until

LINE = "+78005553535"
SPEAKER = "+79350999100"
"""A debtor who says the recording 00 when he is called."""
LONGEST_S = 600
"""No talk ends by itself before a test has ended it, however slow the machine is."""
WRAP_UP_S = 300
TRIES = 20

HEAR = """
window.peers = [];
const Peer = window.RTCPeerConnection;
window.RTCPeerConnection = class extends Peer { constructor(...all) { super(...all); peers.push(this); } };
"""
SOUND = """async () => {
  const sound = { received: 0, energy: 0, sent: 0 };
  const peer = peers.at(-1);
  for (const stat of peer ? (await peer.getStats()).values() : []) {
    if (stat.type === "inbound-rtp") sound.received = stat.packetsReceived;
    if (stat.type === "inbound-rtp") sound.energy = stat.totalAudioEnergy;
    if (stat.type === "outbound-rtp") sound.sent = stat.packetsSent;
  }
  return sound;
}"""


@dataclass
class World:
    """Telephone world, dialler and console; the operators have not begun yet."""

    play: Play
    services: Services
    to_console: Cable
    to_exchange: Cable
    console: AsyncExitStack = field(default_factory=AsyncExitStack)

    @property
    def url(self) -> str:
        """Where the console is."""
        return f"http://{LOOPBACK}:{self.to_console.port}"

    async def dials(self, *, running: bool) -> None:
        """The campaign rings people, or rests."""
        with self.play.books.write() as tx:
            tx.campaigns.set_status(CAMPAIGN, CampaignStatus.RUNNING if running else CampaignStatus.PAUSED)

    async def rings_us(self, number: str, *, listens_s: float = LONGEST_S) -> None:
        """Somebody calls the line, and hangs up that many seconds after the answer."""
        stage = self.play.stage
        await stage.town.call_in(number, LINE, stage.node.plan.sip_port, listens_s=listens_s)

    async def all_hang_up(self) -> None:
        """Nobody in the town is in a call any more."""
        town = self.play.stage.town

        async def quiet() -> bool:
            await town.cli("channel request hangup all")
            return (await town.cli("core show channels count")).startswith("0 active channels")

        await until(quiet, what="all have hung up")

    def cut(self) -> None:
        """The browser's network is gone; its sound alone, which is of this machine, goes on."""
        self.to_console.cut()
        self.to_exchange.cut()

    def mend(self) -> None:
        """It is there again."""
        self.to_console.mend()
        self.to_exchange.mend()

    async def stop_console(self) -> None:
        """The server of the screens is gone."""
        await self.console.aclose()

    async def start_console(self) -> None:
        """It is there (again), for the browser where it was."""
        await self.stop_console()
        url = await self.console.enter_async_context(served(self.services))
        self.to_console.leads_to = int(url.rpartition(":")[2])

    @asynccontextmanager
    async def sits(self, context: BrowserContext, login: str) -> AsyncIterator[Shift]:
        """That operator signs in and is ready; nobody else is, whatever was before."""
        await until(lambda: self._rests(login), what="nobody else takes calls")
        await context.add_init_script(HEAR)
        shift = Shift(**vars(self), page=await context.new_page(), login=login)
        try:
            await shift.begin()
            yield shift
        finally:
            await shift.page.close()  # before the server, whose going it would complain of

    async def _rests(self, login: str) -> bool:
        """Whether no other operator can be called, or is in a call."""
        busy = {OperatorState.READY, OperatorState.RINGING, OperatorState.TALKING}
        board = await see_floor(self.services.redis)
        return bool(board) and not any(one["state"] in busy for one in board if one["login"] != login)


@dataclass
class Shift(World):
    """What the operator has before her, and what is behind it."""

    page: Page = field(kw_only=True)
    login: str = field(kw_only=True)

    async def is_in(self, state: str, within_s: float = PATIENCE_S) -> None:
        """The desk shows that state."""
        bar = self.page.locator("#bar")
        try:
            await expect(bar).to_have_attribute("data-state", state, timeout=within_s * 1000)
        except AssertionError:
            raise AssertionError(f"not {state}:\n{await self.page.inner_text('body')}") from None

    async def is_cut(self, *, off: bool) -> None:
        """The red bar is there, or gone."""
        await expect(self.page.locator("#lost")).to_be_visible(visible=off)

    async def begin(self) -> None:
        """Sign in, turn the phone on, say that one is ready: all by keys but for what a browser wants clicked."""
        await self.page.goto(f"{self.url}/sign-in?next=/desk")
        await self.page.fill("input[name=login]", self.login)
        await self.page.fill("input[name=password]", PASSWORD)
        await self.page.keyboard.press("Enter")
        await self.page.locator("#phone[data-state=registered]").wait_for()
        await self.is_in("offline")
        await self.insists("Alt+r", "ready")

    async def insists(self, key: str, state: str) -> None:
        """Press the key until the desk is in that state: who asks too early is told so."""
        for _ in range(TRIES):
            await self.page.keyboard.press(key)
            with suppress(AssertionError):
                await self.is_in(state, within_s=3)
                return
        await self.is_in(state)

    async def sound_both_ways(self, *, loud: bool = True) -> None:
        """Packets go and come, and what comes is more than silence."""
        seen: dict[str, float] = {}

        async def hears() -> bool:
            seen.update(await self.page.evaluate(SOUND))
            return seen["received"] > 20 and seen["sent"] > 20 and (seen["energy"] > 0 or not loud)

        try:
            await until(hears)
        except AssertionError:
            raise AssertionError(f"not both ways: {seen}") from None


@asynccontextmanager
async def open_world(
    folder: Path,
    prompts: Path,
    *,
    phones: Sequence[str] = (SPEAKER,),
    town: TownPlan = PEOPLE_TOWN,
    strategy: tuple[str, str] | None = None,
    cps: float = 5,
    logins: Sequence[str] = ("anna",),
) -> AsyncIterator[World]:
    """A world whose campaign rests until the test has it dial; it is one of operators, unless another ``strategy`` is
    told.
    """
    sayings = folder / "sayings"
    sayings.mkdir()
    tone = 0.3 * np.sin(2 * np.pi * 400 * np.arange(8000 * 30) / 8000)
    soundfile.write(sayings / "00.wav", tone, 8000, subtype="PCM_16")
    town = replace(town, sayings=sayings, sends_silence=True, longest_call=LONGEST_S)
    strategy = strategy or operators("predictive")
    async with (
        open_play(folder, prompts, phones, town=town, cps=cps, strategy=strategy, browsers=True) as play,
        cable() as to_console,
        cable(_web_port(play)) as to_exchange,
        AsyncExitStack() as closing,
    ):
        hire(play, logins)
        redis = Redis.from_url(play.settings.redis_url)
        closing.push_async_callback(redis.aclose)
        settings = behind(to_exchange, play.settings)
        services = Services(settings, play.books, redis, SystemClock(settings.clock_ahead))
        world = World(play, services, to_console, to_exchange)
        closing.push_async_callback(world.stop_console)
        await world.start_console()
        unheld = settings.pacing.model_copy(update={"callbacks": False})  # one operator, and robots who call
        dialler = await closing.enter_async_context(
            play.dialler(settings=play.settings.model_copy(update={"pacing": unheld}))
        )
        await until(lambda: "lines_ready" in _log(dialler.log), what="our lines are ready")
        yield world


@asynccontextmanager
async def open_shift(
    folder: Path, prompts: Path, context: BrowserContext, **wishes: Any
) -> AsyncIterator[Shift]:
    """Anna's desk in a world of her own; ``wishes`` are those of `open_world`."""
    async with open_world(folder, prompts, **wishes) as world, world.sits(context, "anna") as shift:
        yield shift


def hire(play: Play, logins: Sequence[str]) -> None:
    """Operators who talk in their browsers, and may sign in; our line is open."""
    with play.books.write() as tx:
        for login in logins:
            name = login.title()
            tx.operators.add(login, name, [], "secret", WRAP_UP_S)
            tx.operators.set_phone(login, PhoneKind.BROWSER)
            now = SystemClock(play.settings.clock_ahead).now()
            who = (login, name, Role.OPERATOR, HASH)
            add_user(tx, *who, language=Language.RU, must_change=False, by=COMMAND_LINE, now=now)
        tx.lines.put(Line(LINE, portfolio=PORTFOLIO))
        tx.campaigns.set_status(CAMPAIGN, CampaignStatus.PAUSED)


def behind(cable: Cable, settings: Settings) -> Settings:
    """What the console tells browsers: that the exchange is at the other end of that cable."""
    (node,) = settings.nodes
    there = node.model_copy(update={"browsers_address": f"ws://{LOOPBACK}:{cable.port}/ws"})
    return settings.model_copy(update={"nodes": (there,)})


def _web_port(play: Play) -> int:
    web = play.stage.node.plan.web
    assert web
    return web.port


def _log(path: Path) -> str:
    return path.read_text() if path.exists() else ""
