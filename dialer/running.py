"""The calls that are up now."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from domain.call import Call
from domain.caller import CallerKind
from domain.campaign import Plan
from domain.proceeding import Bailiff
from domain.touch import TouchId

if TYPE_CHECKING:  # whoever reads the books must not wait for the voices to load
    from dialer.scripts import ScriptBook

INBOUND = 0
"""The campaign of calls that came in, and of those that call back: no campaign has this number."""


@dataclass(slots=True)
class Running:
    """One call without an end yet. ``since`` is the event loop's time when it was written to the node or adopted."""

    call: Call
    plan: Plan
    phone: str
    campaign_id: int
    node: str
    since: float
    examined: float = 0.0
    doubted: bool = False
    """Whether the node said that there is no channel."""
    missed: bool = False
    """Whether events of it may have gone unheard: then it ends only after its traces were read."""
    queued: float = 0.0
    """When the debtor began to wait for an operator, by the event loop's clock."""
    asterisk_id: str = ""
    """The id of his channel where it is not the touch's: he called us."""
    caller: CallerKind | None = None
    """Who called us, as far as that is known."""
    line: str = ""
    """The number of ours that he called; empty when we called him."""
    found: tuple[int, ...] = ()
    """The debtors that a call nobody planned may be with, as far as that is known."""
    bailiff: Bailiff | None = None
    """Who called us, by the number in his proceedings."""
    scripts: ScriptBook | None = None
    """What it hears, whatever is published meanwhile; None for a call that an earlier dialler placed."""

    @property
    def debtors(self) -> tuple[int, ...]:
        """The debtors, or the bailiff's row among those who are called, that it may be with."""
        return self.found or ((self.plan.debtor_id,) if self.plan.debtor_id else ())

    @property
    def channel(self) -> str:
        """The id by which the node knows his channel."""
        return self.asterisk_id or self.call.touch


class RunningCalls:
    """By touch id, with counts per campaign and per node for the caps."""

    def __init__(self) -> None:
        self._calls: dict[TouchId, Running] = {}
        self._per_campaign: dict[int, int] = {}
        self._per_node: dict[str, int] = {}

    def __len__(self) -> int:
        return len(self._calls)

    @property
    def none(self) -> bool:
        """Whether no call is up."""
        return not self._calls

    def add(self, running: Running) -> None:
        """Count a call in; a second time changes nothing."""
        if running.call.touch not in self._calls:
            self._calls[running.call.touch] = running
            self._count(running, +1)

    def get(self, touch: TouchId) -> Running | None:
        """The call, if it is up."""
        return self._calls.get(touch)

    def remove(self, touch: TouchId) -> None:
        """Count an ended call out."""
        running = self._calls.pop(touch, None)
        if running is not None:
            self._count(running, -1)

    def all(self) -> list[Running]:
        """A copy of the list."""
        return list(self._calls.values())

    def of_node(self, node: str) -> list[Running]:
        """The calls placed through a node."""
        return [running for running in self._calls.values() if running.node == node]

    def in_campaign(self, campaign_id: int) -> int:
        """How many of a campaign are up."""
        return self._per_campaign.get(campaign_id, 0)

    def on_node(self, node: str) -> int:
        """How many are up on a node."""
        return self._per_node.get(node, 0)

    def _count(self, running: Running, by: int) -> None:
        self._per_campaign[running.campaign_id] = self._per_campaign.get(running.campaign_id, 0) + by
        self._per_node[running.node] = self._per_node.get(running.node, 0) + by
