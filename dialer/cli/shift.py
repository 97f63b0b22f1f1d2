"""``dozvon shift``: when operators work, so that robots are held back before they leave for lunch."""

from __future__ import annotations

from typing import Annotated

import typer
from rich.table import Table

from dialer.cli.common import open_books
from dialer.cli.console import console, print_json
from dialer.cli.options import AsJson
from dialer.settings import load_settings
from domain.errors import InputError
from domain.window import Hours, parse_hours

app = typer.Typer(help="Shifts: when operators work, by day of the week.", no_args_is_help=True)

DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")


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
    wanted, worked = _days(days), _hours(hours)
    with open_books() as books, books.write() as tx:
        operator = tx.operators.find(login)
        tx.shifts.put(operator.id, wanted, worked)
    if as_json:
        print_json({"login": login, "days": [DAYS[day] for day in wanted], "hours": list(map(str, worked))})
        return
    told = ", ".join(map(str, worked)) or "hours that nobody knows"
    console.print(f"operator [bold]{login}[/] works {told} on {', '.join(DAYS[day] for day in wanted)}")


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


def _days(text: str) -> list[int]:
    found: set[int] = set()
    for part in text.split(","):
        first, _, last = part.strip().partition("-")
        if first not in DAYS or (last or first) not in DAYS or DAYS.index(last or first) < DAYS.index(first):
            remedy = f"days are {', '.join(DAYS)}, e.g. mon-fri or mon,wed,fri"
            raise InputError(f"{part.strip()!r} is no day of the week", where="--days", remedy=remedy)
        found |= set(range(DAYS.index(first), DAYS.index(last or first) + 1))
    return sorted(found)


def _hours(text: str) -> tuple[Hours, ...]:
    if text == "none":
        return ()
    try:
        return parse_hours(text)
    except ValueError as error:
        remedy = "e.g. '09:00-13:00, 14:00-18:00', or none"
        raise InputError(str(error), where="--hours", remedy=remedy) from error
