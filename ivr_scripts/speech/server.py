"""The speech server: many callers' voices in one process, each on a WebSocket that Asterisk opened."""

from __future__ import annotations

import asyncio
import os
import re
from collections.abc import AsyncIterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager

import numpy as np
import structlog
from websockets.asyncio.server import Server, ServerConnection, serve
from websockets.exceptions import ConnectionClosed
from websockets.typing import Subprotocol

from domain.errors import EnvironmentFault
from ivr_scripts.speech import aeap
from ivr_scripts.speech.question import Question, answer_to, parse_question
from ivr_scripts.speech.recogniser import Ears, Heard, Recogniser

log = structlog.get_logger(__name__)

FRAME_BYTES = 160
"""20 ms of A-law."""
BATCH_FRAMES = 10
"""Most that a recogniser is given at once, so that an answer is never later than 0.2 s."""
BEHIND_FRAMES = 150
"""3 s of sound that waits for its recogniser: the machine is too slow, and the next question goes to digits."""
SURE = 0.7
NOTHING = "-"
"""Heard nothing; an empty value would mean that nobody is there to ask."""

_NOT_WORDS = re.compile(r"[^\w -]+")


def _alaw_table() -> bytes:
    """The 16-bit sample of each A-law byte (ITU-T G.711)."""
    code = np.arange(256) ^ 0x55
    exponent, mantissa = (code >> 4) & 7, (code & 15) << 4
    size = np.where(exponent == 0, mantissa + 8, (mantissa + 0x108) << np.maximum(exponent - 1, 0))
    return np.where(code & 0x80, size, -size).astype("<i2").tobytes()


_SAMPLES = np.frombuffer(_alaw_table(), dtype="<i2")


def decode_alaw(sound: bytes) -> bytes:
    """A-law -> 16-bit little-endian samples."""
    return _SAMPLES[np.frombuffer(sound, dtype=np.uint8)].tobytes()


class SpeechServer:
    """Answers at most ``most_streams`` callers at once; the others are told to press digits."""

    def __init__(self, ears: Ears, *, most_streams: int = 100, sure: float = SURE) -> None:
        self.ears, self.most_streams, self.sure = ears, most_streams, sure
        self.streams = 0
        self.pool = ThreadPoolExecutor(os.cpu_count() or 1, thread_name_prefix="speech")

    @asynccontextmanager
    async def listen(self, host: str, port: int) -> AsyncIterator[int]:
        """Serve until the context ends; yields the port, which the system chooses for 0."""
        protocols = [Subprotocol(aeap.SUBPROTOCOL)]
        try:
            server: Server = await serve(
                self._connection, host, port, subprotocols=protocols, compression=None, max_size=1 << 20
            )
        except OSError as error:
            raise EnvironmentFault(
                f"cannot listen ({error.strerror})", where=f"{host}:{port}", remedy="set DOZVON_SPEECH__PORT"
            ) from error
        try:
            yield int(next(iter(server.sockets)).getsockname()[1])
        finally:
            server.close()
            await server.wait_closed()
            self.pool.shutdown(cancel_futures=True)

    async def _connection(self, socket: ServerConnection) -> None:
        self.streams += 1
        caller = _Caller(self, socket, admitted=self.streams <= self.most_streams)
        try:
            await caller.serve()
        except ConnectionClosed:
            pass  # a caller who hangs up, or a node that died
        finally:
            self.streams -= 1


class _Caller:
    """One call: its question of the moment, and what was heard of the answer."""

    def __init__(self, server: SpeechServer, socket: ServerConnection, *, admitted: bool) -> None:
        self._server, self._socket, self._admitted = server, socket, admitted
        self._sound: asyncio.Queue[tuple[Recogniser, bytes]] = asyncio.Queue()
        self._question: Question | None = None
        self._recogniser: Recogniser | None = None
        self._heard: Heard | None = None

    async def serve(self) -> None:
        recognising = asyncio.create_task(self._recognise())
        try:
            async for message in self._socket:
                if isinstance(message, str):
                    await self._obey(message)
                elif self._recogniser is not None:
                    self._sound.put_nowait((self._recogniser, message))
        finally:
            recognising.cancel()
            await asyncio.gather(recognising, return_exceptions=True)

    async def _obey(self, message: str) -> None:
        try:
            request = aeap.parse_request(message)
        except ValueError:
            log.warning("speech_message_malformed", length=len(message))
            return
        if request is not None:
            await self._socket.send(self._reply(request))

    def _reply(self, request: aeap.Request) -> str:
        match request.name:
            case "setup" if not self._admitted:
                log.warning("speech_busy", streams=self._server.most_streams)
                return aeap.refused(request, "busy")
            case "setup":
                known = aeap.CODEC in request.codecs
                return aeap.ready(request) if known else aeap.refused(request, f"only {aeap.CODEC} is heard")
            case "get":
                return aeap.told(request, {name: self._value(name) for name in request.params})
            case "set" if "question" in request.params:
                return self._ask(request)
        return aeap.taken(request)

    def _value(self, name: str) -> str:
        if name == "ready":
            return "no" if self._sound.qsize() > BEHIND_FRAMES else "yes"
        return self._words() or NOTHING

    def _words(self) -> str:
        return _NOT_WORDS.sub("", self._heard.text) if self._heard else ""

    def _ask(self, request: aeap.Request) -> str:
        """Begin to listen anew: sound of the last question must not answer this one."""
        self._recogniser = self._heard = None
        try:
            self._question = parse_question(str(request.params["question"]))
        except ValueError as error:
            log.error("speech_question_unknown", what=str(error))
            return aeap.refused(request, "unknown question")
        self._recogniser = self._server.ears.listen(self._question.phrases())
        return aeap.taken(request)

    async def _recognise(self) -> None:
        """Feed the sound to its recogniser, in a thread: a model takes milliseconds for each frame."""
        loop = asyncio.get_running_loop()
        while True:
            recogniser, sound = await self._sound.get()
            for _ in range(min(BATCH_FRAMES - 1, self._sound.qsize())):
                further, more = self._sound.get_nowait()
                recogniser, sound = further, (sound + more if further is recogniser else more)
            if recogniser is not self._recogniser:
                continue
            heard = await loop.run_in_executor(self._server.pool, recogniser.feed, decode_alaw(sound))
            if heard is not None and recogniser is self._recogniser:
                await self._judge(heard)

    async def _judge(self, heard: Heard) -> None:
        """Tell Asterisk a sure answer; anything else leaves the prompt running and the caller speaking."""
        self._heard = heard
        answer = answer_to(self._question, heard) if self._question and heard.final else None
        if answer is None or answer.confidence < self._server.sure:
            return
        self._recogniser = None
        await self._socket.send(aeap.result(answer.value, self._words(), answer.confidence))
