"""Who answers a call into the town, and how: a pure function of seed, number, count of calls and hour.

The town's dialplan computes the same with Asterisk's own functions, from the same decimal digits of
MD5("seed:number:nth"):

    digits 0-3    which role, by the plan's shares
    digits 4-7    whether one who would answer is reached at this hour
    digits 8-10   how long it rings, between the plan's shortest and longest time
    digits 11-13  how soon one who hangs up early does so
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from hashlib import md5
from itertools import accumulate
from pathlib import Path

from asterisk.town.callers import CallersPlan
from asterisk.town.robots import RobotPlan
from domain.errors import InputError

SCALE = 10_000
FORCING_BLOCK = "9990"
"""A number that ends in 9990RR always plays the role with that place RR in ``Role``, at every hour."""
SPEAKING_BLOCK = "9991"
"""A number that ends in 9991SS is a person who says the recording SS of ``TownPlan.sayings`` and listens to the end."""
TYPING_BLOCK = "9992"
"""A number that ends in 9992SS is a person who presses what the entry SS of ``TownPlan.typings`` says."""
SWITCHBOARD_BLOCK = "9993"
"""A number that ends in 9993EE is a department of bailiffs: its switchboard puts through to the desk with the extension
EE, and hangs up on whoever dials another one or none. The bailiff listens; of ``TownPlan.absent`` of the calls a
colleague says that he is not at his desk, and hangs up.
"""


class Role(StrEnum):
    """What the called party does. The order is that of the forcing block: 999000 listens to the end."""

    LISTENS_TO_END = "listens_to_end"
    HANGS_UP_EARLY = "hangs_up_early"
    PRESSES_1 = "presses_1"
    PRESSES_2 = "presses_2"
    PRESSES_9 = "presses_9"
    SLOW_ANSWER = "slow_answer"
    ANSWERING_MACHINE = "answering_machine"
    BUSY = "busy"
    RINGS_OUT = "rings_out"
    REJECTS = "rejects"
    UNKNOWN_NUMBER = "unknown_number"
    CONGESTION = "congestion"
    SWITCHED_OFF = "switched_off"

    @property
    def is_person(self) -> bool:
        """A person answers, unless nobody is reached at that hour."""
        return self in _PEOPLE


_PEOPLE = frozenset(list(Role)[: list(Role).index(Role.ANSWERING_MACHINE)])

SIP_CODES: Mapping[Role, int] = {
    Role.BUSY: 486,
    Role.RINGS_OUT: 480,
    Role.REJECTS: 603,
    Role.UNKNOWN_NUMBER: 404,
    Role.CONGESTION: 503,
    Role.SWITCHED_OFF: 480,
}
"""What the carrier answers in the end when nobody picks up."""

DEFAULT_SHARES: Mapping[Role, float] = {
    Role.LISTENS_TO_END: 0.10,
    Role.HANGS_UP_EARLY: 0.17,
    Role.PRESSES_1: 0.03,
    Role.PRESSES_2: 0.03,
    Role.PRESSES_9: 0.02,
    Role.SLOW_ANSWER: 0.03,
    Role.ANSWERING_MACHINE: 0.08,
    Role.BUSY: 0.08,
    Role.RINGS_OUT: 0.22,
    Role.REJECTS: 0.07,
    Role.UNKNOWN_NUMBER: 0.06,
    Role.CONGESTION: 0.02,
    Role.SWITCHED_OFF: 0.09,
}

Seconds = tuple[float, float]
"""Shortest and longest of a spread of times."""


@dataclass(frozen=True, slots=True)
class TownPlan:
    """How a town behaves. All times are seconds; shares sum to 1."""

    seed: str = "dozvon"
    shares: Mapping[Role, float] = field(default_factory=lambda: dict(DEFAULT_SHARES))
    answer_rates: tuple[float, ...] = (1.0,) * 24
    """Per hour of ``zone``: the chance that a person who would answer is reached; the others ring out."""
    zone: str = "UTC"
    ring: Seconds = (3.0, 15.0)
    slow_ring: float = 25.0
    ring_out: float = 60.0
    early_hangup: Seconds = (2.0, 12.0)
    press_after: float = 8.0
    """From the answer to the digit."""
    sayings: Path | None = None
    """Recordings 00 to 99 (.wav, .sln or .alaw, 8 kHz mono) of what people say; pauses between turns are in them."""
    speaks_after: float = 0.0
    """From the answer to the first word."""
    typings: tuple[str, ...] = ()
    """What people press from the answer on: digits, * and #; w waits half a second, W one; h hangs up."""
    records: bool = False
    """Whether those who press record what they hear: spool/monitor/<touch id>.wav of the town."""
    machine_greeting: float = 4.0
    machine_records: float = 30.0
    """From the beep to the machine's hanging up."""
    longest_call: float = 600.0
    """The carrier ends a call after this long, whoever forgot to."""
    sends_silence: bool = False
    """Whether a silent debtor sends packets, as a real phone does. It takes half as much processor again;
    without it, answering-machine detection and speech recognition hear nothing to judge."""
    absent: float = 0.2
    """How often a bailiff is not at his desk."""
    switchboard: Seconds = (5.0, 1.0)
    """How long a switchboard waits for an extension, and how long it takes to put through."""
    robots: RobotPlan | None = None
    """Operators' phones that this Asterisk plays besides."""
    callers: CallersPlan | None = None
    """Those who call back the number that they were called from; None: nobody does."""

    def __post_init__(self) -> None:
        if abs(sum(self.shares.values()) - 1.0) > 1e-6 or min(self.shares.values()) < 0:
            raise InputError("the shares of the roles must be >= 0 and sum to 1", where="town plan")
        if len(self.answer_rates) != 24 or not all(0 <= rate <= 1 for rate in self.answer_rates):
            raise InputError("answer_rates needs 24 numbers between 0 and 1", where="town plan")
        if not re.fullmatch(r"[\w.-]+", self.seed, re.ASCII) or not re.fullmatch(r"[\w/+-]+", self.zone):
            raise InputError("seed and zone may hold letters, digits, _ . - only", where="town plan")
        if not 0 <= self.absent <= 1 or min(self.switchboard) < 0:
            raise InputError("absent is a share, and a switchboard's times are >= 0", where="town plan")
        if not all(re.fullmatch(r"[0-9*#wW]*h?", typing) for typing in self.typings):
            raise InputError("typings may hold 0-9 * # w W, and h at the end", where="town plan")
        if any(not 0 <= shortest <= longest for shortest, longest in self._spreads()):
            raise InputError("times must be >= 0, the shortest first", where="town plan")

    def _spreads(self) -> list[Seconds]:
        machine = (self.machine_greeting, self.machine_records)
        single = (
            self.slow_ring,
            self.ring_out,
            self.press_after,
            self.speaks_after,
            *machine,
            self.longest_call,
        )
        return [self.ring, self.early_hangup, *((0.0, seconds) for seconds in single)]

    @property
    def thresholds(self) -> list[tuple[Role, int]]:
        """Role and the draw below which it is chosen, in the order of ``Role``; the last is ``SCALE``."""
        sums = accumulate(self.shares.get(role, 0.0) for role in Role)
        return [(role, round(total * SCALE)) for role, total in zip(Role, sums, strict=True)]

    @property
    def people_below(self) -> int:
        """Draws below this are people: their roles come first in ``Role``."""
        return max(below for role, below in self.thresholds if role.is_person)

    @property
    def answer_draws(self) -> list[int]:
        """Per hour: the draw from which on a person is not reached."""
        return [round(rate * SCALE) for rate in self.answer_rates]


def role_of(number: str, nth: int, hour: int, plan: TownPlan) -> Role:
    """The role that ``number`` plays at its ``nth`` call (1 is the first), at ``hour`` in the plan's zone."""
    dialled = _digits(number)
    if re.search(rf"({SPEAKING_BLOCK}|{TYPING_BLOCK})\d\d$", dialled):
        return Role.LISTENS_TO_END
    if forced := re.search(rf"{FORCING_BLOCK}(\d\d)$", dialled):
        place = int(forced[1])
        return list(Role)[place] if place < len(Role) else Role.UNKNOWN_NUMBER
    draws = draws_of(number, nth, plan)
    if re.search(rf"{SWITCHBOARD_BLOCK}\d\d$", dialled):
        return Role.HANGS_UP_EARLY if _draw(draws, 0, 4) < plan.absent * SCALE else Role.LISTENS_TO_END
    role = next(role for role, below in plan.thresholds if _draw(draws, 0, 4) < below)
    if role.is_person and _draw(draws, 4, 4) >= plan.answer_draws[hour]:
        return Role.RINGS_OUT
    return role


def ring_seconds(number: str, nth: int, plan: TownPlan) -> float:
    """How long the number rings before anything else happens, when its role does ring."""
    shortest, longest = plan.ring
    return shortest + (longest - shortest) * _draw(draws_of(number, nth, plan), 8, 3) / 1000


def draws_of(number: str, nth: int, plan: TownPlan) -> str:
    """The decimal digits that decide a call."""
    return _digits(md5(f"{plan.seed}:{_digits(number)}:{nth}".encode(), usedforsecurity=False).hexdigest())


def _draw(digits: str, start: int, length: int) -> int:
    return int(digits[start : start + length] or 0)


def _digits(text: str) -> str:
    return re.sub(r"[^0-9]", "", text)
