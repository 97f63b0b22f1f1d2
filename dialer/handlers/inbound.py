"""Inbound: who rings, where he goes, and what follows from his call."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from functools import reduce
from zoneinfo import ZoneInfo

from asterisk.inbound import Ring
from dialer.running import INBOUND, Running
from domain.call import Call, advance
from domain.caller import CallerKind
from domain.campaign import Plan, Why
from domain.debtor import Debtor
from domain.inbound import Line, Route, route
from domain.touch import TouchId
from domain.window import DAY, local_midnight
from ledger.books import Books, Transaction
from ledger.inbound import InboundCall

AGAIN = timedelta(minutes=5)
"""How soon a debtor who is calling us is looked at again."""
REMEMBERED = timedelta(days=30)
"""How long an operator is the one who talked to a debtor last."""
LONG_AGO = datetime.min.replace(tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Greeted:
    """What is decided of a caller. ``first`` is the operator who talked to him last; ``ringing`` are our own calls to
    him that nobody has answered yet, as far as the books know.
    """

    route: Route
    line: Line
    first: int | None = None
    ringing: tuple[TouchId, ...] = ()


def greet(books: Books, ring: Ring, desks: Collection[str], now: datetime) -> Greeted:
    """Log that he rings, and say where he goes. Once for each call, however often it is told.

    His debtors are locked first: of a reserve that would ring him now and this, one sees the other.
    """

    def write(tx: Transaction) -> Greeted:
        line = tx.lines.find(ring.line) or Line(ring.line)
        found = route(line, tx.callers.match(ring.number, now), desks, now)
        ids = [one.debtor_id for one in found.choices]
        tx.inbound.lock(ids)
        if not tx.inbound.knows(ring.touch):
            debtor = (
                tx.debtors.load([found.debtor.debtor_id])[found.debtor.debtor_id] if found.debtor else None
            )
            call = InboundCall(ring.touch, ring.number, ring.line, ring.node, found.reason, debtor)
            tx.inbound.arrived(call, now)
        return Greeted(
            found, line, tx.inbound.last_operator(ids, now - REMEMBERED), tuple(tx.inbound.our_calls(ids))
        )

    return books.attempt(write)


def last_caller_at(books: Books, node: str) -> datetime | None:
    """When the last call came in at a node that is in the log."""
    with books.read() as tx:
        return tx.inbound.last_at(node)


def left_open(books: Books, node: str, since: float) -> list[Running]:
    """The calls that came in at a node and have no outcome yet, with what the journal knows of them."""
    with books.read() as tx:
        touches = tx.inbound.open(node)
        events = tx.journal.events_of([touch.id for touch in touches])
    found = []
    for touch in touches:
        call = reduce(advance, events[touch.id], Call(touch.id))
        running = running_of(call, touch.phone, touch.called, node, since)
        if touch.debtor_id:
            running.caller, running.found = CallerKind.DEBTOR, (touch.debtor_id,)
        found.append(running)
    return found


def running_of(call: Call, phone: str, line: str, node: str, since: float, channel: str = "") -> Running:
    """A call that came in, as the switchboard follows it: nobody's plan."""
    plan = Plan(debtor_id=0, due_at=call.created_at or LONG_AGO)
    return Running(call, plan, phone, INBOUND, node, since, asterisk_id=channel, line=line)


def identify(books: Books, touch: TouchId, debtor: Debtor, why: str, now: datetime) -> None:
    """Log whom a caller turned out to be."""
    books.attempt(lambda tx: tx.inbound.identified(touch, debtor, why, now))


def hold_callers(tx: Transaction, due: Sequence[Plan], now: datetime) -> tuple[list[Plan], list[Plan]]:
    """Due plans without those of debtors who call us now or have talked to us today; and those, postponed.

    No limit counts calls that come in, but nobody wants to be rung by those whom he has just talked to.
    """
    ids = [plan.debtor_id for plan in due]
    tx.inbound.lock(ids)
    calling = tx.inbound.calling(ids, now - DAY)
    free, held = [], []
    for plan in due:
        talked_at = calling.get(plan.debtor_id, LONG_AGO)
        if talked_at is None:
            held.append(
                replace(plan, due_at=now + AGAIN, why=Why.HELD_BACK, reason="held back: he is calling us")
            )
        elif (rests_until := _end_of_day(tx, plan.debtor_id, talked_at)) > now:
            told = "held back: he has called us and talked today"
            held.append(replace(plan, due_at=rests_until, why=Why.HELD_BACK, reason=told))
        else:
            free.append(plan)
    return free, held


def _end_of_day(tx: Transaction, debtor_id: int, at: datetime) -> datetime:
    """The end of the debtor's own day that an instant lies in, by the last of his clocks."""
    if at == LONG_AGO:
        return at
    zones = tx.debtors.load([debtor_id])[debtor_id].zones or ("UTC",)
    return max(local_midnight(at.astimezone(ZoneInfo(z)).date() + DAY, ZoneInfo(z)) for z in zones)
