"""One desk: a queue of operators with one skill, the pacers of its calls, and its figures."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from dataclasses import replace
from typing import Any

from dialer.desks.facts import CallsOfDesk
from dialer.floor.floor import FloorFacts
from dialer.pacing import EventKind, Pacer, PacingDecision, PacingEvent, Snapshot, make_pacer
from dialer.settings import PacingSettings
from domain.campaign import Mode
from domain.said import said

MOST_DIALS_PER_OPERATOR = 15
"""Dials in flight, whatever a pacer says: nobody needs more, and nothing that goes wrong may dial a whole list."""

Keep = Callable[[str, Mode, Snapshot, PacingDecision], None]
"""What is done with each decision of a pacer and the facts that it was told."""

PACED = (Mode.PROGRESSIVE, Mode.PREDICTIVE)
"""The modes that dial by themselves, the one without risk first."""


class Desk:
    """Turns facts into decisions. It begins cold after each start: who knows nothing dials 1:1."""

    def __init__(self, name: str, pacing: PacingSettings, keep: Keep | None = None) -> None:
        self.name, self._keep = name, keep
        self._pacers = {mode: self._pacer(mode, pacing) for mode in PACED}
        self._news: list[PacingEvent] = []
        self._counts: Counter[EventKind] = Counter()
        self._dialled = 0
        self._shown: dict[str, Any] = {}

    def heard(self, event: PacingEvent) -> None:
        """Something happened that the pacer has to know."""
        self._news.append(event)
        self._counts[event.kind] += 1

    def decide(
        self, mode: Mode, facts: FloorFacts, calls: CallsOfDesk, leads: int, now: float
    ) -> tuple[Snapshot, PacingDecision]:
        """How many calls to place now, and by which facts; who is being offered a call counts as talking."""
        careful = calls.stale and mode is Mode.PREDICTIVE
        snapshot = Snapshot(
            now=now,
            idle_since=facts.idle_since,
            talking_since=[*facts.talking_since, *facts.ringing_since],
            wrapping_since=facts.wrapping_since,
            ringing_since=calls.ringing_since,
            waiting_since=calls.waiting_since,
            leads_left=leads,
            events=self._take_news() if mode is Mode.PREDICTIVE and not careful else (),
        )
        decision = self._pacers[Mode.PROGRESSIVE if careful else mode].decide(snapshot)
        if self._keep and not careful:
            self._keep(self.name, mode, snapshot, decision)
        if careful:
            unheard = said("events may have gone unheard: %(reason)s", reason=decision.reason)
            decision = replace(decision, reason=unheard)
        most = MOST_DIALS_PER_OPERATOR * snapshot.operators
        room = max(0, most - len(calls.ringing_since))
        if decision.dial > room:
            full = said("no more than %(calls)s in flight", calls=most)
            decision = replace(decision, dial=room, reason=full)
        self._shown = _figures(mode, snapshot, decision)
        return snapshot, decision

    def dialled(self, calls: int) -> None:
        """So many calls were placed."""
        self._dialled += calls

    def rests(self, reason: str) -> None:
        """Nothing is decided now, and why."""
        self._shown["reason"] = reason

    @property
    def reason(self) -> str:
        """Why it dials as it does (`domain.said`)."""
        reason: str = self._shown.get("reason", said("starting"))
        return reason

    def board(self) -> dict[str, Any]:
        """What supervisors see, as JSON values; counts are since this dialler has the desk."""
        answered, abandoned = self._counts[EventKind.ANSWERED], self._counts[EventKind.ABANDONED]
        return {
            "desk": self.name,
            **self._shown,
            "dialled": self._dialled,
            "answered": answered,
            "abandoned": abandoned,
            "abandon_share": round(abandoned / answered, 4) if answered else 0.0,
        }

    def _take_news(self) -> list[PacingEvent]:
        news, self._news = self._news, []
        return news

    @staticmethod
    def _pacer(mode: Mode, pacing: PacingSettings) -> Pacer:
        return make_pacer(mode.value, target_abandon=pacing.target_abandon, patience=float(pacing.patience_s))


def _figures(mode: Mode, snapshot: Snapshot, decision: PacingDecision) -> dict[str, Any]:
    return {
        "mode": mode.value,
        "idle": len(snapshot.idle_since),
        "talking": len(snapshot.talking_since),
        "wrap_up": len(snapshot.wrapping_since),
        "in_flight": len(snapshot.ringing_since),
        "waiting": len(snapshot.waiting_since),
        "leads": snapshot.leads_left,
        "dial": decision.dial,
        "reason": decision.reason,
        "figures": dict(decision.figures),
    }
