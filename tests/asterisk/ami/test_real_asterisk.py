"""The link against a real Asterisk and the town."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import UTC, datetime

import pytest
import uuid_utils

from asterisk.ami import ActionRefused, AmiAddress, AmiLink, LinkUp, OriginateRequest
from asterisk.events import to_call_event
from asterisk.town.record import read_record
from asterisk.town.roles import Role
from domain.call import Call, advance
from domain.errors import EnvironmentFault
from domain.touch import Outcome, TouchId
from domain.verdict import judge
from tests.asterisk.ami.scripted import Inbox, take
from tests.asterisk.conftest import Pair
from tests.polling import PATIENCE_S, until

pytestmark = pytest.mark.integration

NOON = datetime(2026, 3, 10, 12, tzinfo=UTC)
SCRIPT = """
[ivr-ami-test-v1]
exten = s,1,Answer()
 same = n,UserEvent(DozvonStep,Node: greeting)
 same = n,UserEvent(DozvonResult,Result: listened)
 same = n,WaitExten(2)
 same = n,Hangup(16)
"""


@pytest.fixture
async def opened(pair: Pair) -> AsyncIterator[tuple[AmiLink, Inbox]]:
    await pair.node.install_script("ami-test", SCRIPT)
    inbox: Inbox = asyncio.Queue()
    link = AmiLink("n1", address_of(pair), inbox)
    await link.open(10.0)
    assert await take(inbox) == LinkUp("n1", 1)
    yield link, inbox
    await link.aclose()


Opened = tuple[AmiLink, Inbox]


def address_of(pair: Pair) -> AmiAddress:
    """Where the node lets the dialler in."""
    plan = pair.node.plan
    return AmiAddress("127.0.0.1", plan.ami_port, plan.ami_user, plan.ami_secret)


def call_to(role: Role, **variables: str) -> OriginateRequest:
    """A call to somebody who plays the role."""
    phone = f"+79169990{list(Role).index(role):02d}"
    touch = TouchId(str(uuid_utils.uuid7()))
    return OriginateRequest(touch, f"PJSIP/{phone}@carrier", "ivr-ami-test-v1", 20.0, variables=variables)


async def followed(inbox: Inbox, touch: TouchId) -> Call:
    """The call when it is over."""
    call = Call(touch)
    async with asyncio.timeout(PATIENCE_S):
        while not call.over:
            message = await inbox.get()
            if isinstance(message, dict) and (event := to_call_event(message, NOON)) and event.touch == touch:
                call = advance(call, event)
    return call


async def next_event(inbox: Inbox, name: str) -> dict[str, str]:
    """The next event of this name."""
    while True:
        message = await take(inbox)
        if isinstance(message, dict) and message.get("Event") == name:
            return message


async def test_an_answered_call_is_in_the_carriers_record(opened: Opened, pair: Pair) -> None:
    link, inbox = opened
    request = call_to(Role.LISTENS_TO_END)
    link.originate(request)
    call = await followed(inbox, request.touch)
    assert (call.cause, call.sip, call.node, call.result) == (16, None, "greeting", "listened")
    assert call.answered_at is not None
    path = pair.town.record_path
    await until(
        lambda: [c.role for c in read_record(path) if c.touch_id == request.touch] == [Role.LISTENS_TO_END]
    )


async def test_a_busy_call(opened: Opened) -> None:
    link, inbox = opened
    request = call_to(Role.BUSY)
    link.originate(request)
    assert judge(await followed(inbox, request.touch)).outcome is Outcome.BUSY


async def test_a_context_that_does_not_exist(opened: Opened) -> None:
    link, inbox = opened
    request = replace(call_to(Role.BUSY), context="ivr-none-v1")
    link.originate(request)
    call = await followed(inbox, request.touch)
    assert (judge(call).outcome, judge(call).reason) == (Outcome.NOT_PLACED, "Extension does not exist.")


@pytest.mark.parametrize(
    "value", ["a, b", 'ул. "Мира", 1\\2', "[x] (y", "dz/a&dz/b", "50% ${EXTEN}", "я" * 480]
)
async def test_values_arrive_as_they_are(opened: Opened, value: str) -> None:
    link, inbox = opened
    request = call_to(Role.LISTENS_TO_END, DZ_VALUE=value, DZ_NEXT="2")
    link.originate(request)
    await next_event(inbox, "UserEvent")
    for name, sent in (("DZ_VALUE", value), ("DZ_NEXT", "2")):
        answer = await link.action("Getvar", {"Channel": request.touch, "Variable": name})
        assert answer["Value"] == sent
    await link.action("Hangup", {"Channel": request.touch, "Cause": "16"})


async def test_listing_and_hanging_up(opened: Opened) -> None:
    link, inbox = opened
    request = call_to(Role.RINGS_OUT)
    link.originate(request)
    await next_event(inbox, "Newstate")
    listed = await link.action_list("CoreShowChannels")
    assert request.touch in [channel["Uniqueid"] for channel in listed]
    await link.action("Hangup", {"Channel": request.touch, "Cause": "16"})
    assert (await next_event(inbox, "Hangup"))["Cause"] == "16"
    with pytest.raises(ActionRefused, match="No such channel"):
        await link.action("Hangup", {"Channel": request.touch})


async def test_wrong_secret(pair: Pair) -> None:
    link = AmiLink("n1", replace(address_of(pair), secret="wrong"), asyncio.Queue())
    with pytest.raises(EnvironmentFault, match="the user or the secret is wrong"):
        await link.open(5.0)
