"""When operators work, as the command line and the console tell it: each change is logged, and can be taken back."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import datetime

from dialer.handlers.taking_back import befores_of, note_change
from domain.audit import AuditAction, Subject
from domain.errors import FieldFault, FormFault
from domain.operator_events import OperatorId
from domain.user import Actor
from domain.window import Hours, parse_hours
from ledger.transaction import Transaction

DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
NONE = "none"
_NO_HOURS = "Hours are written like 09:00-13:00, 14:00-18:00, or none"

Week = Mapping[str, str]
"""Hours by days that are worked."""


def set_shifts(
    tx: Transaction, logins: Collection[str], days: Collection[str], hours: str, *, by: Actor, now: datetime
) -> tuple[Hours, ...]:
    """These operators work these hours on these days of the week; with no hours (or ``none``) nothing is known of them.

    FormFault for hours or days that are none, InputError when somebody does not work here.
    """
    faults = [
        FieldFault("days", "There is no day %(value)s", {"value": day}) for day in days if day not in DAYS
    ]
    worked: tuple[Hours, ...] = ()
    try:
        worked = parse_hours(hours) if hours not in ("", NONE) else ()
    except ValueError:
        faults.append(FieldFault("hours", _NO_HOURS))
    if faults:
        raise FormFault(faults)
    week = dict.fromkeys(days, ", ".join(map(str, worked)))
    weeks = weeks_of(tx)
    for login in logins:
        _put(tx, login, weeks, week, by, now)
    return worked


def weeks_of(tx: Transaction) -> dict[OperatorId, dict[str, str]]:
    """The weeks of all whose shifts are known."""
    weeks: dict[OperatorId, dict[str, str]] = {}
    for one in tx.shifts.all():
        weeks.setdefault(one.operator, {})[DAYS[one.weekday]] = ", ".join(map(str, one.hours))
    return weeks


def take_back_shifts(tx: Transaction, change: int, *, by: Actor, now: datetime) -> None:
    """Put back the weeks before the last change. InputError when there is a newer one, or somebody has left."""
    weeks = weeks_of(tx)
    for login, was in befores_of(tx, AuditAction.SHIFT_CHANGED, change).items():
        _put(tx, login, weeks, dict.fromkeys(DAYS, "") | dict(was or {}), by, now)


def _put(
    tx: Transaction,
    login: str,
    weeks: Mapping[OperatorId, Week],
    changed: Week,
    by: Actor,
    now: datetime,
) -> None:
    operator = tx.operators.find(login)
    was = dict(weeks.get(operator.id, {}))
    for hours in sorted(set(changed.values())):
        days = [DAYS.index(day) for day in changed if changed[day] == hours]
        tx.shifts.put(operator.id, days, parse_hours(hours) if hours else ())
    becomes = {day: hours for day, hours in (was | dict(changed)).items() if hours}
    note_change(tx, AuditAction.SHIFT_CHANGED, Subject("operator", login), was, becomes, by=by, now=now)
