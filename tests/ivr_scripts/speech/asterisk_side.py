"""What Asterisk does on a WebSocket of the speech server, without Asterisk."""

from __future__ import annotations

import io
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import numpy as np
import soundfile
from websockets.asyncio.client import ClientConnection, connect
from websockets.typing import Subprotocol

from ivr_scripts.speech.aeap import SUBPROTOCOL
from ivr_scripts.speech.fake import said
from ivr_scripts.speech.server import FRAME_BYTES

Message = dict[str, Any]
PAUSE_S = 0.5


class Caller:
    """One call's WebSocket."""

    def __init__(self, socket: ClientConnection) -> None:
        self.socket = socket

    async def ask(self, request: str, **fields: Any) -> Message:
        """Sends a request and returns the answer to it."""
        await self.socket.send(json.dumps({"request": request, "id": f"id-{request}", **fields}))
        answer = await self.hear()
        assert (answer["response"], answer["id"]) == (request, f"id-{request}")
        return answer

    async def setup(self, codec: str = "alaw") -> Message:
        return await self.ask("setup", version="0.1.0", codecs=[{"name": codec}], params={})

    async def question(self, line: str) -> Message:
        return await self.ask("set", params={"question": line})

    async def value(self, name: str) -> str:
        return str((await self.ask("get", params=[name]))["params"][name])

    async def say(self, phrase: str, *, loudness: float = 0.4) -> None:
        """Sends a phrase and a pause, 20 ms of A-law a frame."""
        sound = np.concatenate([said(phrase, loudness=loudness), np.zeros(int(8_000 * PAUSE_S))])
        raw = io.BytesIO()
        soundfile.write(raw, sound, 8_000, format="RAW", subtype="ALAW")
        whole = raw.getvalue()
        for start in range(0, len(whole), FRAME_BYTES):
            await self.socket.send(whole[start : start + FRAME_BYTES])

    async def hear(self) -> Message:
        """The next message of the server."""
        message: Message = json.loads(await self.socket.recv())
        return message

    async def result(self) -> Message:
        """The result that the server sends by itself."""
        message = await self.hear()
        assert message["request"] == "set"
        (found,) = message["params"]["results"]
        return dict(found)


@asynccontextmanager
async def caller_at(port: int) -> AsyncIterator[Caller]:
    """A new call."""
    async with connect(
        f"ws://127.0.0.1:{port}/", subprotocols=[Subprotocol(SUBPROTOCOL)], compression=None
    ) as socket:
        yield Caller(socket)
