"""What debtors answer to messages, as far as words alone tell it: stop, a question, or something for a person."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from domain.touch import Channel

LONGEST = 4_000
"""How many characters of a reply are kept: more is no message to us, and what is cut is told."""


class Meaning(StrEnum):
    """What a reply asks of us."""

    STOP = "stop"
    QUESTION = "question"
    OTHER = "other"


class ReplyState(StrEnum):
    """Whether an operator still has to look at a reply. ``DONE`` by itself, or by him."""

    NEW = "new"
    DONE = "done"


@dataclass(frozen=True, slots=True)
class Reply:
    """What came in from ``phone`` over a provider; ``ref`` is the provider's id, by which a second one is known."""

    provider: str
    ref: str
    phone: str
    text: str
    at: datetime
    channel: Channel = Channel.SMS


_STOP = frozenset(
    {
        *(
            "стоп",
            "stop",
            "отписка",
            "отписаться",
            "отпишите",
            "отпишите меня",
            "unsubscribe",
            "stop all",
            "stopall",
        ),
        *("не пишите", "не пишите мне", "не пишите мне больше", "больше не пишите", "не присылайте"),
        *(
            "хватит писать",
            "прекратите писать",
            "прекратите рассылку",
            "тоқта",
            "тоқтат",
            "жазбаңыз",
            "жазбаңыздар",
        ),
        *("do not text me", "don't text me", "opt out", "optout", "cancel", "end", "quit"),
    }
)
_ASKS = re.compile(
    r"\?|^\W*(как|когда|где|куда|сколько|почему|зачем|за что|кому|кто|какой|какая|какие|можно ли"
    r"|what|when|where|why|how|who|қалай|қашан|қайда|неге|қанша|кім)\b",
    re.IGNORECASE,
)
_CALL_ME = re.compile(r"\b(перезвони|позвони|свяжитесь|call me|ring me|қоңырау шал)", re.IGNORECASE)


def meaning_of(text: str) -> Meaning:
    """Stop only if that is all that is said: a long letter that has the word in it is for a person to read."""
    words = re.sub(r"[^\w' ]+", " ", text.casefold()).split()
    if " ".join(words) in _STOP or (words and len(words) <= 3 and words[0] in {"стоп", "stop", "тоқта"}):
        return Meaning.STOP
    return Meaning.QUESTION if _ASKS.search(text) or _CALL_ME.search(text) else Meaning.OTHER
