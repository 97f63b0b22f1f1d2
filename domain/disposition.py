"""Dispositions: what an operator says came of a talk, in two levels, each with its digit key (LAW.md 1.3, FIELD.md).

Titles and words are English messages for the screens' catalogues.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum

from domain.block import BlockReason
from domain.errors import InputError
from domain.touch import Outcome


class Need(StrEnum):
    """A field of a disposition's form, by its name there."""

    DATE = "date"
    SUM = "sum"
    PARTS = "parts"
    AT = "at"
    PROOF = "proof"
    PHONE = "phone"
    NOTE = "note"


@dataclass(frozen=True, slots=True)
class Fields:
    """A form as it was filled in. ``kopecks`` is its sum, ``phone`` in E.164 form one that was told in the talk."""

    date: date | None = None
    kopecks: int | None = None
    parts: int | None = None
    at: datetime | None = None
    proof: str = ""
    phone: str = ""
    note: str = ""

    def of(self, need: Need) -> object:
        """A field by its name in the form; falsy when it was left out."""
        return self.kopecks if need is Need.SUM else getattr(self, need.value)


@dataclass(frozen=True, slots=True)
class Disposition:
    """One of them. ``digit`` is its key among its neighbours; of one with ``reasons`` a reason is chosen, not itself.

    ``outcome`` is what the touch has become, ``needs`` must be filled in and ``may`` can be. ``blocks`` is the block
    that it puts, ``stranger`` whether it can be said of somebody whom we do not know.
    """

    code: str
    title: str
    digit: str
    outcome: Outcome = Outcome.TALK_DEBTOR
    needs: tuple[Need, ...] = ()
    may: tuple[Need, ...] = (Need.NOTE, Need.PHONE)
    reasons: tuple[Disposition, ...] = ()
    blocks: BlockReason | None = None
    stranger: bool = False

    @property
    def result(self) -> str:
        """What strategies know it as in ``after_result``: the first level's code."""
        return self.code.partition(".")[0]


def _with_reasons(code: str, title: str, digit: str, *reasons: Disposition) -> Disposition:
    return Disposition(code, title, digit, reasons[0].outcome, reasons=reasons)


_WRONG, _THIRD = Outcome.TALK_WRONG_PERSON, Outcome.TALK_THIRD_PARTY

DISPOSITIONS = (
    _with_reasons(
        "promise",
        "Promises to pay",
        "1",
        Disposition("promise.once", "In one payment", "1", needs=(Need.DATE, Need.SUM)),
        Disposition(
            "promise.instalments", "In instalments", "2", needs=(Need.DATE, Need.SUM, Need.PARTS)
        ),
    ),
    Disposition("call_back", "Call back", "2", needs=(Need.AT,)),
    Disposition("already_paid", "Has already paid", "3", needs=(Need.PROOF,), may=(Need.DATE, Need.NOTE, Need.PHONE)),
    _with_reasons(
        "refusal",
        "Refuses to pay",
        "4",
        Disposition("refusal.no_money", "Has no money", "1"),
        Disposition("refusal.service", "The service is bad", "2"),
        Disposition("refusal.court", "Only by the court's decision", "3"),
        Disposition("refusal.another_owes", "Another must pay", "4"),
        Disposition("refusal.no_reason", "Gives no reason", "5"),
    ),
    _with_reasons(
        "hardship",
        "Hardship: needs help",
        "5",
        Disposition("hardship.income", "Lost job or income", "1"),
        Disposition("hardship.illness", "Illness or disability", "2"),
        Disposition("hardship.family", "Many children, loss of a breadwinner", "3"),
        Disposition("hardship.pensioner", "Pensioner living alone", "4"),
        Disposition("hardship.disaster", "Fire, flood or war", "5"),
    ),
    _with_reasons(
        "wrong_person",
        "Wrong person",
        "6",
        Disposition("wrong_person.number", "Wrong number", "1", _WRONG, stranger=True),
        Disposition("wrong_person.moved", "The debtor lives here no more", "2", _WRONG, stranger=True),
        Disposition("wrong_person.relative", "A relative or housemate", "3", _THIRD, stranger=True),
        Disposition("wrong_person.colleague", "A colleague or neighbour", "4", _THIRD, stranger=True),
    ),
    _with_reasons(
        "dispute",
        "Disputes the debt",
        "7",
        Disposition("dispute.sum", "The sum", "1", needs=(Need.NOTE,), may=(Need.SUM, Need.PHONE)),
        Disposition("dispute.service", "The service was not rendered", "2", needs=(Need.NOTE,), may=(Need.PHONE,)),
        Disposition("dispute.person", "It is not his debt", "3", needs=(Need.NOTE,), may=(Need.PHONE,)),
    ),
    Disposition(
        "complaint", "Complains", "8", needs=(Need.NOTE,), may=(Need.PHONE,), blocks=BlockReason.OTHER
    ),
    _with_reasons(
        "other",
        "Other",
        "9",
        Disposition("other.no_talk", "Hung up before a talk", "1", Outcome.ANSWERED_SHORT, stranger=True),
        Disposition("other.information", "Asked, was told", "2", stranger=True),
        Disposition("other.do_not_call", "No calls by machines", "3", blocks=BlockReason.OPT_OUT),
        Disposition("other.refuses_contact", "Refuses contact, has a representative", "4",
                    needs=(Need.NOTE,), may=(Need.PHONE,), blocks=BlockReason.REFUSAL),
        Disposition("other.bankrupt", "Bankrupt", "5", needs=(Need.NOTE,), may=(), blocks=BlockReason.BANKRUPTCY),
        Disposition("other.deceased", "The debtor has died", "6", _THIRD, may=(Need.NOTE,),
                    blocks=BlockReason.DECEASED),
        Disposition("other.machine", "An answering machine", "7", Outcome.MACHINE_NO_MSG, stranger=True),
    ),
)  # fmt: skip
"""What a talk with a debtor can have brought."""

BAILIFF_DISPOSITIONS = (
    Disposition("bailiff.results", "Told of his proceedings", "1", may=(Need.NOTE,)),
    Disposition("bailiff.absent", "Was not at his desk", "2", _THIRD, may=(Need.DATE, Need.NOTE)),
)
"""What a talk with a bailiff can have brought; what he said of each proceeding is noted with the first."""

_BY_CODE = {
    one.code: one
    for top in (*DISPOSITIONS, *BAILIFF_DISPOSITIONS)
    for one in (top.reasons or (top,))
}  # fmt: skip


def disposition(code: str) -> Disposition:
    """The one with that code; InputError when there is none, or a reason of it must be told."""
    if code in _BY_CODE:
        return _BY_CODE[code]
    reasons = [known for known in _BY_CODE if known.startswith(f"{code}.")] or list(_BY_CODE)
    raise InputError(f"{code!r} is no disposition", where="code", remedy=f"take one of {', '.join(reasons)}")
