"""``dozvon shift``: when operators work, so that robots are held back before they leave for lunch."""

from __future__ import annotations

from typing import Annotated

import typer
from rich.table import Table

from dialer.cli.common import clock_of, named_by_options, open_books
from dialer.cli.console import console, print_json, styled
from dialer.cli.options import AsJson
from dialer.handlers.shifts import DAYS, set_shifts
from dialer.settings import load_settings
from domain.errors import InputError
from domain.user import COMMAND_LINE

app = typer.Typer(help="Shifts: when operators work, by day of the week.", no_args_is_help=True)


@app.command("set")
def set_shift(
    login: Annotated[str, typer.Argument(help="The operator's login.", metavar="LOGIN")],
    hours: Annotated[
        str, typer.Option(help="When he works, breaks left out, e.g. '09:00-13:00, 14:00-18:00'; none.")
    ],
    days: Annotated[str, typer.Option(help="On which days, e.g. mon-fri or mon,wed,fri.")] = "mon-fri",
    as_json: AsJson = False,
) -> None:
    """Tell when an operator works, on the clock of DOZVON_ZONE."""
    wanted, settings = _days(days), load_settings()
    now = clock_of(settings).now()
    with open_books(settings) as books, books.write() as tx, named_by_options():
        worked = set_shifts(tx, [login], wanted, hours, by=COMMAND_LINE, now=now)
    if as_json:
        print_json({"login": login, "days": wanted, "hours": list(map(str, worked))})
        return
    told = ", ".join(map(str, worked)) or "hours that nobody knows"
    console.print(styled("operator [bold]{}[/] works {} on {}", login, told, ", ".join(wanted)))


@app.command("list")
def list_shifts(as_json: AsJson = False) -> None:
    """When everybody works."""
    with open_books() as books, books.read() as tx:
        logins = {operator.id: operator.login for operator in tx.operators.all()}
        shifts = tx.shifts.all()
    rows = [
        {"login": logins[one.operator], "day": DAYS[one.weekday], "hours": list(map(str, one.hours))}
        for one in shifts
    ]
    if as_json:
        print_json(rows)
        return
    table = Table("operator", "day", "hours", title=f"Shifts, on the clock of {load_settings().zone}")
    for row in rows:
        table.add_row(str(row["login"]), str(row["day"]), ", ".join(row["hours"]))
    console.print(table)


def _days(text: str) -> list[str]:
    found: set[int] = set()
    for part in text.split(","):
        first, _, last = part.strip().partition("-")
        if first not in DAYS or (last or first) not in DAYS or DAYS.index(last or first) < DAYS.index(first):
            remedy = f"days are {', '.join(DAYS)}, e.g. mon-fri or mon,wed,fri"
            raise InputError(f"{part.strip()!r} is no day of the week", where="--days", remedy=remedy)
        found |= set(range(DAYS.index(first), DAYS.index(last or first) + 1))
    return [DAYS[day] for day in sorted(found)]
