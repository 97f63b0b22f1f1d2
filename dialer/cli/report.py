"""``dozvon report``: what a campaign has done, from the log of touches."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta
from typing import Annotated, Any, Protocol

import typer
from rich.table import Table

from dialer.cli.common import clock_of, open_books
from dialer.cli.console import console, print_json
from dialer.cli.figures import clock, figure, share_bar
from dialer.cli.options import AsJson, CampaignOption
from dialer.cli.report_files import From, Out, Shape, To, add_commands, schedules, show_report
from dialer.handlers.funnel import CALLABLE, funnel
from dialer.handlers.take_over import work_of
from dialer.reports.render import Format
from dialer.settings import load_settings
from dialer.work import equipped
from domain.campaign import Campaign
from ledger.reports.bailiffs import bailiffs_report
from ledger.reports.intensity import intensity
from ledger.reports.progress import Progress, progress
from ledger.reports.queues import QueueFigures, by_desk, by_half_hour, waited
from ledger.reports.table import ReportRow
from ledger.transaction import Transaction

app = typer.Typer(help="Reports from the log of touches.", no_args_is_help=True)
add_commands(app, taken=frozenset({"progress", "intensity", "queues"}))
app.add_typer(schedules, name="schedule")


class Counted(Protocol):
    """A report of a whole campaign."""

    def to_json(self) -> dict[str, Any]:
        """As one document."""

    def rows(self) -> list[ReportRow]:
        """As label and figure."""


def _add(name: str, help: str, count: Callable[[Transaction, Campaign], Counted]) -> None:
    """A command for a report that is of the whole campaign while no period and no file is asked for."""

    @app.command(name, help=help)
    def make(
        campaign: CampaignOption,
        since: From = None,
        until: To = None,
        format: Shape = None,
        out: Out = None,
        as_json: AsJson = False,
    ) -> None:
        if since or until or format or out:
            show_report(name, campaign, since, until, Format.JSON if as_json else format, out)
            return
        with open_books() as books, books.read() as tx:
            report = count(tx, tx.campaigns.named(campaign))
        if as_json:
            print_json(report.to_json())
            return
        _show(f"{name.capitalize()} of {campaign}", report.rows())
        if isinstance(report, Progress):
            _show_outcomes(report)


_add(
    "progress",
    "The progress table: portfolio, touches by channel, answers, receipts, outcomes.",
    lambda tx, campaign: progress(tx.connection, campaign),
)
_add(
    "intensity",
    "How often debtors were touched, and what holds the others back.",
    lambda tx, campaign: intensity(tx.connection, campaign),
)


def _show_outcomes(report: Progress) -> None:
    table = Table("outcome", "touches", "share", title="Outcomes")
    for one in report.outcomes:
        table.add_row(one.outcome.value, f"{one.touches:,}", f"{one.share:.1%}")
    console.print(table)


@app.command("bailiffs")
def report_bailiffs(campaign: CampaignOption, as_json: AsJson = False) -> None:
    """Calls to bailiffs: contacts, what was said of each proceeding, promises whose day has passed."""
    settings = load_settings()
    with open_books(settings) as books, books.read() as tx:
        found = tx.campaigns.named(campaign)
        report = bailiffs_report(tx.connection, found, clock_of(settings).now().date())
    if as_json:
        print_json(report.to_json())
        return
    _show(f"Calls of {campaign} to bailiffs", report.rows())
    table = Table("proceeding", "debtor", "bailiff", "promised until", title="Overdue promises")
    for one in report.overdue:
        table.add_row(one.number, one.debtor, one.bailiff, str(one.promised_until))
    console.print(table)


@app.command("funnel")
def report_funnel(campaign: CampaignOption, as_json: AsJson = False) -> None:
    """From the whole portfolio to who may be touched now: every debtor in one bucket, with its reason."""
    settings = load_settings()
    with open_books(settings) as books, books.read() as tx:
        found = tx.campaigns.named(campaign)
        work = equipped(work_of(tx, found), settings)
        report = funnel(tx, work, found, clock_of(settings).now())
    if as_json:
        print_json(report.to_json())
        return
    table = Table(
        "stage", "why", "debtors", "share", title=f"Funnel of {campaign}: {report.debtors:,} debtors"
    )
    for bucket, debtors in report.buckets.items():
        style = "green" if bucket == CALLABLE else ""
        share = share_bar(debtors / report.debtors)
        table.add_row(bucket.stage.replace("_", " "), bucket.why, f"{debtors:,}", share, style=style)
    console.print(table)


@app.command("queues")
def report_queues(
    since: Annotated[
        datetime | None,
        typer.Option(
            formats=["%Y-%m-%d", "%Y-%m-%dT%H:%M"], help="From when on (UTC); one day back if not told."
        ),
    ] = None,
    hours: Annotated[float, typer.Option(help="For how long, hours.", min=0.5, max=24 * 366)] = 24.0,
    within: Annotated[float, typer.Option(help="Answered in time: within so many seconds.", min=0)] = 20.0,
    as_json: AsJson = False,
) -> None:
    """How soon those who rang us were served: by desk, and by half hour (UTC)."""
    settings = load_settings()
    begins = since.replace(tzinfo=UTC) if since else clock_of(settings).now() - timedelta(hours=hours)
    with open_books(settings) as books, books.read() as tx:
        found = waited(tx.connection, begins, begins + timedelta(hours=hours), within)
        owed = tx.call_backs.counts()
    desks, halves = by_desk(found), by_half_hour(found)
    if as_json:
        print_json(
            {
                "since": begins,
                "within_s": within,
                "desks": [one.to_json() for one in desks],
                "half_hours": [one.to_json() for one in halves],
                "calls_back": owed,
            }
        )
        return
    _show_queues((*desks, *halves), within)
    console.print("calls back: " + (", ".join(f"{count} {state}" for state, count in owed.items()) or "none"))


def _show_queues(figures: Sequence[QueueFigures], within: float) -> None:
    table = Table(
        *("desk", "from (UTC)", "offered", "answered", f"in {within:g} s", "abandoned"),
        *("passed on", "mean", "longest"),
        title="Who rang us",
    )
    for one in figures:
        table.add_row(
            one.desk,
            f"{one.begins:%Y-%m-%d %H:%M}" if one.begins else "all",
            *(str(one.offered), str(one.answered), f"{one.level:.0%}", str(one.abandoned)),
            *(str(one.overflowed), clock(one.mean_wait_s), clock(one.longest_wait_s)),
        )
    console.print(table)


def _show(title: str, rows: list[ReportRow]) -> None:
    table = Table("what", "figure", title=title)
    for row in rows:
        table.add_row(row.label, figure(row))
    console.print(table)
