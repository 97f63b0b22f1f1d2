"""Import of a portfolio's debtors with their debts and phones."""

from __future__ import annotations

from pathlib import Path
from typing import Unpack

from sqlalchemy import Connection

from ledger.imports.columns import DEBTORS
from ledger.imports.merge import Merger, Teller
from ledger.imports.records import Record, RecordReader
from ledger.imports.run import ImportResult, Options, open_run
from ledger.imports.sorter import open_sorter
from ledger.totals import grow


def import_debtors(
    connection: Connection, portfolio_id: int, path: Path, **options: Unpack[Options]
) -> ImportResult:
    """Merge a file into the portfolio within the caller's transaction; run again, it changes nothing.

    Debtors are known by the external key, debts by account and service, phones by number. What the file does
    not tell stays: a creditor may deliver a part. Counts debtors. Raises as `open_run` does.
    """
    with open_run(path, DEBTORS, options) as run, open_sorter(Record) as sorter:
        sorter.add(run.records(RecordReader, share=0.5))
        teller, merger = Teller(run), Merger(connection, portfolio_id, run)
        for batch in run.batches(sorter.groups()):
            merger.merge([teller.tell(records) for records in batch])
        grow(connection, portfolio_id, run.grown)
        return run.result()
