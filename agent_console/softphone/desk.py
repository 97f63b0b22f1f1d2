"""What an operator may do at a softphone: one call at a time, and a few words for it."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass

from agent_console.softphone.call import CallState, SoftCall
from agent_console.softphone.phone import Softphone
from asterisk.touch_header import TOUCH_HEADER
from domain.errors import InputError

AskFloor = Callable[[str, str], Awaitable[object]]
"""Has the dialler do something for this operator: a verb of the floor, and its argument."""

FLOOR = ("hold", "unhold", "transfer", "ready", "pause")
"""What the dialler does. Where none is reached, the phone itself holds."""


@dataclass(frozen=True, slots=True)
class Seen:
    """The desk as it is now."""

    registered: bool
    call: CallState | None
    touch: str
    """Of the call; empty when it is none of ours, and without a call."""
    muted: bool
    sound_lost: bool

    def __str__(self) -> str:
        phone = "registered" if self.registered else "not registered"
        parts = [phone, f"{self.call} {self.touch}".strip() if self.call else "no call"]
        parts += ["muted"] * self.muted + ["its sound is lost: start it again"] * self.sound_lost
        return ", ".join(parts)


class Desk:
    """Somebody at a softphone, which must not answer by itself: the desk does, and refuses a second call as busy."""

    def __init__(
        self, phone: Softphone, ask_floor: AskFloor | None = None, *, auto_answer: bool = True
    ) -> None:
        self._phone, self._ask_floor, self._auto_answer = phone, ask_floor, auto_answer
        self._call: SoftCall | None = None
        self._verbs: Mapping[str, Callable[[SoftCall, str], Awaitable[None]]] = {
            "answer": lambda call, _: call.answer(),
            "hang-up": lambda call, _: call.hang_up(),
            "mute": _mute,
            "unmute": _unmute,
            "dtmf": _press,
            "hold": lambda call, _: call.hold(),
            "unhold": lambda call, _: call.resume(),
        }

    @property
    def verbs(self) -> list[str]:
        """All that it can be told."""
        return sorted({*self._verbs, *FLOOR})

    @property
    def seen(self) -> Seen:
        """What phone and call are doing."""
        phone, call = self._phone, self._call
        if call is None or call.state is CallState.ENDED:
            return Seen(phone.registered, None, "", False, phone.deaf)
        return Seen(phone.registered, call.state, call.header(TOUCH_HEADER), call.muted, phone.deaf)

    async def serve(self, tell: Callable[[Seen], None]) -> None:
        """Take calls for ever, and tell each change."""
        told = None
        while True:
            self._take()
            if (seen := self.seen) != told:
                told = seen
                tell(seen)
            await self._phone.news.next()

    async def do(self, verb: str, argument: str = "") -> None:
        """Do it, and return when it is done. InputError when it cannot be done now, EnvironmentFault when the
        exchange or the dialler does not answer.
        """
        if verb in FLOOR and self._ask_floor:
            await self._ask_floor(verb, argument)
        elif verb in self._verbs:
            if self._call is None or self._call.state is CallState.ENDED:
                raise InputError("there is no call", where=verb)
            await self._verbs[verb](self._call, argument)
        elif verb in FLOOR:
            remedy = "start the softphone where DOZVON_REDIS_URL is, without --server"
            raise InputError(
                "only the dialler can do it, and it is not reached from here", where=verb, remedy=remedy
            )
        else:
            raise InputError(f"{verb!r} is no command", remedy=f"take one of {', '.join(self.verbs)}")

    def _take(self) -> None:
        while not self._phone.calls.empty():
            call = self._phone.calls.get_nowait()
            if self.seen.call:
                call.end()
                continue
            self._call = call
            if self._auto_answer and call.state is CallState.RINGING:
                call.pick_up()


async def _mute(call: SoftCall, _: str) -> None:
    call.mute()


async def _unmute(call: SoftCall, _: str) -> None:
    call.mute(False)


async def _press(call: SoftCall, digits: str) -> None:
    call.press(digits)
