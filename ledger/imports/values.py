"""From the text of one cell to a fact. Every function raises ValueError with a reason for a person."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import date, datetime
from functools import lru_cache
from hashlib import sha256
from typing import TypeVar

from domain.debtor import PropertyClass, Stage

T = TypeVar("T")

SPACES = str.maketrans(dict.fromkeys("\u00a0\u2007\u2009\u202f\t", " "))
MOST_KOPECKS = 2_000_000_000
"""20 M roubles: the most that a debt may be; a larger sum is a slip of the pen (and leaves a 32-bit column)."""
MOST_LETTERS = 100
LONGEST_NOTE = 1_000
SHORTEST_PERSON = 6
RUSSIAN = "ru"

_STAGES = {
    **{stage.value.replace("_", " "): stage for stage in Stage},
    **dict.fromkeys(("досудебная", "досудебное взыскание", "досудебный"), Stage.PRE_COURT),
    **dict.fromkeys(("судебная", "суд", "судебный приказ", "решение суда"), Stage.JUDGMENT),
    **dict.fromkeys(("исполнительное производство", "исполнительная", "ип", "фссп"), Stage.ENFORCEMENT),
}
_CLASSES = {
    **{kind.value: kind for kind in PropertyClass},
    **dict.fromkeys(("эконом", "стандарт"), PropertyClass.ECONOMY),
    "комфорт": PropertyClass.COMFORT,
    "бизнес": PropertyClass.BUSINESS,
    **dict.fromkeys(("премиум", "элитный"), PropertyClass.PREMIUM),
}

_SUM = re.compile(
    r"""(?: (?P<whole> \d+ | \d{1,3} (?:[ ']\d{3})+ ) (?: [.,] (?P<cents>\d{1,2}) )?
          | (?P<commas> \d{1,3} (?:,\d{3})+ ) \. (?P<after_dot>\d{1,2})
          | (?P<dots> \d{1,3} (?:\.\d{3})+ ) , (?P<after_comma>\d{1,2}) )
        \s* (?: руб\.? | р\. | ₽ | rub )?""",
    re.VERBOSE | re.IGNORECASE | re.ASCII,
)
_PLAIN_SUM = re.compile(r"(\d{1,7})[.,](\d{1,2})", re.ASCII)
_MONTHS = (
    re.compile(r"(?P<year>\d{4})[-./](?P<month>\d{1,2})(?:[-./](?P<day>\d{1,2}))?", re.ASCII),
    re.compile(r"(?:(?P<day>\d{1,2})[-./])?(?P<month>\d{1,2})[-./](?P<year>\d{4})", re.ASCII),
)
_RUSSIAN_DAY = re.compile(r"^(\d\d)\.(\d\d)\.(\d{4})(?!\d)", re.ASCII)
_MIDNIGHT = re.compile(r"[ T]0?0:00(?::00)?$")
_FLAGS = dict.fromkeys(("да", "yes", "y", "true", "1", "+"), True) | dict.fromkeys(
    ("", "нет", "no", "n", "false", "0", "-"), False
)


def kopecks(text: str) -> int:
    """A sum in roubles as kopecks: ``1 234,56``, ``1234.56``, ``1,234.56`` and ``1 234 руб.`` are all read.

    ``1,234`` is refused: it may be a thousand or a little over one.
    """
    if plain := _PLAIN_SUM.fullmatch(text):  # nine in ten, and a fifth of the time
        return int(plain[1]) * 100 + int(plain[2].ljust(2, "0"))
    text = text.translate(SPACES).strip()
    if text[:1] in {"-", "−", "–"}:
        raise ValueError("a sum cannot be negative")
    match = _SUM.fullmatch(text)
    if match is None:
        raise ValueError("not a sum in roubles like 1234.56")
    whole = match["whole"] or match["commas"] or match["dots"]
    cents = match["cents"] or match["after_dot"] or match["after_comma"] or ""
    found = int(re.sub(r"\D", "", whole)) * 100 + int(cents.ljust(2, "0"))
    if found > MOST_KOPECKS:
        raise ValueError(f"more than {MOST_KOPECKS // 100} roubles: not one person's debt")
    return found


@lru_cache(maxsize=4096)
def month(text: str) -> date:
    """The first day of a month written as ``2025-11``, ``11.2025``, ``01.11.2025`` or ``2025-11-01``."""
    bare = _MIDNIGHT.sub("", text.strip())
    for pattern in _MONTHS:
        if match := pattern.fullmatch(bare):
            try:
                day = date(int(match["year"]), int(match["month"]), int(match["day"] or 1))
            except ValueError:
                raise ValueError("no such date") from None
            if not 1992 <= day.year <= 2100:
                raise ValueError("a year out of all reason")
            return day.replace(day=1)
    raise ValueError("not a month like 2025-11 or 11.2025")


def day(text: str) -> date:
    """A day as `moment` reads it; a time of day is let go."""
    return moment(text).date()


def moment(text: str) -> datetime:
    """A day (its midnight) or a time: ISO 8601, or ``10.03.2026 09:00``; naive when it tells no offset."""
    iso = _RUSSIAN_DAY.sub(r"\3-\2-\1", text)
    try:
        found = datetime.fromisoformat(iso)
    except ValueError:
        raise ValueError(
            "not a day like 2026-03-10 or 10.03.2026, nor a time like 2026-03-10T09:00+03:00"
        ) from None
    if not 1992 <= found.year <= 2100:
        raise ValueError("a year out of all reason")
    return found


def flag(text: str) -> bool:
    """Yes or no; an empty cell is no."""
    try:
        return _FLAGS[text.casefold()]
    except KeyError:
        raise ValueError("neither yes nor no") from None


def language(text: str) -> str:
    """An ISO 639-1 code."""
    if not re.fullmatch(r"[a-z]{2}", text.lower()):
        raise ValueError(f"not a two-letter language code; {RUSSIAN} is assumed")
    return text.lower()


def label(text: str) -> str:
    """A short text that tells things apart, perhaps empty."""
    if len(text) > MOST_LETTERS:
        raise ValueError(f"longer than {MOST_LETTERS} letters")
    if not text.isprintable():
        raise ValueError("holds a control character")
    return text


def note(text: str) -> str:
    """A text for people, perhaps empty; line breaks become spaces."""
    plain = " ".join(text.split())
    if len(plain) > LONGEST_NOTE:
        raise ValueError(f"longer than {LONGEST_NOTE} letters")
    return plain


def extension(text: str) -> str:
    """Digits to dial after a switchboard has answered."""
    if text and not re.fullmatch(r"[0-9*#]{1,10}", text):
        raise ValueError("not digits that a switchboard could be dialled")
    return text


def identifier(text: str) -> str:
    """A label that must be there."""
    if not text:
        raise ValueError("is empty")
    return label(text)


def person(text: str) -> str:
    """The digest of what one human being alone has (a tax number, say): the books keep no number of a document.

    Written with spaces, dashes or capital letters it is the same. What stands for "none" is refused: it would make
    one person of many.
    """
    plain = "".join(filter(str.isalnum, text)).casefold()
    if len(plain) < SHORTEST_PERSON or len(set(plain)) == 1 or not any(map(str.isdigit, plain)):
        raise ValueError(
            f"not a person's own number: fewer than {SHORTEST_PERSON} signs, no digit, or one sign only"
        )
    return sha256(plain.encode()).hexdigest()


@lru_cache(maxsize=4096)
def stage(text: str) -> Stage:
    """How far the law has gone, by our name or a Russian one."""
    return named(text, _STAGES)


@lru_cache(maxsize=4096)
def property_class(text: str) -> PropertyClass:
    """The class of the building, by our name or a Russian one."""
    return named(text, _CLASSES)


def year(text: str) -> int:
    """The year in which a building was finished."""
    if not re.fullmatch(r"(1[789]|20)\d\d", text, re.ASCII):
        raise ValueError("not a year like 1987")
    return int(text)


def birth_year(text: str) -> int:
    """The year of birth, from a year or a whole date: more than the year the books do not keep."""
    match = re.fullmatch(r"(?:\d\d?[./-]\d\d?[./-])?(?P<year>(?:19|20)\d\d)(?:-\d\d-\d\d)?", text, re.ASCII)
    if match is None:
        raise ValueError("not a year of birth like 1987, nor a date like 24.05.1987")
    return int(match["year"])


def penalty(text: str) -> int:
    """A penalty in kopecks, as `kopecks` reads a sum; an empty cell is none."""
    return kopecks(text) if text else 0


@lru_cache(maxsize=4096)
def tags(text: str) -> tuple[str, ...]:
    """Words that tell debtors apart, separated by comma, semicolon or bar; in the order of the alphabet."""
    found = {label(" ".join(tag.split())).casefold() for tag in re.split(r"[,;|]", text)} - {""}
    return tuple(sorted(found))


def named(text: str, known: Mapping[str, T]) -> T:
    """What goes by that name, however it is written; ``known`` has the names in small letters, without ё and _."""
    plain = " ".join(text.casefold().replace("ё", "е").replace("_", " ").replace("-", " ").split())
    try:
        return known[plain]
    except KeyError:
        raise ValueError(f"none of {', '.join(known)}") from None
