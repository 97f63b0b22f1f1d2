"""Robot operators: phones of the town that register at a node, pick up, talk for a drawn time and hang up.

The town's dialplan draws the length of a talk from the decimal digits of MD5("seed:user:nth"), and so does
``talk_seconds``: the first two digits choose one of a hundred equally likely lengths.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from hashlib import md5

from asterisk.ports import LOOPBACK
from asterisk.town.lengths import equally_likely
from domain.errors import InputError


@dataclass(frozen=True, slots=True)
class RobotPlan:
    """A fleet and its habits. All times are seconds; how long wrap-up takes is up to whoever drives the floor."""

    phones: Mapping[str, str] = field(repr=False)
    """User of the phone (``op17``) -> its secret."""
    sip_port: int
    """Where the fleet listens: not the carrier's port, for which a node would take its phones for the carrier."""
    registrar_port: int
    """Where the node takes registrations."""
    registrar_host: str = LOOPBACK
    talk_s: float = 20.0
    """The mean talk."""
    talk_cv: float = 1.0
    """Standard deviation of the talks as a share of the mean; their distribution is lognormal."""
    pickup_s: float = 0.2
    """From the first ring to the answer."""
    deaf: frozenset[str] = frozenset()
    """Users whose phone rings on and on."""
    seed: str = "robots"

    def __post_init__(self) -> None:
        if not self.phones or not all(re.fullmatch(r"op\d+", user) for user in self.phones):
            raise InputError("phones need users of the form op17", where="robot plan")
        words = (*self.phones.values(), self.seed, self.registrar_host)
        if not all(re.fullmatch(r"[\w.-]+", word, re.ASCII) for word in words):
            raise InputError(
                "secrets, seed and registrar may hold letters, digits, _ . - only", where="robot plan"
            )
        if self.talk_s < 0 or self.talk_cv < 0 or self.pickup_s < 0:
            raise InputError("times must be >= 0", where="robot plan")

    @property
    def talk_lengths(self) -> list[float]:
        """A hundred equally likely talks, the shortest first; their mean is ``talk_s``."""
        return equally_likely(self.talk_s, self.talk_cv)


def talk_seconds(user: str, nth: int, plan: RobotPlan) -> float:
    """How long ``user`` talks when called for the ``nth`` time (1 is the first), unless the debtor hangs up."""
    digits = re.sub(
        r"[^0-9]", "", md5(f"{plan.seed}:{user}:{nth}".encode(), usedforsecurity=False).hexdigest()
    )
    return plan.talk_lengths[int(digits[:2] or 0)]
