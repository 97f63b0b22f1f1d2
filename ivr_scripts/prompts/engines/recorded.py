"""Recordings by hand: a speaker's WAV files in one folder, each named by the text it says, or by the text's key."""

from __future__ import annotations

from functools import cached_property
from hashlib import sha256
from pathlib import Path

import soundfile

from ivr_scripts.prompts.engines import EngineFault, Unspeakable

KEY_LENGTH = 12
LOWEST_RATE_HZ = 8_000
FORMATS = frozenset({"PCM_16", "PCM_24", "PCM_32", "FLOAT"})
WANTED = "save it as WAV, mono, 16-bit, 8000 Hz or more"


def text_key(text: str) -> str:
    """The name of a text that is too long, or of characters that no file name holds."""
    return sha256(text.encode()).hexdigest()[:KEY_LENGTH]


class RecordedEngine:
    """Finds the recording of a text: ``рубля.wav``, or its key, as in ``4f1c09ab23de.wav``."""

    id = "recorded"

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    @cached_property
    def voice(self) -> str:
        """A hash over all recordings: a new take of one text is a new voice, so no old clip is played for it."""
        digest = sha256()
        for path in self._files():
            digest.update(path.name.encode() + b"\0" + sha256(path.read_bytes()).digest())
        return digest.hexdigest()[:KEY_LENGTH]

    def synthesise(self, text: str) -> bytes:
        """The recording. Raises Unspeakable that names the file and what to do."""
        path = self._path(text)
        try:
            found = soundfile.info(path)
        except soundfile.LibsndfileError as error:
            raise Unspeakable("this is no audio file", where=str(path), remedy=WANTED) from error
        if found.format not in ("WAV", "WAVEX") or found.subtype not in FORMATS:
            raise Unspeakable(f"this is {found.format} {found.subtype}", where=str(path), remedy=WANTED)
        if found.channels != 1 or found.samplerate < LOWEST_RATE_HZ:
            what = f"{found.channels} channels, {found.samplerate} Hz"
            raise Unspeakable(f"this has {what}", where=str(path), remedy=WANTED)
        return path.read_bytes()

    def _path(self, text: str) -> Path:
        names = {path.stem: path for path in self._files()}
        path = names.get(text_key(text)) or names.get(text)
        if path is None:
            what = f"there is no recording of «{text}»"
            remedy = f"record it as {text_key(text)}.wav, or name the file as the text"
            raise Unspeakable(what, where=str(self.folder), remedy=remedy)
        return path

    def _files(self) -> list[Path]:
        try:
            return sorted(path for path in self.folder.iterdir() if path.suffix.lower() == ".wav")
        except OSError as error:
            raise EngineFault(
                f"the folder of recordings cannot be read: {error.strerror}",
                where=str(self.folder),
                remedy="set DOZVON_PROMPTS__RECORDINGS",
            ) from error
