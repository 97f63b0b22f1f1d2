"""A supervisor's ear at a talk: he listens, whispers to the operator, talks to both, or takes the debtor over.

His phone is called by a channel of its own, which Asterisk ends with the talk; talk, touch and operator know nothing of
it. Who listens has a phone like an operator's and takes no calls meanwhile.
"""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from secrets import token_hex

import orjson

from asterisk.ami.actions import ActionRefused
from asterisk.ami.link import AmiLink
from asterisk.ami.messages import AmiMessage
from asterisk.ami.render import OriginateRequest
from asterisk.inbound import hang_up
from asterisk.operator_phone import LISTENS, operator_phone
from dialer.desks.transfers import APART, Talk
from dialer.floor.feed import Feed
from dialer.floor.floor import Floor
from domain.errors import InputError
from domain.operator import OnFloor
from domain.operator_events import OperatorId
from domain.touch import TouchId

CONTEXT = "dozvon-listening"
RING_S = 20.0


class Ear(StrEnum):
    """Who hears the one who listens: nobody, the operator alone, or both."""

    LISTEN = "listen"
    WHISPER = "whisper"
    BARGE = "barge"


DIGIT = {Ear.LISTEN: "4", Ear.WHISPER: "5", Ear.BARGE: "6"}
"""What changes it in the middle, on the phone as here."""


@dataclass(slots=True)
class Listening:
    """Somebody's phone is in, or rings for, a talk of an operator's."""

    channel: str
    link: AmiLink
    operator: OperatorId
    talk: str
    ear: Ear


class Spying:
    """What supervisors ask for by name: spy (JSON: login, ear), unspy, take_over (a login).

    Like every verb they are asked by the one whose phone it is: the supervisor's own row of the operators.
    """

    def __init__(self, talk_of: Callable[[OperatorId], Talk], floor: Floor, feed: Feed) -> None:
        self._talk_of, self._floor, self._feed = talk_of, floor, feed
        self._listening: dict[OperatorId, Listening] = {}
        floor.verbs |= {"spy": self.spy, "unspy": self.unspy, "take_over": self.take_over}
        floor.heard_by = self.heard_by

    def heard_by(self, operator: OperatorId) -> dict[str, str]:
        """The logins of who listens to an operator, and how."""
        logins = {one.id: one.login for one, _ in self._floor.operators()}
        ears = ((of, one) for of, one in self._listening.items() if one.operator == operator)
        return {logins[of]: one.ear.value for of, one in ears if of in logins}

    def hear(self, message: AmiMessage, _: datetime) -> None:
        """Any manager message: whose phone was hung up, or could not be rung, listens no more."""
        failed = message.get("Event") == "OriginateResponse" and message.get("Response") == "Failure"
        channel = message.get("ActionID" if failed else "Uniqueid", "")
        if channel.startswith(LISTENS) and (failed or message.get("Event") == "Hangup"):
            for supervisor, one in list(self._listening.items()):
                if one.channel == channel:
                    self._forget(supervisor)

    async def spy(self, supervisor: OperatorId, argument: str) -> OnFloor:
        """Ring his phone and put him to the talk; who hears that talk already only changes how.

        InputError when the operator talks to nobody, or when the supervisor takes calls or has no phone.
        """
        login, ear = _wish(argument)
        operator = self._floor.id_of(login)
        talk, now = self._talk_of(operator), self._listening.get(supervisor)
        if now and (now.operator, now.talk) == (operator, talk.operator):
            await now.link.action(
                "PlayDTMF", {"Channel": now.channel, "Digit": DIGIT[ear], "Receive": "true"}
            )
            now.ear = ear
            self._feed.refresh(operator)
            return self._floor.operator(supervisor)
        known = self._free(supervisor, operator)
        await self.unspy(supervisor)
        channel = f"{LISTENS}{token_hex(8)}"
        request = OriginateRequest(
            TouchId(channel),
            operator_phone(supervisor),
            CONTEXT,
            RING_S,
            exten=ear,
            variables={"DZ_HEARD": talk.operator},
        )
        talk.link.originate(request)
        self._listening[supervisor] = Listening(channel, talk.link, operator, talk.operator, ear)
        self._feed.refresh(operator)
        return known

    async def unspy(self, supervisor: OperatorId, _: str = "") -> OnFloor:
        """His phone is hung up, if he listens. LinkDown from the node."""
        if one := self._forget(supervisor):
            with suppress(ActionRefused):  # it has ended by itself
                await hang_up(one.link, one.channel)
        return self._floor.operator(supervisor)

    async def take_over(self, supervisor: OperatorId, login: str) -> OnFloor:
        """The debtor is his now, and the operator is done with him; the desk's if he does not pick up. Errors as of
        `spy`; ActionRefused when the call has just ended.
        """
        operator = self._floor.id_of(login)
        talk = self._talk_of(operator)
        self._free(supervisor, operator)
        await self.unspy(supervisor)
        whose = next(one for one, _ in self._floor.operators() if one.id == operator)
        for name, value in (("DZ_COLLEAGUE", str(supervisor)), ("DZ_DESK", self._floor.desk_of(whose))):
            await talk.link.action("Setvar", {"Channel": talk.debtor, "Variable": name, "Value": value})
        where = {"Context": APART, "Exten": "taken-over", "Priority": "1"}
        await talk.link.action("Redirect", {"Channel": talk.debtor, **where})
        await talk.let_go()
        return self._floor.operator(supervisor)

    def _free(self, supervisor: OperatorId, operator: OperatorId) -> OnFloor:
        known = self._floor.operator(supervisor)
        if supervisor == operator:
            raise InputError("nobody listens to himself")
        if not known.reachable:
            raise InputError("your phone is not registered", remedy="turn it on")
        if known.legs or (known.signed_in and not known.held_back):
            raise InputError("who takes calls himself cannot listen", remedy="pause, or sign out")
        return known

    def _forget(self, supervisor: OperatorId) -> Listening | None:
        one = self._listening.pop(supervisor, None)
        if one:
            self._feed.refresh(one.operator)
        return one


def _wish(argument: str) -> tuple[str, Ear]:
    """Whom, and how. InputError for what is no such object."""
    try:
        asked = orjson.loads(argument)
        return str(asked["login"]), Ear(asked["ear"])
    except (KeyError, TypeError, ValueError) as error:
        remedy = '{"login": "anna", "ear": "listen"}; ears: ' + ", ".join(Ear)
        raise InputError("that is no wish to listen", where="spy", remedy=remedy) from error
