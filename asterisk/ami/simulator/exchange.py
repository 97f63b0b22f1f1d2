"""The simulated switch and its carrier: channels that live through their walks. No sockets here."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Callable, Iterator, Mapping
from datetime import datetime
from zoneinfo import ZoneInfo

from asterisk.ami.simulator.channel_log import ChannelLog
from asterisk.ami.simulator.record import CarrierRecord, Invite
from asterisk.ami.simulator.say import SimulatedChannel, channel_event, originate_response
from asterisk.ami.simulator.walk import Q850, End, PickUp, Ring, ScriptWalk, Step, Tell, walk
from asterisk.touch_header import TOUCH_HEADER
from asterisk.town.roles import TownPlan, role_of

Headers = Mapping[str, str]
_TRUNK = re.compile(r"PJSIP/(\+?[0-9]+)@carrier")
_TOUCH = re.compile(rf"^PJSIP_HEADER\(add,{TOUCH_HEADER}\)=(.*)$", re.MULTILINE)
NORMAL_END = 16, "Normal Clearing"


class Exchange:
    """Places calls into the town; ``tell`` gets every event, ``clock`` gives aware times.

    All seconds of the town, the script and the Originate time-out are multiplied by ``time_scale``.
    """

    def __init__(
        self,
        plan: TownPlan,
        record: CarrierRecord,
        channel_log: ChannelLog,
        clock: Callable[[], datetime],
        tell: Callable[[Headers], None],
        *,
        scripts: Mapping[str, ScriptWalk] | None = None,
        time_scale: float = 1.0,
    ) -> None:
        self._plan, self._record, self._channel_log = plan, record, channel_log
        self._clock, self._tell = clock, tell
        self._scripts, self._time_scale = scripts, time_scale
        self._zone = ZoneInfo(plan.zone)
        self._boots = self._made = 0
        self._timers: dict[str, asyncio.TimerHandle] = {}
        self.channels: dict[str, SimulatedChannel] = {}

    def refusal(self, asked: Headers) -> str | None:
        """Why the Originate is refused at once; None when it is queued."""
        if not asked.get("Channel"):
            return "Channel not specified"
        if self._scripts is not None and asked.get("Context") not in self._scripts:
            return "Extension does not exist."
        return None

    def originate(self, asked: Headers) -> None:
        """Place a queued call."""
        self._made += 1
        uniqueid = asked.get("ChannelId") or f"{1_700_000_000 + self._boots}.{self._made}"
        trunk = _TRUNK.fullmatch(asked["Channel"])
        if trunk is None or uniqueid in self.channels:
            self._tell(originate_response(asked, uniqueid, asked["Channel"], 0))
            return
        channel = self._channel(uniqueid, trunk[1], asked)
        self.channels[uniqueid] = channel
        self._channel_log.write("CHAN_START", uniqueid, channel.name, channel.invite.started)
        self._tell(channel_event("Newchannel", channel, {}))
        script = (self._scripts or {}).get(asked.get("Context", ""), ScriptWalk())
        timeout_s = number_in(asked.get("Timeout"), 30_000) / 1000
        invite = channel.invite
        steps = walk(invite.role, invite.number, invite.nth, self._plan, script, timeout_s)
        self._go_on(channel, steps)

    def find(self, id_or_name: str) -> SimulatedChannel | None:
        """The live channel of this id or name."""
        by_name = (channel for channel in self.channels.values() if channel.name == id_or_name)
        return self.channels.get(id_or_name) or next(by_name, None)

    def hang_up(self, channel: SimulatedChannel, cause: int) -> None:
        """End a call from our side."""
        self._end(channel, End(0.0, by_debtor=False), (cause, NORMAL_END[1]))

    def crash(self) -> None:
        """Drop all calls without a word, as kill -9 does; the carrier records their end all the same."""
        self._boots += 1
        for channel in [*self.channels.values()]:
            self._forget(channel)
            self._write(channel, End(0.0, by_debtor=False), NORMAL_END[0])

    def _channel(self, uniqueid: str, number: str, asked: Headers) -> SimulatedChannel:
        now = self._clock()
        dialled = number.removeprefix("+")
        nth, hour = self._record.count(dialled), now.astimezone(self._zone).hour
        touch = _TOUCH.search(asked.get("Variable", ""))
        role = role_of(dialled, nth, hour, self._plan)
        invite = Invite(touch[1] if touch else "", dialled, nth, hour, role, now.timestamp())
        return SimulatedChannel(uniqueid, f"PJSIP/carrier-{self._made:08x}", invite, asked)

    def _go_on(self, channel: SimulatedChannel, steps: Iterator[Step]) -> None:
        step = next(steps)
        self._timers[channel.uniqueid] = asyncio.get_running_loop().call_later(
            step.after_s * self._time_scale, self._do, channel, step, steps
        )

    def _do(self, channel: SimulatedChannel, step: Step, steps: Iterator[Step]) -> None:
        match step:
            case Ring():
                channel.enter("Ringing")
                self._tell(channel_event("Newstate", channel, {}))
            case PickUp():
                self._pick_up(channel)
            case Tell(event=event, headers=headers):
                channel.invite.digit = headers.get("Digit", channel.invite.digit)
                self._log_answer(channel, event, headers)
                self._tell(channel_event("UserEvent", channel, {"UserEvent": event, **headers}))
            case End(sip=sip):
                self._end(channel, step, Q850[sip] if sip else NORMAL_END)
                return
        self._go_on(channel, steps)

    def _log_answer(self, channel: SimulatedChannel, event: str, headers: Headers) -> None:
        """What the debtor answers stands in the log too, as our dialplans write it."""
        if event != "DozvonStep":
            at, extra = self._clock().timestamp(), " ".join(headers.values())
            self._channel_log.write(event, channel.uniqueid, channel.name, at, extra=extra)

    def _pick_up(self, channel: SimulatedChannel) -> None:
        channel.enter("Up")
        channel.invite.answered = self._clock().timestamp()
        self._channel_log.write("ANSWER", channel.uniqueid, channel.name, channel.invite.answered)
        self._tell(channel_event("Newstate", channel, {}))
        self._tell(originate_response(channel.asked, channel.uniqueid, channel.name, 4))

    def _end(self, channel: SimulatedChannel, end: End, cause: tuple[int, str]) -> None:
        self._forget(channel)
        if not channel.invite.answered:
            reason = 3 if end.timed_out else 0
            asked = channel.asked
            self._tell(originate_response(asked, channel.uniqueid, asked["Channel"], reason))
        told = {"Cause": str(cause[0]), "Cause-txt": cause[1]}
        if end.sip:
            told["TechCause"] = str(end.sip)
        ended = self._clock().timestamp()
        self._channel_log.write("HANGUP", channel.uniqueid, channel.name, ended, hangupcause=cause[0])
        self._tell(channel_event("Hangup", channel, told))
        self._write(channel, end, cause[0])

    def _forget(self, channel: SimulatedChannel) -> None:
        del self.channels[channel.uniqueid]
        self._timers.pop(channel.uniqueid).cancel()

    def _write(self, channel: SimulatedChannel, end: End, cause: int) -> None:
        sip = end.sip if end.by_debtor else None
        self._record.write(channel.invite, self._clock().timestamp(), cause, sip, end.by_debtor)


def number_in(text: str | None, otherwise: int) -> int:
    """The whole number that a header holds; Asterisk takes its default when it holds none."""
    return int(text) if text is not None and text.isdecimal() else otherwise
