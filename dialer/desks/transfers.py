"""Hold and transfers: an operator has his debtor wait, asks a colleague, hands the debtor over to him or to a desk.

The floor knows who talks in which call, so whoever has just taken it over can go on; that a debtor waits is remembered
for screens only.
Asterisk parts debtor and operator by one redirect of both, and joins any two channels by a bridge.
"""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass

from asterisk.ami.actions import ActionRefused
from asterisk.ami.link import AmiLink
from asterisk.inbound import hang_up
from asterisk.operators import queue_of
from dialer.floor.floor import Floor
from dialer.running import Running
from dialer.switchboard import Switchboard
from domain.call import Call
from domain.errors import InputError
from domain.operator import OnFloor, OperatorState
from domain.operator_events import OperatorId
from domain.touch import TouchId

APART = "dozvon-apart"


@dataclass(frozen=True, slots=True)
class Talk:
    """An operator's call: the channels of both sides, and the link to their node."""

    link: AmiLink
    debtor: str
    operator: str

    async def part(self, operator_goes: str = "operator") -> None:
        """Both wait, or the operator goes to another extension meanwhile."""
        debtor = {"Channel": self.debtor, "Context": APART, "Exten": "debtor", "Priority": "1"}
        operator = {"ExtraChannel": self.operator, "ExtraContext": APART, "ExtraPriority": "1"}
        await self.link.action("Redirect", {**debtor, **operator, "ExtraExten": operator_goes})

    async def let_go(self) -> None:
        """The operator's part in it ends; where his leg has ended with the talk, nothing is left to do."""
        with suppress(ActionRefused):
            await self.link.action("Hangup", {"Channel": self.operator, "Cause": "16"})

    async def join(self, channel: str) -> None:
        """The debtor hears that channel."""
        await self.link.action("Bridge", {"Channel1": self.debtor, "Channel2": channel})


class Transfers:
    """What operators ask for by name: hold, unhold, transfer (to a desk), consult (a colleague), complete, hang_up."""

    def __init__(self, switchboard: Switchboard, floor: Floor) -> None:
        self._switchboard, self._floor = switchboard, floor
        self._waiting: dict[str, str] = {}
        switchboard.followers.append(self._follow)
        floor.verbs |= {
            "hold": self.hold,
            "unhold": self.unhold,
            "transfer": self.transfer,
            "consult": self.consult,
            "complete": self.complete,
            "hang_up": self.hang_up,
        }

    def waits(self, touch: str) -> str:
        """Why the other end of a call hears music: ``hold`` or ``consult``; empty when it does not."""
        return self._waiting.get(touch, "")

    def _follow(self, before: Call, running: Running) -> None:
        if running.call.over:
            self._waiting.pop(running.call.touch, None)

    def _now(self, operator: OperatorId, waits: str = "") -> OnFloor:
        """What the operator does now that his debtor waits, or does not."""
        known = self._floor.operator(operator)
        self._waiting.pop(known.touch, None)
        if waits:
            self._waiting[known.touch] = waits
        return known

    async def hold(self, operator: OperatorId, _: str = "") -> OnFloor:
        """The debtor hears music. InputError when he talks to nobody; ActionRefused and LinkDown from the node."""
        await self.talk_of(operator).part()
        return self._now(operator, "hold")

    async def unhold(self, operator: OperatorId, _: str = "") -> OnFloor:
        """The debtor hears him again; a colleague who was asked is let go. Errors as of `hold`."""
        talk = self.talk_of(operator)
        await talk.part()
        await talk.join(talk.operator)
        return self._now(operator)

    async def transfer(self, operator: OperatorId, desk: str) -> OnFloor:
        """The debtor waits at a desk, the operator is done with him. Errors as of `hold`, and for a desk of nobody."""
        if not any(desk in one.desks for one, _ in self._floor.operators()):
            queue_of(desk)
            raise InputError(
                f"nobody sits at the desk {desk!r}", remedy="`dozvon operator list` shows the desks"
            )
        talk = self.talk_of(operator)
        await talk.link.action("Setvar", {"Channel": talk.debtor, "Variable": "DZ_DESK", "Value": desk})
        where = {"Context": APART, "Exten": "transfer", "Priority": "1"}
        await talk.link.action("Redirect", {"Channel": talk.debtor, **where})
        await talk.let_go()
        return self._now(operator)

    async def consult(self, operator: OperatorId, login: str) -> OnFloor:
        """A colleague's phone rings, the debtor hears music meanwhile. Errors as of `hold`, and unless he is ready."""
        colleague = self._floor.operator(self._floor.id_of(login))
        if colleague.state is not OperatorState.READY:
            raise InputError(f"operator {login} is {colleague.state.value}", remedy="ask one who is ready")
        talk = self.talk_of(operator)
        told = {"Variable": "DZ_COLLEAGUE", "Value": str(colleague.operator)}
        await talk.link.action("Setvar", {"Channel": talk.operator, **told})
        await talk.part("consult")
        return self._now(operator, "consult")

    async def complete(self, operator: OperatorId, _: str = "") -> OnFloor:
        """The debtor is the colleague's now. Errors as of `hold`, and when no colleague has picked up."""
        talk, touch = self.talk_of(operator), self._floor.operator(operator).touch
        others = (known for _, known in self._floor.operators() if known.operator != operator)
        leg = next((known.talk.id for known in others if known.talk and known.talk.touch == touch), None)
        if leg is None:
            raise InputError("no colleague has picked up", remedy="wait, or take the debtor back by unhold")
        await talk.join(leg)
        await talk.let_go()
        return self._now(operator)

    async def hang_up(self, operator: OperatorId, _: str = "") -> OnFloor:
        """His call ends, also one that only rings yet. InputError when he is in none; ActionRefused, LinkDown."""
        known, shown = self._floor.operator(operator), self._floor.shown_to(operator)
        touch = known.touch or (shown["touch"] if shown else None) or ""
        running = self._switchboard.calls.get(TouchId(touch))
        if running is None:
            raise InputError("he is in no call", remedy="`dozvon operator list` shows what everybody does")
        channel = known.leg if known.leg and not known.talk else running.channel
        await hang_up(self._switchboard.nodes[running.node].link, channel)
        return self._floor.operator(operator)

    def talk_of(self, operator: OperatorId) -> Talk:
        """The channels of his call. InputError when he talks to nobody."""
        known = self._floor.operator(operator)
        running: Running | None = None
        if known.talk is not None:
            calls = self._switchboard.calls.all()
            running = next((one for one in calls if one.call.touch == known.talk.touch), None)
        if known.talk is None or running is None:
            raise InputError("he talks to nobody", remedy="`dozvon operator list` shows what everybody does")
        return Talk(self._switchboard.nodes[running.node].link, running.channel, known.talk.id)
