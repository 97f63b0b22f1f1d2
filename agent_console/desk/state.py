"""What an operator's desk shows at one instant: his row of the floor's board, and whom he has at the other end."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from agent_console.desk.drafts import CHOSEN, IDENTIFIED, draft_of
from dialer.card import BailiffCard, DebtorCard
from dialer.handlers.card import bailiff_card, card_of
from dialer.handlers.own_day import OwnDay, own_day
from domain.audit import Subject
from domain.caller import CallerKind, Candidate
from domain.errors import InputError
from domain.operator import OperatorState
from domain.operator_events import OperatorId
from domain.touch import TouchId
from ledger.books import Transaction

WARN = timedelta(seconds=10)
"""So long before its end a wrap-up says that it ends."""


@dataclass(frozen=True, slots=True)
class OnLine:
    """Who is at the other end of a call, or is shown before it; documents as the cards make them.

    ``candidates`` are all whom the number may mean, where there are several; sums are null until ``identified``.
    """

    touch: str
    debtor: Mapping[str, Any] | None = None
    bailiff: Mapping[str, Any] | None = None
    candidates: Sequence[Candidate] = ()
    identified: bool = False
    draft: Mapping[str, str] = field(default_factory=dict)

    @property
    def subject(self) -> Subject | None:
        """Whose card is shown, as the audit log names him."""
        if self.debtor:
            return Subject("debtor", self.debtor["who"]["key"])
        return Subject("bailiff", self.bailiff["name"]) if self.bailiff else None


@dataclass(frozen=True, slots=True)
class Desk:
    """An operator's desk; ``row`` is what the floor tells of him, None when nobody drives it."""

    operator: OperatorId
    row: Mapping[str, Any] | None
    on_line: OnLine | None
    day: OwnDay
    warned: bool = False
    """Whether it says that his wrap-up is about to end."""

    @property
    def state(self) -> str:
        """His state; without a floor he is offline, whatever he was."""
        return str(self.row["state"]) if self.row else OperatorState.OFFLINE.value

    @property
    def call(self) -> Mapping[str, Any] | None:
        """His call, while it rings, is talked in, or is written down."""
        return self.row["call"] if self.row else None

    @property
    def preview(self) -> Mapping[str, Any] | None:
        """Whom he is shown to be called, while no call is up."""
        return self.row["preview"] if self.row and not self.call else None

    @property
    def wrap_up_ends(self) -> datetime | None:
        """When his wrap-up is over by itself."""
        ends = self.row and self.row["wrap_up_ends"]
        return datetime.fromisoformat(ends) if ends else None

    def warns(self, now: datetime) -> bool:
        """Whether it is time to say that his wrap-up is about to end."""
        return self.wrap_up_ends is not None and self.wrap_up_ends - now <= WARN

    def silent_s(self, now: datetime, most: float) -> float:
        """How long nothing of it changes by itself, as far as ``most`` seconds."""
        if self.wrap_up_ends is None or self.warned:
            return most
        return min(most, max(0.0, (self.wrap_up_ends - WARN - now).total_seconds()))


def desk_of(
    tx: Transaction, operator: OperatorId, row: Mapping[str, Any] | None, now: datetime, zone: ZoneInfo
) -> Desk:
    """Everything that his screen shows, read in one transaction; his day is that of ``zone``."""
    day = own_day(tx, operator, now.astimezone(zone).date(), zone)
    desk = Desk(operator, row, _on_line(tx, operator, row, now) if row else None, day)
    return replace(desk, warned=desk.warns(now))


def _on_line(tx: Transaction, operator: OperatorId, row: Mapping[str, Any], now: datetime) -> OnLine | None:
    if row["call"]:
        return _in_call(tx, operator, row["call"], now)
    if preview := row["preview"]:
        card = card_of(tx, preview["debtor_id"], now=now, campaign=preview["campaign"])
        return _with_card(OnLine(preview["touch"] or ""), card)
    return None


def _in_call(tx: Transaction, operator: OperatorId, call: Mapping[str, Any], now: datetime) -> OnLine:
    touch = TouchId(call["touch"])
    online = OnLine(touch, draft=draft_of(tx, operator, touch))
    if official := call.get("bailiff"):
        return _with_card(online, bailiff_card(tx, official["name"], official["department"], now=now))
    debtors = debtors_of(tx, call)
    several = tx.callers.match(call["number"], now).candidates if len(debtors) > 1 else ()
    online = replace(online, candidates=[one for one in several if one.debtor_id in debtors])
    chosen = _chosen(call, debtors, online.draft)
    if chosen is None:
        return online
    campaign = call["campaign"] if call.get("direction") == "out" else ""
    identified = online.draft.get(IDENTIFIED) == str(chosen)
    return _with_card(replace(online, identified=identified), card_of(tx, chosen, now=now, campaign=campaign))


def _with_card(online: OnLine, card: DebtorCard | BailiffCard) -> OnLine:
    if isinstance(card, BailiffCard):
        return replace(online, bailiff=card.document())
    return replace(online, debtor=card.document(identified=online.identified))


def debtors_of(tx: Transaction, call: Mapping[str, Any]) -> list[int]:
    """Whom a call may be about, by id: as the dialler tells it, else as the books know the touch."""
    told = [int(id) for id in call.get("debtors", ())]
    if told or call.get("bailiff"):
        return told
    try:
        whom = tx.touches.whom(TouchId(call["touch"]))[0]
    except InputError:  # it is so young that no book knows it yet
        return []
    return [whom] if whom is not None else []


def _chosen(call: Mapping[str, Any], debtors: list[int], draft: Mapping[str, str]) -> int | None:
    """Whose card is shown; nobody's while several human beings have the number and none was taken."""
    if taken := draft.get(CHOSEN):
        return int(taken)
    one_person = len(debtors) == 1 or call.get("caller") == CallerKind.DEBTOR
    return debtors[0] if debtors and one_person else None
