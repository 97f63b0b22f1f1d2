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

from ivr_scripts.speech.dates import date_of
from ivr_scripts.speech.numbers import digits_of, sum_of
from ivr_scripts.speech.recogniser import Heard
from ivr_scripts.speech.tongues import TONGUES
from ivr_scripts.speech.tongues.tongue import Tongue, YesNo

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

    @property
    def tongue(self) -> Tongue:
        """How its language is spoken."""
        return TONGUES[self.language]

    def phrases(self) -> tuple[str, ...]:
        """What the recogniser is to expect: the small grammar of this question."""
        numbers, yes_no = self.tongue.numbers.expected, self.tongue.yes_no
        match self.kind:
            case Kind.YES_NO:
                return tuple(sorted(yes_no.yes | yes_no.firmly | yes_no.refusals))
            case Kind.CHOICE:
                spoken = (phrase for phrases in self.choices.values() for phrase in phrases)
                return (*spoken, *sorted(yes_no.refusals), *numbers)
            case Kind.DATE:
                return (*self.tongue.days.expected, *numbers)
        return numbers


@dataclass(frozen=True, slots=True)
class Answer:
    """An answer in the form of its question's kind, and how sure it is (0 to 1)."""

    value: str
    confidence: float


_PHRASE = re.compile(r"[^\W_]+(?:[ -][^\W_]+)*")


def valid_phrase(text: str) -> bool:
    """Whether a recogniser can be told to expect it: lower-case words and single spaces."""
    return text == text.lower() and _PHRASE.fullmatch(text) is not None


def parse_question(text: str) -> Question:
    """The question of a line. Raises ValueError that says what is wrong with it."""
    language, _, rest = text.partition("/")
    name, _, detail = rest.partition("/")
    if name not in list(Kind):
        raise ValueError(f"{name!r} is no kind of question (one of {', '.join(Kind)})")
    kind = Kind(name)
    if language not in TONGUES:
        raise ValueError(f"spoken answers are not understood in the language {language!r}")
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
    tongue = question.tongue
    words = tongue.words_of(text)
    if question.kind is Kind.YES_NO:
        return _yes_or_no(words, tongue.yes_no)
    if question.kind is Kind.CHOICE:
        return _chosen(question, words) or _key_said(question, words)
    if tongue.yes_no.refusals.intersection(words):
        return None
    match question.kind:
        case Kind.DIGITS:
            digits = digits_of(words, tongue.numbers)
            return digits if question.least <= len(digits) <= question.most else None
        case Kind.SUM:
            whole = sum_of(words, tongue.numbers)
            return None if whole is None else str(whole)
    day = date_of(words, question.today, tongue)
    return None if day is None else day.isoformat()


def _yes_or_no(words: Sequence[str], known: YesNo) -> str | None:
    """ "не согласен" is no, "не знаю" is neither, and "да нет" nobody can tell."""
    pairs = [(b, a) for a, b in pairwise(words)] if known.not_behind else list(pairwise(words))
    denied = {word for denying, word in pairs if denying in known.nots}
    said = set(words) - denied
    if denied - known.yes or (not denied and said & known.nots and not said & known.no):
        return None
    if denied or said & known.no:
        return None if said & known.yes else "no"
    return "yes" if said & (known.yes | known.firmly) else None


def _chosen(question: Question, words: Sequence[str]) -> str | None:
    """The one choice of which a phrase was said; one that is part of a longer phrase that was said does not count."""
    said = [
        (key, span)
        for key, phrases in question.choices.items()
        for phrase in phrases
        for span in _spans(words, question.tongue.words_of(phrase))
    ]
    keys = {key for key, span in said if not any(set(span) < set(longer) for _, longer in said)}
    own = {place for _, span in said for place in span}
    refusals = question.tongue.yes_no.refusals
    denied = any(word in refusals and place not in own for place, word in enumerate(words))
    return keys.pop() if len(keys) == 1 and not denied else None


def _spans(words: Sequence[str], sought: Sequence[str]) -> list[range]:
    """The places of the words of a phrase, each time that it was said."""
    starts = (at for at in range(len(words)) if sought and list(words[at : at + len(sought)]) == sought)
    return [range(at, at + len(sought)) for at in starts]


def _key_said(question: Question, words: Sequence[str]) -> str | None:
    """A choice named by its digit: "один"."""
    if question.tongue.yes_no.refusals.intersection(words):
        return None
    key = digits_of(words, question.tongue.numbers)
    return key if key in question.choices else None
