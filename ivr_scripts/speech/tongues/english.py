"""What debtors say in English. No speaker of American English has checked these words yet."""

from __future__ import annotations

from num2words import num2words

from ivr_scripts.speech.tongues.tongue import Days, Numbers, Tongue, YesNo, counted, words_in

_UNITS = (*range(20), *range(20, 100, 10))
_WORDS = {num2words(number, lang="en"): number for number in _UNITS} | {"oh": 0}
_MONTHS = (
    *("january", "february", "march", "april", "may", "june"),
    *("july", "august", "september", "october", "november", "december"),
)
_WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
_ORDINALS = {num2words(day, to="ordinal", lang="en").replace("-", " "): day for day in range(1, 32)}
_SCALES = {"thousand": 1_000, "million": 1_000_000, "billion": 1_000_000_000}

ENGLISH = Tongue(
    YesNo(
        yes=frozenset(["yes", "yeah", "yep", "correct", "right", "okay", "ok", "agree", "agreed", "true"]),
        no=frozenset(["no", "nope", "never", "wrong", "incorrect", "false"]),
        firmly=frozenset(["sure", "surely", "definitely", "absolutely", "certainly", "course"]),
        nots=frozenset(["not", "don't", "isn't", "won't", "didn't", "haven't", "can't", "cannot"]),
        not_behind=False,
    ),
    Numbers(
        words=_WORDS,
        hundreds=frozenset(["hundred"]),
        tens=20,
        scales=_SCALES,
        many=frozenset(),
        halves={},
        units=("dollar", "buck"),
        hundredths=("cent",),
        expected=(*_WORDS, "hundred", *_SCALES, "and", "dollar", "dollars", "cent", "cents"),
    ),
    Days(
        near=counted({"day after tomorrow": 2, "today": 0, "tomorrow": 1}),
        month_end=frozenset(["end", "month"]),
        ordinals=counted(_ORDINALS),
        months={month: number for number, month in enumerate(_MONTHS, start=1)},
        weekdays=tuple(frozenset([day]) for day in _WEEKDAYS),
        following=("next",),
        spans=frozenset(["in"]),
        spans_behind=False,
        pair="couple",
        days=("day",),
        weeks=("week",),
        months_on=("month",),
        expected=(
            *("today", "tomorrow", "after", "in", "on", "the", "of", "a", "couple", "next", "end"),
            *("day", "days", "week", "weeks", "month", "months"),
            *words_in(_ORDINALS),
            *(*_MONTHS, *_WEEKDAYS),
        ),
    ),
    skipped=frozenset(["a", "an", "the", "and", "of"]),
)
