"""Dates out of words, relative to today: tomorrow, in a week, the fifteenth, on Friday, 3 марта.

Words come from `Tongue.words_of`.
"""

from __future__ import annotations

from calendar import monthrange
from collections.abc import Iterator, Sequence
from datetime import date, timedelta
from decimal import Decimal

from ivr_scripts.speech.numbers import Spoken, numbers
from ivr_scripts.speech.tongues.tongue import Tongue

FURTHEST_DAYS = 366
"""A promise for later than this is a misunderstanding."""

Words = Sequence[str]


def date_of(words: Words, today: date, tongue: Tongue) -> date | None:
    """The one date that a sentence names; None when it names none, several, or one that has passed or is far.

    A day without a month, and a month without a year, are the next ones to come; today counts as one.
    """
    looks = (_near, _spans, _days, _weekdays)
    found = {day for look in looks for day in look(words, today, tongue)}
    if len(found) != 1:
        return None
    (day,) = found
    return day if day is not None and today <= day <= today + timedelta(FURTHEST_DAYS) else None


def _near(words: Words, today: date, tongue: Tongue) -> Iterator[date]:
    place = 0
    while place < len(words):
        said = [phrase for phrase in tongue.days.near if tuple(words[place : place + len(phrase)]) == phrase]
        if said:
            yield today + timedelta(tongue.days.near[said[0]])
        place += len(said[0]) if said else 1
    if tongue.days.month_end <= set(words):
        yield today.replace(day=monthrange(today.year, today.month)[1])


def _spans(words: Words, today: date, tongue: Tongue) -> Iterator[date | None]:
    """In three days, in a week, in a couple of months; None for a span of something else."""
    for place, word in enumerate(words):
        if word in tongue.days.spans:
            count, unit = _span(words, place, tongue)
            yield _after(today, count, unit, tongue)


def _span(words: Words, place: int, tongue: Tongue) -> tuple[Decimal, str]:
    """The number (1 when none is said) and the word for what is counted, behind "in" or before "from now"."""
    named = numbers(words, tongue.numbers)
    if tongue.days.spans_behind:
        at = place - 1
        counts = {spoken.end: spoken.value for spoken in named}
        count = Decimal(2) if words[max(0, at - 1) : at] == [tongue.days.pair] else counts.get(at, Decimal(1))
    else:
        by_start = {spoken.start: spoken for spoken in named}
        spoken = by_start.get(place + 1) or Spoken(Decimal(1), place + 1, place + 1)
        if words[place + 1 : place + 2] == [tongue.days.pair]:
            spoken = Spoken(Decimal(2), place + 1, place + 2)
        at, count = spoken.end, spoken.value
    return count, words[at] if 0 <= at < len(words) else ""


def _after(today: date, count: Decimal, unit: str, tongue: Tongue) -> date | None:
    if count != int(count) or count > FURTHEST_DAYS:
        return None
    if unit.startswith(tongue.days.days):
        return today + timedelta(int(count))
    if unit.startswith(tongue.days.weeks):
        return today + timedelta(weeks=int(count))
    return _months_on(today, int(count)) if unit.startswith(tongue.days.months_on) else None


def _months_on(today: date, count: int) -> date:
    """The same day of a later month, or its last day where it is shorter."""
    years, month = divmod(today.month - 1 + count, 12)
    year = today.year + years
    return date(year, month + 1, min(today.day, monthrange(year, month + 1)[1]))


def _days(words: Words, today: date, tongue: Tongue) -> Iterator[date | None]:
    """The fifteenth, двадцать первого марта, March the third; a bare number only beside a month."""
    named = {spoken.start: spoken for spoken in numbers(words, tongue.numbers)}
    place = 0
    while place < len(words):
        length, day = _ordinal_at(words, place, tongue)
        bare = None if length else named.get(place)
        if bare is not None:
            length, day = bare.end - bare.start, int(bare.value)
        month = _month_beside(words, place, place + length, tongue) if length else None
        if day is not None and (bare is None or month):
            yield _next_such(today, day, month)
        place += max(1, length)


def _ordinal_at(words: Words, place: int, tongue: Tongue) -> tuple[int, int | None]:
    """How many words name the day of a month here, and the day."""
    for length in (2, 1):
        if day := tongue.days.ordinals.get(tuple(words[place : place + length])):
            return length, day
    return 0, None


def _month_beside(words: Words, start: int, end: int, tongue: Tongue) -> int | None:
    """The month that is named right behind, or right before."""
    behind, before = words[end : end + 1], words[max(0, start - 1) : start]
    return next((tongue.days.months[word] for word in (*behind, *before) if word in tongue.days.months), None)


def _next_such(today: date, day: int, month: int | None) -> date | None:
    ahead = (today + timedelta(days) for days in range(FURTHEST_DAYS + 1))
    return next((at for at in ahead if at.day == day and month in (None, at.month)), None)


def _weekdays(words: Words, today: date, tongue: Tongue) -> Iterator[date]:
    for place, word in enumerate(words):
        for number, names in enumerate(tongue.days.weekdays):
            if word in names:
                following = place > 0 and words[place - 1].startswith(tongue.days.following)
                ahead = number - today.weekday()
                yield today + timedelta(ahead + 7 if following else ahead % 7)
