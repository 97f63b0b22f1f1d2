"""Numbers and sums out of words: the way back of `ivr_scripts.spoken`, in any form that people use.

Words come from `Tongue.words_of`.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal

from ivr_scripts.speech.tongues.tongue import Numbers

MAX_NUMBER = 10**12 - 1


@dataclass(frozen=True, slots=True)
class Spoken:
    """A number in a sentence: its value and the places of its words (``end`` is the place behind)."""

    value: Decimal
    start: int
    end: int


def numbers(words: Sequence[str], of: Numbers) -> list[Spoken]:
    """The numbers of a sentence in order. "двадцать один" is one number, "один двадцать" are two."""
    found: list[Spoken] = []
    place = 0
    while place < len(words):
        spoken = _number_at(words, place, of)
        if spoken:
            found.append(spoken)
        place = spoken.end if spoken else place + 1
    return found


def sum_of(words: Sequence[str], of: Numbers) -> Decimal | None:
    """The sum that a sentence names; None when it names none, or several."""
    named = numbers(words, of)
    counted = {place for spoken in named for place in range(spoken.start, spoken.end)}
    if any(_scale(words, place, of) > 1 for place in range(len(words)) if place not in counted):
        return None
    units = [_unit_behind(words, spoken, of) for spoken in named]
    match units:
        case ["" | "units"]:
            return _with_hundredths(named[0].value, Decimal(0))
        case ["units", "hundredths"] if named[1].start == named[0].end + 1:
            return _with_hundredths(named[0].value, named[1].value)
    return None


def digits_of(words: Sequence[str], of: Numbers) -> str:
    """The digits of all numbers of a sentence, joined: "сорок два ноль один" is 4201."""
    return "".join(str(spoken.value) for spoken in numbers(words, of) if spoken.value == int(spoken.value))


def _with_hundredths(whole: Decimal, rest: Decimal) -> Decimal | None:
    sound = rest < 100 and rest == int(rest)
    return (whole + rest / 100).quantize(Decimal("0.01")) if sound and whole <= MAX_NUMBER else None


def _unit_behind(words: Sequence[str], spoken: Spoken, of: Numbers) -> str:
    word = words[spoken.end] if spoken.end < len(words) else ""
    if word.startswith(of.units):
        return "units"
    return "hundredths" if word.startswith(of.hundredths) else ""


def _number_at(words: Sequence[str], start: int, of: Numbers) -> Spoken | None:
    """The longest number that begins at a place; its groups shrink from milliards to units."""
    if words[start].isdecimal():
        return Spoken(Decimal(words[start]), start, start + 1)
    total, place, below = Decimal(0), start, MAX_NUMBER + 1
    for value, scale, end in _groups(words, start, of):
        if scale >= below:
            break
        total, place, below = total + value * scale, end, scale
    return Spoken(total, start, place) if place > start else None


def _groups(words: Sequence[str], start: int, of: Numbers) -> Iterator[tuple[Decimal, int, int]]:
    """What stands before each scale word, the scale (1 for none), and the place behind: "две тысячи", "пять"."""
    place = start
    while place < len(words):
        value, behind = _below_thousand(words, place, of)
        scale = _scale(words, behind, of)
        if value is None and (scale == 1 or words[behind] in of.many):
            return
        place = behind + 1 if scale > 1 else behind
        yield (Decimal(1) if value is None else value), scale, place


def _scale(words: Sequence[str], place: int, of: Numbers) -> int:
    if place >= len(words):
        return 1
    word = words[place]
    return next((value for start, value in of.scales.items() if word.startswith(start)), 1)


def _below_thousand(words: Sequence[str], start: int, of: Numbers) -> tuple[Decimal | None, int]:
    """Hundreds, tens and units, each smaller than the one before; None when no number word stands there.

    "Fifteen hundred" is more than its name says.
    """
    if words[start] in of.halves:
        return of.halves[words[start]], start + 1
    total, place, room = 0, start, 1000
    while place < len(words):
        word = words[place]
        if word in of.hundreds and total < 100 and (place == start or total % 10):
            total, place, room = max(1, total) * 100, place + 1, 100
            continue
        value = of.words.get(word)
        if value is None or value >= room or (value == 0 and place > start):
            break
        total, place, room = total + value, place + 1, _room_behind(value, of)
    return (Decimal(total), place) if place > start else (None, place)


def _room_behind(value: int, of: Numbers) -> int:
    """What may follow in the same number: after 300 less than 100, after 40 less than 10, after 17 nothing."""
    if value >= 100:
        return 100
    return 10 if value >= of.tens else 0
