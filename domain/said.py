"""Sentences for people that can be said in another language: English text that remembers what it was made of."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import reduce
from typing import Any

Say = Callable[[str], str]
"""Translates a message: gettext, or nothing."""


class Said(str):
    """An English sentence like any text; ``message`` is to be translated, and filled with ``facts`` by their names."""

    message: str
    facts: Mapping[str, object]


def said(message: str, **facts: object) -> Said:
    """``message % facts``; the catalogues collect ``message``. A fact may be something said itself."""
    made = Said(message % facts)
    made.message, made.facts = message, facts
    return made


def retold(text: str, say: Say) -> str:
    """The sentence in the language of ``say``; text that nobody said so (a name, a person's words) stays as it is."""
    if not isinstance(text, Said):
        return text
    facts = {name: retold(fact, say) if isinstance(fact, str) else fact for name, fact in text.facts.items()}
    return say(text.message) % facts


def as_data(text: str) -> Any:
    """The sentence as a JSON value (so must its facts be), for another process to say; other text is itself."""
    if not isinstance(text, Said):
        return text
    facts = {name: as_data(fact) if isinstance(fact, str) else fact for name, fact in text.facts.items()}
    return {"message": text.message, "facts": facts}


def from_data(value: Any) -> str:
    """What `as_data` made the value of; text is itself."""
    if isinstance(value, str):
        return value
    message, facts = value["message"], value["facts"]
    return said(message, **{name: from_data(v) if isinstance(v, dict) else v for name, v in facts.items()})


def listed(parts: Sequence[str], by: str = "%(one)s, %(other)s") -> str:
    """The parts as one text, two after two put together as ``by`` says; nothing of none."""
    return reduce(lambda one, other: said(by, one=one, other=other), parts) if parts else ""
