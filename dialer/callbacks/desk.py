"""One desk to which debtors call back: what its pacer has to be told, and when (no clock, no books)."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from operator import itemgetter
from zoneinfo import ZoneInfo

from dialer.pacing.callbacks import (
    CallbackModel,
    CallbackPacer,
    CallOut,
    Key,
    QueueFacts,
    RateDecision,
    Waited,
    reach_of,
)
from domain.call import Call
from domain.window import local_midnight
from ledger.reports.callbacks import CallsOut

PRIMED_BY = timedelta(days=2)
"""How far back it learns from when a dialler begins."""
STEP = timedelta(minutes=10)


@dataclass(frozen=True, slots=True)
class CallIn:
    """Somebody rang us and came to the desk at ``at``; ``follows`` is our robot's last call to him."""

    at: datetime
    follows: CallsOut | None


@dataclass(frozen=True, slots=True)
class News:
    """Calls of robots that ended, and callers, up to ``until``."""

    until: datetime
    out: Sequence[CallsOut] = ()
    callers: Sequence[CallIn] = ()


@dataclass(frozen=True, slots=True)
class AtDesk:
    """A desk as it is at an instant; ``ceiling`` in calls per second, ``closes_at`` None is never.

    ``staffing`` is how many operators are planned from when on, empty where no plan is known.
    """

    at: datetime
    operators: int
    busy: int
    waiting: int
    ceiling: float
    finished: int = 0
    waited: Sequence[Waited] = ()
    closes_at: datetime | None = None
    staffing: Sequence[tuple[datetime, int]] = ()


@dataclass
class Tally:
    """What happened in a queue since its pacer was asked last."""

    came: list[Call] = field(default_factory=list)
    waited: list[Waited] = field(default_factory=list)
    finished: int = 0

    def follow(self, before: Call, after: Call) -> None:
        """A call that came in has changed."""
        if after.queued_at and before.queued_at is None:
            self.came.append(after)
        until = after.connected_at or after.unserved_at or after.ended_at
        if before.waiting and after.queued_at and until:
            seconds = max(0.0, (until - after.queued_at).total_seconds())
            self.waited.append(Waited(seconds, after.connected_at is not None))


class CallbackDesk:
    """A model and a pacer, told in order of time. Arithmetic of milliseconds, of a second for the days before."""

    def __init__(self, zone: ZoneInfo, now: datetime) -> None:
        begun = now - PRIMED_BY
        self._midnight = local_midnight(begun.astimezone(zone).date(), zone)
        self._model = CallbackModel()
        self._pacer = CallbackPacer(self._model)
        self.told_until = begun

    def tell(self, news: News) -> None:
        """Learn what happened since `told_until`, ten minutes at a time: what is known early explains what is late."""
        told = sorted(
            [(one.minute, self._called_out(one)) for one in news.out]
            + [(one.at, self._called_in(one)) for one in news.callers],
            key=itemgetter(0),
        )
        at, place = self.told_until, 0
        while at < news.until:
            self._model.advance(self._seconds(at))
            at = min(news.until, at + STEP)
            while place < len(told) and told[place][0] < at:
                told[place][1]()
                place += 1
            self._model.learn()
        self.told_until = news.until

    def decide(self, desk: AtDesk) -> RateDecision:
        """How fast its robots may call from now on."""
        facts = QueueFacts(
            at=self._seconds(desk.at),
            operators=desk.operators,
            busy=desk.busy,
            waiting=desk.waiting,
            ceiling=desk.ceiling,
            finished=desk.finished,
            waited=desk.waited,
            staffing=[(self._seconds(at), float(planned)) for at, planned in desk.staffing],
            closes_at=self._seconds(desk.closes_at) if desk.closes_at else None,
        )
        return self._pacer.decide(facts, facts.at)

    def _called_out(self, calls: CallsOut) -> Callable[[], None]:
        return lambda: self._model.called_out(self._call_out(calls))

    def _called_in(self, caller: CallIn) -> Callable[[], None]:
        follows = self._call_out(caller.follows) if caller.follows else None
        return lambda: self._model.called_in(self._seconds(caller.at), follows)

    def _call_out(self, calls: CallsOut) -> CallOut:
        key = Key(calls.step, calls.segment)
        return CallOut(self._seconds(calls.minute), key, reach_of(calls.outcome), calls.calls)

    def _seconds(self, at: datetime) -> float:
        return (at - self._midnight).total_seconds()
