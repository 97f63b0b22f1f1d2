"""The day in pictures' figures: calls by outcome, abandons by half hour, contacts and promises against yesterday."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from dialer.handlers.wallboard import DAY, WHOLE_FLOOR
from dialer.wallboard import Scope
from domain.touch import Outcome
from domain.window import local_midnight
from ledger.reports.figures import Slot, campaigns_of, slots
from ledger.tally import HALF_HOUR_S, SLOT_S, begins
from ledger.transaction import Transaction


@dataclass(frozen=True, slots=True)
class AbandonWindow:
    """A half hour: calls that were abandoned among live answers of calls for operators."""

    begins: datetime
    abandoned: int
    live: int


@dataclass(frozen=True, slots=True)
class Day:
    """Series from ``begins`` on, the first slot first; ``outcomes`` are calls ended in each five minutes.

    ``contacts`` and ``contacts_yesterday`` are sums since midnight at the end of each five minutes; that of yesterday
    goes on to its midnight.
    """

    begins: datetime
    slot_s: int
    outcomes: Mapping[Outcome, Sequence[int]]
    abandons: Sequence[AbandonWindow]
    contacts: Sequence[int]
    contacts_yesterday: Sequence[int]

    def to_json(self) -> dict[str, Any]:
        """As JSON values."""
        return {
            "begins": self.begins,
            "slot_s": self.slot_s,
            "outcomes": {outcome.value: list(counts) for outcome, counts in self.outcomes.items()},
            "abandons": [
                {"begins": one.begins, "abandoned": one.abandoned, "live": one.live} for one in self.abandons
            ],
            "contacts": list(self.contacts),
            "contacts_yesterday": list(self.contacts_yesterday),
        }


def day(tx: Transaction, now: datetime, zone: ZoneInfo, scope: Scope = WHOLE_FLOOR) -> Day:
    """The day so far, by the clock of ``zone``. InputError for a portfolio that is not."""
    today = local_midnight(now.astimezone(zone).date(), zone)
    portfolio = tx.portfolios.named(scope.portfolio).id if scope.portfolio else None
    ids = campaigns_of(tx.connection, scope.campaign, portfolio)
    seen = slots(tx.connection, ids, today, now + timedelta(seconds=SLOT_S))
    before = slots(tx.connection, ids, today - DAY, today)
    so_far = _place(now, today) + 1
    return Day(
        begins=today,
        slot_s=SLOT_S,
        outcomes=_outcomes(seen, today, so_far),
        abandons=_abandons(seen),
        contacts=_sums(seen, today, so_far),
        contacts_yesterday=_sums(before, today - DAY, _place(today, today - DAY)),
    )


def _place(at: datetime, since: datetime) -> int:
    return int((at - since).total_seconds()) // SLOT_S


def _outcomes(seen: Iterable[Slot], today: datetime, length: int) -> dict[Outcome, list[int]]:
    """Calls only, the most frequent outcome first."""
    found: defaultdict[Outcome, list[int]] = defaultdict(lambda: [0] * length)
    for slot in seen:
        if slot.call:
            found[slot.outcome][_place(slot.at, today)] += slot.touches
    return dict(sorted(found.items(), key=lambda item: -sum(item[1])))


def _abandons(seen: Iterable[Slot]) -> list[AbandonWindow]:
    windows: defaultdict[int, list[int]] = defaultdict(lambda: [0, 0])
    for slot in seen:
        if slot.for_operator:
            window = windows[int(slot.at.timestamp()) // HALF_HOUR_S]
            window[0] += slot.touches * slot.abandoned
            window[1] += slot.touches
    return [AbandonWindow(begins(at, HALF_HOUR_S), *counts) for at, counts in sorted(windows.items())]


def _sums(seen: Iterable[Slot], since: datetime, length: int) -> list[int]:
    each = [0] * length
    for slot in seen:
        if slot.contact:
            each[_place(slot.at, since)] += slot.touches
    total, sums = 0, []
    for count in each:
        total += count
        sums.append(total)
    return sums
