"""What capped steps have used up: added to, by day and by step."""

from __future__ import annotations

from datetime import date

import pytest

from domain.portfolio import Portfolio
from ledger.books import Books
from ledger.step_use import StepOf, Use
from tests.ledger.rows import add_campaign

pytestmark = pytest.mark.unit

CALL, SMS = StepOf("fresh", "inform"), StepOf("fresh", "sms")
MONDAY, TUESDAY = date(2026, 3, 9), date(2026, 3, 10)


def test_use_adds_up_within_its_day(books: Books, portfolio: Portfolio) -> None:
    with books.write() as tx:
        spring, autumn = (add_campaign(tx, portfolio.id, name).id for name in ("spring", "autumn"))
        tx.step_use.add(spring, MONDAY, {CALL: Use(3), SMS: Use(1, 250)})
        tx.step_use.add(spring, MONDAY, {SMS: Use(2, 500)})
        tx.step_use.add(spring, TUESDAY, {CALL: Use(1)})
        tx.step_use.add(autumn, MONDAY, {CALL: Use(9)})
        tx.step_use.add(autumn, MONDAY, {})
        assert tx.step_use.of_day(spring, MONDAY) == {CALL: (3, 0), SMS: (3, 750)}
        assert tx.step_use.of_day(spring, TUESDAY) == {CALL: (1, 0)}
        assert tx.step_use.of_day(autumn, TUESDAY) == {}
