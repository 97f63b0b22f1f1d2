"""What operators did in a period: how long they were in each state, and what came of their talks."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy import Connection, func, select

from domain.operator import OperatorState
from domain.touch import Outcome
from ledger.fact_tables import PromiseRow
from ledger.operator_tables import OperatorLogRow, OperatorRow
from ledger.report_tables import OperatorTallyRow
from ledger.tables import TouchRow, table
from ledger.tally import half_hours

LOG, OPERATOR, TALLY = table(OperatorLogRow), table(OperatorRow), table(OperatorTallyRow)
PROMISE, TOUCH = table(PromiseRow), table(TouchRow)
WORKED = (OperatorState.READY, OperatorState.RINGING, OperatorState.TALKING, OperatorState.WRAP_UP)


@dataclass(slots=True)
class OperatorFigures:
    """One operator: seconds in each state that he left within the period, and his talks by outcome."""

    login: str
    name: str
    seconds: dict[OperatorState, float] = field(default_factory=dict)
    outcomes: dict[Outcome, int] = field(default_factory=dict)
    talk_s: float = 0.0
    promises: int = 0

    @property
    def signed_in_s(self) -> float:
        """Seconds that he was there, pauses too."""
        return sum(seconds for state, seconds in self.seconds.items() if state is not OperatorState.OFFLINE)

    @property
    def worked_s(self) -> float:
        """Seconds that he could be called or was busy with a call."""
        return sum(self.seconds.get(state, 0.0) for state in WORKED)

    @property
    def talks(self) -> int:
        """Calls that he took."""
        return sum(self.outcomes.values())


def operators_figures(connection: Connection, since: datetime, until: datetime) -> list[OperatorFigures]:
    """All who worked within ``[since, until)``, by login."""
    found = {
        id: OperatorFigures(login, name)
        for id, login, name in connection.execute(select(OPERATOR.c.id, OPERATOR.c.login, OPERATOR.c.name))
    }
    for id, states in _seconds(connection, since, until).items():
        found[id].seconds = states
    first, end = half_hours(since, until)
    by, sums = (TALLY.c.operator_id, TALLY.c.outcome), (TALLY.c.touches, TALLY.c.talk_ms)
    period = (TALLY.c.half_hour >= first, TALLY.c.half_hour < end)
    talks = select(*by, *map(func.sum, sums)).where(*period, TALLY.c.operator_id.in_(found))
    for id, outcome, count, talk_ms in connection.execute(talks.group_by(*by)):
        if count:
            found[id].outcomes[Outcome(outcome)] = int(count)
            found[id].talk_s += int(talk_ms) / 1000
    promises = (
        select(TOUCH.c.operator_id, func.count())
        .select_from(PROMISE.join(TOUCH, TOUCH.c.id == PROMISE.c.touch_id))
        .where(PROMISE.c.made_at >= since, PROMISE.c.made_at < until, TOUCH.c.operator_id.is_not(None))
        .group_by(TOUCH.c.operator_id)
    )
    for id, count in connection.execute(promises):
        found[id].promises = count
    worked = (one for one in found.values() if one.seconds or one.outcomes)
    return sorted(worked, key=lambda one: one.login)


def _seconds(
    connection: Connection, since: datetime, until: datetime
) -> dict[int, dict[OperatorState, float]]:
    """By operator and state, of changes within the period; what lies before it of the first state is cut off."""
    period = (LOG.c.at >= since, LOG.c.at < until)
    rows = select(LOG.c.operator_id, LOG.c.was, func.sum(LOG.c.was_ms)).where(*period)
    found: defaultdict[int, dict[OperatorState, float]] = defaultdict(dict)
    for id, was, ms in connection.execute(rows.group_by(LOG.c.operator_id, LOG.c.was)):
        found[id][OperatorState(was)] = int(ms) / 1000
    first = select(func.min(LOG.c.id)).where(*period).group_by(LOG.c.operator_id)
    columns = (LOG.c.operator_id, LOG.c.was, LOG.c.was_ms, LOG.c.at)
    for id, was, ms, at in connection.execute(select(*columns).where(LOG.c.id.in_(first))):
        before = max(0.0, ms / 1000 - (at - since).total_seconds())
        found[id][OperatorState(was)] -= before
    return dict(found)
