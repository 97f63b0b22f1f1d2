"""The headset of whoever sits at a softphone, by the machine's own programs.

The published wheel of pjsua2 knows no sound card, so a program's standard output is the microphone and another one's
standard input the earphones: 16-bit PCM, one channel, 8000 Hz.
"""

from __future__ import annotations

import asyncio
import os
import subprocess
from collections.abc import Callable
from contextlib import ExitStack, suppress
from dataclasses import dataclass
from fcntl import F_SETPIPE_SZ, fcntl
from functools import partial
from typing import Any, Self

import pjsua2 as pj

from agent_console.softphone.library import TELEPHONE_HZ
from domain.errors import EnvironmentFault

FRAME_MS = 20
FRAME_BYTES = TELEPHONE_HZ * FRAME_MS // 1000 * 2
SILENCE = bytes(FRAME_BYTES)
LATE_BYTES = 4096
"""What a pipe holds at most, a quarter of a second: older sound is worth nothing in a talk."""
END_S = 2.0


@dataclass(frozen=True, slots=True)
class SoundPrograms:
    """What records for the caller and what plays him, with their arguments."""

    microphone: tuple[str, ...]
    earphones: tuple[str, ...]


class Headset:
    """Microphone and earphones while its block lasts. EnvironmentFault when a program cannot be started; one that ends
    later makes the headset ``lost``, which ``tell`` is called for.
    """

    def __init__(self, programs: SoundPrograms, tell: Callable[[], None]) -> None:
        self.lost = False
        self._programs, self._tell = programs, tell
        self._mouth: Any = None
        self._ear: Any = None
        self._nobody: Any = None
        self._opened = ExitStack()

    def __enter__(self) -> Self:
        with ExitStack() as opened:
            microphone = opened.enter_context(_Program(self._programs.microphone, speaks=True))
            earphones = opened.enter_context(_Program(self._programs.earphones, speaks=False))
            layout = pj.MediaFormatAudio()
            layout.init(pj.PJMEDIA_FORMAT_PCM, TELEPHONE_HZ, 1, FRAME_MS * 1000, 16)
            lose = partial(asyncio.get_running_loop().call_soon_threadsafe, self._lose)
            self._mouth, self._ear = _Mouth(microphone.pipe, lose), _Ear(earphones.pipe, lose)
            self._mouth.createPort("microphone", layout)
            self._ear.createPort("earphones", layout)
            self._nobody = pj.AudioMediaPort()
            self._nobody.createPort("nobody", layout)
            # Between calls, too: no talk begins with old sound, and a loss is known before the next one.
            self._mouth.startTransmit(self._nobody)
            self._nobody.startTransmit(self._ear)
            opened.callback(self._let_go)
            self._opened = opened.pop_all()
        return self

    def __exit__(self, *_: object) -> None:
        self._opened.close()

    def join(self, caller: Any) -> None:
        """Let whoever wears it and this caller hear each other."""
        self._mouth.startTransmit(caller)
        caller.startTransmit(self._ear)

    def _lose(self) -> None:
        self.lost = True
        self._tell()

    def _let_go(self) -> None:
        self._mouth = self._ear = self._nobody = None


class _Program:
    """A program and our end of its pipe, which never makes the library wait."""

    def __init__(self, command: tuple[str, ...], *, speaks: bool) -> None:
        heard, said = os.pipe()
        fcntl(
            said, F_SETPIPE_SZ, LATE_BYTES
        )  # before anybody writes: a pipe that holds more cannot be made smaller
        self.pipe, its = (heard, said) if speaks else (said, heard)
        os.set_blocking(self.pipe, False)
        try:
            self._process = subprocess.Popen(
                command,
                stdin=subprocess.DEVNULL if speaks else its,
                stdout=its if speaks else subprocess.DEVNULL,
                start_new_session=True,  # Ctrl+C is for us: the farewell to the exchange comes first
            )
        except OSError as error:
            os.close(self.pipe)
            raise EnvironmentFault(
                f"cannot be started ({error.strerror})",
                where=command[0],
                remedy="install alsa-utils, name another program by --microphone and --earphones, "
                "or take --null-audio",
            ) from error
        finally:
            os.close(its)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        os.close(self.pipe)
        self._process.terminate()
        try:
            self._process.wait(END_S)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()


class _Mouth(pj.AudioMediaPort):  # type: ignore[misc]
    """Asked every 20 ms, in a thread of the library's."""

    def __init__(self, pipe: int, lose: Callable[[], object]) -> None:
        super().__init__()
        self._pipe, self._lose, self._kept, self._ended = pipe, lose, b"", False

    def onFrameRequested(self, frame: Any) -> None:
        with suppress(BlockingIOError):
            said = os.read(self._pipe, LATE_BYTES)
            self._kept = (self._kept + said)[-LATE_BYTES:]
            if not said and not self._ended:
                self._ended = True
                self._lose()
        heard, self._kept = self._kept[:FRAME_BYTES], self._kept[FRAME_BYTES:]
        frame.type = pj.PJMEDIA_FRAME_TYPE_AUDIO
        frame.buf = pj.ByteVector(heard + SILENCE[len(heard) :])
        frame.size = FRAME_BYTES


class _Ear(pj.AudioMediaPort):  # type: ignore[misc]
    """Told every 20 ms, in a thread of the library's."""

    def __init__(self, pipe: int, lose: Callable[[], object]) -> None:
        super().__init__()
        self._pipe, self._lose, self._ended = pipe, lose, False

    def onFrameReceived(self, frame: Any) -> None:
        if self._ended:
            return
        try:
            os.write(self._pipe, bytes(frame.buf) or SILENCE)
        except BlockingIOError:
            pass  # it plays too slowly: what it cannot take is lost
        except BrokenPipeError:
            self._ended = True
            self._lose()
