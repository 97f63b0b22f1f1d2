"""Progress, results, outcomes and queues: what was done in a period, and what came of it."""

from __future__ import annotations

from collections import Counter

from dialer.reports.ask import ReportAsk
from dialer.reports.table import Cell, Column, Figure, Kind, Table
from dialer.reports.waiting import IN_TIME_S
from domain.touch import Outcome
from ledger.reports.figures import cells
from ledger.reports.progress import Progress
from ledger.reports.progress import progress as count_progress
from ledger.reports.queues import by_desk, by_half_hour, waits
from ledger.reports.table import ReportRow, share
from ledger.transaction import Transaction

KINDS = {"RUB": Kind.MONEY, "share": Kind.SHARE, "s": Kind.DURATION}
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
    """How soon those who rang us were served, by desk and by half hour."""
    waited = waits(tx.connection, ask.begins, ask.ends)
    columns = (
        Column("desk"),
        *(Column(name, Kind.COUNT) for name in ("callers", "answered", "answered in 20 s", "hung up")),
        Column("service level", Kind.SHARE),
        *(Column(name, Kind.DURATION) for name in ("mean wait", "longest wait")),
    )
    whole, halves = by_desk(waited, IN_TIME_S), by_half_hour(waited, IN_TIME_S)

    def row(one: object) -> list[Cell]:
        figures = (
            "desk",
            "offered",
            "answered",
            "in_time",
            "abandoned",
            "level",
            "mean_wait_s",
            "longest_wait_s",
        )
        return [getattr(one, name) for name in figures]

    by_time = [[one.begins, *row(one)] for one in halves]
    return [
        Table("Queues", columns, [row(one) for one in whole]),
        Table("Queues by half hour", (Column("from", Kind.MOMENT), *columns), by_time),
    ]


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
