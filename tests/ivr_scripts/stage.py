"""A node, a town in which everybody types, and scripts spoken in tones: for tests and benchmarks of calls."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

from asterisk.install.installation import Installation
from asterisk.node import Node, NodePlan
from asterisk.ports import free_port
from asterisk.touch_header import touch_variable
from asterisk.town import Town, TownPlan
from asterisk.town.roles import TYPING_BLOCK
from ivr_scripts.compile import compile_script, context_name
from ivr_scripts.language import Ask, Menu, Script
from ivr_scripts.prompts.engines.fake import ToneEngine
from ivr_scripts.prompts.store import PromptStore
from ivr_scripts.prompts.synthesise import prepare_prompts
from ivr_scripts.render_call import call_variables, required_texts
from tests.asterisk.raw_ami import RawAmi
from tests.ivr_scripts.branches import FACTS, TODAY
from tests.polling import until

WAITS_S = 3.0
CALLS_S = 100.0
"""No call of these tests takes half as long; the bound only ends a broken build."""


@dataclass(frozen=True, slots=True)
class World:
    """Who calls, who is called, and what is said."""

    node: Node
    town: Town
    store: PromptStore

    async def install(self, script: Script) -> None:
        """Compiles a script and has the node load it."""
        await self.node.install_script(context_name(script), compile_script(script, self.store))

    async def recording(self, place: int) -> Path:
        """What a debtor heard, once the town has written it."""
        heard = self.town.folder.root / "spool" / "monitor" / f"{touch_of(place)}.heard.wav"
        await until(lambda: heard.exists() and heard.stat().st_size > 1000, what=f"recording {place}")
        return heard


@asynccontextmanager
async def world(
    folder: Path,
    installation: Installation,
    store: PromptStore,
    typings: Sequence[str] = (),
    *,
    records: bool = True,
    sayings: Path | None = None,
    speech_port: int = 0,
) -> AsyncIterator[World]:
    plan = TownPlan(
        ring=(0.1, 0.1),
        typings=tuple(typings),
        records=records,
        longest_call=CALLS_S,
        sayings=sayings,
        sends_silence=sayings is not None,
    )
    town = Town(folder / "town", free_port(), plan, installation)
    url = f"ws://127.0.0.1:{speech_port}/" if speech_port else ""
    ports = (free_port(), free_port("tcp"), town.sip_port)
    node = Node(NodePlan("node1", folder / "node", *ports, store.folder, speech_url=url), installation)
    try:
        await asyncio.gather(node.start(), town.start())
        yield World(node, town, store)
    finally:
        await asyncio.gather(node.stop(), town.stop())


def hurried(script: Script) -> Script:
    """The script with short waits, and without a look for machines, which takes seconds."""
    nodes = {
        name: node.model_copy(update={"timeout_s": WAITS_S}) if isinstance(node, Menu | Ask) else node
        for name, node in script.nodes.items()
    }
    return script.model_copy(update={"nodes": nodes, "on_machine": None})


def spoken_in_tones(
    folder: Path, scripts: Sequence[Script], *, seconds_a_character: float = 0.02
) -> PromptStore:
    values = {name: [str(FACTS[name])] for name in ("agency", "creditor")}
    texts = [text for script in scripts for text in required_texts(script, values)]
    return prepare_prompts(texts, folder / "prompts", [ToneEngine(seconds_a_character=seconds_a_character)])


def touch_of(place: int) -> str:
    return f"019aa7c0-0005-7000-8000-{place:012d}"


async def call(
    ami: RawAmi,
    place: int,
    script: Script,
    store: PromptStore,
    *,
    entry: int | None = None,
    block: str = TYPING_BLOCK,
) -> None:
    """Calls the person who types, or says, the entry of that place, or ``entry``."""
    variables = call_variables(script, FACTS, store) | {"DZ_TODAY": TODAY.isoformat()}
    given = [f"{name}={value}" for name, value in variables.items()]
    await ami.send(
        Action="Originate",
        ActionID=touch_of(place),
        ChannelId=touch_of(place),
        Channel=f"PJSIP/7916{place:03d}{block}{place if entry is None else entry:02d}@carrier",
        Context=context_name(script),
        Exten="s",
        Priority="1",
        Async="true",
        Variable=",".join([touch_variable(touch_of(place)), *given]),
    )
