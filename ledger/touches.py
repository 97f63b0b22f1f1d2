"""Touches: the one door through which a person is contacted, and the log of what came of it.

`Touches.reserve` judges and writes in the caller's transaction, so no interleaving of processes can pass a
limit: SQLite has one writer, and on PostgreSQL whom and what limits look at is locked, in one order.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import takewhile
from typing import Any, NamedTuple

import structlog
from sqlalchemy import Connection, bindparam, func, insert, select, update

from domain.call import Call
from domain.debtor import Debtor
from domain.errors import InputError
from domain.intensity import Allowed, Ask, Refused, permit
from domain.phone import DEAD_AFTER
from domain.portfolio import LegalBasis
from domain.rules import RuleSet
from domain.touch import CHANNEL_GROUPS, Channel, Direction, Outcome, PastTouch, TouchId, outcomes_of
from domain.verdict import Verdict
from ledger.contact_counts import COUNTED, count_contacts
from ledger.history import load_history, lock
from ledger.journal import Entry, Journal
from ledger.persons import same_persons
from ledger.projection import UNSETTLED, ended
from ledger.rolls import tear
from ledger.standings import Standings
from ledger.tables import DebtorRow, PhoneRow, TouchRow, table
from ledger.tally import count_touches
from ledger.tried import RINGS, learn
from ledger.waits import keep_waits

log = structlog.get_logger(__name__)

TOUCH, DEBTOR, PHONE = table(TouchRow), table(DebtorRow), table(PhoneRow)


@dataclass(frozen=True, slots=True)
class TouchRequest:
    """A touch that a strategy wants now; ``id`` is new."""

    id: TouchId
    debtor: Debtor
    channel: Channel
    phone: str
    campaign_id: int | None
    strategy_version_id: int | None
    segment: str
    step: str
    script: str
    caller_number: str
    node: str
    variant: str = ""
    why: str = ""
    creditor: str = ""
    debt: str = ""

    @property
    def ask(self) -> Ask:
        """What the rules are asked; the trunk is known by the number that it shows."""
        campaign = str(self.campaign_id or "")
        whom = (self.debtor.counted_as, self.phone, self.debt, self.creditor)
        return Ask(self.channel, *whom, campaign, self.caller_number)


@dataclass(frozen=True, slots=True)
class Closing:
    """How a touch ended."""

    call: Call
    verdict: Verdict
    at: datetime


class Corrected(NamedTuple):
    """The outcome that a touch had, and the debtor it was with (None where nobody knows him)."""

    was: Outcome
    debtor_id: int | None


@dataclass(frozen=True, slots=True)
class OpenTouch:
    """A touch without an outcome: in flight, or left by a crash."""

    id: TouchId
    debtor_id: int
    node: str
    reserved_at: datetime
    phone: str


_CLOSE = (
    update(TOUCH)
    .where(TOUCH.c.id == bindparam("of_touch"), TOUCH.c.outcome.is_(None))
    .values({column: bindparam(column) for column in UNSETTLED})
)
_RINGS_OF = select(TOUCH.c.id, *dict.fromkeys((*RINGS, *COUNTED))).outerjoin(DEBTOR)
"""Whoever calls us may be nobody's debtor."""


@dataclass(frozen=True)
class Touches:
    """Repository of touches."""

    connection: Connection

    def reserve(
        self, requests: Sequence[TouchRequest], rules: RuleSet, basis: LegalBasis | None, now: datetime
    ) -> list[Allowed | Refused]:
        """Judge each request against its debtor's history and log those allowed, in the order given.

        An earlier request of the batch counts for the later ones. The answer has one verdict per request.
        A debtor's touches never go back in time: one asked for before the last is judged, and logged, at the
        last one's instant, since a clock set back must not make touches disappear from a limit. It must be
        allowed at both instants: nobody knows which clock was right.
        """
        debtors, asks = [request.debtor for request in requests], [request.ask for request in requests]
        lock(self.connection, debtors, asks, rules)
        judged = self.judge(requests, rules, basis, now)
        granted = [
            (r, at) for r, (verdict, at) in zip(requests, judged, strict=True) if isinstance(verdict, Allowed)
        ]
        self._log(granted, rules)
        return [verdict for verdict, _ in judged]

    def judge(
        self, requests: Sequence[TouchRequest], rules: RuleSet, basis: LegalBasis | None, now: datetime
    ) -> list[tuple[Allowed | Refused, datetime]]:
        """What a reserve would answer, and the instant it would log; without locks this is only an opinion."""
        debtors, asks = [request.debtor for request in requests], [request.ask for request in requests]
        same = same_persons(self.connection, debtors)
        history = load_history(self.connection, asks, same, rules, now)
        standings = Standings(self.connection, debtors, asks, same)
        judged: list[tuple[Allowed | Refused, datetime]] = []
        for request, ask in zip(requests, asks, strict=True):
            past, standing = history.of(ask), standings.of(request.debtor, ask)
            at = max([now, *(touch.at for touch in past)])
            verdict = permit(rules, ask, standing, history=past, basis=basis, now=at)
            if isinstance(verdict, Allowed) and at > now:  # the day of the log may be the night of the clock
                verdict = permit(rules, ask, standing, history=past, basis=basis, now=now)
            if isinstance(verdict, Allowed):
                history.add(_pending(request, ask, at))
            judged.append((verdict, at))
        if ahead := [(at, r.id) for r, (_, at) in zip(requests, judged, strict=True) if at > now]:
            last, touch = max(ahead)  # limits of a trunk may put a whole batch behind a neighbour's clock
            log.warning("clock_behind_log", touch=touch, behind_s=(last - now).total_seconds())
        return judged

    def correct(
        self, touch: TouchId, outcome: Outcome, *, author: str, reason: str, now: datetime
    ) -> Corrected:
        """Change a closed touch's outcome by an event with author and reason.

        A correction to a class that no limit counts frees the quota; the statement shows both.
        """
        row = self.connection.execute(
            _RINGS_OF.add_columns(TOUCH.c.outcome).where(TOUCH.c.id == touch).with_for_update(of=TOUCH)
        ).one_or_none()
        if row is None or row.outcome is None:
            what = "is still open" if row else "is not in the log"
            raise InputError(f"touch {touch} {what}", remedy="give the id of a touch that has ended")
        possible = outcomes_of(Channel(row.channel))
        if outcome not in possible:  # a class that no limit counts would free the quota
            what = f"touch {touch} over {row.channel} cannot have become {outcome}"
            raise InputError(what, remedy=f"it may be {', '.join(sorted(possible))}")
        if not author.strip() or not reason.strip():
            raise InputError("a correction needs an author and a reason")
        facts = {"outcome": outcome.value, "reason": reason, "author": author, "was": row.outcome}
        count_touches(self.connection, [touch], times=-1)
        self.connection.execute(
            update(TOUCH).where(TOUCH.c.id == touch).values(outcome=outcome.value, reason=reason)
        )
        count_touches(self.connection, [touch])
        tear(self.connection, [touch])
        Journal(self.connection).append([Entry(touch, now, "corrected", facts)])
        for count in (learn, count_contacts):
            count(self.connection, [(row, row.outcome)], times=-1)
            count(self.connection, [(row, outcome.value)])
        return Corrected(Outcome(row.outcome), row.debtor_id)

    def whom(self, touch: TouchId) -> tuple[int | None, int | None, Outcome | None]:
        """The debtor, the campaign (None where there is none) and the outcome of a touch; InputError for no touch."""
        wanted = select(TOUCH.c.debtor_id, TOUCH.c.campaign_id, TOUCH.c.outcome).where(TOUCH.c.id == touch)
        row = self.connection.execute(wanted).one_or_none()
        if row is None:
            raise InputError(f"touch {touch} is not in the log", remedy="give the id of a touch")
        return row.debtor_id, row.campaign_id, Outcome(row.outcome) if row.outcome else None

    def close(self, closings: Sequence[Closing]) -> set[TouchId]:
        """Write the ends of touches to the journal and the log; answers the touches that this closed.

        A touch that has an outcome keeps it, and its journal stays as it is, whoever closed it.
        """
        first: dict[TouchId, Closing] = {}
        for closing in closings:
            first.setdefault(closing.call.touch, closing)
        still_open = self._still_open(list(first))
        rows = {touch: ended(first[touch].call, first[touch].verdict) for touch in still_open}
        if rows:
            self.connection.execute(_CLOSE, [{"of_touch": touch, **row} for touch, row in rows.items()])
            journal = (Entry(touch, first[touch].at, "closed", row) for touch, row in rows.items())
            Journal(self.connection).append(journal)
            ends = [(still_open[touch], row["outcome"]) for touch, row in rows.items()]
            learn(self.connection, ends)
            count_contacts(self.connection, ends)
            count_touches(self.connection, rows.keys())
            keep_waits(self.connection, [id for id in rows if still_open[id].direction == Direction.IN])
            tear(self.connection, [id for id, row in rows.items() if row["outcome"] == Outcome.NOT_PLACED])
        return set(rows)

    def _still_open(self, touches: Sequence[TouchId]) -> dict[TouchId, Any]:
        """Those of the touches that have no outcome, locked, in the order given."""
        mine = _RINGS_OF.where(TOUCH.c.id.in_(touches), TOUCH.c.outcome.is_(None))
        found = {row.id: row for row in self.connection.execute(mine.with_for_update(of=TOUCH))}
        return {touch: found[touch] for touch in touches if touch in found}

    def open(self, campaign_id: int) -> list[OpenTouch]:
        """All calls of the campaign that have no outcome."""
        columns = (TOUCH.c.id, TOUCH.c.debtor_id, TOUCH.c.node, TOUCH.c.reserved_at, TOUCH.c.phone)
        rows = self.connection.execute(
            select(*columns).where(TOUCH.c.campaign_id == campaign_id, TOUCH.c.outcome.is_(None), _CALL)
        )
        return [OpenTouch(*row) for row in rows]

    def outcomes(self, campaign_id: int | None) -> dict[TouchId, Outcome | None]:
        """Every touch of the campaign (None: those of none) with its outcome, None while open."""
        rows = self.connection.execute(
            select(TOUCH.c.id, TOUCH.c.outcome).where(TOUCH.c.campaign_id == campaign_id)
        )
        return {TouchId(id): Outcome(outcome) if outcome else None for id, outcome in rows}

    def placed(self, campaign_id: int) -> int:
        """How many calls of the campaign count against its call limit."""
        left_us = TOUCH.c.outcome.is_distinct_from(Outcome.NOT_PLACED.value)
        counted = select(func.count()).where(TOUCH.c.campaign_id == campaign_id, left_us, _CALL)
        return self.connection.scalar(counted) or 0

    def in_a_row(self, debtor_id: int, phone: str, outcome: Outcome) -> int:
        """How many of the debtor's last touches over a phone ended so, one after another; no more than `DEAD_AFTER`."""
        mine = (TOUCH.c.debtor_id == debtor_id, TOUCH.c.phone == phone, TOUCH.c.outcome.is_not(None))
        last = select(TOUCH.c.outcome).where(*mine).order_by(TOUCH.c.reserved_at.desc()).limit(DEAD_AFTER)
        return len(list(takewhile(lambda one: one == outcome, self.connection.scalars(last).all())))

    def _log(self, granted: Sequence[tuple[TouchRequest, datetime]], rules: RuleSet) -> None:
        if not granted:
            return
        versions = {at: rules.in_force(at) for at in {at for _, at in granted}}
        rows = [_touch_row(request, at, versions[at]) for request, at in granted]
        self.connection.execute(insert(TOUCH), [{**row, **UNSETTLED} for row in rows])
        Journal(self.connection).append(
            Entry(
                row["id"], row["reserved_at"], "reserved", {k: v for k, v in row.items() if k not in _OF_LINE}
            )
            for row in rows
        )


_CALL = TOUCH.c.channel.in_([channel.value for channel in CHANNEL_GROUPS["call"]])
_OF_LINE = frozenset({"id", "reserved_at"})
"""What the journal's line itself says."""


def _pending(request: TouchRequest, ask: Ask, at: datetime) -> PastTouch:
    of = (Direction.OUT, ask.debt, ask.creditor, ask.campaign, ask.trunk)
    return PastTouch(request.id, at, ask.channel, None, ask.debtor, ask.phone, *of)


def _touch_row(request: TouchRequest, at: datetime, rules: str) -> dict[str, Any]:
    return {
        "id": request.id,
        "debtor_id": request.debtor.id,
        "campaign_id": request.campaign_id,
        "strategy_version_id": request.strategy_version_id,
        "channel": request.channel.value,
        "direction": Direction.OUT.value,
        "phone": request.phone,
        "caller_number": request.caller_number,
        "segment": request.segment,
        "variant": request.variant,
        "step": request.step,
        "why": request.why,
        "script": request.script,
        "creditor": request.creditor,
        "debt": request.debt,
        "rules": rules,
        "node": request.node,
        "reserved_at": at,
    }
