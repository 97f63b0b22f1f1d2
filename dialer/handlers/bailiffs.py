"""Bailiffs: whom to call is made of the proceedings, and what they answer is written down."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from dialer.handlers.replan import Replanner
from ledger.books import Transaction


class BailiffsFollow:
    """Brings the bailiffs of debtors whose proceedings have changed up to date, and plans them anew, batch by batch,
    within somebody else's transaction. Nothing happens where bailiffs are not called.
    """

    def __init__(self, tx: Transaction, now: datetime) -> None:
        self._tx = tx
        theirs = tx.bailiffs.portfolio()
        self._replan = Replanner(tx, theirs.id, now) if theirs else None

    def __call__(self, debtor_ids: Sequence[int]) -> None:
        """Something has become known of these debtors' proceedings."""
        if self._replan:
            self._replan(self._tx.bailiffs.derive(debtor_ids))


def call_bailiffs(tx: Transaction, portfolio: str, now: datetime) -> None:
    """Make a portfolio that of the bailiffs, of all proceedings in the books; InputError as `Bailiffs.call_them`."""
    tx.bailiffs.call_them(portfolio)
    follow, last = BailiffsFollow(tx, now), 0
    while ids := tx.bailiffs.debtors_with_proceedings(last):
        follow(ids)
        last = ids[-1]
