"""What the demo plays: the choices of whoever starts it, and what follows from them."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from dialer.demo import floor
from dialer.demo.team import Team

CAMPAIGN = "demo"
STRATEGY = str(Path(__file__).with_name("technical.yaml"))
SEATED_DEBTORS = 2_000
"""Whom people at the screens may be given to talk to."""


@dataclass(frozen=True, slots=True)
class Load:
    """A campaign over a portfolio of its own."""

    name: str
    debtors: int
    seed: int
    strategy: str
    calls: int | None


@dataclass(frozen=True, slots=True)
class DemoPlan:
    """What the user asked for."""

    folder: Path
    calls: int
    cps: float
    channels: int
    seed: int
    debtors: int
    strategy: str
    simulated: bool
    keep: bool
    operators: int = 0
    """Robots who talk to the debtors of a second campaign."""
    screens: bool = False
    """Whether people may sit down at it in their browsers; it goes on until they stop it."""
    callers: bool = False
    """Whether debtors ring back."""
    held: bool = False
    """Whether the robot is held back for those who do; it is slow then, as it must be with so few operators."""

    @property
    def second(self) -> Load:
        """The operators' campaign: some calls for each robot, or as many as people care to take."""
        calls = None if self.screens else floor.CALLS_EACH * self.operators
        debtors = SEATED_DEBTORS if calls is None else 2 * calls
        return Load(floor.CAMPAIGN, debtors, self.seed + 1, floor.STRATEGY, calls)

    @property
    def town_seed(self) -> str:
        """What the town is drawn from."""
        return f"town-{self.seed}"

    @property
    def team(self) -> Team | None:
        """The robots, if any are wanted."""
        return Team(self.operators) if self.operators else None

    @property
    def campaigns(self) -> list[str]:
        """What the dialler works."""
        return [CAMPAIGN, floor.CAMPAIGN] if self.talks else [CAMPAIGN]

    @property
    def talks(self) -> bool:
        """Whether there are operators, of either kind."""
        return bool(self.operators) or self.screens
