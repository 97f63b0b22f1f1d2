"""All reports by name, and the making of one."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from dialer.reports import effect, house, people
from dialer.reports.ask import ReportAsk
from dialer.reports.table import Document, Table
from dialer.reports.uplift import uplift
from domain.errors import InputError
from ledger.transaction import Transaction


@dataclass(frozen=True, slots=True)
class Report:
    """A report: ``of_campaign`` if it is of one campaign only; the others are of the whole house too."""

    name: str
    title: str
    of_campaign: bool
    make: Callable[[Transaction, ReportAsk], list[Table]]


REPORTS: Mapping[str, Report] = {
    report.name: report
    for report in (
        Report("progress", "Progress", True, house.progress),
        Report("results", "Results", True, house.results),
        Report("effectiveness", "Effectiveness", True, effect.effectiveness),
        Report("uplift", "Uplift", True, uplift),
        Report("intensity", "Intensity", True, people.intensity),
        Report("outcomes", "Outcomes", False, house.outcomes),
        Report("cost", "Costs", False, effect.cost),
        Report("operators", "Operators", False, people.operators),
        Report("queues", "Queues", False, house.queues),
    )
}


def report_named(name: str) -> Report:
    """The report of that name. InputError that lists those there are."""
    if name not in REPORTS:
        raise InputError(f"no report {name!r}", remedy=f"reports: {', '.join(REPORTS)}")
    return REPORTS[name]


def make_report(tx: Transaction, name: str, ask: ReportAsk) -> Document:
    """Make a report. InputError for an unknown one, a campaign that is missing or unknown, or days out of order."""
    report = report_named(name)
    ask.check()
    tables = report.make(tx, ask)
    return Document(
        name, report.title, ask.campaign, ask.begins, ask.ends, ask.now, ask.settings.zone, tables
    )
