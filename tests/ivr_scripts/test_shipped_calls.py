"""A real Asterisk plays every branch of every shipped script to debtors of the town, who press, err and hang up."""

from __future__ import annotations

import asyncio
import shutil
import tempfile
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest

from asterisk.install.installation import Installation, installation_in, installation_in_path
from asterisk.node import Node, NodePlan
from asterisk.ports import free_port
from asterisk.touch_header import touch_variable
from asterisk.town import Town, TownPlan
from domain.touch import Outcome
from domain.verdict import judge
from ivr_scripts.compile import compile_script, context_name
from ivr_scripts.language import About, Ask, Menu, Script
from ivr_scripts.load import SHIPPED, load_script, shipped_script
from ivr_scripts.prompts.engines.fake import ToneEngine
from ivr_scripts.prompts.store import PromptStore
from ivr_scripts.prompts.synthesise import prepare_prompts
from ivr_scripts.render_call import call_variables, required_texts
from tests.asterisk.raw_ami import RawAmi, raw_ami
from tests.ivr_scripts.branches import FACTS, TODAY, Branch, branches, spoken, told
from tests.ivr_scripts.telephone import clip_seconds, folded, tones_heard, tones_of, typing
from tests.ivr_scripts.test_dialplan import reported
from tests.polling import until

pytestmark = pytest.mark.integration

WAITS_S = 3.0
CALLS_S = 100.0
"""The longest way takes 40 s; the bound only ends a broken build."""


@dataclass(frozen=True, slots=True)
class World:
    """A node, a town in which everybody types, and the scripts in tones."""

    node: Node
    town: Town
    store: PromptStore


@pytest.fixture
def folder() -> Iterator[Path]:
    """A short path: a control socket's name may have 107 bytes."""
    path = Path(tempfile.mkdtemp(prefix="dz-"))
    yield path
    shutil.rmtree(path)


@pytest.fixture
def installation(root_folder: Path) -> Installation:
    return installation_in_path() or installation_in(root_folder)


@asynccontextmanager
async def world(
    folder: Path, installation: Installation, store: PromptStore, typings: list[str]
) -> AsyncIterator[World]:
    plan = TownPlan(ring=(0.1, 0.1), typings=tuple(typings), records=True, longest_call=CALLS_S)
    town = Town(folder / "town", free_port(), plan, installation)
    node_plan = NodePlan("node1", folder / "node", free_port(), free_port("tcp"), town.sip_port, store.folder)
    node = Node(node_plan, installation)
    await asyncio.gather(node.start(), town.start())
    try:
        yield World(node, town, store)
    finally:
        await asyncio.gather(node.stop(), town.stop())


def hurried(script: Script) -> Script:
    """The script with short waits, and without a look for machines, which takes seconds (test_machines does)."""
    nodes = {
        name: node.model_copy(update={"timeout_s": WAITS_S}) if isinstance(node, Menu | Ask) else node
        for name, node in script.nodes.items()
    }
    return script.model_copy(update={"nodes": nodes, "on_machine": None})


def scripts() -> list[Script]:
    return [hurried(load_script(path)) for path in sorted(SHIPPED.glob("*.yaml"))]


def spoken_in_tones(folder: Path, of: list[Script], *, seconds_a_character: float = 0.02) -> PromptStore:
    values = {name: [str(FACTS[name])] for name in ("agency", "creditor")}
    texts = [text for script in of for text in required_texts(script, values)]
    return prepare_prompts(texts, folder / "prompts", [ToneEngine(seconds_a_character=seconds_a_character)])


def touch_of(place: int) -> str:
    return f"019aa7c0-0005-7000-8000-{place:012d}"


async def call(ami: RawAmi, place: int, script: Script, store: PromptStore) -> None:
    variables = call_variables(script, FACTS, store) | {"DZ_TODAY": TODAY.isoformat()}
    given = [f"{name}={value}" for name, value in variables.items()]
    await ami.send(
        Action="Originate",
        ActionID=touch_of(place),
        ChannelId=touch_of(place),
        Channel=f"PJSIP/7916{place:03d}9992{place:02d}@carrier",
        Context=context_name(script),
        Exten="s",
        Priority="1",
        Async="true",
        Variable=",".join([touch_variable(touch_of(place)), *given]),
    )


async def look_accounts_up(ami: RawAmi, found: dict[str, str], calls: int) -> None:
    """What the dialler will do: it finds an account, and gives the channel what the script says of it."""
    answered: set[str] = set()
    while len(ami.matching(Event="Hangup")) < calls:
        await ami.until(len(ami.messages) + 1, seconds=CALLS_S)
        for event in ami.matching(Event="UserEvent", Name=str(About.ACCOUNT)):
            if event["Uniqueid"] not in answered:
                answered.add(event["Uniqueid"])
                for name, value in {**found, "DZ_FOUND": "yes"}.items():
                    await ami.send(Action="Setvar", Channel=event["Channel"], Variable=name, Value=value)


async def test_every_branch_of_every_script(folder: Path, installation: Installation) -> None:
    shipped = scripts()
    store = spoken_in_tones(folder, shipped)
    ways = [(script, branch) for script in shipped for branch in branches(script)]
    typings = [typing(branch.events(script), store) for script, branch in ways]
    async with world(folder, installation, store, typings) as here:
        for script in shipped:
            await here.node.install_script(context_name(script), compile_script(script, store))
        async with raw_ami(here.node.plan) as ami:
            for place, (script, _) in enumerate(ways):
                await call(ami, place, script, store)
            found = next(call_variables(s, FACTS, store, found=True) for s in shipped if s.found_later)
            await look_accounts_up(ami, found, len(ways))
            faults = {
                branch.name: fault
                for place, (script, branch) in enumerate(ways)
                if (fault := await compared(here, ami, place, script, branch))
            }
        assert not faults, "\n".join(f"{name}: {fault}" for name, fault in faults.items())
        said_by_asterisk = here.node.folder.messages.read_text(encoding="utf-8")
        assert "WARNING" not in said_by_asterisk, said_by_asterisk


OPENERS = ["Step greeting", "Step caller"]
THEN = [*OPENERS, "Step addressee", "Step debt"]
EARLY = {
    "in an opener": ("Ww2", [*OPENERS, "Digit choice 2", "Result promise"]),
    "in the debt": ("W" * 13 + "9", [*THEN, "Digit choice 9", "Result wrong_person"]),
    "a digit without meaning": ("Ww5" + "W" * 11 + "1", [*THEN, "Digit choice 1"]),
    "hangs up": ("W" * 8 + "wh", [*OPENERS, "Step addressee"]),
}
"""What a debtor types who does not wait, and how his call begins: 3.5 s of greeting, 3.4 s of who calls, 3.1 s of
asking whether it is he, 6 s of the debt."""


async def test_a_digit_before_its_time_and_a_hang_up_in_a_sentence(
    folder: Path, installation: Installation
) -> None:
    """An opener is heard to its end, all other texts are cut short; the touch says where somebody left."""
    script = hurried(shipped_script("debt_informer"))
    store = spoken_in_tones(folder, [script], seconds_a_character=0.06)
    async with world(folder, installation, store, [keys for keys, _ in EARLY.values()]) as here:
        await here.node.install_script(context_name(script), compile_script(script, store))
        async with raw_ami(here.node.plan) as ami:
            for place in range(len(EARLY)):
                await call(ami, place, script, store)
            await ami.until(len(EARLY), seconds=CALLS_S, Event="Hangup")
        begun = [
            reported(ami, touch_of(place))[: len(begin)] for place, (_, begin) in enumerate(EARLY.values())
        ]
        assert begun == [begin for _, begin in EARLY.values()]
        openers = spoken(Branch("", ()).events(script))[:5]
        expected = tones_of(openers)
        assert tones_heard(await recorded(here, 0))[: len(expected)] == expected
    in_opener, left = (folded(ami.messages, touch_of(place)) for place in (0, len(EARLY) - 1))
    assert in_opener.talk_s > clip_seconds(store, openers) + 0.5, "the greeting was not begun again"
    assert (left.node, judge(left).outcome) == ("addressee", Outcome.MSG_DELIVERED)
    assert 0 < left.node_s < left.talk_s


async def recorded(here: World, place: int) -> Path:
    """What a debtor heard, once the town has written it."""
    heard = here.town.folder.root / "spool" / "monitor" / f"{touch_of(place)}.heard.wav"
    await until(lambda: heard.exists() and heard.stat().st_size > 1000, what=f"the recording of call {place}")
    return heard


async def compared(here: World, ami: RawAmi, place: int, script: Script, branch: Branch) -> str:
    """What was otherwise than the script says; empty when nothing was."""
    events, touch = branch.events(script), touch_of(place)
    if reported(ami, touch) != told(events):
        return f"told {reported(ami, touch)}, not {told(events)}"
    heard = await recorded(here, place)
    expected = tones_of(spoken(events))
    if tones_heard(heard) != expected:
        return f"heard {tones_heard(heard)}, not {expected}"
    call = folded(ami.messages, touch)
    if call.talk_s < clip_seconds(here.store, spoken(events)):
        return f"it was too short: {call.talk_s} s"
    return (
        ""
        if judge(call).outcome in (Outcome.MSG_DELIVERED, Outcome.TALK_WRONG_PERSON)
        else judge(call).reason
    )
