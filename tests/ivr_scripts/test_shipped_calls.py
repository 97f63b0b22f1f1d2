"""A real Asterisk plays every branch of every shipped script to debtors of the town, who press, err and hang up."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from pathlib import Path

import pytest

from asterisk.install.installation import Installation, installation_in, installation_in_path
from asterisk.town import Role
from asterisk.town.roles import FORCING_BLOCK
from domain.touch import Outcome
from domain.verdict import judge
from ivr_scripts.language import About, Script
from ivr_scripts.load import SHIPPED, load_script, shipped_script
from ivr_scripts.render_call import call_variables
from tests.asterisk.raw_ami import RawAmi, raw_ami
from tests.ivr_scripts.branches import FACTS, RIGHT, Branch, branches, spoken, told
from tests.ivr_scripts.stage import CALLS_S, World, call, hurried, spoken_in_tones, touch_of, world
from tests.ivr_scripts.telephone import clip_seconds, folded, tones_heard, tones_of, typing
from tests.ivr_scripts.test_dialplan import reported

pytestmark = pytest.mark.integration

NO_DESK = "Unable to join queue"
"""What a transfer meets here: the desks' queues are written by a floor, and nobody drives one."""


@pytest.fixture
def installation(root_folder: Path) -> Installation:
    return installation_in_path() or installation_in(root_folder)


async def look_accounts_up(ami: RawAmi, answer: Mapping[str, str], calls: int) -> None:
    """What the dialler will do: it finds an account, or not, and tells the channel."""
    answered: set[str] = set()
    while len(ami.matching(Event="Hangup")) < calls:
        await ami.until(len(ami.messages) + 1, seconds=CALLS_S)
        for event in ami.matching(Event="UserEvent", Name=str(About.ACCOUNT))[len(answered) :]:
            answered.add(event["Uniqueid"])
            for name, value in answer.items():
                await ami.send(Action="Setvar", Channel=event["Channel"], Variable=name, Value=value)


async def test_every_branch_of_every_script(folder: Path, installation: Installation) -> None:
    shipped = [hurried(load_script(path)) for path in sorted(SHIPPED.glob("*.yaml"))]
    store = spoken_in_tones(folder, shipped)
    ways = [(script, branch) for script in shipped for branch in branches(script)]
    typings = [typing(branch.events(script), store) for script, branch in ways]
    async with world(folder, installation, store, typings) as here:
        for script in shipped:
            await here.install(script)
        async with raw_ami(here.node.plan) as ami:
            for place, (script, _) in enumerate(ways):
                await call(ami, place, script, store)
            found = next(call_variables(s, FACTS, store, found=True) for s in shipped if s.found_later)
            await look_accounts_up(ami, {**found, "DZ_FOUND": "yes"}, len(ways))
        faults = {
            branch.name: fault
            for place, (script, branch) in enumerate(ways)
            if (fault := await difference(here, ami, place, script, branch))
        }
        log = here.node.folder.messages.read_text(encoding="utf-8").splitlines()
    assert not faults, "\n".join(f"{name}: {fault}" for name, fault in faults.items())
    assert not [line for line in log if "WARNING" in line and NO_DESK not in line]


async def difference(here: World, ami: RawAmi, place: int, script: Script, branch: Branch) -> str:
    """What was otherwise than the script says; empty when nothing was."""
    events, touch = branch.events(script), touch_of(place)
    if reported(ami, touch) != told(events):
        return f"told {reported(ami, touch)}, not {told(events)}"
    heard, expected = tones_heard(await here.recording(place)), tones_of(spoken(events))
    if heard != expected:
        return f"heard {heard}, not {expected}"
    touched = folded(ami.messages, touch)
    if touched.talk_s < clip_seconds(here.store, spoken(events)):
        return f"it was too short: {touched.talk_s} s"
    verdict = judge(touched)
    return "" if verdict.outcome in (Outcome.MSG_DELIVERED, Outcome.TALK_WRONG_PERSON) else verdict.reason


OPENERS = ["Step greeting", "Step caller"]
THEN = [*OPENERS, "Step addressee", "Step debt"]
EARLY = {
    "in an opener": ("Ww2", [*OPENERS, "Digit choice 2", "Result promise"]),
    "in the debt": ("W" * 13 + "9", [*THEN, "Digit choice 9", "Result wrong_person"]),
    "a digit without meaning": ("Ww5" + "W" * 11 + "1", [*THEN, "Digit choice 1"]),
    "hangs up": ("W" * 8 + "wh", [*OPENERS, "Step addressee"]),
}
"""What a debtor types who does not wait, and how his call begins: 3.5 s of greeting, 3.4 s of who calls, 3.1 s of
asking whether it is he, 6 s of the debt, each with the pause behind it."""


async def test_a_digit_before_its_time_and_a_hang_up_in_a_sentence(
    folder: Path, installation: Installation
) -> None:
    """An opener is heard to its end, all other texts are cut short; the touch says where somebody left."""
    script = hurried(shipped_script("debt_informer"))
    store = spoken_in_tones(folder, [script], seconds_a_character=0.06)
    async with world(folder, installation, store, [keys for keys, _ in EARLY.values()]) as here:
        await here.install(script)
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
        assert tones_heard(await here.recording(0))[: len(expected)] == expected
    in_opener, left = (folded(ami.messages, touch_of(place)) for place in (0, len(EARLY) - 1))
    assert in_opener.talk_s > clip_seconds(store, openers) + 0.5, "the greeting was not begun again"
    assert (left.node, judge(left).outcome) == ("addressee", Outcome.MSG_DELIVERED)
    assert 0 < left.node_s < left.talk_s


async def test_an_account_that_nobody_knows_and_a_dialler_that_is_down(
    folder: Path, installation: Installation
) -> None:
    """The caller is asked again, and then given to an operator; the debt of nobody is said to nobody."""
    script = hurried(shipped_script("self_service"))
    store = spoken_in_tones(folder, [script])
    number = RIGHT[About.ACCOUNT]
    async with world(folder, installation, store, ["WWWWWWWW" + number, "WWWWWWWW" + number]) as here:
        await here.install(script)
        async with raw_ami(here.node.plan) as ami:
            await call(ami, 0, script, store)
            await look_accounts_up(ami, {"DZ_FOUND": "no"}, 1)
            await call(ami, 1, script, store)
            await ami.until(2, seconds=CALLS_S, Event="Hangup")
    for place in (0, 1):
        lines = reported(ami, touch_of(place))
        assert "Answer account account 410022" in lines
        assert "Missed account unknown" in lines
        assert "Step balance" not in lines
        assert lines[-4:] == ["Step operator", "Result operator_wanted", "Step goodbye", "Step end"]


async def test_a_machine_gets_a_message_without_the_debt(folder: Path, installation: Installation) -> None:
    script = shipped_script("reminder")
    store = spoken_in_tones(folder, [script])
    machine = list(Role).index(Role.ANSWERING_MACHINE)
    async with world(folder, installation, store, sayings=folder) as here:
        await here.install(script)
        async with raw_ami(here.node.plan) as ami:
            await call(ami, 0, script, store, entry=machine, block=FORCING_BLOCK)
            await ami.until(1, seconds=CALLS_S, Event="Hangup")
    assert reported(ami, touch_of(0)) == [
        "Machine",
        "Step message_left",
        "Result message_left",
        "Step message",
        "Step message_phone",
        "Step end",
    ]
    touched = folded(ami.messages, touch_of(0))
    assert (judge(touched).outcome, touched.result) == (Outcome.MACHINE_MSG, "message_left")


async def test_a_reload_breaks_no_running_call(folder: Path, installation: Installation) -> None:
    script = hurried(shipped_script("debt_informer"))
    following = script.model_copy(update={"version": script.version + 1})
    store = spoken_in_tones(folder, [script])
    ways = [*branches(script)] * 4
    typings = [typing(branch.events(script), store) for branch in ways]
    async with world(folder, installation, store, typings, records=False) as here:
        await here.install(script)
        async with raw_ami(here.node.plan) as ami:
            for place in range(len(ways)):
                await call(ami, place, script, store)
            reloads = asyncio.create_task(reload_again_and_again(here, following))
            await ami.until(len(ways), seconds=CALLS_S, Event="Hangup")
            reloads.cancel()
    wrong = {
        place: reported(ami, touch_of(place))
        for place, branch in enumerate(ways)
        if reported(ami, touch_of(place)) != told(branch.events(script))
    }
    assert wrong == {}


async def reload_again_and_again(here: World, script: Script) -> None:
    while True:
        await here.install(script)
