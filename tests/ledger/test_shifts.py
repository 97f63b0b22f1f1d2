"""When operators work, on both databases."""

from __future__ import annotations

import pytest

from domain.shift import Shift
from domain.window import parse_hours
from ledger.books import Books

pytestmark = pytest.mark.integration

DAY, LUNCH = parse_hours("09:00-18:00"), parse_hours("09:00-13:00, 14:00-18:00")


def test_shifts_are_kept_changed_and_forgotten(books: Books) -> None:
    with books.write() as tx:
        anna, boris = (tx.operators.add(login, "", (), "secret", 5) for login in ("anna", "boris"))
        tx.shifts.put(anna.id, [0, 1], DAY)
        tx.shifts.put(boris.id, [1], DAY)
    with books.write() as tx:
        tx.shifts.put(anna.id, [1, 2], LUNCH)
        assert tx.shifts.all() == [
            Shift(anna.id, 0, DAY),
            Shift(anna.id, 1, LUNCH),
            Shift(anna.id, 2, LUNCH),
            Shift(boris.id, 1, DAY),
        ]
        tx.shifts.put(anna.id, range(7), ())
        tx.operators.remove("boris")
        assert tx.shifts.all() == []
