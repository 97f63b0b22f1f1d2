"""A whole world on one machine: private Redis, our Asterisk node, the town, and its post office.

Demo, tests and benchmarks play on it. Everything listens on the loopback interface or a unix socket only.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Coroutine
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from datetime import timedelta
from pathlib import Path

from pydantic import SecretStr

from asterisk.install import find_installation
from asterisk.node import Node, NodePlan, WebPlan
from asterisk.ports import free_port
from asterisk.town import (
    CallIn,
    CarrierCall,
    RobotTalk,
    Town,
    TownPlan,
    read_calls_in,
    read_record,
    read_talks,
)
from dialer.demo.post_office.customer import providers_of, settle_down
from dialer.demo.post_office.plan import PostPlan
from dialer.demo.post_office.process import PostOffice
from dialer.demo.team import Team, hire
from dialer.messages.settings import MessageSettings
from dialer.private.redis import PrivateRedis, redis_program
from dialer.private.speech import PrivateSpeech
from dialer.settings import NodeSettings, PromptSettings, Settings, SpeechSettings


@dataclass(frozen=True, slots=True)
class StagePlan:
    """Where the stage stands and how its town behaves. ``prompts`` may be shared by many stages."""

    folder: Path
    prompts: Path
    town: TownPlan = field(default_factory=TownPlan)
    clock_ahead: timedelta = timedelta()
    ring_timeout_s: float = 25.0
    database_url: str = ""
    """Empty: SQLite in ``folder``."""
    speech: SpeechSettings | None = None
    """What understands callers, at a port that the stage chooses; None: they have digits only."""
    team: Team | None = None
    """Robot operators, who are in the books and whose phones register; None: nobody answers."""
    browsers: bool = False
    """Whether operators may talk in their browsers, too."""
    post: PostPlan | None = None
    """How the post office behaves, at ports that the stage chooses; None: nobody carries messages."""

    @property
    def books_url(self) -> str:
        """The database of this stage."""
        return self.database_url or f"sqlite:///{self.folder / 'dozvon.db'}"


@dataclass(frozen=True)
class Stage:
    """The running world."""

    plan: StagePlan
    redis: PrivateRedis
    node: Node
    town: Town
    speech: PrivateSpeech | None
    post: PostOffice | None
    messages: MessageSettings

    @property
    def settings(self) -> Settings:
        """Settings that make any dozvon process work on this stage."""
        phones = self.node.plan.phones_port
        node = NodeSettings(
            name=self.node.name,
            ami_port=self.node.plan.ami_port,
            ami_user=self.node.plan.ami_user,
            ami_secret=SecretStr(self.node.plan.ami_secret),
            scripts_folder=self.node.folder.scripts,
            channel_log=self.node.cel_path,
            operators_folder=self.node.folder.operators if phones else None,
            recordings_folder=self.node.folder.recordings,
            phones_address=f"{self.node.plan.phones_host}:{phones}" if phones else "",
            browsers_address=self.node.plan.web.address if self.node.plan.web else "",
        )
        return Settings(
            home=self.plan.folder,
            database_url=self.plan.books_url,
            redis_url=self.redis.url,
            nodes=(node,),
            prompts=PromptSettings(folder=self.plan.prompts),
            speech=self.speech.settings if self.speech else SpeechSettings(),
            clock_ahead=self.plan.clock_ahead,
            ring_timeout_s=self.plan.ring_timeout_s,
            messages=self.messages,
            providers=providers_of(self.post.plan) if self.post else (),
            demo=True,
        )

    def record(self) -> list[CarrierCall]:
        """What the carrier saw: every INVITE that has ended."""
        return read_record(self.town.record_path)

    def calls_in(self) -> list[CallIn]:
        """What those who called us know: every call of theirs that has ended."""
        return read_calls_in(self.town.record_path)

    def talks(self) -> list[RobotTalk]:
        """What the robot operators know: every call to their phones that has ended."""
        return read_talks(self.town.record_path)


@asynccontextmanager
async def open_stage(plan: StagePlan) -> AsyncIterator[Stage]:
    """Start everything, side by side; stop everything behind. EnvironmentFault names what is missing."""
    stage = build_stage(plan)
    try:
        also = [part.start() for part in (stage.speech, stage.post) if part]
        await _all_of(stage.redis.start(), stage.town.start(), stage.node.start(), *also)
        yield stage
    finally:
        await asyncio.gather(stage.node.stop(), stage.town.stop(), return_exceptions=True)
        for part in (stage.speech, stage.post):
            if part:
                part.stop()
        stage.redis.stop()


async def _all_of(*starts: Coroutine[None, None, None]) -> None:
    """When one fails, none of the others may start its process after we have stopped them."""
    tasks = [asyncio.ensure_future(start) for start in starts]
    try:
        await asyncio.gather(*tasks)
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


def build_stage(plan: StagePlan) -> Stage:
    """The parts of a stage, not yet started."""
    installation = find_installation()
    phones_port = free_port("udp") if plan.team or plan.browsers else None
    town_plan = plan.town
    if plan.team and phones_port:
        town_plan = replace(plan.town, robots=hire(plan.team, plan.books_url, phones_port))
    town = Town(plan.folder / "town", free_port("udp"), town_plan, installation)
    speech = PrivateSpeech(plan.folder / "speech", plan.speech, free_port("tcp")) if plan.speech else None
    node_plan = NodePlan(
        name="node1",
        folder=plan.folder / "node1",
        sip_port=free_port("udp"),
        ami_port=free_port("tcp"),
        carrier_port=town.sip_port,
        prompt_store=plan.prompts,
        speech_url=speech.url if speech else "",
        phones_port=phones_port,
        web=WebPlan(free_port("tcp")) if plan.browsers else None,
    )
    redis = PrivateRedis(plan.folder / "redis", redis_program())
    return Stage(plan, redis, Node(node_plan, installation), town, speech, *settled(plan))


def settled(plan: StagePlan) -> tuple[PostOffice | None, MessageSettings]:
    """The post office of a stage, not yet started, and where its customer listens."""
    if plan.post is None:
        return None, MessageSettings()
    return settle_down(plan.post, plan.folder / "post", plan.clock_ahead)
