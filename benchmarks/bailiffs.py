"""A campaign of 100 bailiffs with 4,030 proceedings, to its end, and its report.

    python -m benchmarks.bailiffs [--bailiffs N] [--proceedings N] [--seed N] [--json]

The size is the reference project's. Months pass in seconds: the clock is the play's own, calls are made up; imports,
plans, limits, results and the report are the engine's, on SQLite.
"""

from __future__ import annotations

import argparse
import json
import sys
import tempfile
from pathlib import Path
from time import perf_counter

from dialer.demo.bailiffs import BailiffPlay, play_bailiffs
from ledger.books import Books
from ledger.migrate import upgrade


def main() -> None:
    """Play it, print the report, and what it cost."""
    usual, parser = BailiffPlay(), argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--bailiffs", type=int, default=usual.bailiffs)
    parser.add_argument("--proceedings", type=int, default=usual.proceedings)
    parser.add_argument("--seed", type=int, default=usual.seed)
    parser.add_argument("--json", action="store_true")
    asked = parser.parse_args()
    began = perf_counter()
    with tempfile.TemporaryDirectory() as folder:
        books = Books.open(f"sqlite:///{folder}/ledger.db")
        upgrade(books.engine)
        played = play_bailiffs(
            books, Path(folder), BailiffPlay(asked.bailiffs, asked.proceedings, asked.seed)
        )
        books.close()
    took_s = perf_counter() - began
    if asked.json:
        told = played.report.to_json() | {"over_on": played.over_on, "seconds": round(took_s, 1)}
        json.dump(told, sys.stdout, default=str, indent=1)
        return
    for row in played.report.rows():
        value = f"{row.value:,.2f}" if isinstance(row.value, float) else f"{row.value:,}"
        print(f"{row.label:32}{value:>16} {row.unit}")
    print(f"over on {played.over_on}, {played.batches:,} batches in {took_s:.0f} s")


if __name__ == "__main__":
    main()
