"""One call of a softphone."""

from __future__ import annotations

import asyncio
import wave
from collections.abc import Callable
from enum import StrEnum
from pathlib import Path
from typing import Any

import pjsua2 as pj

from agent_console.softphone.library import ANSWER_S, News, status, told
from agent_console.softphone.sound import Headset
from domain.errors import EnvironmentFault, InputError


class CallState(StrEnum):
    """What a call is doing."""

    RINGING = "ringing"
    TALKING = "talking"
    HELD = "held"
    ENDED = "ended"


class SoftCall:
    """One incoming call. What asks the other end returns when it has agreed, or when the call has ended;
    EnvironmentFault when neither happens within ``ANSWER_S``.
    """

    def __init__(
        self,
        line: Any,
        id: int,
        invite: str,
        news: News,
        on_end: Callable[[int], None],
        headset: Headset | None = None,
    ) -> None:
        self.state = CallState.RINGING
        self.muted = False
        self._leg: Any = _Leg(line, id)
        self._leg.told = self.changed
        self._id, self._invite, self._news, self._on_end = id, invite, news, on_end
        self._headset = headset
        self._recorder: Any = None

    def header(self, name: str) -> str:
        """A header of the INVITE; empty when it has none."""
        lines = (line.partition(":") for line in self._invite.splitlines())
        return next((value.strip() for key, _, value in lines if key.strip().lower() == name.lower()), "")

    async def reached(self, *states: CallState, within_s: float = ANSWER_S) -> CallState:
        """Wait until the call is in one of these states."""
        await self._news.until(
            lambda: self.state in states, within_s, f"the call to be {' or '.join(states)}"
        )
        return self.state

    def ring(self) -> None:
        """Tell the caller that it rings here."""
        self._alive.answer(status(pj.PJSIP_SC_RINGING))

    def pick_up(self) -> None:
        """Answer, without waiting for the caller's word on it."""
        self._alive.answer(status(pj.PJSIP_SC_OK))

    async def answer(self) -> None:
        """Pick up and wait until both hear each other."""
        self.pick_up()
        await self.reached(CallState.TALKING, CallState.ENDED)

    def end(self) -> None:
        """Hang up, without waiting for the caller's word on it; a call that rings is refused as busy."""
        if self.state is not CallState.ENDED:
            ringing = self.state is CallState.RINGING
            self._leg.hangup(status(pj.PJSIP_SC_BUSY_HERE if ringing else pj.PJSIP_SC_OK))

    async def hang_up(self) -> None:
        """End the call; one that rings is refused as busy."""
        self.end()
        await self.reached(CallState.ENDED)

    def mute(self, muted: bool = True) -> None:
        """Let the caller hear nothing of this side, or hear it again; holds and resumptions do not change it."""
        self.muted = muted
        self.changed()

    async def hold(self) -> None:
        """Leave the caller with the exchange's music."""
        self._alive.setHold(pj.CallOpParam(True))
        await self.reached(CallState.HELD, CallState.ENDED)

    async def resume(self) -> None:
        """Talk on."""
        wish = pj.CallOpParam(True)
        wish.opt.flag = pj.PJSUA_CALL_UNHOLD
        self._alive.reinvite(wish)
        await self.reached(CallState.TALKING, CallState.ENDED)

    def press(self, digits: str) -> None:
        """Send digits (0-9, * and #) as RFC 4733 events."""
        try:
            self._alive.dialDtmf(digits)
        except pj.Error as error:
            raise InputError(f"{digits!r} cannot be pressed: {told(error)}", where="softphone") from error

    async def play(self, path: Path) -> None:
        """Let the caller hear a WAV of 16-bit PCM, to its end or the call's. InputError when it is none."""
        seconds = _wav_seconds(path)
        player = _Player(self._news.tell)
        player.createPlayer(str(path), pj.PJMEDIA_FILE_NO_LOOP)
        player.startTransmit(self._alive.getAudioMedia(-1))
        await self._news.until(
            lambda: player.ended or self.state is CallState.ENDED, seconds + ANSWER_S, "the recording's end"
        )

    def record(self, path: Path) -> None:
        """Write what the caller says into a WAV, from now to the end of the call."""
        recorder = pj.AudioMediaRecorder()
        try:
            recorder.createRecorder(str(path))
        except pj.Error as error:
            raise EnvironmentFault(f"cannot be written: {told(error)}", where=str(path)) from error
        self._recorder = recorder
        self.changed()

    @property
    def _alive(self) -> Any:
        if self._leg is None:
            raise InputError("the call is over", where="softphone")
        return self._leg

    def changed(self) -> None:
        """Look at what the library says of the call now."""
        info = self._alive.getInfo()
        if info.state == pj.PJSIP_INV_STATE_DISCONNECTED:
            self.state = CallState.ENDED
            # Not at once: the library is still at work on it.
            asyncio.get_running_loop().call_soon(self._on_end, self._id)
        elif info.state == pj.PJSIP_INV_STATE_CONFIRMED:
            audio = [media for media in info.media if media.type == pj.PJMEDIA_TYPE_AUDIO]
            talking = any(media.status == pj.PJSUA_CALL_MEDIA_ACTIVE for media in audio)
            self.state = CallState.TALKING if talking else CallState.HELD
        if self.state is CallState.TALKING:
            self._join(self._leg.getAudioMedia(-1))
        self._news.tell()

    def _join(self, caller: Any) -> None:
        """Connect all that hears or speaks, each time: a hold makes new streams."""
        caller.adjustRxLevel(0.0 if self.muted else 1.0)  # what he receives: the library takes his side
        if self._recorder:
            caller.startTransmit(self._recorder)
        if self._headset:
            self._headset.join(caller)

    def let_go(self) -> None:
        """Give back what is the library's, which closes the recording too: what outlives it aborts the process."""
        self.state = CallState.ENDED
        self._leg = self._recorder = None
        self._news.tell()


class _Leg(pj.Call):  # type: ignore[misc]
    told: Callable[[], None]

    def onCallState(self, prm: Any) -> None:
        self.told()

    def onCallMediaState(self, prm: Any) -> None:
        self.told()


class _Player(pj.AudioMediaPlayer):  # type: ignore[misc]
    ended = False

    def __init__(self, tell: Callable[[], None]) -> None:
        super().__init__()
        self._tell = tell

    def onEof2(self) -> None:
        self.ended = True
        self._tell()


def _wav_seconds(path: Path) -> float:
    try:
        with wave.open(str(path)) as sound:
            if sound.getsampwidth() == 2:
                return float(sound.getnframes() / sound.getframerate())
    except (OSError, EOFError, wave.Error) as error:
        raise InputError(
            f"cannot be played: {error}", where=str(path), remedy="give a WAV of 16-bit PCM"
        ) from error
    raise InputError("cannot be played", where=str(path), remedy="give a WAV of 16-bit PCM")
