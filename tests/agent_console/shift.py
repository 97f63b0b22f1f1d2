"""A whole shift: telephone world, dialler, console and a browser in which an operator works."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import soundfile
from playwright.async_api import BrowserContext, Page, expect
from redis.asyncio import Redis

from agent_console.services import Services
from asterisk.ports import free_port
from asterisk.town import TownPlan
from dialer.clock import SystemClock
from dialer.handlers.users import add_user
from domain.campaign import CampaignStatus
from domain.inbound import Line
from domain.operator_phone import PhoneKind
from domain.user import COMMAND_LINE, Language, Role
from tests.agent_console.desks import served
from tests.agent_console.stage import HASH, PASSWORD
from tests.e2e.floor_play import PEOPLE_TOWN, operators
from tests.e2e.play import CAMPAIGN, PORTFOLIO, Play, open_play
from tests.polling import PATIENCE_S, until

LINE = "+78005553535"
SPEAKER = "+79350999100"
"""A debtor who says the recording 00 when he is called."""
WRAP_UP_S = 300

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
class Shift:
    """What the operator has before her, and what is behind it."""

    play: Play
    services: Services
    page: Page
    port: int
    console: AsyncExitStack

    @property
    def url(self) -> str:
        """Where the console is."""
        return f"http://127.0.0.1:{self.port}"

    async def is_in(self, state: str, within_s: float = PATIENCE_S) -> None:
        """The desk shows that state."""
        bar = self.page.locator("#bar")
        try:
            await expect(bar).to_have_attribute("data-state", state, timeout=within_s * 1000)
        except AssertionError:
            raise AssertionError(f"not {state}:\n{await self.page.inner_text('body')}") from None

    async def cut(self, *, off: bool) -> None:
        """The red bar is there, or gone."""
        await expect(self.page.locator("#lost")).to_be_visible(visible=off)

    async def begin(self) -> None:
        """Sign in, turn the phone on, say that one is ready: all by keys but for what a browser wants clicked."""
        await self.page.goto(f"{self.url}/sign-in?next=/desk")
        await self.page.fill("input[name=login]", "anna")
        await self.page.fill("input[name=password]", PASSWORD)
        await self.page.keyboard.press("Enter")
        await self.page.locator("#phone[data-state=registered]").wait_for()
        await self.is_in("offline")
        await self.page.keyboard.press("Alt+r")
        await self.is_in("ready")

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

    async def dials(self, *, running: bool) -> None:
        """The campaign rings people, or rests."""
        with self.play.books.write() as tx:
            tx.campaigns.set_status(CAMPAIGN, CampaignStatus.RUNNING if running else CampaignStatus.PAUSED)

    async def rings_us(self, number: str, *, listens_s: float = 60) -> None:
        """Somebody calls the line, and hangs up that many seconds after the answer."""
        stage = self.play.stage
        await stage.town.call_in(number, LINE, stage.node.plan.sip_port, listens_s=listens_s)

    async def stop_console(self) -> None:
        """The server of the screens is gone."""
        await self.console.aclose()

    async def start_console(self) -> None:
        """It is there (again), where it was."""
        await self.console.enter_async_context(served(self.services, self.port))


@asynccontextmanager
async def open_shift(
    folder: Path,
    prompts: Path,
    context: BrowserContext,
    *,
    phones: Sequence[str] = (SPEAKER,),
    town: TownPlan = PEOPLE_TOWN,
    strategy: tuple[str, str] | None = None,
    cps: float = 5,
) -> AsyncIterator[Shift]:
    """Anna's desk, in a world whose campaign rests until the test has it dial; it is one of operators, unless another
    ``strategy`` is told.
    """
    sayings = folder / "sayings"
    sayings.mkdir()
    tone = 0.3 * np.sin(2 * np.pi * 400 * np.arange(8000 * 30) / 8000)
    soundfile.write(sayings / "00.wav", tone, 8000, subtype="PCM_16")
    town = replace(town, sayings=sayings, sends_silence=True)
    strategy = strategy or operators("predictive")
    async with (
        open_play(folder, prompts, phones, town=town, cps=cps, strategy=strategy, browsers=True) as play,
        AsyncExitStack() as redis_open,
    ):
        settings = play.settings
        with play.books.write() as tx:
            tx.operators.add("anna", "Анна Белова", [], "secret", WRAP_UP_S)
            tx.operators.set_phone("anna", PhoneKind.BROWSER)
            now = SystemClock(settings.clock_ahead).now()
            who = ("anna", "Анна Белова", Role.OPERATOR, HASH)
            add_user(tx, *who, language=Language.RU, must_change=False, by=COMMAND_LINE, now=now)
            tx.lines.put(Line(LINE, portfolio=PORTFOLIO))
            tx.campaigns.set_status(CAMPAIGN, CampaignStatus.PAUSED)
        redis = Redis.from_url(settings.redis_url)
        redis_open.push_async_callback(redis.aclose)
        services = Services(settings, play.books, redis, SystemClock(settings.clock_ahead))
        await context.add_init_script(HEAR)
        console = AsyncExitStack()
        shift = Shift(play, services, await context.new_page(), free_port("tcp"), console)
        await shift.start_console()
        try:
            unheld = settings.pacing.model_copy(
                update={"callbacks": False}
            )  # one operator, and robots who call
            async with play.dialler(settings=settings.model_copy(update={"pacing": unheld})) as dialler:
                await until(lambda: "lines_ready" in _log(dialler.log), 90, "our lines are ready")
                await shift.begin()
                yield shift
        finally:
            await shift.page.close()  # before the server, whose going it would complain of
            await console.aclose()


def _log(path: Path) -> str:
    return path.read_text() if path.exists() else ""
