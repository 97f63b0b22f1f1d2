"""Our lines in the books, on both databases."""

from __future__ import annotations

from dataclasses import replace

import pytest

from domain.errors import InputError
from domain.inbound import Line, Purpose
from domain.window import parse_hours
from ledger.books import Books

pytestmark = pytest.mark.integration

LINE = Line(
    "+78005553535",
    desk="heat",
    zone="Europe/Moscow",
    hours=parse_hours("09:00-13:00, 14:00-18:00"),
    weekend=(),
    script="self_service",
    closed_script="closed",
    overflow_desk="helpers",
    overflow_s=45,
)


def test_a_line_is_kept_changed_and_removed(books: Books) -> None:
    with books.write() as tx:
        tx.portfolios.put("heat", creditor="Теплосеть", contact_phone="+78005553535", basis=None)
        tx.lines.put(replace(LINE, portfolio="heat"))
        tx.lines.put(Line("+74950000001", Purpose.BAILIFFS))
    with books.write() as tx:
        assert tx.lines.find(LINE.number) == replace(LINE, portfolio="heat")
        tx.lines.put(LINE)
        assert tx.lines.all() == [Line("+74950000001", Purpose.BAILIFFS), LINE]
        assert tx.lines.remove(LINE.number) == LINE
        assert tx.lines.find(LINE.number) is None
        with pytest.raises(InputError, match="no line of ours"):
            tx.lines.remove(LINE.number)


def test_a_line_of_an_unknown_portfolio_is_refused(books: Books) -> None:
    with books.write() as tx, pytest.raises(InputError, match="no portfolio 'water'"):
        tx.lines.put(replace(LINE, portfolio="water"))
