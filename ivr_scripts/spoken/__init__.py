"""How a typed value is spoken: as a list of clip texts out of a set that is fixed for each language.

Sums, terms, dates and numbers differ in every call, so they are never synthesised as a whole: a few hundred
clips, made once, speak any of them.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from enum import StrEnum
from functools import cache, lru_cache
from typing import Literal

from ivr_scripts.spoken import english, kazakh, russian
from ivr_scripts.spoken.grammar import Case, Clips, Grammar
from ivr_scripts.spoken.text import speakable
from ivr_scripts.spoken.values import (
    SAMPLES,
    speak_account,
    speak_date,
    speak_money,
    speak_months,
    speak_phone,
)

Language = Literal["ru", "kk", "en"]


class Kind(StrEnum):
    """The type of a variable and the value it takes."""

    TEXT = "text"
    """Any words (``str``); one clip of its own, to be synthesised before the campaign."""
    MONEY = "money"
    """A sum in the language's currency (``Decimal``, two places); an int is refused: it might be kopecks."""
    MONTHS = "months"
    """A number of months (``int``)."""
    DATE = "date"
    """A day of the years 2000 to 2060 (``date``)."""
    PHONE = "phone"
    """A number in E.164 form (``str``)."""
    ACCOUNT = "account"
    """An account number (``str``), said digit by digit."""


GRAMMARS: Mapping[Language, Grammar] = {
    "ru": russian.GRAMMAR,
    "kk": kazakh.GRAMMAR,
    "en": english.GRAMMAR,
}

_Speaker = Callable[[object, Grammar, Case], Clips]
_SPEAKERS: Mapping[Kind, _Speaker] = {
    Kind.MONEY: speak_money,
    Kind.MONTHS: speak_months,
    Kind.DATE: speak_date,
    Kind.PHONE: speak_phone,
    Kind.ACCOUNT: speak_account,
}
DECLINED = frozenset({Kind.MONEY, Kind.MONTHS, Kind.DATE})
"""What has cases."""


def cases_of(kind: Kind, language: Language) -> frozenset[Case]:
    """The cases in which a script may say a value of this kind."""
    return GRAMMARS[language].cases if kind in DECLINED else frozenset({Case.NOMINATIVE})


@cache
def clip_set(kind: Kind, language: Language, case: Case = Case.NOMINATIVE) -> Clips:
    """Every clip text that values of a kind can need; none for a text, whose values only a campaign knows."""
    return tuple(dict.fromkeys(_all_clips(kind, language, case)))


def _all_clips(kind: Kind, language: Language, case: Case) -> Iterator[str]:
    for sample in SAMPLES.get(kind.value, ()):
        yield from _SPEAKERS[kind](sample, GRAMMARS[language], case)


@lru_cache(maxsize=65_536, typed=True)
def clips(kind: Kind, value: object, language: Language, case: Case = Case.NOMINATIVE) -> Clips:
    """The clip texts that speak a value. Raises ValueError when it is of the wrong type or out of range."""
    if kind is Kind.TEXT:
        if not isinstance(value, str):
            raise ValueError("a text is needed")
        return (speakable(value),)
    return _SPEAKERS[kind](value, GRAMMARS[language], case)
