"""Russian sums, terms and digits as clip texts, in the nominative, with the right gender and number.

A thousand, a million and a milliard are one clip with the unit before them ("две тысячи"), since glued speech
sounds worst there; all other words are clips of their own.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from decimal import Decimal
from functools import cache

from num2words import num2words

MAX_ROUBLES = 10**12 - 1
MAX_MONTHS = 1_200


@dataclass(frozen=True, slots=True)
class _Noun:
    """The forms a noun takes after 1, after 2-4 and after 5-20, and its gender."""

    one: str
    few: str
    many: str
    feminine: bool = False

    def after(self, count: int) -> str:
        if count % 100 in range(11, 20) or count % 10 in (0, *range(5, 10)):
            return self.many
        return self.one if count % 10 == 1 else self.few


_ROUBLE = _Noun("рубль", "рубля", "рублей")
_KOPECK = _Noun("копейка", "копейки", "копеек", feminine=True)
_MONTH = _Noun("месяц", "месяца", "месяцев")
_SCALES = (
    (10**9, _Noun("миллиард", "миллиарда", "миллиардов")),
    (10**6, _Noun("миллион", "миллиона", "миллионов")),
    (10**3, _Noun("тысяча", "тысячи", "тысяч", feminine=True)),
)

_WORDS = {n: num2words(n, lang="ru") for n in (*range(20), *range(20, 100, 10), *range(100, 1000, 100))}
_FEMININE = _WORDS | {n: num2words(n, lang="ru", gender="f") for n in (1, 2)}
_PLUS = "плюс"
_E164 = re.compile(r"\+\d{5,15}")


def money(value: object) -> tuple[str, ...]:
    """A sum in roubles; kopecks are not said when there are none.

    Takes a ``Decimal`` from 0 with at most two places; anything else raises ValueError.
    """
    if not isinstance(value, Decimal) or not value.is_finite():
        raise ValueError("a sum in roubles must be a Decimal")
    if not 0 <= value <= MAX_ROUBLES:
        raise ValueError(f"a sum must lie between 0 and {MAX_ROUBLES} roubles to be spoken")
    kopecks = value * 100
    if kopecks != int(kopecks):
        raise ValueError("a sum cannot have parts of a kopeck")
    roubles, rest = divmod(int(kopecks), 100)
    said = _counted(roubles, _ROUBLE)
    return tuple(said + _counted(rest, _KOPECK)) if rest else tuple(said)


def months(value: object) -> tuple[str, ...]:
    """A term in months, e.g. "три месяца". Takes an int from 0 to 1200; anything else raises ValueError."""
    if not isinstance(value, int) or not 0 <= value <= MAX_MONTHS:
        raise ValueError(f"months must be a whole number from 0 to {MAX_MONTHS}")
    return tuple(_counted(value, _MONTH))


def phone(value: object) -> tuple[str, ...]:
    """A number in E.164 form; a Russian one in the usual groups, from the eight: 8, 916, 123, 45, 67."""
    if not isinstance(value, str) or not _E164.fullmatch(value):
        raise ValueError("a phone must be in E.164 form, as +79161234567")
    if not value.startswith("+7") or len(value) != 12:
        return (_PLUS, *digits(value[1:]))
    groups = (value[2:5], value[5:8], value[8:10], value[10:])
    return (_WORDS[8], *(clip for group in groups for clip in _digit_group(group)))


def digits(value: str) -> tuple[str, ...]:
    """Each digit by itself, e.g. for an account number; other characters are passed over."""
    return tuple(_WORDS[int(digit)] for digit in value if digit in "0123456789")


@cache
def clip_set() -> tuple[str, ...]:
    """Every clip text that the functions of this module can return."""
    nouns = [form for noun in (_ROUBLE, _KOPECK, _MONTH) for form in (noun.one, noun.few, noun.many)]
    return tuple(dict.fromkeys([*_WORDS.values(), *_FEMININE.values(), *_scale_clips(), *nouns, _PLUS]))


def _scale_clips() -> list[str]:
    joined = [f"{_words(noun)[unit]} {noun.after(unit)}" for _, noun in _SCALES for unit in range(1, 10)]
    return joined + [noun.many for _, noun in _SCALES]


def _words(noun: _Noun) -> dict[int, str]:
    return _FEMININE if noun.feminine else _WORDS


def _counted(count: int, noun: _Noun) -> list[str]:
    said: list[str] = []
    rest = count
    for value, scale in _SCALES:
        thousands, rest = divmod(rest, value)
        if thousands:
            *before, last = _below_thousand(thousands, scale)
            joint = [f"{last} {scale.after(thousands)}"] if _ends_in_unit(thousands) else [last, scale.many]
            said += before + joint
    if rest or not said:
        said += _below_thousand(rest, noun)
    return [*said, noun.after(count)]


def _ends_in_unit(count: int) -> bool:
    return count % 10 != 0 and count % 100 not in range(11, 20)


def _below_thousand(count: int, noun: _Noun) -> list[str]:
    words = _words(noun)
    hundreds, tail = count - count % 100, count % 100
    tens, units = (tail - tail % 10, tail % 10) if tail >= 20 else (0, tail)
    return [words[n] for n in (hundreds, tens, units) if n] or [words[0]]


def _digit_group(group: str) -> list[str]:
    number = group.lstrip("0")
    zeros = [_WORDS[0]] * (len(group) - len(number))
    return zeros + (_below_thousand(int(number), _MONTH) if number else [])
