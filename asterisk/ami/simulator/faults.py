"""What a simulated Asterisk does wrong, on purpose."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(slots=True)
class Faults:
    """Set while it runs. Counts are of the next ones to come; each fault uses one up."""

    lose_responses: int = 0
    """Responses that are not sent."""
    orphan_responses: int = 0
    """Responses that are followed by one to an action that nobody sent."""
    double_events: int = 0
    malformed_messages: int = 0
    """Events that have a block of junk before them."""
    delay_events_s: float = 0.0
    """How much later events are sent; their order stays, responses overtake them."""

    def strikes(self, name: str) -> bool:
        """Whether the fault happens this time, which uses one up."""
        left: int = getattr(self, name)
        if left <= 0:
            return False
        setattr(self, name, left - 1)
        return True
