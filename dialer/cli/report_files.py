"""``dozvon report``: a report of a period as a table, a document or a file; and reports that make themselves."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import Annotated
from zoneinfo import ZoneInfo

import typer
from rich.table import Table

from dialer.cli.common import clock_of, open_books
from dialer.cli.console import console, print_json, styled, write_out
from dialer.cli.options import LARGEST_ID, AsJson
from dialer.handlers.schedule_report import schedule_report, unschedule_report
from dialer.reports.ask import ReportAsk, whole_campaign
from dialer.reports.catalogue import REPORTS, Report, make_report
from dialer.reports.render import Format, render
from dialer.reports.table import Document
from dialer.reports.words import words
from dialer.settings import Settings, load_settings
from domain.errors import EnvironmentFault
from domain.schedule import Period, Schedule
from domain.user import COMMAND_LINE
from ledger.transaction import Transaction

schedules = typer.Typer(
    help="Reports that are made again and again, by `dozvon worker`.", no_args_is_help=True
)
DAYS = ["%Y-%m-%d"]
Campaign = Annotated[str, typer.Option("--campaign", help="Of this campaign; of all where it may be.")]
From = Annotated[
    datetime | None, typer.Option("--from", formats=DAYS, help="The first day; the campaign's if not told.")
]
To = Annotated[datetime | None, typer.Option("--to", formats=DAYS, help="The first day that is not in.")]
Shape = Annotated[
    Format | None, typer.Option("--format", help="A file instead of tables; JSON if only --out is told.")
]
Out = Annotated[Path | None, typer.Option("--out", help="Where the file goes; standard output if not told.")]


def add_commands(app: typer.Typer, taken: frozenset[str]) -> None:
    """A command for each report, where there is none of that name yet."""
    for report in REPORTS.values():
        if report.name not in taken:
            app.command(report.name, help=f"{report.title}, of a period.")(_command(report))


def _command(report: Report) -> Callable[..., None]:
    def make(
        campaign: Campaign = "",
        since: From = None,
        until: To = None,
        format: Shape = None,
        out: Out = None,
        as_json: AsJson = False,
    ) -> None:
        show_report(report.name, campaign, since, until, Format.JSON if as_json else format, out)

    return make


def show_report(
    name: str,
    campaign: str,
    since: datetime | None,
    until: datetime | None,
    format: Format | None,
    out: Path | None,
) -> None:
    """Make a report and print it, or write it to a file."""
    settings = load_settings()
    with open_books(settings) as books, books.read() as tx:
        document = make_report(tx, name, _asked(tx, settings, campaign, since, until))
    if format is None and out is None:
        _print(document)
        return
    file = render(document, format or Format.JSON)
    if out is None:
        write_out(file)
        return
    try:
        out.write_bytes(file)
    except OSError as error:
        raise EnvironmentFault(f"cannot be written: {error.strerror}", where=str(out)) from error


def _asked(
    tx: Transaction, settings: Settings, campaign: str, since: datetime | None, until: datetime | None
) -> ReportAsk:
    now, zone = clock_of(settings).now(), ZoneInfo(settings.zone)
    first, end = whole_campaign(tx, campaign, now, zone)
    return ReportAsk(
        since.date() if since else first, until.date() if until else end, now, settings, campaign
    )


def _print(document: Document) -> None:
    zone = ZoneInfo(document.zone)
    for table in document.tables:
        shown = Table(*(column.name for column in table.columns), title=table.title)
        for row in table.cells():
            shown.add_row(*(words(value, kind, zone) for value, kind in row))
        console.print(shown)
        for note in table.notes:
            console.print(styled("[dim]{}[/]", note))


@schedules.command("add")
def add(
    report: Annotated[str, typer.Argument(help="Name of the report.", metavar="REPORT")],
    to: Annotated[str, typer.Option(help="A folder, or an e-mail address.")],
    every: Annotated[Period, typer.Option(help="When each of these is over.")] = Period.DAY,
    campaign: Campaign = "",
    format: Annotated[Format, typer.Option(help="What is made.")] = Format.XLSX,
    hour: Annotated[int, typer.Option(min=0, max=23, help="At this hour of the house's clock.")] = 7,
    as_json: AsJson = False,
) -> None:
    """Have a report made whenever a day, a week or a month is over."""
    settings = load_settings()
    asked = Schedule(report, campaign, every, format.value, to, hour, settings.zone, author="")
    with open_books(settings) as books, books.write() as tx:
        made = schedule_report(tx, asked, settings, COMMAND_LINE, clock_of(settings).now())
    if as_json:
        print_json({"id": made.id, "next_at": made.next_at})
    else:
        console.print(f"scheduled report {made.id}: next at {made.next_at:%Y-%m-%d %H:%M} UTC")


@schedules.command("list")
def show(as_json: AsJson = False) -> None:
    """What is made when, and what came of it the last time."""
    with open_books() as books, books.read() as tx:
        known = tx.schedules.all()
    if as_json:
        print_json(
            [
                {
                    **{name: getattr(one, name) for name in ("id", "report", "campaign", "period", "format")},
                    **{name: getattr(one, name) for name in ("target", "next_at", "last_at", "fault")},
                }
                for one in known
            ]
        )
        return
    table = Table(
        "id", "report", "campaign", "every", "to", "next (UTC)", "last (UTC)", "fault", title="Reports"
    )
    for one in known:
        times = (f"{at:%Y-%m-%d %H:%M}" if at else "" for at in (one.next_at, one.last_at))
        table.add_row(
            str(one.id),
            one.report,
            one.campaign,
            one.period.value,
            one.target,
            *times,
            one.fault,
        )
    console.print(table)


@schedules.command("remove")
def remove(
    id: Annotated[int, typer.Argument(min=1, max=LARGEST_ID, help="From the list.", metavar="ID")],
    as_json: AsJson = False,
) -> None:
    """Have it made no more."""
    settings = load_settings()
    with open_books(settings) as books, books.write() as tx:
        gone = unschedule_report(tx, id, COMMAND_LINE, clock_of(settings).now())
    if as_json:
        print_json({"id": gone.id, "report": gone.report})
    else:
        console.print(f"scheduled report {gone.id} ({gone.report}) is removed")
