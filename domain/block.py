"""Blocks forbid, consents permit: both from a document, over channels, from an instant to another."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from domain.rules import Scope
from domain.touch import CHANNEL_GROUPS, Channel
from domain.window import Hours


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


_PERSON = CHANNEL_GROUPS["direct"] | {Channel.MEETING} | CHANNEL_GROUPS["message"]
DEFAULT_CHANNELS: Mapping[BlockReason, frozenset[Channel]] = {
    # 230-FZ art. 8, a statement of the debtor's: direct contact (calls, automatic agents, meetings), messages.
    BlockReason.REFUSAL: _PERSON,
    BlockReason.REPRESENTATIVE: _PERSON,
    # 230-FZ art. 7: the law forbids direct contact, the house messages too; post stays open (LAW.md 1.4).
    BlockReason.BANKRUPTCY: _PERSON,
    BlockReason.HOSPITAL: _PERSON,
    BlockReason.MINOR: _PERSON,
    BlockReason.INCAPACITY: _PERSON,
    BlockReason.DISABLED: _PERSON,
    # The house's own: nothing but a letter, to heirs or while it is being settled what the case is.
    BlockReason.DECEASED: _PERSON,
    BlockReason.OTHER: _PERSON,
    # A stranger owes nothing: nothing ever goes to that number (LAW.md 1.4).
    BlockReason.WRONG_PERSON: frozenset(Channel),
    # 41-FZ: a subscriber's refusal of mass calls (LAW.md 4); a person may still call, and messages are no calls.
    BlockReason.OPT_OUT: frozenset({Channel.VOICE_MSG, Channel.CALL_AGENT}),
}
"""What a block closes when its channels are not told."""
OF_A_PHONE = frozenset({BlockReason.WRONG_PERSON, BlockReason.OPT_OUT})
"""Reasons that lie in a number; the others lie in a person, over whatever number he is reached."""
OF_A_HUMAN_BEING = frozenset(
    {
        *(BlockReason.BANKRUPTCY, BlockReason.HOSPITAL, BlockReason.MINOR),
        *(BlockReason.INCAPACITY, BlockReason.DISABLED, BlockReason.DECEASED),
    }
)
"""Reasons that lie in what somebody is, whoever asks: they hold for all debtors of his person. A statement (refusal,
representative) is made to one creditor, and holds for the debtor who made it."""


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
    """What a debtor agreed to: contact within ``slot`` of every day only, and the waiving of rules by their ids.

    A slot narrows; nothing but a rule that says so itself (`waivable`) is ever widened. With ``phone`` it is about
    that number only, as a consent to mass calls is (41-FZ), which must be proven by its ``document``.
    """

    channels: frozenset[Channel]
    start: datetime
    end: datetime | None = None
    slot: tuple[Hours, ...] = ()
    waives: frozenset[str] = frozenset()
    document: str = ""
    phone: str = ""

    def concerns(self, channel: Channel, phone: str) -> bool:
        """Whether it is about touches over this channel and phone."""
        return channel in self.channels and self.phone in ("", phone)

    def covers(self, at: datetime) -> bool:
        """Whether the consent holds at this instant."""
        return self.start <= at and (self.end is None or at < self.end)
