"""An import that is killed in the middle leaves nothing behind, and can be run again."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

import pytest

from domain.portfolio import Portfolio
from ledger.books import Books
from ledger.imports.debtors import import_debtors
from tests.ledger.importing import counts, importing
from tests.polling import until

pytestmark = [pytest.mark.integration, pytest.mark.proof]

HEADER = "account;sum;month;phone"
OLD = [f"{n};100;2025-11;+7916{n:07}" for n in range(2_000)]
NEW = [f"{n};200;2025-12;+7926{n:07}" for n in range(6_000)]
VICTIM = """
import sys
from pathlib import Path
from ledger.books import Books
from ledger.imports.debtors import import_debtors

def stop_when_much_is_written(rows, done, total):
    if done > total * 0.8:
        Path(sys.argv[4]).write_text("written")
        sys.stdin.read()

with Books.open(sys.argv[1]).write() as tx:
    import_debtors(tx.connection, int(sys.argv[2]), Path(sys.argv[3]), progress=stop_when_much_is_written)
"""


async def test_nothing_is_half_applied(
    books: Books, books_url: str, portfolio: Portfolio, tmp_path: Path
) -> None:
    run = importing(import_debtors, books, portfolio, tmp_path / "debtors.csv")
    run(HEADER, *OLD)
    file, mark = tmp_path / "new.csv", tmp_path / "mark"
    file.write_text("\n".join([HEADER, *NEW]))
    arguments = (books_url, str(portfolio.id), str(file), str(mark))
    victim = start(arguments)
    try:
        await until(lambda: mark.exists() or victim.poll() is not None, what="most of it is written")
        assert victim.poll() is None
    finally:
        victim.kill()
        victim.communicate()
    with books.read() as tx:
        assert tx.debtors.count(portfolio.id) == len(OLD)
        page = tx.debtors.page(portfolio.id, after=0, size=len(NEW))
    assert {debtor.kopecks for debtor in page} == {10_000}
    assert {len(debtor.phones) for debtor in page} == {1}
    assert counts(run(HEADER, *NEW)) == (len(NEW) - len(OLD), len(OLD), 0, 0)


def start(arguments: Sequence[str]) -> subprocess.Popen[bytes]:
    """A process that imports, and waits for its end when most of the rows are written."""
    return subprocess.Popen([sys.executable, "-c", VICTIM, *arguments], stdin=subprocess.PIPE)
