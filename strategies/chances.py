"""What becomes of touches: the chances by which a forecast draws their outcomes, and what they cost."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from hashlib import blake2b
from math import ceil

from domain.touch import CHANNEL_GROUPS, Channel, Outcome
from strategies.steps import Step

ENOUGH = 200
"""How many touches of a channel must have ended before they say more than the usual chances do."""


@dataclass(frozen=True, slots=True)
class Chance:
    """An outcome with the debtor's answer, how often it comes (a weight), and its mean length."""

    outcome: Outcome
    weight: float
    talk_s: float = 0.0
    result: str = ""


Chances = Mapping[Channel, Sequence[Chance]]

_CALL = (
    Chance(Outcome.NO_ANSWER, 0.24),
    Chance(Outcome.UNAVAILABLE, 0.10),
    Chance(Outcome.BUSY, 0.08),
    Chance(Outcome.REJECTED, 0.08),
    Chance(Outcome.INVALID_NUMBER, 0.06),
    Chance(Outcome.NO_CARRIER, 0.02),
)
_AUTOMATIC = (
    *_CALL,
    Chance(Outcome.ANSWERED_SHORT, 0.13, 3),
    Chance(Outcome.MSG_DELIVERED, 0.24, 25, "listened"),
    Chance(Outcome.MSG_DELIVERED, 0.03, 35, "promise"),
    Chance(Outcome.TALK_WRONG_PERSON, 0.02, 20, "wrong_person"),
)
_BY_A_PERSON = (
    *_CALL,
    Chance(Outcome.ANSWERED_SHORT, 0.08, 5),
    Chance(Outcome.TALK_THIRD_PARTY, 0.08, 40),
    Chance(Outcome.TALK_WRONG_PERSON, 0.04, 20, "wrong_person"),
    Chance(Outcome.TALK_DEBTOR, 0.14, 120),
    Chance(Outcome.TALK_DEBTOR, 0.08, 150, "promise"),
)
_WRITTEN = (Chance(Outcome.MSG_DELIVERED, 0.9), Chance(Outcome.MSG_FAILED, 0.1))

USUAL: Chances = {
    **dict.fromkeys((Channel.VOICE_MSG, Channel.CALL_AGENT), _AUTOMATIC),
    Channel.CALL_HUMAN: _BY_A_PERSON,
    **dict.fromkeys(CHANNEL_GROUPS["message"] - {Channel.VOICE_MSG}, _WRITTEN),
}
"""Chances for a portfolio without experience of its own: a first guess of ours, to be replaced by counted ones."""


def learned(counted: Chances) -> Chances:
    """The usual chances, and those counted in the log for each channel that has touches enough."""
    enough = {
        channel: chances
        for channel, chances in counted.items()
        if sum(chance.weight for chance in chances) >= ENOUGH
    }
    return {**USUAL, **enough}


def draw(chances: Sequence[Chance], key: str) -> Chance:
    """One of them, by their weights: always the same one for the same key."""
    digest = blake2b(key.encode(), digest_size=7).digest()
    left = int.from_bytes(digest) / 2**56 * sum(chance.weight for chance in chances)
    for chance in chances:
        left -= chance.weight
        if left < 0:
            return chance
    return chances[-1]


@dataclass(frozen=True, slots=True)
class Prices:
    """Roubles: an attempt to call, each begun minute of an answered one, an SMS, a messenger's message."""

    attempt: float = 0.0
    minute: float = 0.0
    sms: float = 0.0
    messenger: float = 0.0

    def of(self, step: Step, talk_s: float) -> float:
        """What one touch of the step costs; of a message, with all the SMS that it may fill."""
        if step.message:
            return self.letter(step.channel, step.message.segments)
        return self.attempt + self.minute * ceil(talk_s / 60)

    def letter(self, channel: Channel, segments: int) -> float:
        """What a message costs."""
        return (
            self.sms * segments if channel is Channel.SMS else self.messenger * (channel is Channel.MESSENGER)
        )
