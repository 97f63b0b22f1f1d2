"""The queues are told what is wanted, in order, once, and again after whatever went wrong."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from typing import Any

import pytest

from asterisk.ami.actions import ActionRefused
from dialer.floor.seating import NOWHERE, Seat, Seating
from dialer.floor.waiting import WaitingCallers
from domain.errors import LinkDown
from domain.operator_events import OperatorId
from tests.polling import until

pytestmark = pytest.mark.unit

ID = OperatorId(1)
DEBT = {"debt": 0, "operators": 1}


class Queues:
    """A link to an `app_queue` of our own, which keeps what it is told."""

    def __init__(self, *desks: str) -> None:
        self.desks: dict[str, dict[str, dict[str, str]]] = {f"desk-{desk}": {} for desk in desks}
        self.told: list[str] = []
        self.down = False
        self.pace = asyncio.Event()
        self.pace.set()

    async def action(self, name: str, headers: Mapping[str, str], timeout: float = 5.0) -> dict[str, str]:
        await self.pace.wait()
        if self.down:
            raise LinkDown("the link was lost")
        self.told.append(" ".join((name, *headers.values())))
        queue, phone = headers.get("Queue"), headers.get("Interface", "")
        if queue is not None and queue not in self.desks:
            raise ActionRefused(f"Asterisk refused {name}: No such queue")
        match name:
            case "QueueAdd" if phone in self.desks[queue or ""]:
                raise ActionRefused("Asterisk refused QueueAdd: Already there")
            case "QueueAdd":
                self.desks[queue or ""][phone] = dict(headers)
            case "QueueRemove":
                self.desks[queue or ""].pop(phone)
        return {"Response": "Success"}

    async def action_list(self, name: str) -> list[dict[str, str]]:
        assert name == "QueueStatus"
        return [
            {
                "Event": "QueueMember",
                "Queue": queue,
                "StateInterface": phone,
                "Penalty": member["Penalty"],
                "Paused": "1" if member["Paused"] == "true" else "0",
                "PausedReason": "",
            }
            for queue, sitting in self.desks.items()
            for phone, member in sitting.items()
        ]


class House:
    """One operator and what is wanted of him."""

    def __init__(self, *desks: str) -> None:
        self.seat = Seat(DEBT)
        self.queues = Queues(*desks)
        self.seating = Seating(lambda id: self.seat if id == ID else NOWHERE)

    async def survey(self) -> None:
        link: Any = self.queues
        await self.seating.survey("node1", link)
        self.seating.change(ID)
        await self.seating.settled(ID)


@pytest.fixture
async def house() -> House:
    opened = House("debt", "operators")
    await opened.survey()
    return opened


async def test_he_is_seated_with_his_penalties(house: House) -> None:
    assert house.queues.told == [
        "QueueAdd desk-debt PJSIP/op1 0 false",
        "QueueAdd desk-operators PJSIP/op1 1 false",
    ]


async def test_what_is_known_already_is_not_told_again(house: House) -> None:
    house.queues.told.clear()
    house.seating.change(ID)
    await house.survey()
    assert house.queues.told == []


async def test_one_action_holds_him_back_at_all_desks_and_one_lets_him_go(house: House) -> None:
    house.queues.told.clear()
    for held in ("talk", "wrap-up", ""):
        house.seat = Seat(DEBT, held)
        house.seating.change(ID)
        await house.seating.settled(ID)
    assert house.queues.told == [
        "QueuePause PJSIP/op1 true talk",
        "QueuePause PJSIP/op1 true wrap-up",
        "QueuePause PJSIP/op1 false",
    ]


async def test_what_changes_while_an_action_is_on_its_way_is_told_behind_it(house: House) -> None:
    house.queues.told.clear()
    house.queues.pace.clear()
    for held in ("talk", "wrap-up", "lunch"):
        house.seat = Seat(DEBT, held)
        house.seating.change(ID)
    house.queues.pace.set()
    await house.seating.settled(ID)
    assert house.queues.told[-1] == "QueuePause PJSIP/op1 true lunch"


async def test_who_leaves_is_taken_from_every_desk(house: House) -> None:
    house.seat = NOWHERE
    house.seating.change(ID)
    await house.seating.settled(ID)
    assert house.queues.desks == {"desk-debt": {}, "desk-operators": {}}


async def test_after_a_lost_link_the_survey_puts_right_what_differs(house: House) -> None:
    house.queues.down, house.seat = True, Seat({"debt": 0}, "lunch")
    house.seating.change(ID)
    await house.seating.settled(ID)
    house.seating.lost("node1")
    house.seating.change(ID)
    house.queues.down = False
    house.queues.desks["desk-debt"]["PJSIP/op99"] = {"Penalty": "0", "Paused": "false"}
    await house.survey()
    await until(lambda: "PJSIP/op99" not in house.queues.desks["desk-debt"], what="the stranger is gone")
    assert house.queues.desks["desk-operators"] == {}
    assert "QueuePause PJSIP/op1 true lunch" in house.queues.told


async def test_a_missing_queue_is_noticed_and_the_rest_goes_on() -> None:
    house = House("operators")
    await house.survey()
    assert house.seating.refused == {"node1"}
    house.queues.desks["desk-debt"] = {}
    await house.survey()
    assert set(house.queues.desks["desk-debt"]) == {"PJSIP/op1"}


async def test_a_caller_who_waits_is_woken_when_somebody_becomes_free(house: House) -> None:
    for nth in (1, 2):
        house.seating.hear(waits(f"PJSIP/carrier-{nth}"))
    for held in ("talk", ""):
        house.seat = Seat(DEBT, held)
        house.seating.change(ID)
        await house.seating.settled(ID)
    assert [line for line in house.queues.told if line.startswith("PlayDTMF")] == [
        "PlayDTMF PJSIP/carrier-1 D 1 true"
    ]


def waits(channel: str, event: str = "QueueCallerJoin", node: str = "node1") -> dict[str, str]:
    return {"Event": event, "SystemName": node, "Queue": "desk-debt", "Channel": channel}


def test_who_waits_longest_is_first_until_he_leaves() -> None:
    callers = WaitingCallers()
    for message in (waits("a"), waits("b"), waits("c", node="node2"), {"Event": "Hangup", "Channel": "a"}):
        callers.hear(message)
    assert callers.longest("node1", ["court", "debt"]) == ["a"]
    callers.hear(waits("a", "QueueCallerLeave"))
    callers.hear(waits("a", "QueueCallerLeave"))
    assert (callers.longest("node1", ["debt"]), callers.longest("node2", ["debt"])) == (["b"], ["c"])
    callers.forget("node1")
    assert (callers.longest("node1", ["debt"]), callers.longest("node2", ["debt"])) == ([], ["c"])
