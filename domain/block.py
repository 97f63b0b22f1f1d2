"""Blocks forbid, consents permit: both from a document, over channels, from an instant to another."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from domain.rules import HoursRule, Scope
from domain.touch import Channel


class BlockReason(StrEnum):
    """Why somebody may not be contacted (LAW.md 1.4)."""

    REFUSAL = "refusal"
    REPRESENTATIVE = "representative"
    BANKRUPTCY = "bankruptcy"
    HOSPITAL = "hospital"
    MINOR = "minor"
    INCAPACITY = "incapacity"
    DISABLED = "disabled"
    DECEASED = "deceased"
    WRONG_PERSON = "wrong_person"
    OPT_OUT = "opt_out"
    OTHER = "other"


@dataclass(frozen=True, slots=True)
class Block:
    """No touch over ``channels`` in ``[start, end)`` for what ``scope`` and ``target`` name.

    ``target`` is the phone, debt or creditor of a narrower scope than the debtor; ``document`` is the basis
    (a court's ruling, a registered letter) and ``received_at`` when it reached us.
    """

    channels: frozenset[Channel]
    start: datetime
    end: datetime | None = None
    reason: str = BlockReason.OTHER.value
    scope: Scope = Scope.DEBTOR
    target: str = ""
    document: str = ""
    received_at: datetime | None = None

    def covers(self, at: datetime) -> bool:
        """Whether the block holds at this instant."""
        return self.start <= at and (self.end is None or at < self.end)


@dataclass(frozen=True, slots=True)
class Consent:
    """What a debtor agreed to: contact within ``slot`` only, and the waiving of rules that may be waived.

    A slot narrows; nothing but a rule that says so itself (`waivable`) is ever widened.
    """

    channels: frozenset[Channel]
    start: datetime
    end: datetime | None = None
    slot: HoursRule | None = None
    waives: frozenset[str] = frozenset()
    document: str = ""

    def covers(self, at: datetime) -> bool:
        """Whether the consent holds at this instant."""
        return self.start <= at and (self.end is None or at < self.end)
