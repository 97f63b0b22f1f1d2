"""Russian numbers and sums out of words: the way back of `ivr_scripts.spoken_ru`, for any case."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal

from num2words import num2words

MAX_NUMBER = 10**12 - 1

_CASES = ("n", "g", "d", "a", "i", "p")
_UNITS = (*range(20), *range(20, 100, 10), *range(100, 1000, 100))
_SCALES = {
    "тысяч": 1_000,
    "тыщ": 1_000,
    "миллион": 1_000_000,
    "миллиард": 1_000_000_000,
}
"""Beginnings of the words that multiply what was said before them."""
_MANY = ("тысяч", "тысячи", "тыщ", "миллионов", "миллиона", "миллиардов", "миллиарда")
"""Scale words that need a number before them: "тысяч пять" is no 1005."""
_ROUBLES = ("рубл", "руб")
_KOPECKS = ("копе",)
_HALVES = {"полторы": Decimal("1.5"), "полтора": Decimal("1.5"), "полутора": Decimal("1.5")}


def _forms() -> dict[str, int]:
    forms: dict[str, int] = {}
    for number in _UNITS:
        for case in _CASES:
            for gender in ("m", "f", "n"):
                forms.setdefault(plain(num2words(number, lang="ru", case=case, gender=gender)), number)
    return forms


def plain(word: str) -> str:
    """A word as it is compared: lower case, and ё is е."""
    return word.lower().replace("ё", "е")


_WORDS = _forms()


@dataclass(frozen=True, slots=True)
class Spoken:
    """A number in a sentence: its value and the places of its words (``end`` is the place behind)."""

    value: Decimal
    start: int
    end: int


def vocabulary() -> list[str]:
    """Every word that a number or a sum is spoken with, in the forms that people use for them."""
    scales = ["тысяча", "тысячу", "тысячи", "тысяч", "миллион", "миллиона", "миллионов"]
    money = ["рубль", "рубля", "рублей", "копейка", "копейки", "копеек"]
    cardinals = [
        num2words(number, lang="ru", gender=gender)
        for number in _UNITS
        for gender in ("m", "f")
        if number < 1000
    ]
    return list(dict.fromkeys([*cardinals, "одну", "полторы", *scales, *money]))


def numbers(words: Sequence[str]) -> list[Spoken]:
    """The numbers of a sentence in order. "двадцать один" is one number, "один двадцать" are two."""
    found: list[Spoken] = []
    place = 0
    while place < len(words):
        spoken = _number_at(words, place)
        if spoken:
            found.append(spoken)
        place = spoken.end if spoken else place + 1
    return found


def sum_of(words: Sequence[str]) -> Decimal | None:
    """The sum in roubles that a sentence names; None when it names none, or several."""
    named = numbers(words)
    counted = {place for spoken in named for place in range(spoken.start, spoken.end)}
    if any(_scale(words, place) > 1 for place in range(len(words)) if place not in counted):
        return None
    units = [_unit_behind(words, spoken) for spoken in named]
    match units:
        case ["" | "roubles"]:
            return _with_kopecks(named[0].value, Decimal(0))
        case ["roubles", "kopecks"] if named[1].start == named[0].end + 1:
            return _with_kopecks(named[0].value, named[1].value)
    return None


def digits_of(words: Sequence[str]) -> str:
    """The digits of all numbers of a sentence, joined: "сорок два ноль один" is 4201."""
    return "".join(str(spoken.value) for spoken in numbers(words) if spoken.value == int(spoken.value))


def _with_kopecks(roubles: Decimal, kopecks: Decimal) -> Decimal | None:
    whole = kopecks < 100 and kopecks == int(kopecks)
    return (roubles + kopecks / 100).quantize(Decimal("0.01")) if whole and roubles <= MAX_NUMBER else None


def _unit_behind(words: Sequence[str], spoken: Spoken) -> str:
    word = plain(words[spoken.end]) if spoken.end < len(words) else ""
    if word.startswith(_ROUBLES):
        return "roubles"
    return "kopecks" if word.startswith(_KOPECKS) else ""


def _number_at(words: Sequence[str], start: int) -> Spoken | None:
    """The longest number that begins at a place; its groups shrink from milliards to units."""
    if words[start].isdecimal():
        return Spoken(Decimal(words[start]), start, start + 1)
    total, place, below = Decimal(0), start, MAX_NUMBER + 1
    for value, scale, end in _groups(words, start):
        if scale >= below:
            break
        total, place, below = total + value * scale, end, scale
    return Spoken(total, start, place) if place > start else None


def _groups(words: Sequence[str], start: int) -> Iterator[tuple[Decimal, int, int]]:
    """What stands before each scale word, the scale (1 for none), and the place behind: "две тысячи", "пять"."""
    place = start
    while place < len(words):
        value, behind = _below_thousand(words, place)
        scale = _scale(words, behind)
        if value is None and (scale == 1 or plain(words[behind]) in _MANY):
            return
        place = behind + 1 if scale > 1 else behind
        yield (Decimal(1) if value is None else value), scale, place


def _scale(words: Sequence[str], place: int) -> int:
    if place >= len(words):
        return 1
    word = plain(words[place])
    return next((value for start, value in _SCALES.items() if word.startswith(start)), 1)


def _below_thousand(words: Sequence[str], start: int) -> tuple[Decimal | None, int]:
    """Hundreds, tens and units, each smaller than the one before; None when no number word stands there."""
    if plain(words[start]) in _HALVES:
        return _HALVES[plain(words[start])], start + 1
    total, place, room = 0, start, 1000
    while place < len(words):
        value = _WORDS.get(plain(words[place]))
        if value is None or value >= room or (value == 0 and place > start):
            break
        total, place, room = total + value, place + 1, _room_behind(value)
    return (Decimal(total), place) if place > start else (None, place)


def _room_behind(value: int) -> int:
    """What may follow in the same number: after 300 less than 100, after 40 less than 10, after 17 nothing."""
    if value >= 100:
        return 100
    return 10 if value >= 20 else 0
