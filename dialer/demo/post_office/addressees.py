"""Who receives a message, and what becomes of it: a pure function of seed, number, channel and count of messages."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from hashlib import sha256
from itertools import accumulate

from asterisk.town.roles import FORCING_BLOCK
from domain.touch import Channel


class Addressee(StrEnum):
    """What a phone and its owner do with messages. A number that ends in 9990RR is the one at that place RR."""

    RECEIVES = "receives"
    SAYS_STOP = "says_stop"
    ASKS = "asks"
    THANKS = "thanks"
    SENDS_EMOJI = "sends_emoji"
    SWITCHED_OFF = "switched_off"
    EXPIRES = "expires"
    LANDLINE = "landline"
    UNKNOWN_NUMBER = "unknown_number"
    NO_MESSENGER = "no_messenger"
    NEVER_TOLD = "never_told"
    """It is delivered, and its receipt is lost."""
    TOLD_TWICE = "told_twice"
    TOLD_OUT_OF_ORDER = "told_out_of_order"
    """That it was sent is told after that it was delivered."""


DEFAULT_SHARES: Mapping[Addressee, float] = {
    Addressee.RECEIVES: 0.64,
    Addressee.SAYS_STOP: 0.01,
    Addressee.ASKS: 0.03,
    Addressee.THANKS: 0.03,
    Addressee.SENDS_EMOJI: 0.01,
    Addressee.SWITCHED_OFF: 0.05,
    Addressee.EXPIRES: 0.03,
    Addressee.LANDLINE: 0.02,
    Addressee.UNKNOWN_NUMBER: 0.02,
    Addressee.NO_MESSENGER: 0.10,
    Addressee.NEVER_TOLD: 0.01,
    Addressee.TOLD_TWICE: 0.03,
    Addressee.TOLD_OUT_OF_ORDER: 0.02,
}

REPLIES: Mapping[Addressee, str] = {
    Addressee.SAYS_STOP: "Стоп",
    Addressee.ASKS: "За какой месяц долг и куда платить?",
    Addressee.THANKS: "Спасибо, оплатил",
    Addressee.SENDS_EMOJI: "🙏" * 2_560,
}
"""What the owner answers to the first message that he gets; the last is 10 kB in UTF-8."""


class State(StrEnum):
    """How far a message has come."""

    ACCEPTED = "accepted"
    SENT = "sent"
    DELIVERED = "delivered"
    READ = "read"
    FAILED = "failed"

    @property
    def is_final(self) -> bool:
        """Whether a receipt of a text message tells it."""
        return self in {State.DELIVERED, State.READ, State.FAILED}


FAILURES: Mapping[Addressee, str] = {
    Addressee.SWITCHED_OFF: "absent",
    Addressee.EXPIRES: "expired",
    Addressee.LANDLINE: "landline",
}


@dataclass(frozen=True, slots=True)
class Habits:
    """How addressees are spread and how fast things go. Times are seconds, shares 0 to 1."""

    seed: str = "post"
    shares: Mapping[Addressee, float] | None = None
    delay: tuple[float, float] = (0.1, 1.5)
    """From taking a message to its delivery."""
    reads: float = 0.6
    """Of delivered messenger messages."""
    replies_after: float = 1.0


@dataclass(frozen=True, slots=True)
class Stage:
    """The message reaches a state ``after`` seconds; the sender is told so ``told`` times."""

    after: float
    state: State
    error: str = ""
    told: int = 1


def addressee_of(number: str, habits: Habits) -> Addressee:
    """Who has this number."""
    if forced := re.search(rf"{FORCING_BLOCK}(\d\d)$", number):
        place = int(forced[1])
        return list(Addressee)[place] if place < len(Addressee) else Addressee.UNKNOWN_NUMBER
    shares = habits.shares or DEFAULT_SHARES
    sums = accumulate(shares.get(one, 0.0) for one in Addressee)
    drawn = draw(habits.seed, number)
    return next(
        (one for one, below in zip(Addressee, sums, strict=True) if drawn < below), Addressee.RECEIVES
    )


def fate_of(number: str, channel: Channel, nth: int, habits: Habits) -> Iterator[Stage]:
    """What becomes of the ``nth`` message to a number, in the order in which the sender is told."""
    who = addressee_of(number, habits)
    shortest, longest = habits.delay
    delay = shortest + (longest - shortest) * draw(habits.seed, number, "delay", str(nth))
    if channel is Channel.MESSENGER and who in {Addressee.NO_MESSENGER, Addressee.LANDLINE}:
        yield Stage(delay, State.FAILED, "no_such_user")
        return
    if who in FAILURES:
        yield Stage(delay / 2, State.SENT)
        yield Stage(delay, State.FAILED, FAILURES[who])
        return
    told = {Addressee.NEVER_TOLD: 0, Addressee.TOLD_TWICE: 2}.get(who, 1)
    late = who is Addressee.TOLD_OUT_OF_ORDER
    yield Stage(delay / 2, State.SENT, told=0 if late else told)
    yield Stage(delay, State.DELIVERED, told=told)
    if late:
        yield Stage(1.5 * delay, State.SENT)
    if channel is Channel.MESSENGER and draw(habits.seed, number, "reads", str(nth)) < habits.reads:
        yield Stage(2 * delay, State.READ, told=told)


def draw(*words: str) -> float:
    """A number from 0 to 1 that depends on the words alone."""
    return int.from_bytes(sha256(":".join(words).encode()).digest()[:6]) / 2**48
