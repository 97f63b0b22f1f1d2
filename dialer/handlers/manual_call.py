"""Manual call: an operator calls a debtor of his own wish; the rules judge it like any other touch."""

from __future__ import annotations

from datetime import datetime

from asterisk.ami.render import OriginateRequest
from dialer.handlers.out_of_plan import not_now, out_of_plan
from dialer.scripts import RECORD, RESERVED_CONTEXT
from domain.errors import InputError
from domain.intensity import Refused
from domain.touch import TouchId
from domain.window import DAY
from ledger.books import Books, Transaction
from ledger.touches import TouchRequest

STEP = "manual"


def reserve_manual(
    books: Books, debtor_id: int, phone: str, *, login: str, node: str, id: TouchId, now: datetime
) -> TouchRequest:
    """Reserve the touch. NotAllowed when the rules refuse it; InputError when the phone is none of his, or he is just
    calling us.
    """

    def reserve(tx: Transaction) -> TouchRequest:
        tx.inbound.lock([debtor_id])
        if debtor_id in (calling := tx.inbound.calling([debtor_id], now - DAY)) and not calling[debtor_id]:
            raise InputError("he is calling us just now", remedy="take his call")
        asked = out_of_plan(
            tx, debtor_id, phone, id=id, node=node, step=STEP, why=f"operator {login} wished it"
        )
        if asked is None:
            raise InputError("no campaign says by which rules he is called", remedy="start one")
        if not any(one.number == phone and one.diallable for one in asked.request.debtor.phones):
            raise InputError("it is no phone that he may be called on", where="phone")
        (verdict,) = tx.touches.reserve([asked.request], asked.rules, asked.basis, now)
        if isinstance(verdict, Refused):
            raise not_now(verdict)
        return asked.request

    return books.attempt(reserve)


def manual_request(
    touch: TouchRequest, operator: int, desk: str, *, trunk: str, timeout_s: float, record: bool
) -> OriginateRequest:
    """The call: who answers is put through to the operator alone."""
    extension = next((phone.extension for phone in touch.debtor.phones if phone.number == touch.phone), "")
    return OriginateRequest(
        touch=touch.id,
        channel=f"PJSIP/{touch.phone}@{trunk}",
        context=RESERVED_CONTEXT,
        timeout_s=timeout_s,
        caller_id=touch.caller_number,
        variables={
            "DZ_DESK": desk,
            "DZ_OPERATOR": str(operator),
            "DZ_EXTENSION": extension,
            RECORD: "yes" if record else "",
            "__DZ_TOUCH": touch.id,
            "__DZ_DEBTOR": str(touch.debtor.id),
        },
    )
