"""Operators in Asterisk: their phones and desks as configuration, and the manager actions that drive `app_queue`.

A desk is a queue of the operators with one skill. An operator may sit at several; a pause holds at all of them.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from asterisk.ami.actions import ActionRefused
from asterisk.ami.link import AmiLink
from asterisk.inbound import touch_of_call
from asterisk.operator_events import UNREACHABLE
from asterisk.operator_phone import operator_of, operator_of_leg, operator_phone
from domain.errors import InputError
from domain.operator_events import OperatorId
from domain.operator_phone import OperatorPhone

QUEUE_PREFIX = "desk-"
RELOAD_S = 30.0
_DESK = re.compile(r"[a-z][a-z0-9_-]{0,39}")


@dataclass(frozen=True, slots=True)
class Member:
    """A seat at a desk, as the queue has it."""

    desk: str
    operator: OperatorId
    penalty: int = 0
    paused: bool = False
    reason: str = ""


@dataclass(frozen=True, slots=True)
class PhoneLeg:
    """A channel of an operator's phone, ringing or answered, and for how many seconds it has been there."""

    operator: OperatorId
    id: str
    touch: str
    answered: bool
    lasts_s: int


def queue_of(desk: str) -> str:
    """The queue of a desk; InputError when the name cannot be one's."""
    if not _DESK.fullmatch(desk):
        remedy = "small Latin letters, digits, - and _, a letter first, at most 40"
        raise InputError(f"{desk!r} cannot be a skill's name", remedy=remedy)
    return QUEUE_PREFIX + desk


def phones_text(phones: Mapping[OperatorId, OperatorPhone]) -> str:
    """The endpoints of operators' phones, on the templates of pjsip.conf."""
    return "".join(
        f"[op{id}]({phone.kind})\nauth = op{id}\naors = op{id}\n"
        f"[op{id}](operator-auth)\nusername = op{id}\npassword = {phone.secret}\n"
        f"[op{id}]({phone.kind}-aor)\n"
        for id, phone in sorted(phones.items())
    )


def queues_text(desks: Iterable[str]) -> str:
    """The queues of desks, on the template of queues.conf."""
    return "".join(f"[{queue_of(desk)}](desk)\n" for desk in sorted(desks))


async def reload_phones(link: AmiLink) -> None:
    """Read the phones' file again; talks go on, also those of phones that are gone from it."""
    await link.action("Reload", {"Module": "res_pjsip.so"}, timeout=RELOAD_S)


async def reload_queues(link: AmiLink) -> None:
    """Read the queues' file again; members and waiting callers stay."""
    await link.action("QueueReload", {"Members": "no", "Parameters": "yes"}, timeout=RELOAD_S)


async def members(link: AmiLink) -> list[Member]:
    """Who sits at which desk."""
    found = []
    for row in await link.action_list("QueueStatus"):
        operator = operator_of(row.get("StateInterface", ""))
        desk = row.get("Queue", "").removeprefix(QUEUE_PREFIX)
        if row["Event"] == "QueueMember" and operator is not None:
            paused, reason = row["Paused"] == "1", row.get("PausedReason", "")
            found.append(Member(desk, OperatorId(operator), int(row["Penalty"]), paused, reason))
    return found


async def seat(link: AmiLink, member: Member) -> None:
    """Put him at a desk, or change his penalty if he sits there already. ActionRefused when there is no such queue."""
    phone = {"Queue": queue_of(member.desk), "Interface": operator_phone(member.operator)}
    penalty = {"Penalty": str(member.penalty)}
    paused = {"Paused": "true" if member.paused else "false"}
    try:
        await link.action("QueueAdd", {**phone, **penalty, **paused})
    except ActionRefused as refused:
        if "Already there" not in str(refused):
            raise
        await link.action("QueuePenalty", {**phone, **penalty})


async def unseat(link: AmiLink, desk: str, operator: OperatorId) -> None:
    """Take him from a desk; a call that he is in goes on."""
    try:
        await link.action("QueueRemove", {"Queue": queue_of(desk), "Interface": operator_phone(operator)})
    except ActionRefused as refused:
        if "Not there" not in str(refused):
            raise


async def hold_back(link: AmiLink, operator: OperatorId, reason: str) -> None:
    """Offer him no calls at any desk, for a reason, or offer them again when there is none."""
    headers = {"Interface": operator_phone(operator), "Paused": "true" if reason else "false"}
    await link.action("QueuePause", headers | ({"Reason": reason} if reason else {}))


async def wake(link: AmiLink, channel: str) -> None:
    """Make a caller in a queue look for a free operator now. ActionRefused when he has left it."""
    await link.action("PlayDTMF", {"Channel": channel, "Digit": "D", "Duration": "1", "Receive": "true"})


async def registered_phones(link: AmiLink) -> dict[OperatorId, bool]:
    """Of each phone that the node knows, whether it can be called."""
    found = {}
    for row in await link.action_list("DeviceStateList"):
        operator = operator_of(row.get("Device", ""))
        if operator is not None:
            found[OperatorId(operator)] = row["State"] not in UNREACHABLE
    return found


async def phone_legs(link: AmiLink) -> list[PhoneLeg]:
    """The calls that operators' phones are in."""
    found = []
    for row in await link.action_list("CoreShowChannels"):
        operator = operator_of_leg(row["Channel"], row["Uniqueid"])
        if operator is not None:
            hours, minutes, seconds = map(int, row["Duration"].split(":"))
            answered, lasts_s = row["ChannelStateDesc"] == "Up", hours * 3600 + minutes * 60 + seconds
            touch = touch_of_call(row["Linkedid"])
            found.append(PhoneLeg(OperatorId(operator), row["Uniqueid"], touch, answered, lasts_s))
    return found
