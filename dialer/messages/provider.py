"""The port to whoever carries messages. smpp.py and http.py are adapters, fake.py is one for tests.

What an adapter answers decides whether a message is ever sent again: `Refused` says that it was not taken for sure,
`Unsure` that nobody knows. An adapter that cannot tell says `Unsure`.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from typing import Protocol

from domain.message import Receipt
from domain.reply import Reply
from domain.touch import TouchId


@dataclass(frozen=True, slots=True)
class Outgoing:
    """A message to be given to a provider; the touch's id is the key by which he knows a second one."""

    touch: TouchId
    kind: str
    phone: str
    text: str
    echo: int


@dataclass(frozen=True, slots=True)
class Taken:
    """The provider has it, by these ids of his own: one, or one for each SMS that it fills."""

    refs: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Refused:
    """He provably did not take it. ``retry`` when the same message may be taken later; ``down`` when it is he who is
    not well, and not the message.
    """

    reason: str
    retry: bool = False
    down: bool = False


@dataclass(frozen=True, slots=True)
class Unsure:
    """It left us, and no answer came that says more."""

    reason: str


Answer = Taken | Refused | Unsure

Heard = Receipt | Reply


@dataclass(frozen=True, slots=True)
class Arrival:
    """Something came in; ``kept`` is called once it is in the books, and only then does the provider hear a thanks."""

    heard: Heard
    kept: Callable[[], None]


Arrived = Callable[[Arrival], bool]
"""Takes what came in; False when too much waits for the books: it must be told again later."""

Keep = Callable[[Sequence[Heard]], Awaitable[None]]
"""Puts what came in into the books; when it returns, nothing of it can be lost. Raises EnvironmentFault."""


class Provider(Protocol):
    """Who carries messages. ``by_part`` when he has an id for each SMS of a long text."""

    name: str
    kinds: tuple[str, ...]
    by_part: bool

    async def run(self, arrived: Arrived) -> None:
        """Be connected, for ever, and tell what comes in."""

    async def send(self, message: Outgoing) -> Answer:
        """Give him one message."""

    async def ask(self, message: Outgoing) -> Receipt | Unsure | None:
        """What he knows of a message by our id: None when he says that he never took it."""

    async def query(self, message: Outgoing, refs: Sequence[str]) -> Sequence[Receipt] | Unsure:
        """What became of those of its parts that he has taken by these ids; he tells of all, of some, or of none."""
