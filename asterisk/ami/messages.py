"""What the manager link puts into its inbox, in the order in which it happened."""

from __future__ import annotations

from dataclasses import dataclass

AmiMessage = dict[str, str]
"""One event or response: header -> value; the values of a repeated header are joined by line feeds."""


@dataclass(frozen=True, slots=True)
class LinkUp:
    """Logged in, and Asterisk has booted fully; ``epoch`` counts the log-ins of this link from 1."""

    node: str
    epoch: int


@dataclass(frozen=True, slots=True)
class LinkLost:
    """The connection of ``epoch`` is gone: events may have been missed until the next `LinkUp`."""

    node: str
    epoch: int
    reason: str


LinkEvent = LinkUp | LinkLost
