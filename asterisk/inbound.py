"""Calls that come in at a node: who rings, and sending them where the dialler decides."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from hashlib import md5

from asterisk.ami.link import AmiLink
from domain.touch import TouchId

OUR_ID = re.compile(r"[0-9a-f]{8}(-?[0-9a-f]{4}){3}-?[0-9a-f]{12}")
_ASTERISK_ID = re.compile(r"(?:.+-)?([0-9]{9,11})\.([0-9]+)")
_PLAIN = re.compile(r"[0-9A-Za-z_&/.-]*")
RELOAD_S = 30.0
CALLER = "DozvonCaller"
CONTEXT = "dozvon-inbound"
LINES_FILE = "dozvon-lines.conf"


@dataclass(frozen=True, slots=True)
class Ring:
    """Somebody rings: his channel, our number and his (in E.164 form; his is empty when it is not shown)."""

    channel: str
    node: str
    line: str
    number: str

    @property
    def touch(self) -> TouchId:
        """The touch that this call is."""
        return inbound_touch(self.channel)


def inbound_touch(channel: str) -> TouchId:
    """The touch of a call that came in, from the id that Asterisk gave its channel (``node1-1795330800.42``).

    It is a pure function of it, in the form of a UUIDv7: whoever meets the channel again, in an event, in the node's
    log or after a restart, knows the touch without being told. Empty for what is no id of Asterisk's.
    """
    made = _ASTERISK_ID.fullmatch(channel)
    if made is None:
        return TouchId("")
    digest = md5(channel.encode(), usedforsecurity=False).hexdigest()
    return TouchId(f"{int(made[1]) * 1000 + int(made[2]) % 1000:012x}7{digest[:3]}8{digest[3:18]}")


def touch_of_call(channel: str) -> TouchId:
    """The touch of a call by the id of its first channel: ours if we placed it, else that of a call that came in."""
    return TouchId(channel) if OUR_ID.fullmatch(channel) else inbound_touch(channel)


def ring_of(message: Mapping[str, str]) -> Ring | None:
    """Who rings, if a manager message tells that; None for all others."""
    if message.get("UserEvent") != CALLER:
        return None
    node, channel = message.get("SystemName", ""), message.get("Uniqueid", "")
    return Ring(channel, node, e164(message.get("Line", "")), e164(message.get("From", "")))


def e164(digits: str) -> str:
    """A number as the carrier tells it, as the books keep it: 8 and ten digits are Russian, others are complete."""
    number = "".join(filter(str.isdigit, digits))
    if len(number) == 11 and number[0] == "8":
        number = f"7{number[1:]}"
    elif len(number) == 10:
        number = f"7{number}"
    return f"+{number}" if number else ""


def lines_text(desks: Mapping[str, str]) -> str:
    """The dialplan of our lines: where each number's callers wait when no dialler decides."""
    return "[dozvon-lines](+)\n" + "".join(
        f"exten = {number.lstrip('+')},1,Set(DZ_DESK={desk})\n same = n,Goto(dozvon-caller,s,1)\n"
        for number, desk in sorted(desks.items())
    )


async def send(link: AmiLink, channel: str, exten: str, variables: Iterable[tuple[str, str]]) -> None:
    """Give a caller's channel its variables and send it to ``exten`` of the inbound dialplan.

    Raises ActionRefused when he has hung up, LinkDown when the link has gone.
    """
    actions = []
    for name, value in variables:
        if not _PLAIN.fullmatch(value):
            raise ValueError(f"variable {name} holds what a dialplan could read as its own")
        actions.append(("Setvar", {"Channel": channel, "Variable": name, "Value": value}))
    actions.append(("Redirect", {"Channel": channel, "Context": CONTEXT, "Exten": exten, "Priority": "1"}))
    await asyncio.gather(
        *(link.action(*action) for action in actions)
    )  # a node does them in the order written


async def hang_up(link: AmiLink, channel: str) -> None:
    """End a call of ours. ActionRefused when it has ended already."""
    await link.action("Hangup", {"Channel": channel, "Cause": "16"})


async def read_lines(link: AmiLink) -> None:
    """Have the node read its dialplan again."""
    await link.action("Reload", {"Module": "pbx_config"}, timeout=RELOAD_S)
