"""Who hears whom: a supervisor in his browser, an operator in hers, and a debtor who records what he hears."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from datetime import datetime
from pathlib import Path

import numpy as np
import orjson
import pytest
import soundfile
from numpy.typing import NDArray
from playwright.async_api import BrowserContext

from asterisk.ami.messages import AmiMessage
from asterisk.ami.render import OriginateRequest
from asterisk.town import TownPlan
from dialer.demo.stage import Stage, StagePlan, open_stage
from dialer.desks.spying import Ear, Spying
from dialer.desks.transfers import Talk
from dialer.phones import browser_account
from domain.errors import InputError
from domain.operator import OperatorState
from domain.operator_events import OperatorId
from domain.operator_phone import OperatorPhone, PhoneKind
from domain.touch import TouchId
from ledger.books import Books
from ledger.migrate import upgrade
from tests.agent_console.phones import PhonePage, open_phone, phone_site
from tests.dialer.floors import Driven, driven
from tests.polling import until

pytestmark = pytest.mark.integration

ANNA, ZOYA = OperatorId(1), OperatorId(2)
RECORDS = "79160999200"
TOUCH = TouchId("019aa7c0010070008000000000000001")
GAP_S = 3
"""A microphone of these browsers beeps once a second: who is heard is never silent for so long."""


@pytest.fixture
async def house(folder: Path) -> AsyncIterator[Driven]:
    """Anna, who takes calls in her browser, and Zoya, who listens in hers."""
    town = TownPlan(ring=(0.1, 0.2), typings=("w",), records=True, sends_silence=True)
    plan = StagePlan(folder, folder / "prompts", town, browsers=True)
    books = Books.open(plan.books_url)
    upgrade(books.engine)
    with books.write() as tx:
        for login in ("anna", "zoya"):
            tx.operators.add(login, login.title(), [], f"secret-{login}", 1)
            tx.operators.set_phone(login, PhoneKind.BROWSER)
    books.close()
    async with open_stage(plan) as stage, driven(stage) as opened:
        await until(lambda: opened.floor.driving, what="the floor is ours")
        yield opened


@pytest.fixture(scope="module")
def site() -> Iterator[str]:
    with phone_site() as address:
        yield address


def ear_of(house: Driven) -> Spying:
    """What a dialler does for supervisors, on this floor."""

    def talk_of(operator: OperatorId) -> Talk:
        talk = house.known(operator).talk
        if talk is None:
            raise InputError("he talks to nobody")
        return Talk(house.link, talk.touch, talk.id)

    spying, hear = Spying(talk_of, house.floor, house.driver.feed), house.floor.hear

    def both(message: AmiMessage, at: datetime) -> None:
        spying.hear(message, at)
        hear(message, at)

    house.floor.hear = both  # type: ignore[method-assign]
    return spying


async def phone_of(
    house: Driven, context: BrowserContext, site: str, id: OperatorId, login: str
) -> PhonePage:
    account = browser_account(
        house.stage.settings.nodes, id, OperatorPhone(f"secret-{login}", PhoneKind.BROWSER)
    )
    phone = await open_phone(context, site, account)
    await phone.tells(name="state", state="registered")
    await until(lambda: house.known(id).reachable, what=f"the floor sees {login}'s phone")
    return phone


async def energy_of(phone: PhonePage, by: PhonePage) -> float:
    """What comes to a phone while the other one tells twice how good its line is: some four seconds."""
    before = await phone.sound()
    await by.forget()
    await until(lambda: by.told_so_often(2, name="quality"), what="a while")
    return (await phone.sound())["energy"] - before["energy"]


async def test_listening_whispering_and_talking_to_both(
    house: Driven, context: BrowserContext, site: str
) -> None:
    other = await context.browser.new_context(permissions=["microphone"])  # type: ignore[union-attr]
    try:
        anna = await phone_of(house, context, site, ANNA, "anna")
        zoya = await phone_of(house, other, site, ZOYA, "zoya")
        spying = ear_of(house)
        await house.floor.ready(ANNA)
        desk = {"DZ_DESK": "operators", "DZ_PATIENCE": "30"}
        house.link.originate(
            OriginateRequest(TOUCH, f"PJSIP/{RECORDS}@carrier", "dozvon-desk", 20.0, variables=desk)
        )
        await anna.tells(name="call", state="talking")
        await house.reaches(ANNA, OperatorState.TALKING)

        async def hears(ear: Ear) -> None:
            await spying.spy(ZOYA, orjson.dumps({"login": "anna", "ear": ear}).decode())

        await hears(Ear.LISTEN)
        await zoya.tells(name="call", state="talking")
        assert await energy_of(zoya, anna) > 0, "she hears anna"
        await anna.page.evaluate("phone.mute(true)")
        await anna.tells(name="muted", muted=True)
        unheard = await energy_of(anna, zoya)
        await hears(Ear.WHISPER)
        whispered = await energy_of(anna, zoya)
        await hears(Ear.BARGE)
        talked = await energy_of(anna, zoya)
        assert unheard < 0.1 * min(whispered, talked), "anna hears her only when she should"
        assert spying.heard_by(ANNA) == {"zoya": "barge"}
        assert house.known(ZOYA).state is OperatorState.OFFLINE, "listening is no talk of hers"
        await spying.unspy(ZOYA)
        await zoya.tells(name="call", state="ended")
        assert not spying.heard_by(ANNA)
        assert house.known(ANNA).state is OperatorState.TALKING
        await anna.page.evaluate("phone.hangUp()")
        await until(lambda: house.stage.record(), what="the call is over")
        await until(  # the record may stand before all of the sound does
            lambda: loud_silent_loud(*soundfile.read(recording(house.stage))),
            what="the debtor hears anna, then nobody, then zoya who talks to both",
        )
    finally:
        await other.close()


def recording(stage: Stage) -> Path:
    """What the debtor heard."""
    return stage.town.folder.root / "spool" / "monitor" / f"{TOUCH}.heard.wav"


def loud_silent_loud(heard: NDArray[np.float64], rate: int) -> bool:
    """Whether there is a silence in the middle that is longer than any between two beeps."""
    loud = np.flatnonzero(np.abs(heard) > 0.02)
    return len(loud) > 1 and int(np.diff(loud).max()) > GAP_S * rate
