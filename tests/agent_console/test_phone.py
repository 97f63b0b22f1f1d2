"""The phone in the browser against a real Asterisk and the town: sound both ways, and all that can be lost."""

from __future__ import annotations

import json
import os
import signal
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import numpy as np
import pytest
import soundfile
from playwright.async_api import BrowserContext

from asterisk.ami.render import OriginateRequest
from asterisk.town import TownPlan
from dialer.demo.stage import Stage, StagePlan, open_stage
from dialer.phones import BrowserAccount, browser_account
from domain.operator import MISSED_OFFER, OperatorState
from domain.operator_events import OperatorId
from domain.operator_phone import OperatorPhone, PhoneKind
from domain.touch import TouchId
from ledger.books import Books
from ledger.migrate import upgrade
from tests.agent_console.browser import Faults
from tests.agent_console.phones import PhonePage, open_phone, phone_site
from tests.dialer.floors import Driven, driven
from tests.polling import until

pytestmark = pytest.mark.integration

ANNA = OperatorId(1)
SPEAKS, RECORDS = "79160999100", "79160999200"
"""Debtors: one says a long word, one records what he hears."""
READY, TALKING, WRAP_UP = OperatorState.READY, OperatorState.TALKING, OperatorState.WRAP_UP
PAUSED = OperatorState.PAUSED


@pytest.fixture
async def stage(folder: Path) -> AsyncIterator[Stage]:
    """Anna, who talks in her browser."""
    sayings = folder / "sayings"
    sayings.mkdir()
    tone = 0.3 * np.sin(2 * np.pi * 400 * np.arange(8000 * 30) / 8000)
    soundfile.write(sayings / "00.wav", tone, 8000, subtype="PCM_16")
    town = TownPlan(ring=(0.1, 0.2), sayings=sayings, typings=("w",), records=True)
    plan = StagePlan(folder, folder / "prompts", town, browsers=True)
    books = Books.open(plan.books_url)
    upgrade(books.engine)
    with books.write() as tx:
        tx.operators.add("anna", "Анна", [], "secret", 1)
        tx.operators.set_phone("anna", PhoneKind.BROWSER)
    books.close()
    async with open_stage(plan) as opened:
        yield opened


@pytest.fixture
async def house(stage: Stage) -> AsyncIterator[Driven]:
    async with driven(stage) as opened:
        await until(lambda: opened.floor.driving, what="the floor is ours")
        yield opened


@pytest.fixture(scope="module")
def site() -> Iterator[str]:
    with phone_site() as address:
        yield address


def account(stage: Stage) -> BrowserAccount:
    return browser_account(stage.settings.nodes, ANNA, OperatorPhone("secret", PhoneKind.BROWSER))


async def ready(house: Driven, context: BrowserContext, site: str) -> PhonePage:
    """Anna at her desk, whom calls can reach."""
    phone = await open_phone(context, site, account(house.stage))
    await phone.tells(name="state", state="registered")
    await until(lambda: house.known(ANNA).reachable, what="the floor sees her phone")
    await house.floor.ready(ANNA)
    return phone


def ring(house: Driven, nth: int, number: str) -> TouchId:
    touch = TouchId(f"019aa7c001007000800000000000{nth:04d}")
    desk = {"DZ_DESK": "operators", "DZ_PATIENCE": "30"}
    house.link.originate(
        OriginateRequest(touch, f"PJSIP/{number}@carrier", "dozvon-desk", 20.0, variables=desk)
    )
    return touch


def digits_at(stage: Stage, touch: TouchId) -> list[str]:
    """What was pressed towards the carrier in this call, as the channel event log has it."""
    lines = map(json.loads, stage.node.cel_path.read_text().splitlines())
    sent = (line for line in lines if line["eventtype"] == "DTMF" and line["userdeftype"] == "Sent")
    return [json.loads(line["eventextra"])["digit"] for line in sent if line["uniqueid"] == touch]


async def test_both_hear_each_other_until_the_sound_is_dead_though_nobody_says_so(
    house: Driven, context: BrowserContext, site: str
) -> None:
    phone = await ready(house, context, site)
    touch = ring(house, 1, SPEAKS)
    assert (await phone.tells(name="call", state="talking"))["touch"] == touch, "nobody had to click"
    assert (await house.reaches(ANNA, TALKING)).touch == touch
    before = await phone.sound()
    quality = await phone.tells(name="quality", word="good")
    after = await phone.sound()
    assert after["energy"] > before["energy"]
    assert min(after["received"] - before["received"], after["sent"] - before["sent"], quality["sent"]) > 0
    levels = await phone.told(name="level")
    assert max(level["output"] for level in levels) > 0.1
    await until(lambda: phone.heard_itself(), what="the microphone beeps")
    node = house.stage.node.pid
    assert node is not None
    os.kill(node, signal.SIGSTOP)  # as behind a cable that is pulled: the connection stays, and nothing comes
    try:
        await phone.tells(name="call", state="ended")
    finally:
        os.kill(node, signal.SIGCONT)
    await until(lambda: not house.known(ANNA).legs, what="the exchange hears of it")


async def test_the_debtor_hears_what_is_said_and_pressed_and_nothing_of_a_muted_microphone(
    house: Driven, context: BrowserContext, site: str
) -> None:
    phone = await ready(house, context, site)
    touch = ring(house, 1, RECORDS)
    await phone.tells(name="call", state="talking")
    await until(lambda: phone.heard_itself(), what="the microphone beeps")
    await phone.page.evaluate("phone.press('12#')")
    await until(lambda: digits_at(house.stage, touch) == ["1", "2", "#"], what="the digits reach the carrier")
    await phone.page.evaluate("phone.mute(true)")
    await phone.tells(name="muted", muted=True)
    await phone.forget()
    await until(lambda: phone.told_so_often(2, name="quality"), what="a silent while")
    await phone.page.evaluate("phone.hangUp()")
    recording = house.stage.town.folder.root / "spool" / "monitor" / f"{touch}.heard.wav"
    await until(lambda: any(call.touch_id == touch for call in house.stage.record()), what="the call is over")
    await house.reaches(ANNA, WRAP_UP, READY)
    heard, rate = soundfile.read(recording)
    assert np.abs(heard[: -3 * rate]).max() > 0.05
    assert np.abs(heard[-2 * rate :]).max() < 0.01
    ring(house, 2, SPEAKS)
    await phone.tells(name="call", state="talking")
    assert not (await phone.page.evaluate("phone.muted")), "each call begins unmuted"


async def test_after_a_crash_of_the_exchange_the_dead_call_ends_and_the_phone_is_back(
    house: Driven, context: BrowserContext, site: str, page_faults: Faults
) -> None:
    phone = await ready(house, context, site)
    ring(house, 1, SPEAKS)
    await phone.tells(name="call", state="talking")
    await house.stage.node.kill()
    await phone.tells(name="state", state="lost")
    await phone.tells(name="call", state="ended")
    await phone.forget()
    await house.stage.node.start()
    await phone.tells(name="state", state="registered")
    await until(lambda: house.driver.driving and house.known(ANNA).reachable, what="the floor sees her phone")
    await phone.page.reload()
    await phone.page.evaluate("phone.startIfAllowed()")
    await phone.tells(name="state", state="registered")
    page_faults.forgive("WebSocket connection to")


async def test_one_tab_has_the_phone_and_another_can_take_it(
    house: Driven, context: BrowserContext, site: str
) -> None:
    first = await ready(house, context, site)
    second = await open_phone(context, site, account(house.stage))
    await second.tells(name="state", state="elsewhere")
    await second.page.evaluate("phone.takeOver()")
    await first.tells(name="state", state="elsewhere")
    await second.tells(name="state", state="registered")
    ring(house, 1, SPEAKS)
    await second.tells(name="call", state="talking")
    assert not await first.told(name="call")
    await first.forget()
    await second.page.close()
    await first.tells(name="state", state="registered")
    await house.reaches(ANNA, WRAP_UP, READY)


async def test_without_a_microphone_nobody_is_put_through(
    house: Driven, context: BrowserContext, site: str
) -> None:
    phone = await ready(house, context, site)
    await context.clear_permissions()
    await phone.tells(name="microphone", state="lost", reason="ended")
    ring(house, 1, SPEAKS)
    await phone.tells(name="call", state="ended")
    assert (await house.reaches(ANNA, PAUSED)).reason == MISSED_OFFER
    again = await open_phone(context, site, account(house.stage))
    await again.page.evaluate("phone.takeOver()")
    await again.tells(name="microphone", state="lost", reason="refused")
    await context.grant_permissions(["microphone"])
    await again.page.evaluate("phone.chooseMicrophone('')")
    await again.tells(name="microphone", state="on")


async def test_a_call_from_elsewhere_rings_until_it_is_answered(
    house: Driven, context: BrowserContext, site: str
) -> None:
    wrong = BrowserAccount(**(account(house.stage) | {"password": "wrong"}))
    phone = await open_phone(context, site, wrong)
    await phone.tells(name="state", state="refused")
    await phone.page.evaluate("account.password = 'secret'")
    await phone.tells(name="state", state="registered")
    await until(lambda: house.known(ANNA).reachable, what="the floor sees her phone")
    await house.floor.ready(ANNA)
    house.call(1)
    assert (await phone.tells(name="call", state="ringing"))["touch"] == ""
    assert (await house.reaches(ANNA, OperatorState.RINGING)).legs
    await phone.page.evaluate("phone.answer()")
    await phone.tells(name="call", state="talking")
    known = await phone.page.evaluate("phone.devices()")
    microphone, speaker = known["microphones"][-1]["id"], known["speakers"][-1]["id"]
    await phone.forget()
    await phone.page.evaluate("id => phone.chooseMicrophone(id)", microphone)
    await phone.page.evaluate("id => phone.chooseSpeaker(id)", speaker)
    await phone.page.evaluate("phone.chooseSpeaker('unplugged')")
    await until(lambda: phone.heard_itself(), what="the other microphone is heard in the same call")
