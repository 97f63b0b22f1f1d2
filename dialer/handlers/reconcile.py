"""Reconcile: settle calls whose events may have been missed, from the node's channels and its event log.

Nothing is guessed. A call that is up stays open. One that the log saw ending has ended so. One that the log saw
beginning, and that is neither up nor ended, was lost with the node: its outcome is `unknown`, and it counts.
One without any trace was never placed: an INVITE without a channel does not exist.
"""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

import structlog

from asterisk.ami.link import AmiLink
from asterisk.channel_log import read_channel_log
from asterisk.inbound import touch_of_call
from domain.call import Call, advance
from domain.call_events import Answered, AnyCallEvent, Lost, NotPlaced, Ringing
from domain.touch import TouchId

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Traces:
    """What a node shows of some touches."""

    live: frozenset[TouchId]
    logged: dict[TouchId, list[AnyCallEvent]]
    ringing: frozenset[TouchId] = frozenset()
    """Those of ``live`` that ring now; the log does not tell it, and it tells no answer from a phone switched off."""
    up: frozenset[TouchId] = frozenset()
    """Those of ``live`` that are answered; the log may tell it a moment later than the node did."""
    readable: bool = True
    """Whether there is a log to read: without one, absence proves nothing."""


async def survey(link: AmiLink, channel_log: Path, touches: Sequence[TouchId], ahead: timedelta) -> Traces:
    """Ask the node which channels are up, then read its log: what ended in between stands in the log.

    Raises LinkDown when the node does not answer.
    """
    channels = await link.action_list("CoreShowChannels")
    states = {touch_of_call(channel["Uniqueid"]): channel.get("ChannelStateDesc") for channel in channels}
    live = states.keys() & set(touches)
    ringing = frozenset(touch for touch in live if states[touch] == "Ringing")
    up = frozenset(touch for touch in live if states[touch] == "Up")
    try:
        logged = await asyncio.to_thread(read_channel_log, channel_log, touches, ahead)
    except OSError as error:
        log.error("channel_log_unreadable", file=str(channel_log), error=error.strerror)
        return Traces(frozenset(live), {}, ringing, up, readable=False)
    return Traces(frozenset(live), logged, ringing, up)


def settle_by_traces(call: Call, traces: Traces, *, final: bool, at: datetime) -> Call:
    """The call with what the traces add; ``final`` when a call that is not up may be given up.

    At the first look its channel may just be coming up: listed by no answer of the node yet, but in the log.
    """
    if call.touch in traces.ringing:
        call = advance(call, Ringing(call.touch, at))
    if call.touch in traces.up:
        call = advance(call, Answered(call.touch, at))
    for event in traces.logged.get(call.touch, ()):
        call = advance(call, event)
    if call.over or call.touch in traces.live or not final:
        return call
    if call.created_at is not None:
        return advance(call, Lost(call.touch, at, "the node stopped while the call was up"))
    if not traces.readable:
        return advance(call, Lost(call.touch, at, "the node's channel event log cannot be read"))
    return advance(call, NotPlaced(call.touch, at, "the node knows no channel of it"))
