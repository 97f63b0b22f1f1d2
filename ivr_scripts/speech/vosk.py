"""Vosk: recognition without a network. The only importer of vosk."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from domain.errors import EnvironmentFault
from ivr_scripts.speech.recogniser import RATE_HZ, Heard, Word

UNKNOWN = "[unk]"
"""Vosk's word for sounds that fit none of the phrases."""

SURE_WITHOUT_FIGURE = 1.0


class VoskEars:
    """One model in memory for all callers. ``model`` is a folder as published for Vosk.

    The phrases narrow recognition only where the model allows that (the "small" ones do).
    Raises EnvironmentFault when the package or the model is not there.
    """

    def __init__(self, model: Path) -> None:
        if not (model / "am" / "final.mdl").is_file() and not (model / "final.mdl").is_file():
            raise EnvironmentFault(
                "there is no Vosk model here",
                where=str(model),
                remedy="unpack a Russian model there and name its folder in DOZVON_SPEECH__MODEL",
            )
        try:
            import vosk  # 25 MB of library that nothing else needs
        except ImportError as error:
            raise EnvironmentFault(
                "the package vosk is not installed", remedy="pip install dozvon[speech]"
            ) from error
        vosk.SetLogLevel(-1)
        self._vosk = vosk
        try:
            self._model = vosk.Model(model_path=str(model))
        except Exception as error:  # the library raises no narrower class
            raise EnvironmentFault(f"Vosk cannot read the model ({error})", where=str(model)) from error

    def listen(self, phrases: Sequence[str]) -> VoskRecogniser:
        """A recogniser for these phrases."""
        grammar = json.dumps([*phrases, UNKNOWN], ensure_ascii=False)
        return VoskRecogniser(self._vosk.KaldiRecognizer(self._model, float(RATE_HZ), grammar))


class VoskRecogniser:
    """One caller's stream; a call of `feed` takes milliseconds and lets other threads run."""

    def __init__(self, kaldi: Any) -> None:
        kaldi.SetWords(True)
        self._kaldi = kaldi
        self._partial = ""

    def feed(self, samples: bytes) -> Heard | None:
        """Takes whole frames; partial words are those of the moment and may change."""
        if self._kaldi.AcceptWaveform(samples):
            self._partial = ""
            return _final(json.loads(self._kaldi.Result()))
        partial = str(json.loads(self._kaldi.PartialResult()).get("partial", ""))
        if partial in ("", self._partial):
            return None
        self._partial = partial
        return Heard(tuple(Word(word, 0.0) for word in partial.split()), final=False)


def _final(result: dict[str, Any]) -> Heard | None:
    words = result.get("result") or [{"word": word} for word in str(result.get("text", "")).split()]
    heard = tuple(Word(str(word["word"]), float(word.get("conf", SURE_WITHOUT_FIGURE))) for word in words)
    return Heard(heard, final=True) if heard else None
