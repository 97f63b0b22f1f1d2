"""One question of a script and what an answer to it means: words -> an answer in a form of its own, or None.

A question travels as one line, through the dialplan to the recogniser: ``ru/yes_no``, ``ru/sum``,
``ru/date/2026-03-10`` (today, by the debtor's calendar), ``ru/digits/6-12``, ``ru/choice/1=оператор|человек/2=оплачу``.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum
from itertools import pairwise

from ivr_scripts.speech import dates_ru, numbers_ru
from ivr_scripts.speech.numbers_ru import plain
from ivr_scripts.speech.recogniser import Heard

MOST_DIGITS = 30


class Kind(StrEnum):
    """What is asked for, and the form of its answer."""

    YES_NO = "yes_no"
    """``yes`` or ``no``"""
    CHOICE = "choice"
    """the key of the choice whose phrase was said"""
    DIGITS = "digits"
    """digits"""
    SUM = "sum"
    """roubles with two places, ``1500.00``"""
    DATE = "date"
    """an ISO date, ``2026-03-15``"""


@dataclass(frozen=True, slots=True)
class Question:
    """What one node asks; only the fields of its kind are filled."""

    language: str
    kind: Kind
    choices: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    least: int = 1
    most: int = MOST_DIGITS
    today: date = date.min

    def phrases(self) -> tuple[str, ...]:
        """What the recogniser is to expect: the small grammar of this question."""
        match self.kind:
            case Kind.YES_NO:
                return tuple(sorted({*_YES, *_NO, *_FIRMLY, *_REFUSALS}))
            case Kind.CHOICE:
                spoken = (phrase for phrases in self.choices.values() for phrase in phrases)
                return (
                    (*spoken, *_REFUSALS, *numbers_ru.vocabulary())
                    if self.language == "ru"
                    else tuple(spoken)
                )
            case Kind.DATE:
                return (*dates_ru.vocabulary(), *numbers_ru.vocabulary())
        return tuple(numbers_ru.vocabulary())


@dataclass(frozen=True, slots=True)
class Answer:
    """An answer in the form of its question's kind, and how sure it is (0 to 1)."""

    value: str
    confidence: float


_YES = frozenset(
    [
        "да",
        "ага",
        "угу",
        "верно",
        "правильно",
        "хорошо",
        "ладно",
        "согласен",
        "согласна",
        "подтверждаю",
        "буду",
    ]
)
_NO = frozenset(["нет", "неа", "никогда", "неверно", "неправильно"])
_FIRMLY = frozenset(["конечно", "точно", "обязательно"])
"""Neither yes nor no by itself, when one of these is said too; alone it is yes."""
_REFUSALS = ("не", "нет")
_PHRASE = re.compile(r"[^\W_]+(?:[ -][^\W_]+)*")


def valid_phrase(text: str) -> bool:
    """Whether a recogniser can be told to expect it: lower-case words and single spaces."""
    return text == text.lower() and _PHRASE.fullmatch(text) is not None


def understood(language: str, kind: Kind) -> bool:
    """Whether answers of this kind are understood in a language; phrases of a choice are in every one."""
    return language == "ru" or kind is Kind.CHOICE


def parse_question(text: str) -> Question:
    """The question of a line. Raises ValueError that says what is wrong with it."""
    language, _, rest = text.partition("/")
    name, _, detail = rest.partition("/")
    if name not in list(Kind):
        raise ValueError(f"{name!r} is no kind of question (one of {', '.join(Kind)})")
    kind = Kind(name)
    if not understood(language, kind):
        raise ValueError(f"spoken answers of the kind {name} are not understood in the language {language!r}")
    match kind:
        case Kind.CHOICE:
            return Question(language, kind, choices=dict(_choices(detail)))
        case Kind.DIGITS:
            least, most = _span(detail)
            return Question(language, kind, least=least, most=most)
        case Kind.DATE:
            return Question(language, kind, today=date.fromisoformat(detail))
    return Question(language, kind)


def _choices(detail: str) -> Iterator[tuple[str, tuple[str, ...]]]:
    for choice in detail.split("/"):
        key, _, spoken = choice.partition("=")
        phrases = tuple(spoken.split("|"))
        if not key or not all(valid_phrase(phrase) for phrase in phrases):
            raise ValueError(f"{choice!r} is no choice of the form key=phrase|phrase, in lower-case words")
        yield key, phrases


def _span(detail: str) -> tuple[int, int]:
    found = re.fullmatch(r"(\d{1,2})-(\d{1,2})", detail)
    if not found or not 1 <= int(found[1]) <= int(found[2]) <= MOST_DIGITS:
        raise ValueError(f"{detail!r} is no number of digits of the form least-most, up to {MOST_DIGITS}")
    return int(found[1]), int(found[2])


def answer_to(question: Question, heard: Heard) -> Answer | None:
    """What the words that were heard answer; None when they answer nothing, or contradict each other."""
    value = answer_of(question, heard.text)
    return None if value is None else Answer(value, heard.confidence)


def answer_of(question: Question, text: str) -> str | None:
    """The answer that a sentence holds; a sentence that denies something holds one only if that was asked."""
    words = [plain(word) for word in re.findall(r"[\w-]+", text)]
    if question.kind is Kind.YES_NO:
        return _yes_or_no(words)
    if any(word in _REFUSALS for word in words):
        return _chosen(question, words) if question.kind is Kind.CHOICE else None
    match question.kind:
        case Kind.CHOICE:
            return _chosen(question, words) or _key_said(question, words)
        case Kind.DIGITS:
            digits = numbers_ru.digits_of(words)
            return digits if question.least <= len(digits) <= question.most else None
        case Kind.SUM:
            roubles = numbers_ru.sum_of(words)
            return None if roubles is None else str(roubles)
    day = dates_ru.date_of(words, question.today)
    return None if day is None else day.isoformat()


def _yes_or_no(words: Sequence[str]) -> str | None:
    """ "не согласен" is no, "не знаю" is neither, and "да нет" nobody can tell."""
    denied = {behind for word, behind in pairwise(words) if word == "не"}
    if denied - _YES or words[-1:] == ["не"]:
        return None
    said = set(words) - denied
    if denied or said & _NO:
        return None if "да" in said else "no"
    return "yes" if said & (_YES | _FIRMLY) else None


def _chosen(question: Question, words: Sequence[str]) -> str | None:
    """The one choice of which a phrase was said; one that is part of a longer phrase that was said does not count."""
    said = [
        (key, span)
        for key, phrases in question.choices.items()
        for phrase in phrases
        for span in _spans(words, phrase)
    ]
    keys = {key for key, span in said if not any(set(span) < set(longer) for _, longer in said)}
    own = {place for _, span in said for place in span}
    denied = any(word in _REFUSALS and place not in own for place, word in enumerate(words))
    return keys.pop() if len(keys) == 1 and not denied else None


def _spans(words: Sequence[str], phrase: str) -> list[range]:
    """The places of the words of a phrase, each time that it was said."""
    sought = plain(phrase).split()
    starts = (at for at in range(len(words)) if list(words[at : at + len(sought)]) == sought)
    return [range(at, at + len(sought)) for at in starts]


def _key_said(question: Question, words: Sequence[str]) -> str | None:
    """A choice named by its digit: "один"."""
    key = numbers_ru.digits_of(words) if question.language == "ru" else ""
    return key if key in question.choices else None
