"""Correct: another outcome for a touch that has ended, and whatever follows from it for the debtor's plan."""

from __future__ import annotations

from datetime import datetime

from dialer.handlers.replan import Replanner
from domain.touch import Outcome, TouchId
from ledger.books import Transaction


def correct(
    tx: Transaction, touch: TouchId, outcome: Outcome, *, author: str, reason: str, now: datetime
) -> Outcome:
    """Correct it, plan the debtor anew, and answer the outcome that the touch had; InputError as `Touches.correct`."""
    was, debtor_id = tx.touches.correct(touch, outcome, author=author, reason=reason, now=now)
    if debtor_id is not None:
        portfolio_id = tx.debtors.load([debtor_id])[debtor_id].portfolio_id
        Replanner(tx, portfolio_id, now)([debtor_id])
    return was
