"""Touches: the one door through which a person is contacted, and the log of what came of it.

`Touches.reserve` judges and writes in the caller's transaction, so no interleaving of processes can pass a
limit: SQLite has one writer, and on PostgreSQL the debtors and phones asked for are locked in id order.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, bindparam, func, insert, select, update

from domain.call import Call, Verdict
from domain.debtor import Debtor
from domain.intensity import Allowed, Ask, Refused, RuleSet, Scope, permit
from domain.portfolio import LegalBasis
from domain.touch import Channel, Direction, Outcome, PastTouch, TouchId
from domain.window import LONGEST_WINDOW
from ledger.journal import Entry, Journal
from ledger.tables import DebtorRow, PhoneRow, TouchRow, table

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
    step: int
    script: str
    caller_number: str
    node: str


@dataclass(frozen=True, slots=True)
class Closing:
    """How a touch ended."""

    call: Call
    verdict: Verdict
    at: datetime


@dataclass(frozen=True, slots=True)
class OpenTouch:
    """A touch without an outcome: in flight, or left by a crash."""

    id: TouchId
    debtor_id: int
    node: str
    reserved_at: datetime
    phone: str


_UNSETTLED = {"reason": "", "ring_ms": 0, "talk_ms": 0, "digits": "", "result": "", "last_node": ""}

_CLOSE = (
    update(TOUCH)
    .where(TOUCH.c.id == bindparam("of_touch"), TOUCH.c.outcome.is_(None))
    .values(
        {
            column: bindparam(column)
            for column in (
                *("answered_at", "ended_at", "outcome", "reason", "sip", "cause"),
                *("ring_ms", "talk_ms", "digits", "result", "last_node"),
            )
        }
    )
)


@dataclass(frozen=True)
class Touches:
    """Repository of touches."""

    connection: Connection

    def reserve(
        self, requests: Sequence[TouchRequest], rules: RuleSet, basis: LegalBasis | None, now: datetime
    ) -> list[Allowed | Refused]:
        """Judge each request against its debtor's history and log those allowed, in the order given.

        An earlier request of the batch counts for the later ones. The answer has one verdict per request.
        """
        self._lock(requests)
        history = self._history(requests, rules, now)
        verdicts: list[Allowed | Refused] = []
        granted: list[TouchRequest] = []
        for request in requests:
            past = history.of(request)
            ask = Ask(request.channel, request.debtor.id, request.phone)
            verdict = permit(rules, ask, zones=request.debtor.zones, history=past, basis=basis, now=now)
            verdicts.append(verdict)
            if isinstance(verdict, Allowed):
                granted.append(request)
                history.add(_pending(request, now))
        self._log(granted, now)
        return verdicts

    def close(self, closings: Sequence[Closing]) -> set[TouchId]:
        """Write the ends of touches to the journal and the log; answers the touches that this closed.

        A touch that has an outcome keeps it, and its journal stays as it is, whoever closed it.
        """
        still_open = self._still_open([closing.call.touch for closing in closings])
        first: dict[TouchId, Closing] = {}
        for closing in closings:
            first.setdefault(closing.call.touch, closing)
        rows = {touch: _closing_row(first[touch]) for touch in first if touch in still_open}
        if rows:
            self.connection.execute(_CLOSE, [{"of_touch": touch, **row} for touch, row in rows.items()])
            Journal(self.connection).append(
                Entry(touch, first[touch].at, "closed", row) for touch, row in rows.items()
            )
        return set(rows)

    def _still_open(self, touches: Sequence[TouchId]) -> set[TouchId]:
        rows = select(TOUCH.c.id).where(TOUCH.c.id.in_(touches), TOUCH.c.outcome.is_(None)).with_for_update()
        return {TouchId(id) for id in self.connection.scalars(rows)}

    def open(self, campaign_id: int) -> list[OpenTouch]:
        """All touches of the campaign that have no outcome."""
        columns = (TOUCH.c.id, TOUCH.c.debtor_id, TOUCH.c.node, TOUCH.c.reserved_at, TOUCH.c.phone)
        rows = self.connection.execute(
            select(*columns).where(TOUCH.c.campaign_id == campaign_id, TOUCH.c.outcome.is_(None))
        )
        return [OpenTouch(*row) for row in rows]

    def outcomes(self, campaign_id: int) -> dict[TouchId, Outcome | None]:
        """Every touch of the campaign with its outcome, None while open."""
        rows = self.connection.execute(
            select(TOUCH.c.id, TOUCH.c.outcome).where(TOUCH.c.campaign_id == campaign_id)
        )
        return {TouchId(id): Outcome(outcome) if outcome else None for id, outcome in rows}

    def placed(self, campaign_id: int) -> int:
        """How many touches of the campaign count against its call limit."""
        counted = select(func.count()).where(
            TOUCH.c.campaign_id == campaign_id, TOUCH.c.outcome.is_distinct_from(Outcome.NOT_PLACED.value)
        )
        return self.connection.scalar(counted) or 0

    def _lock(self, requests: Sequence[TouchRequest]) -> None:
        if self.connection.dialect.name == "sqlite":
            return
        debtors = {request.debtor.id for request in requests}
        phones = {request.phone for request in requests}
        self.connection.execute(
            select(DEBTOR.c.id).where(DEBTOR.c.id.in_(debtors)).order_by(DEBTOR.c.id).with_for_update()
        )
        self.connection.execute(
            select(PHONE.c.id).where(PHONE.c.number.in_(phones)).order_by(PHONE.c.id).with_for_update()
        )

    def _history(self, requests: Sequence[TouchRequest], rules: RuleSet, now: datetime) -> _History:
        history = _History()
        recent = TOUCH.c.reserved_at > now - LONGEST_WINDOW
        columns = [TOUCH.c.id, TOUCH.c.reserved_at, TOUCH.c.channel, TOUCH.c.outcome]
        columns += [TOUCH.c.debtor_id, TOUCH.c.phone, TOUCH.c.direction]
        wanted = [TOUCH.c.debtor_id.in_([request.debtor.id for request in requests])]
        if any(limit.scope is Scope.PHONE for limit in rules.limits):
            wanted.append(TOUCH.c.phone.in_([request.phone for request in requests]))
        for these in wanted:
            for row in self.connection.execute(select(*columns).where(these, recent)):
                history.add(_past(row))
        return history

    def _log(self, granted: Sequence[TouchRequest], now: datetime) -> None:
        if not granted:
            return
        rows = [_touch_row(request, now) for request in granted]
        self.connection.execute(insert(TOUCH), [row | _UNSETTLED for row in rows])
        Journal(self.connection).append(
            Entry(
                request.id, now, "reserved", {k: v for k, v in row.items() if k not in ("id", "reserved_at")}
            )
            for request, row in zip(granted, rows, strict=True)
        )


class _History:
    """Past touches by debtor and by phone."""

    def __init__(self) -> None:
        self.by_debtor: defaultdict[int, list[PastTouch]] = defaultdict(list)
        self.by_phone: defaultdict[str, list[PastTouch]] = defaultdict(list)

    def add(self, touch: PastTouch) -> None:
        self.by_debtor[touch.debtor].append(touch)
        self.by_phone[touch.phone].append(touch)

    def of(self, request: TouchRequest) -> Iterable[PastTouch]:
        """The touches of the request's debtor, and those of others over the same phone."""
        mine = self.by_debtor[request.debtor.id]
        shared = self.by_phone[request.phone]
        return mine + [touch for touch in shared if touch.debtor != request.debtor.id]


def _past(row: Any) -> PastTouch:
    return PastTouch(
        id=row.id,
        at=row.reserved_at,
        channel=Channel(row.channel),
        outcome=Outcome(row.outcome) if row.outcome else None,
        debtor=row.debtor_id,
        phone=row.phone,
        direction=Direction(row.direction),
    )


def _pending(request: TouchRequest, now: datetime) -> PastTouch:
    return PastTouch(request.id, now, request.channel, None, request.debtor.id, request.phone)


def _touch_row(request: TouchRequest, now: datetime) -> dict[str, Any]:
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
        "step": request.step,
        "script": request.script,
        "node": request.node,
        "reserved_at": now,
    }


def _closing_row(closing: Closing) -> dict[str, Any]:
    call = closing.call
    return {
        "answered_at": call.answered_at,
        "ended_at": call.ended_at,
        "outcome": closing.verdict.outcome.value,
        "reason": closing.verdict.reason,
        "sip": call.sip,
        "cause": call.cause,
        "ring_ms": round(call.ring_s * 1000),
        "talk_ms": round(call.talk_s * 1000),
        "digits": call.digits,
        "result": call.result,
        "last_node": call.node,
    }
