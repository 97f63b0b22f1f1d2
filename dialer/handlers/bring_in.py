"""Bring in: a creditor's file of any kind, and everything that follows from it, in one transaction."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from pathlib import Path
from typing import NamedTuple

from dialer.handlers.bailiffs import BailiffsFollow
from dialer.handlers.replan import Replanner
from ledger.books import Transaction
from ledger.imports.block_records import BLOCKS
from ledger.imports.blocks import import_blocks
from ledger.imports.columns import DEBTORS, Layout, read_mapping
from ledger.imports.contacts import CONTACTS, import_phones
from ledger.imports.debtors import import_debtors
from ledger.imports.payments import PAYMENTS, import_payments
from ledger.imports.proceedings import PROCEEDINGS, import_proceedings
from ledger.imports.run import Importer, ImportResult


class Kind(NamedTuple):
    """A kind of file: what its rows are called, who brings them in, what they may hold."""

    what: str
    work: Importer
    layout: Layout
    help: str


KINDS: Mapping[str, Kind] = {
    kind.what: kind
    for kind in (
        Kind(
            "debtors",
            import_debtors,
            DEBTORS,
            "Debtors with debts and phones; wrong rows go to a rejects file with row number and reason.",
        ),
        Kind(
            "payments",
            import_payments,
            PAYMENTS,
            "Payments: external_id or account, day, sum; payment_id and remaining (the debt that is left) if there "
            "are.",
        ),
        Kind(
            "proceedings",
            import_proceedings,
            PROCEEDINGS,
            "Enforcement proceedings: external_id or account, number, opened_on, sum; document, department, "
            "address, bailiff, bailiff_phone, ended_on, end_reason.",
        ),
        Kind(
            "phones",
            import_phones,
            CONTACTS,
            "Phones of a contact search: external_id or account, phone; status and source if they are known.",
        ),
        Kind(
            "blocks",
            import_blocks,
            BLOCKS,
            "Who may not be contacted: external_id or phone, reason, channels, document, received_at, from, to "
            "(when contact may begin again). Days and times without an offset are the debtor's own.",
        ),
    )
}


def bring_in(
    tx: Transaction,
    kind: Kind,
    portfolio: str,
    file: Path,
    *,
    now: datetime,
    mapping: Path | None = None,
    encoding: str | None = None,
    rejects_folder: Path | None = None,
    progress: Callable[[int, int, int], None] = lambda rows, done, total: None,
) -> ImportResult:
    """Put a file's rows into a portfolio, and plan anew whoever's facts change. ``progress``: rows, bytes done, of all.

    Raises InputError for an unknown portfolio, and as the kind's importer does.
    """
    portfolio_id = tx.portfolios.named(portfolio).id
    followers = (Replanner(tx, portfolio_id, now), BailiffsFollow(tx, now))

    def changed(debtor_ids: Sequence[int]) -> None:
        for follow in followers:
            follow(debtor_ids)

    return kind.work(
        tx.connection,
        portfolio_id,
        file,
        changed=changed,
        mapped=read_mapping(mapping, kind.layout) if mapping else None,
        encoding=encoding,
        rejects_folder=rejects_folder,
        progress=progress,
    )
