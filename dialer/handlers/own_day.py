"""An operator's own day: what he has done, what of it came true, and what waits for him."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from domain.callback import Callback
from domain.debtor import PromiseState
from domain.disposition import disposition
from domain.window import DAY, local_midnight
from ledger.books import Transaction

COUNTED = timedelta(days=30)
"""How far back promises are counted of which it is known by now whether they were kept."""


@dataclass(frozen=True, slots=True)
class OwnDay:
    """His figures of a day on his clock; ``kept`` and ``broken`` are promises of the last 30 days, made to him.

    ``said`` counts dispositions by their first level, ``unsaid`` his talks of the day that have none.
    """

    day: date
    talks: int
    talk_s: float
    promises: int
    promised_kopecks: int
    kept: int
    broken: int
    said: Mapping[str, int]
    unsaid: int
    call_backs: int


def own_day(tx: Transaction, operator_id: int, day: date, zone: ZoneInfo) -> OwnDay:
    """What an operator did from midnight to midnight of ``zone``."""
    begins, ends = local_midnight(day, zone), local_midnight(day + DAY, zone)
    talks = tx.dispositions.talks(operator_id, begins, ends)
    made = tx.dispositions.promises(operator_id, begins, ends)
    states = Counter(one.state for one in tx.dispositions.promises(operator_id, begins - COUNTED, ends))
    said = tx.dispositions.of_operator(operator_id, begins, ends)
    waiting = [talk for talk in tx.dispositions.undisposed(operator_id, begins) if talk.reserved_at < ends]
    return OwnDay(
        day=day,
        talks=len(talks),
        talk_s=round(sum(talk.talk_s for talk in talks), 1),
        promises=len(made),
        promised_kopecks=sum(one.kopecks or 0 for one in made),
        kept=states[PromiseState.KEPT],
        broken=states[PromiseState.BROKEN],
        said=dict(Counter(disposition(one.code).result for one in said)),
        unsaid=len(waiting),
        call_backs=len([one for one in own_call_backs(tx, operator_id) if one.due_at < ends]),
    )


def own_call_backs(tx: Transaction, operator_id: int, most: int = 100) -> list[Callback]:
    """Calls that he has agreed and that have not been made, the first due first."""
    return tx.call_backs.agreed_by(operator_id, most)


def unsaid_since(now: datetime) -> datetime:
    """Talks from then on wait for what they brought; older ones are nobody's to say any more."""
    return now - timedelta(days=3)
