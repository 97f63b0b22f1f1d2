"""A debtor with a telephone for scripts: what he types when, what he heard, and what the touch log would say."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime
from pathlib import Path

import numpy as np
import numpy.typing as npt
import soundfile

from asterisk.events import to_call_event
from domain.call import Call, advance
from domain.touch import TouchId
from ivr_scripts.conversation import Event, Heard, Spoken
from ivr_scripts.prompts.audio import RATE_HZ
from ivr_scripts.prompts.engines.fake import tone_hz
from ivr_scripts.prompts.store import PromptStore
from ivr_scripts.speech.fake import said
from ivr_scripts.template import PAUSE
from tests.asterisk.raw_ami import Message

ANSWERS_AFTER_S = 1.0
"""From the end of a question to the digit; a question waits longer."""
DIGIT_S = 0.2
UNDERSTOOD_S = 0.4
"""From the end of a word to the script's going on."""
HOP, FRAME = RATE_HZ // 100, RATE_HZ // 50
WAV_HEADER = 44
"""Bytes."""


def clip_seconds(store: PromptStore, texts: Iterable[str]) -> float:
    return sum(store.path(text).stat().st_size for text in texts) / RATE_HZ


def typing(events: Iterable[Event], store: PromptStore, *, hangs_up: bool = False) -> str:
    """The digits of a call with the waits between them, in the language of ``TownPlan.typings``."""
    keys, now, typed = "", 0.0, 0.0
    for event in events:
        match event:
            case Spoken(clips=clips):
                now += clip_seconds(store, clips)
            case Heard(what="", waits_s=waits_s):
                now += waits_s
            case Heard(what=digits):
                halves = round((now + ANSWERS_AFTER_S - typed) * 2)
                typed += halves / 2 + DIGIT_S * len(digits)
                keys += "w" * halves + digits
                now = typed
    return keys + ("h" if hangs_up else "")


def speech(
    events: Iterable[Event], store: PromptStore, *, interrupts: bool = False
) -> npt.NDArray[np.float64]:
    """The voice of a call, silence between the turns included; words are the fake recogniser's tones.

    One who ``interrupts`` answers in the middle of a question, so that a busy machine may be seconds late or early.
    """
    sound, began, now = [np.zeros(0)], 0.0, 0.0
    for event in events:
        match event:
            case Spoken(clips=clips):
                began, now = now, now + clip_seconds(store, clips)
            case Heard(what="", waits_s=waits_s):
                now += waits_s
            case Heard(what=words):
                answers = (began + now) / 2 if interrupts else now + ANSWERS_AFTER_S
                waited = int(answers * RATE_HZ) - sum(map(len, sound))
                sound += [np.zeros(waited), said(words)]
                now = sum(map(len, sound)) / RATE_HZ + UNDERSTOOD_S
    return np.concatenate(sound)


def folded(messages: Iterable[Message], touch: str) -> Call:
    """The call as the dialler would know it, at the times that Asterisk told."""
    call = Call(TouchId(touch))
    for message in messages:
        if "Timestamp" in message:
            at = datetime.fromtimestamp(float(message["Timestamp"]), UTC)
            event = to_call_event(message, at)
            if event is not None and event.touch == touch:
                call = advance(call, event)
    return call


def tones_heard(recording: Path) -> list[int]:
    """The tones of a recording in their order; what lasts under 40 ms is no clip but a seam."""
    samples, rate_hz = soundfile.read(recording, dtype="float64")
    assert rate_hz == RATE_HZ
    return _runs(_tones(samples))


def tones_so_far(recording: Path) -> list[int]:
    """Those of a recording that is being written: its header does not tell its length yet."""
    if not recording.exists():
        return []
    raw = recording.read_bytes()[WAV_HEADER:]
    samples = np.frombuffer(raw[: len(raw) // 2 * 2], "<i2") / 2**15
    return _runs(_tones(samples)) if len(samples) >= FRAME else []


def tones_of(texts: Iterable[str]) -> list[int]:
    """The tones that these clips make, neighbours of one pitch being one, across a pause too."""
    return _runs([tone for text in texts if text != PAUSE for tone in [tone_hz(text)] * 4])


def _tones(samples: npt.NDArray[np.float64]) -> list[int]:
    """The strongest tone of each 20 ms, every 10 ms; 0 for silence."""
    frames = np.lib.stride_tricks.sliding_window_view(samples, FRAME)[::HOP]
    spectra = np.abs(np.fft.rfft(frames * np.hanning(FRAME), axis=1))
    loud = np.sqrt((frames**2).mean(axis=1)) > 0.02
    return [
        int(peak) * RATE_HZ // FRAME if sounds else 0
        for peak, sounds in zip(spectra.argmax(axis=1), loud, strict=True)
    ]


def _runs(tones: Iterable[int]) -> list[int]:
    runs: list[list[int]] = []
    for tone in tones:
        if runs and runs[-1][0] == tone:
            runs[-1][1] += 1
        else:
            runs.append([tone, 1])
    lasting = [tone for tone, length in runs if length >= 4 and tone]
    return [tone for place, tone in enumerate(lasting) if place == 0 or lasting[place - 1] != tone]
