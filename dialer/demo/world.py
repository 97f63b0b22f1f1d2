"""What the demo plays on: the real telephone world, or the simulated one."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from pydantic import SecretStr

from asterisk.ami.session import AmiAddress
from asterisk.ami.simulator import Simulator
from asterisk.town import CallIn, CarrierCall, RobotTalk, read_record
from dialer.clock import SystemClock
from dialer.demo.post_office.customer import providers_of
from dialer.demo.post_office.process import PostOffice
from dialer.demo.stage import StagePlan, settled
from dialer.messages.settings import MessageSettings
from dialer.private.redis import PrivateRedis, redis_program
from dialer.settings import NodeSettings, PromptSettings, Settings


class World(Protocol):
    """A place where calls can be placed, and the truth about them."""

    @property
    def settings(self) -> Settings:
        """Settings of every process in it."""
        ...

    @property
    def post(self) -> PostOffice | None:
        """Who carries its messages, and the truth about them."""
        ...

    def record(self) -> list[CarrierCall]:
        """What the carrier saw: every call that has ended."""
        ...

    def calls_in(self) -> list[CallIn]:
        """What those who rang us know: every call of theirs that has ended."""
        ...

    def talks(self) -> list[RobotTalk]:
        """What robot operators know: every call to their phones that has ended."""
        ...


@dataclass(frozen=True)
class SimulatedWorld:
    """A Redis, and a TCP server that speaks AMI and plays node, carrier and debtors. No sound, no SIP."""

    plan: StagePlan
    redis: PrivateRedis
    address: AmiAddress
    carrier_record: Path
    post: PostOffice | None
    messages: MessageSettings

    @property
    def settings(self) -> Settings:
        """Settings of every process in it."""
        folder = self.plan.folder
        node = NodeSettings(
            name="simulated",
            ami_port=self.address.port,
            ami_user=self.address.username,
            ami_secret=SecretStr(self.address.secret),
            scripts_folder=folder / "scripts",
            channel_log=folder / "cel.json",
        )
        return Settings(
            home=folder,
            database_url=f"sqlite:///{folder / 'dozvon.db'}",
            redis_url=self.redis.url,
            nodes=(node,),
            prompts=PromptSettings(folder=self.plan.prompts, engine="tones"),
            clock_ahead=self.plan.clock_ahead,
            ring_timeout_s=self.plan.ring_timeout_s,
            messages=self.messages,
            providers=providers_of(self.post.plan) if self.post else (),
            demo=True,
        )

    def record(self) -> list[CarrierCall]:
        """What the simulated carrier saw."""
        return read_record(self.carrier_record)

    def calls_in(self) -> list[CallIn]:
        """None: the simulator's debtors call nobody."""
        return []

    def talks(self) -> list[RobotTalk]:
        """None: the simulator plays no operators."""
        return []


@asynccontextmanager
async def open_simulated(plan: StagePlan) -> AsyncIterator[SimulatedWorld]:
    """Start Redis and the simulator, and stop them behind."""
    (plan.folder / "scripts").mkdir(parents=True, exist_ok=True)
    redis = PrivateRedis(plan.folder / "redis", redis_program())
    carrier_record = plan.folder / "carrier.json"
    simulator = Simulator(
        AmiAddress("127.0.0.1", 0, "dozvon", "simulated"),
        SystemClock().now,
        plan=plan.town,
        record=carrier_record,
        channel_log=plan.folder / "cel.json",
    )
    post, messages = settled(plan)
    try:
        await redis.start()
        if post:
            await post.start()
        async with simulator:
            yield SimulatedWorld(plan, redis, simulator.address, carrier_record, post, messages)
    finally:
        if post:
            post.stop()
        redis.stop()
