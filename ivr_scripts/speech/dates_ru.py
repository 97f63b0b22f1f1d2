"""Russian dates out of words, relative to today: завтра, через неделю, пятнадцатого, в пятницу, 3 марта."""

from __future__ import annotations

from calendar import monthrange
from collections.abc import Iterator, Sequence
from datetime import date, timedelta
from decimal import Decimal

from num2words import num2words

from ivr_scripts.speech.numbers_ru import Spoken, numbers, plain

FURTHEST_DAYS = 366
"""A promise for later than this is a misunderstanding."""

_NEAR = {"сегодня": 0, "завтра": 1, "послезавтра": 2}
MONTHS = (
    "января",
    "февраля",
    "марта",
    "апреля",
    "мая",
    "июня",
    "июля",
    "августа",
    "сентября",
    "октября",
    "ноября",
    "декабря",
)
_WEEKDAYS = ("понедельник", "вторник", "среду", "четверг", "пятницу", "субботу", "воскресенье")
_DAYS, _WEEKS, _MONTH_WORDS = ("день", "дня", "дней"), ("недел",), ("месяц",)
_PAIR = "пару"
_NEXT = "следующ"


def _ordinals() -> dict[tuple[str, ...], int]:
    forms: dict[tuple[str, ...], int] = {}
    for day in range(1, 32):
        for how in ({"case": "g"}, {"gender": "n"}):
            forms[tuple(plain(num2words(day, to="ordinal", lang="ru", **how)).split())] = day
    return forms


_ORDINALS = _ordinals()


def vocabulary() -> list[str]:
    """Every word that a date is spoken with, beside the numbers."""
    ordinals = [word for form in _ORDINALS for word in form]
    others = [
        "через",
        _PAIR,
        *_DAYS,
        "неделю",
        "недели",
        "недель",
        "месяц",
        "месяца",
        "числа",
        "конце",
        "следующий",
    ]
    return list(dict.fromkeys([*_NEAR, *ordinals, *MONTHS, *_WEEKDAYS, *others, "следующую", "следующее"]))


def date_of(words: Sequence[str], today: date) -> date | None:
    """The one date that a sentence names; None when it names none, several, or one that has passed or is far.

    A day without a month, and a month without a year, are the next ones to come; today counts as one.
    """
    sentence = [plain(word) for word in words]
    found = {
        *_near(sentence, today),
        *_spans(sentence, today),
        *_days(sentence, today),
        *_weekdays(sentence, today),
    }
    if len(found) != 1:
        return None
    (day,) = found
    return day if day is not None and today <= day <= today + timedelta(FURTHEST_DAYS) else None


def _near(words: Sequence[str], today: date) -> Iterator[date]:
    for word in words:
        if word in _NEAR:
            yield today + timedelta(_NEAR[word])
    if "конце" in words and "месяца" in words:
        yield today.replace(day=monthrange(today.year, today.month)[1])


def _spans(words: Sequence[str], today: date) -> Iterator[date | None]:
    """через три дня, через неделю, через пару месяцев; None for a span of something else."""
    counts = {spoken.start: spoken for spoken in numbers(words)}
    for place, word in enumerate(words):
        if word != "через":
            continue
        count = counts.get(place + 1) or Spoken(Decimal(1), place + 1, place + 1)
        if words[place + 1 : place + 2] == [_PAIR]:
            count = Spoken(Decimal(2), place + 1, place + 2)
        unit = words[count.end] if count.end < len(words) else ""
        yield _after(today, count.value, unit)


def _after(today: date, count: Decimal, unit: str) -> date | None:
    if count != int(count) or count > FURTHEST_DAYS:
        return None
    if unit in _DAYS:
        return today + timedelta(int(count))
    if unit.startswith(_WEEKS):
        return today + timedelta(weeks=int(count))
    return _months_on(today, int(count)) if unit.startswith(_MONTH_WORDS) else None


def _months_on(today: date, count: int) -> date:
    """The same day of a later month, or its last day where it is shorter."""
    years, month = divmod(today.month - 1 + count, 12)
    year = today.year + years
    return date(year, month + 1, min(today.day, monthrange(year, month + 1)[1]))


def _days(words: Sequence[str], today: date) -> Iterator[date | None]:
    """пятнадцатого, двадцать первого марта, 3 марта."""
    place = 0
    while place < len(words):
        length, day = _ordinal_at(words, place)
        place += max(1, length)
        month = MONTHS.index(words[place]) + 1 if place < len(words) and words[place] in MONTHS else None
        if day is not None and (length or month):
            yield _next_such(today, day, month)


def _ordinal_at(words: Sequence[str], place: int) -> tuple[int, int | None]:
    """How many words name the day, and the day; a bare number (0 words) is one only before a month."""
    for length in (2, 1):
        if day := _ORDINALS.get(tuple(words[place : place + length])):
            return length, day
    return (0, int(words[place])) if words[place].isdecimal() else (0, None)


def _next_such(today: date, day: int, month: int | None) -> date | None:
    ahead = (today + timedelta(days) for days in range(FURTHEST_DAYS + 1))
    return next((at for at in ahead if at.day == day and month in (None, at.month)), None)


def _weekdays(words: Sequence[str], today: date) -> Iterator[date]:
    for place, word in enumerate(words):
        if word not in _WEEKDAYS:
            continue
        ahead = (_WEEKDAYS.index(word) - today.weekday()) % 7
        if place and words[place - 1].startswith(_NEXT):
            ahead = _WEEKDAYS.index(word) - today.weekday() + 7
        yield today + timedelta(ahead)
