"""Progress, results, outcomes and queues: what was done in a period, and what came of it."""

from __future__ import annotations

from collections import Counter
from datetime import timedelta

from dialer.reports.ask import ReportAsk
from dialer.reports.table import Cell, Column, Figure, Kind, Table
from dialer.reports.waiting import IN_TIME_S
from domain.touch import Outcome
from ledger.reports.figures import cells
from ledger.reports.progress import Progress
from ledger.reports.progress import progress as count_progress
from ledger.reports.queues import QueueFigures, by_day, by_desk, by_half_hour, waited
from ledger.reports.table import ReportRow, share
from ledger.transaction import Transaction

KINDS = {"RUB": Kind.MONEY, "share": Kind.SHARE, "s": Kind.DURATION}
BY_HALF_HOURS = timedelta(days=14)
"""Nobody reads the half hours of a longer period."""
RESULTS = ("receipts", "debtors who paid", "debtors who paid in full", "payments a month before start")


def progress(tx: Transaction, ask: ReportAsk) -> list[Table]:
    """The reference project's table, and how touches ended. InputError without a campaign."""
    found = count_progress(tx.connection, ask.one(tx), ask.begins, ask.ends)
    outcomes = [(one.outcome.value, one.touches, one.share) for one in found.outcomes]
    return [
        Table("Progress", _LABELLED, [_labelled(row) for row in found.rows()]),
        Table(
            "Outcomes",
            (Column("outcome", Kind.WORD), Column("touches", Kind.COUNT), Column("share", Kind.SHARE)),
            outcomes,
        ),
    ]


def results(tx: Transaction, ask: ReportAsk) -> list[Table]:
    """What came in: receipts against the time before, and who paid. InputError without a campaign."""
    found = count_progress(tx.connection, ask.one(tx), ask.begins, ask.ends)
    rows = [_labelled(row) for row in found.rows() if row.label in RESULTS]
    return [Table("Results", _LABELLED, [*rows, *_shares(found)])]


def outcomes(tx: Transaction, ask: ReportAsk) -> list[Table]:
    """How outbound touches ended, by channel."""
    counts = Counter[tuple[str, Outcome]]()
    sums = Counter[str]()
    for cell in cells(tx.connection, ask.campaigns(tx), ask.begins, ask.ends):
        if cell.left_us:
            counts[cell.channel.value, cell.outcome] += cell.touches
            sums[cell.channel.value] += cell.touches
    rows = [
        (channel, outcome.value, count, count / sums[channel])
        for (channel, outcome), count in sorted(counts.items(), key=lambda item: (item[0][0], -item[1]))
    ]
    columns = (
        Column("channel", Kind.WORD),
        Column("outcome", Kind.WORD),
        Column("touches", Kind.COUNT),
        Column("share", Kind.SHARE),
    )
    return [Table("Outcomes by channel", columns, rows)]


def queues(tx: Transaction, ask: ReportAsk) -> list[Table]:
    """How soon those who rang us were served, by desk; and by half hour, over more than two weeks by day."""
    found = waited(tx.connection, ask.begins, ask.ends, IN_TIME_S)
    columns = (
        Column("desk"),
        *(Column(name, Kind.COUNT) for name in ("callers", "answered", "answered in 20 s", "hung up")),
        Column("service level", Kind.SHARE),
        *(Column(name, Kind.DURATION) for name in ("mean wait", "longest wait")),
    )
    by_time: list[list[Cell]]
    if ask.until - ask.since > BY_HALF_HOURS:
        title, when = "Queues by day", Column("from", Kind.DAY)
        by_time = [[one.begins and one.begins.date(), *_queue(one)] for one in by_day(found, ask.zone)]
    else:
        title, when = "Queues by half hour", Column("from", Kind.MOMENT)
        by_time = [[one.begins, *_queue(one)] for one in by_half_hour(found)]
    return [
        Table("Queues", columns, [_queue(one) for one in by_desk(found)]),
        Table(title, (when, *columns), by_time),
    ]


def _queue(one: QueueFigures) -> list[Cell]:
    counts = (one.offered, one.answered, one.in_time, one.abandoned)
    return [one.desk, *counts, one.level, one.mean_wait_s, one.longest_wait_s]


_LABELLED = (Column("what", Kind.WORD), Column("figure", Kind.ANY))


def _labelled(row: ReportRow) -> list[Cell]:
    kind = KINDS.get(row.unit, Kind.COUNT if isinstance(row.value, int) else Kind.NUMBER)
    value = row.value
    if kind is Kind.MONEY and isinstance(value, int | float):
        value = round(value * 100)
    return [row.label, Figure(value, kind)]


def _shares(found: Progress) -> list[list[Cell]]:
    paid = found.paid
    return [
        [
            "receipts, of the portfolio",
            Figure(paid and share(paid.kopecks, found.portfolio_kopecks), Kind.SHARE),
        ],
        ["debtors who paid, of all", Figure(paid and share(paid.payers, found.debtors), Kind.SHARE)],
        ["debtors who paid in full, of all", Figure(paid and share(paid.in_full, found.debtors), Kind.SHARE)],
    ]
