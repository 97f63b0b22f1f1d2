"""What an operator has typed of a talk so far, and what the server keeps beside it: whom he took, whom he identified.

It is kept in the touch's draft, so that it survives a page that is loaded anew.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from fastapi import Request

from domain.operator_events import OperatorId
from domain.touch import TouchId
from ledger.books import Transaction

CHOSEN, IDENTIFIED = "debtor", "identified"
"""Fields of a draft: whom of several the operator took, and whom he has identified, both by id."""
NOT_TYPED = frozenset({CHOSEN, IDENTIFIED, "touch", "csrf"})
"""Fields that no form puts into a draft: those of the server, and what says whose it is."""
LONGEST_NAME, LONGEST = 64, 4_000
"""So many characters of a field are read; what may be kept of each, its own reader knows."""


def draft_of(tx: Transaction, operator: OperatorId, touch: TouchId) -> Mapping[str, str]:
    """What he has typed of a touch so far, and what the server keeps beside it."""
    draft = tx.drafts.of(operator, touch)
    return draft.fields if draft else {}


def keep(
    tx: Transaction, operator: OperatorId, touch: TouchId, fields: Mapping[str, str], now: datetime
) -> None:
    """Put fields into a draft beside those that are there."""
    tx.drafts.put(operator, touch, {**draft_of(tx, operator, touch), **fields}, now)


async def typed_of(request: Request) -> dict[str, str]:
    """What a form of the desk holds; no database takes a NUL."""
    sent = await request.form()
    return {
        name[:LONGEST_NAME]: text.replace("\0", "")[:LONGEST]
        for name, text in sent.items()
        if isinstance(text, str) and name not in NOT_TYPED
    }
