"""The sheet on which an operator writes down what came of a talk: what it shows of a touch, read in one transaction."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from agent_console.access.refusals import Refused
from agent_console.desk.drafts import CHOSEN, IDENTIFIED, draft_of
from agent_console.named import N_
from dialer.disposition_form import Bounds
from dialer.handlers.dispose import bounds_of
from domain.debtor import Debtor
from domain.disposition import BAILIFF_DISPOSITIONS, DISPOSITIONS, Disposition, Need, disposition
from domain.operator_events import OperatorId
from domain.portfolio import PortfolioKind
from domain.touch import Outcome, TouchId
from ledger.books import Transaction
from ledger.dispositions import Talk, Told
from ledger.notes import Note
from ledger.proceedings import Case
from ledger.replies import Kept

NOT_YOURS = N_("This was not your talk")
CODE = "code"
MOST = 3
"""So many notes on him, and replies of his, are shown."""


@dataclass(frozen=True, slots=True)
class Sheet:
    """``values`` are the fields as typed so far, with the ``code``; ``cases`` a bailiff's proceedings, where it is one.

    ``on_line`` is whether the floor says that it is the operator's present call, ``told`` what he said of it before.
    """

    touch: TouchId
    talk: Talk | None
    name: str = ""
    debtor: Debtor | None = None
    cases: Sequence[Case] | None = None
    identified: bool = False
    on_line: bool = False
    told: Told | None = None
    bounds: Bounds | None = None
    notes: Sequence[Note] = ()
    replies: Sequence[Kept] = ()
    values: Mapping[str, str] = field(default_factory=dict)

    @property
    def zone(self) -> ZoneInfo:
        """The clock of whom he talked to."""
        return ZoneInfo(next(iter(self.debtor.zones), "UTC") if self.debtor else "UTC")

    @property
    def code(self) -> str:
        """What is chosen so far, of either level; empty while nothing is."""
        return self.values.get(CODE, "")

    @property
    def tops(self) -> Sequence[Disposition]:
        """The first level."""
        return DISPOSITIONS if self.cases is None else BAILIFF_DISPOSITIONS

    @property
    def top(self) -> Disposition | None:
        """What of the first level is chosen."""
        return next((one for one in self.tops if one.code == self.code.partition(".")[0]), None) or self.leaf

    @property
    def leaf(self) -> Disposition | None:
        """What is chosen, down to its reason."""
        return next(
            (one for top in self.tops for one in top.reasons or (top,) if one.code == self.code), None
        )

    @property
    def fields(self) -> list[Need]:
        """The fields that what is chosen has, in the order of the form."""
        leaf = self.leaf
        return [need for need in Need if leaf and need in (*leaf.needs, *leaf.may)]

    @property
    def needs_identity(self) -> bool:
        """Whether what is chosen speaks of sums, with somebody who has not proved who he is."""
        return self.leaf is not None and Need.SUM in self.leaf.needs and not self.identified


def sheet_of(
    tx: Transaction,
    operator: OperatorId,
    touch: TouchId,
    call: Mapping[str, Any] | None,
    now: datetime,
    typed: Mapping[str, str] | None = None,
) -> Sheet:
    """The sheet of a touch with what is ``typed``, else as the draft has it, else as it was told before.

    ``call`` is the operator's present one. Refused when the touch is neither that nor a talk of his.
    """
    call = call if call and call["touch"] == touch else None
    talk, told = tx.dispositions.seen(touch), tx.dispositions.of(touch)
    if call is None and (talk is None or talk.operator_id != operator):
        raise Refused(NOT_YOURS)
    draft = draft_of(tx, operator, touch)
    whom = _whom(draft, told, talk, call)
    values = typed
    if values is None:
        kept = {name: text for name, text in draft.items() if name not in (CHOSEN, IDENTIFIED)}
        values = dict(_as_typed(told)) | kept
    sheet = Sheet(touch, talk, on_line=call is not None, told=told, values=values)
    official = call.get("bailiff") if call else None
    debtor = tx.debtors.load([whom]).get(whom) if whom is not None else None
    if debtor and tx.portfolios.get(debtor.portfolio_id).kind is PortfolioKind.BAILIFFS:
        return _of(sheet, debtor, tx.cards.holder(debtor.id).name, cases=tx.proceedings.run_by(debtor.id))
    if official:
        runs = tx.proceedings.of_bailiff(official["name"], official["department"])
        return _of(sheet, None, official["name"], cases=runs)
    if debtor is None:
        return sheet
    identified = draft.get(IDENTIFIED) == str(debtor.id) or _was_he(told, debtor)
    name = tx.cards.holder(debtor.id).name or debtor.external_id
    known = {"notes": tx.notes.of(debtor.id, MOST), "replies": tx.replies.of_debtor(debtor.id, MOST)}
    return _of(sheet, debtor, name, identified=identified, bounds=bounds_of(tx, debtor, now), **known)


def _of(sheet: Sheet, debtor: Debtor | None, name: str, **facts: Any) -> Sheet:
    return replace(sheet, name=name, debtor=debtor, values=_in_his_time(sheet, debtor), **facts)


def _whom(
    draft: Mapping[str, str], told: Told | None, talk: Talk | None, call: Mapping[str, Any] | None
) -> int | None:
    if taken := draft.get(CHOSEN):
        return int(taken)
    known = (told and told.debtor_id) or (talk and talk.debtor_id)
    if known is not None:
        return known
    listed = [int(id) for id in call.get("debtors", ())] if call else []
    return listed[0] if len(listed) == 1 else None


def _was_he(told: Told | None, debtor: Debtor) -> bool:
    """Whether the operator has said already that it was the debtor himself."""
    if told is None or told.debtor_id != debtor.id:
        return False
    return disposition(told.code).outcome is Outcome.TALK_DEBTOR


def _as_typed(told: Told | None) -> Iterator[tuple[str, str]]:
    """The fields of what was told before, as they might have been typed."""
    if told is None:
        return
    yield CODE, told.code
    yield Need.NOTE.value, told.note
    for name, value in told.fields.items():
        if name == "kopecks":
            yield Need.SUM.value, f"{value // 100}.{value % 100:02}"
        else:
            yield name, str(value)


def _in_his_time(sheet: Sheet, debtor: Debtor | None) -> Mapping[str, str]:
    """The fields, with the time of a call back (UTC where it was saved) on the debtor's clock."""
    at = sheet.values.get(Need.AT.value, "")
    if debtor is None or not at.endswith("+00:00"):
        return sheet.values
    zone = ZoneInfo(next(iter(debtor.zones), "UTC"))
    return {**sheet.values, Need.AT.value: f"{datetime.fromisoformat(at).astimezone(zone):%Y-%m-%dT%H:%M}"}
