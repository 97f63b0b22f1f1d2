"""Operators, and how hard debtors were contacted."""

from __future__ import annotations

from dialer.reports.ask import ReportAsk
from dialer.reports.nearest import nearest
from dialer.reports.table import Cell, Column, Figure, Kind, Table
from domain.operator import OperatorState
from ledger.reports.figures import HEARD, refusals
from ledger.reports.intensity import intensity as count_intensity
from ledger.reports.operators import OperatorFigures, operators_figures
from ledger.reports.table import share
from ledger.transaction import Transaction

STATES = (
    OperatorState.READY,
    OperatorState.RINGING,
    OperatorState.TALKING,
    OperatorState.WRAP_UP,
    OperatorState.PAUSED,
    OperatorState.PHONE_LOST,
)


def operators(tx: Transaction, ask: ReportAsk) -> list[Table]:
    """How long each was in each state, how busy, and what his talks brought."""
    found = operators_figures(tx.connection, ask.begins, ask.ends)
    columns = (
        Column("login"),
        Column("name"),
        Column("signed in", Kind.DURATION),
        *(Column(state.value, Kind.DURATION) for state in STATES),
        Column("busy", Kind.SHARE),
        *(Column(name, Kind.COUNT) for name in ("talks", "contacts", "promises")),
        Column("mean talk", Kind.DURATION),
        Column("talks an hour", Kind.NUMBER),
    )
    return [Table("Operators", columns, [_operator(one) for one in found])]


def intensity(tx: Transaction, ask: ReportAsk) -> list[Table]:
    """How many touches debtors had, which rules refused, why the rest waits, and who is nearest to a limit.

    InputError without a campaign.
    """
    campaign = ask.one(tx)
    found = count_intensity(tx.connection, campaign, ask.begins, ask.ends)
    distribution = [
        (number, debtors, debtors / (found.debtors or 1)) for number, debtors in found.distribution.items()
    ]
    most: list[list[Cell]] = [
        ["touches per debtor", Figure(share(found.touches, found.debtors), Kind.NUMBER)],
        ["most touches of one debtor", Figure(found.most, Kind.COUNT)],
        ["most on one day", Figure(found.most_a_day, Kind.COUNT)],
        ["most in one week", Figure(found.most_a_week, Kind.COUNT)],
    ]
    refused = refusals(tx.connection, [campaign.id], ask.begins, ask.ends)
    count = (Column("debtors", Kind.COUNT), Column("share", Kind.SHARE))
    return [
        Table("Touches per debtor", (Column("touches", Kind.COUNT), *count), distribution),
        Table("The most", (Column("what", Kind.WORD), Column("figure", Kind.ANY)), most),
        Table(
            "Refusals by rule",
            (Column("rule", Kind.WORD), Column("refusals", Kind.COUNT)),
            list(refused.items()),
        ),
        Table(
            "Who waits, and why",
            (Column("reason"), Column("debtors", Kind.COUNT)),
            list(found.waiting.items()),
        ),
        nearest(tx, ask),
    ]


def _operator(one: OperatorFigures) -> list[Cell]:
    busy = one.worked_s - one.seconds.get(OperatorState.READY, 0.0)
    return [
        one.login,
        one.name,
        one.signed_in_s,
        *(one.seconds.get(state, 0.0) for state in STATES),
        share(busy, one.worked_s),
        one.talks,
        sum(count for outcome, count in one.outcomes.items() if outcome in HEARD),
        one.promises,
        share(one.talk_s, one.talks),
        share(one.talks, one.worked_s / 3600),
    ]
