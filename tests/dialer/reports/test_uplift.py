"""Uplift: the published examples of the interval, and no conclusion before there are data for one."""

from __future__ import annotations

from datetime import date

import pytest

from dialer.reports.ask import ReportAsk
from dialer.reports.catalogue import make_report
from dialer.reports.uplift import (
    NO_CONTROL,
    NO_DIFFERENCE,
    NOT_ENOUGH,
    differences,
    newcombe,
)
from dialer.settings import Settings
from ledger.books import Books
from ledger.reports.money import Group, groups
from tests.dialer.figures import Log
from tests.ledger.rows import NOON

pytestmark = pytest.mark.unit

MARCH = ReportAsk(date(2026, 3, 1), date(2026, 4, 1), NOON, Settings(), "spring")


@pytest.mark.parametrize(
    ("counts", "interval"),
    [
        ((56, 70, 48, 80), (0.0524, 0.3339)),
        ((9, 10, 3, 10), (0.1705, 0.8090)),
        ((6, 7, 2, 7), (0.0582, 0.8062)),
        ((5, 56, 0, 29), (-0.0381, 0.1926)),
        ((10, 10, 0, 10), (0.6075, 1.0)),
    ],
)
def test_the_examples_of_the_paper(counts: tuple[int, int, int, int], interval: tuple[float, float]) -> None:
    assert newcombe(*counts) == pytest.approx(interval, abs=1e-4)


def worked_and_control(paid: int, of: int, without: int, of_without: int, segment: str = "a") -> list[Group]:
    return [
        Group(segment, False, of, paid, paid * 10_000),
        Group(segment, True, of_without, without, without * 10_000),
    ]


class TestDifferences:
    def test_of_one_segment_the_whole_is_the_same(self) -> None:
        each, whole = differences(worked_and_control(300, 1000, 40, 200))
        assert (each.estimate, each.low, each.high) == pytest.approx((whole.estimate, whole.low, whole.high))
        assert each.estimate == pytest.approx(0.1)
        assert whole.told

    def test_segments_count_by_their_sizes(self) -> None:
        found = differences(
            [*worked_and_control(500, 1000, 400, 1000), *worked_and_control(20, 100, 20, 100, "b")]
        )
        assert [one.of for one in found] == ["a", "b", "all"]
        assert found[-1].estimate == pytest.approx(0.1 * 2000 / 2200)
        assert found[0].low < found[-1].estimate < found[0].high

    def test_a_segment_without_a_control_group_is_left_out(self) -> None:
        assert differences([Group("a", False, 10, 1, 100)]) == []

    def test_small_groups_say_nothing(self) -> None:
        assert not differences(worked_and_control(9, 1000, 40, 200))[-1].enough
        assert not differences(worked_and_control(300, 1000, 195, 200))[-1].enough


class TestReport:
    def test_whoever_was_put_into_a_group_stays_in_it(self, books: Books) -> None:
        log = Log(books)
        log.assign(False, False, False, True, True)
        for debtor, roubles in ((0, 10), (0, 20), (3, 5), (9, 1000)):
            log.payment(NOON.date(), debtor=debtor, roubles=roubles)
        log.payment(date(2026, 2, 28), debtor=1)
        with books.read() as tx:
            found = groups(tx.connection, log.campaign.id, log.portfolio.id, MARCH.since, MARCH.until)
            (table,) = make_report(tx, "uplift", MARCH).tables
        assert found == [Group("fresh", False, 3, 1, 3000), Group("fresh", True, 2, 1, 500)]
        assert table.notes == [NOT_ENOUGH]
        assert table.rows[-1][7:] == [None] * 4, "no figure that nobody should act on"

    def test_without_a_control_group_it_says_so(self, books: Books) -> None:
        Log(books)
        with books.read() as tx:
            (table,) = make_report(tx, "uplift", MARCH).tables
        assert (table.rows, table.notes) == ([], [NO_CONTROL])

    def test_an_interval_that_contains_zero(self) -> None:
        whole = differences(worked_and_control(100, 1000, 20, 200))[-1]
        assert (whole.enough, whole.told) == (True, False)
        assert NO_DIFFERENCE
