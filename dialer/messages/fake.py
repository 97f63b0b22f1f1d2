"""A provider without a network, for tests: it takes, refuses or says nothing, as it is told, and keeps what it got."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator, Sequence
from itertools import count

from dialer.messages.provider import Answer, Arrival, Arrived, Heard, Outgoing, Taken, Unsure
from domain.gsm import sms_segments
from domain.message import Receipt


class FakeProvider:
    """``answers`` are given in turn, then everything is taken; ``knows`` and ``states`` are what it says when it is
    asked.
    """

    def __init__(
        self, name: str = "fake", kinds: tuple[str, ...] = ("sms",), *, by_part: bool = True
    ) -> None:
        self.name, self.kinds, self.by_part = name, kinds, by_part
        self.got: list[Outgoing] = []
        self.asked: list[Outgoing] = []
        self.queried: list[tuple[Outgoing, tuple[str, ...]]] = []
        self.answers: Iterator[Answer] = iter(())
        self.knows: Receipt | Unsure | None = Unsure("it says nothing")
        self.states: Sequence[Receipt] | Unsure = ()
        self.thanked = 0
        self._refs = count(1)
        self._arrived: Arrived | None = None

    async def run(self, arrived: Arrived) -> None:
        """Be there."""
        self._arrived = arrived
        await asyncio.Event().wait()

    @property
    def runs(self) -> bool:
        """Whether it is connected."""
        return self._arrived is not None

    async def send(self, message: Outgoing) -> Answer:
        """Take it, unless told otherwise."""
        answer = next(self.answers, None)
        if answer is None or isinstance(answer, (Taken, Unsure)):
            self.got.append(message)
        parts = sms_segments(message.text) if self.by_part else 1
        return answer or Taken(tuple(f"{self.name}-{next(self._refs)}" for _ in range(parts)))

    async def ask(self, message: Outgoing) -> Receipt | Unsure | None:
        """What it was told to know."""
        self.asked.append(message)
        return self.knows

    async def query(self, message: Outgoing, refs: Sequence[str]) -> Sequence[Receipt] | Unsure:
        """What it was told to know of parts."""
        self.queried.append((message, tuple(refs)))
        return self.states

    def tell(self, heard: Heard) -> bool:
        """Something comes in from it; False when it must tell that again."""
        assert self._arrived is not None, "it must run first"
        return self._arrived(Arrival(heard, self._thanks))

    def _thanks(self) -> None:
        self.thanked += 1
