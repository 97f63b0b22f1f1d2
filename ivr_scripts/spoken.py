"""How a typed value is spoken: as a list of clip texts out of a set that is fixed for each language.

Sums, terms and numbers differ in every call, so they are never synthesised as a whole: a few hundred clips,
made once, speak any of them.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from functools import lru_cache
from typing import Literal

from ivr_scripts import spoken_ru
from ivr_scripts.template import speakable

Language = Literal["ru"]
Clips = tuple[str, ...]


class Kind(StrEnum):
    """The type of a variable and the value it takes."""

    TEXT = "text"
    """Any words (``str``); one clip of its own, to be synthesised before the campaign."""
    MONEY = "money"
    """Roubles (``Decimal``, two places); an int is refused, since it might be kopecks."""
    MONTHS = "months"
    """A number of months (``int``)."""
    PHONE = "phone"
    """A number in E.164 form (``str``)."""


@dataclass(frozen=True, slots=True)
class _Voice:
    clip_set: Callable[[], Clips]
    speakers: Mapping[Kind, Callable[[object], Clips]]


_VOICES: Mapping[Language, _Voice] = {
    "ru": _Voice(
        clip_set=spoken_ru.clip_set,
        speakers={Kind.MONEY: spoken_ru.money, Kind.MONTHS: spoken_ru.months, Kind.PHONE: spoken_ru.phone},
    ),
}


def clip_set(language: Language) -> Clips:
    """Every clip text that sums, terms and numbers of the language can need."""
    return _VOICES[language].clip_set()


@lru_cache(maxsize=65_536, typed=True)
def clips(kind: Kind, value: object, language: Language) -> Clips:
    """The clip texts that speak a value. Raises ValueError when it is of the wrong type or out of range."""
    if kind is Kind.TEXT:
        if not isinstance(value, str):
            raise ValueError("a text is needed")
        return (speakable(value),)
    return _VOICES[language].speakers[kind](value)
