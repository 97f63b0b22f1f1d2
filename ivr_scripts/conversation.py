"""A call without a telephone: what a script says and records when it hears this or that.

It goes the ways that the compiled dialplan goes (tests hold both to it), so a supervisor can read a call, hear it, or
try it in a terminal. Digits are heard at questions only: nobody interrupts a text.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Generator, Mapping
from dataclasses import dataclass
from datetime import date

from ivr_scripts.answers import account_number, pressed_date, spoken_date, whole_sum
from ivr_scripts.language import (
    ANSWER,
    About,
    Ask,
    Choice,
    Goto,
    Hangup,
    Menu,
    Record,
    Result,
    Say,
    Script,
    Transfer,
)
from ivr_scripts.questions import DIGITS_ONLY, ask_question, question_of
from ivr_scripts.render_call import slot_clips
from ivr_scripts.say_back import answer_clips
from ivr_scripts.speech.question import answer_of, parse_question
from ivr_scripts.spoken.grammar import Clips
from ivr_scripts.template import Fixed, Slot, filled, parse_template

_DIGITS = re.compile(r"[0-9*#]+")


@dataclass(frozen=True, slots=True)
class Entered:
    """A node begins."""

    node: str
    kind: str


@dataclass(frozen=True, slots=True)
class Spoken:
    """A text is played, from these clips."""

    text: str
    clips: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Heard:
    """What came after a question; nothing for silence, which lasts ``waits_s`` seconds."""

    what: str
    waits_s: float


@dataclass(frozen=True, slots=True)
class Missed:
    """It was no answer: wrong digits, ``unsure`` or ``silence``."""

    node: str
    heard: str


@dataclass(frozen=True, slots=True)
class Pressed:
    """A digit of a menu."""

    node: str
    digit: str


@dataclass(frozen=True, slots=True)
class Given:
    """A value that was asked for."""

    node: str
    name: str
    value: str


@dataclass(frozen=True, slots=True)
class Recorded:
    """A result of the call."""

    result: Result


Event = Entered | Spoken | Heard | Missed | Pressed | Given | Recorded
Events = Generator[Event, None, None]
_Way = Generator[Event, None, str | None]
"""Ends with the node that follows."""

Hear = Callable[[], str]
"""Called after each question; answers digits, words, or an empty text for silence."""


@dataclass(frozen=True)
class Conversation:
    """One call. ``facts`` hold a value for each variable, those that an account number gives too."""

    script: Script
    facts: Mapping[str, object]
    today: date
    hear: Hear

    def events(self, *, at_machine: bool = False) -> Events:
        """What happens, until the hang-up. Raises InputError for a fact that cannot be spoken."""
        node = self.script.on_machine if at_machine else None
        node = node or self.script.start
        while node is not None:
            yield Entered(node, self.script.nodes[node].kind)
            node = yield from self._way(node)

    def _way(self, name: str) -> _Way:
        match node := self.script.nodes[name]:
            case Say():
                yield self._spoken(node.text)
            case Transfer():
                yield Recorded(Result.OPERATOR_WANTED)
                yield self._spoken(node.text)
            case Record():
                yield Recorded(node.result)
            case Menu() | Ask():
                return (yield from self._question(name, node))
            case Hangup() | Goto():
                pass
        return self.script.after(name)

    def _question(self, name: str, node: Menu | Ask) -> _Way:
        for _ in range(node.retries + 1):
            yield self._spoken(node.text)
            heard = self.hear()
            yield Heard(heard, node.timeout_s)
            answered = (
                self._pressed(name, node, heard) if isinstance(node, Menu) else self._asked(name, node, heard)
            )
            choice = yield from answered
            if choice is not None:
                if choice.result is not None:
                    yield Recorded(choice.result)
                return choice.next
        return self.script.after(name)

    def _pressed(self, name: str, menu: Menu, heard: str) -> Generator[Event, None, Choice | None]:
        digit = heard[:1] if _DIGITS.fullmatch(heard) else ""
        said = self._meant(question_of(self.script, menu, self.today.isoformat()), heard)
        if (choice := menu.digits.get(digit or said or "")) is None:
            yield Missed(name, digit or _nothing(heard))
        elif digit:
            yield Pressed(name, digit)
        return choice

    def _asked(self, name: str, ask: Ask, heard: str) -> Generator[Event, None, Choice | None]:
        said = self._meant(question_of(self.script, ask, self.today.isoformat()), heard)
        value = self._value(ask, said or "", pressed=heard if _DIGITS.fullmatch(heard) else None)
        if value is None:
            yield Missed(name, _heard(ask, heard, said))
            return None
        if ask.confirm is not None:
            yield self._spoken(ask.confirm, answer_clips(self.script.language, ask.about, value))
            sure = self.hear()
            yield Heard(sure, ask.timeout_s)
            question = ask_question(self.script, About.YES_NO, "") if ask.words else DIGITS_ONLY
            if sure != "1" and self._meant(question, sure) != "yes":
                yield Missed(name, _heard(ask, sure, self._meant(question, sure)))
                return None
        yield Given(name, name if ask.about is About.YES_NO else ask.about, value)
        return ask.choices["given" if ask.about is not About.YES_NO else value]

    def _value(self, ask: Ask, said: str, pressed: str | None) -> str | None:
        match ask.about:
            case About.YES_NO:
                return {"1": "yes", "2": "no"}.get(pressed) if pressed else said or None
            case About.PROMISE_DATE:
                read, answer = (pressed_date, pressed) if pressed else (spoken_date, said)
                day = read(answer, self.today, ask.within_days)
                return day.isoformat() if day else None
            case About.PROMISE_SUM:
                whole = whole_sum((pressed or said).rstrip("#"))
                return str(whole) if whole else None
            case About.ACCOUNT:
                return account_number(pressed or said)

    def _meant(self, question: str, heard: str) -> str | None:
        """The answer that words hold, where words are heard."""
        if question == DIGITS_ONLY or not heard or _DIGITS.fullmatch(heard):
            return None
        return answer_of(parse_question(question), heard)

    def _spoken(self, template: str, answer: Clips = ()) -> Spoken:
        parts = [
            (part.text,) if isinstance(part, Fixed) else self._slot(part, answer)
            for part in parse_template(template)
        ]
        text = filled(template, lambda slot: " ".join(self._slot(slot, answer)))
        return Spoken(text, tuple(clip for clips in parts for clip in clips))

    def _slot(self, slot: Slot, answer: Clips) -> Clips:
        return answer if slot.name == ANSWER else slot_clips(self.script, slot, self.facts.get(slot.name))


def _heard(ask: Ask, heard: str, said: str | None) -> str:
    """What the touch is told of an answer that was none; not an account number, which is nobody's business."""
    if ask.about is About.ACCOUNT and heard:
        return "unknown"
    return said or (heard.rstrip("#") if _DIGITS.fullmatch(heard) else _nothing(heard))


def _nothing(heard: str) -> str:
    return "unsure" if heard else "silence"
