"""How many callers one speech process hears at once: the delay of its answers, and its CPU.

    python -m benchmarks.speech --json

Each caller streams his voice in real time, as Asterisk does, into a ``dozvon speech`` process: a second of silence, a
word, silence. The delay is from the end of the word to the answer, 0.3 s of which is the silence that ends a sentence.
The baseline is a caller who is alone. The recogniser is the fake: all but Vosk's own work is measured.
"""

from __future__ import annotations

import argparse
import asyncio
import io
import json
import shutil
import tempfile
from collections.abc import Awaitable
from pathlib import Path
from statistics import median
from time import perf_counter
from typing import Any

import numpy as np
import soundfile

from asterisk.ports import free_port
from benchmarks.flood import cpu_seconds
from dialer.private.speech import PrivateSpeech
from dialer.settings import SpeechSettings
from ivr_scripts.speech.fake import said
from ivr_scripts.speech.recogniser import RATE_HZ
from ivr_scripts.speech.server import FRAME_BYTES
from tests.ivr_scripts.speech.asterisk_side import Message, caller_at

FRAME_S = 0.02
BEFORE_S, AFTER_S = 1.0, 1.0
ANSWER_S = 30.0
WORD = "да"


def voice() -> tuple[bytes, int]:
    """A-law of one caller, and the number of the frame that ends his word."""
    word = said(WORD)
    sound = np.concatenate([np.zeros(int(RATE_HZ * BEFORE_S)), word, np.zeros(int(RATE_HZ * AFTER_S))])
    raw = io.BytesIO()
    soundfile.write(raw, sound, RATE_HZ, format="RAW", subtype="ALAW")
    return raw.getvalue(), (int(RATE_HZ * BEFORE_S) + len(word)) // FRAME_BYTES


async def talk(port: int, apart_s: float) -> float:
    """One call; seconds from the end of the word to the answer."""
    sound, ends = voice()
    await asyncio.sleep(apart_s)
    async with caller_at(port) as caller:
        await caller.setup()
        await caller.question("ru/yes_no")
        async with asyncio.TaskGroup() as group:
            answer = group.create_task(_answered(caller.result()))
            began = perf_counter()
            for place, start in enumerate(range(0, len(sound), FRAME_BYTES)):
                await asyncio.sleep(began + place * FRAME_S - perf_counter())
                await caller.socket.send(sound[start : start + FRAME_BYTES])
        text, at = answer.result()
        assert text == f"yes|{WORD}", text
        return at - began - ends * FRAME_S


async def _answered(result: Awaitable[Message]) -> tuple[str, float]:
    async with asyncio.timeout(ANSWER_S):
        return str((await result)["text"]), perf_counter()


async def level(speech: PrivateSpeech, callers: int) -> dict[str, float]:
    """So many at once; they begin within one frame of each other, spread evenly."""
    assert speech.pid is not None
    before, began = cpu_seconds(speech.pid), perf_counter()
    delays = await asyncio.gather(
        *(talk(speech.settings.port, FRAME_S * place / callers) for place in range(callers))
    )
    spent, lasted = cpu_seconds(speech.pid) - before, perf_counter() - began
    ranked = sorted(delays)
    return {
        "delay_s": round(median(ranked), 3),
        "delay_p95_s": round(ranked[len(ranked) * 95 // 100], 3),
        "cpu_percent_a_caller": round(100 * spent / lasted / callers, 3),
    }


async def measure(callers: int, folder: Path) -> dict[str, Any]:
    """Alone, and with others."""
    speech = PrivateSpeech(folder, SpeechSettings(recogniser="tones", streams=callers), free_port("tcp"))
    await speech.start()
    try:
        alone, together = await level(speech, 1), await level(speech, callers)
    finally:
        speech.stop()
    ratio = round(together["delay_p95_s"] / alone["delay_s"], 2)
    return {"callers": callers, "together": together, "alone": alone, "ratio": ratio}


def main() -> None:
    """Run and print."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--callers", type=int, default=100, help="callers at once (default 100)")
    parser.add_argument("--json", action="store_true", help="print one JSON document")
    arguments = parser.parse_args()
    folder = Path(tempfile.mkdtemp(prefix="dz-"))
    try:
        found = asyncio.run(measure(arguments.callers, folder))
    finally:
        shutil.rmtree(folder)
    print(json.dumps(found, indent=2) if arguments.json else "\n".join(f"{k}: {v}" for k, v in found.items()))


if __name__ == "__main__":
    main()
