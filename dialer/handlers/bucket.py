"""Who is in a bucket of the funnel: from a number on the screen down to the debtors whom it counts."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from itertools import chain, islice

from dialer.handlers.funnel import NOT_PLANNED, Bucket, judge_of, standing
from dialer.work import Work
from domain.campaign import Campaign, PlanState
from ledger.reports.funnel import AlikePlans, FunnelRows
from ledger.transaction import Transaction


def debtors_in(
    tx: Transaction,
    work: Work,
    campaign: Campaign,
    bucket: Bucket,
    now: datetime,
    first: int = 0,
    most: int = 50,
) -> list[int]:
    """Ids of debtors whom `funnel` counts in a bucket, ``most`` of them from the ``first`` on, in a stable order."""
    rows = FunnelRows(tx.connection, campaign, now)
    if bucket == NOT_PLANNED:
        return rows.not_planned(first, most)
    plans = list(rows.plans())
    found = chain(_waiting(rows, plans, bucket), _due(tx, work, campaign, rows, plans, bucket, now))
    return list(islice(found, first, first + most))


def _waiting(rows: FunnelRows, plans: list[AlikePlans], bucket: Bucket) -> Iterator[int]:
    """Those for whom no time has come, or never will."""
    for some in plans:
        if some.plans > some.due and standing(some.state, some.why) == bucket:
            yield from rows.members(some, due=False)


def _due(
    tx: Transaction,
    work: Work,
    campaign: Campaign,
    rows: FunnelRows,
    plans: list[AlikePlans],
    bucket: Bucket,
    now: datetime,
) -> Iterator[int]:
    """Those who are due: judged apart, blocked, or like all others of their kind."""
    due = [some for some in plans if some.due and some.state is PlanState.DUE]
    alikes = {some.alike for some in due}
    judge = judge_of(tx, work, campaign, now)
    singles, blocked = judge.singles(rows, alikes), rows.blocked()
    together = {alike: judge.together(alike) for alike in alikes}
    yield from sorted(id for id, _, theirs in judge.singly(singles) if theirs == bucket)
    for id, (alike, channels) in sorted(blocked.items()):
        if id not in singles and together[alike].when_blocked(channels) == bucket:
            yield id
    for some in due:
        if together[some.alike].bucket == bucket:
            yield from (id for id in rows.members(some, due=True) if id not in singles and id not in blocked)
