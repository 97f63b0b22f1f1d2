"""Who rings us, on which of our numbers: where the call goes, and why."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, replace
from datetime import date, datetime
from enum import StrEnum
from zoneinfo import ZoneInfo

from domain.calendar import SATURDAY
from domain.call import Call
from domain.caller import CallerKind, Candidate, Match
from domain.campaign import DEFAULT_DESK
from domain.proceeding import Bailiff
from domain.touch import Outcome
from domain.verdict import Verdict
from domain.window import DAY, Hours, local_midnight, openings

BAILIFFS_DESK = "bailiffs"
"""The desk of bailiffs who ring a number that is meant for debtors."""

AROUND_THE_CLOCK: tuple[Hours, ...] | None = None


class Purpose(StrEnum):
    """Whom a number of ours is given to."""

    DEBTORS = "debtors"
    BAILIFFS = "bailiffs"


@dataclass(frozen=True, slots=True)
class Line:
    """A number of ours that people ring. ``portfolio`` is the name of the one that it is printed for, if any.

    ``hours`` hold from Monday to Friday on the clock of ``zone``, ``weekend`` on the other days; None is around the
    clock, an empty tuple never. ``script`` asks unknown callers for their account (empty: an operator does),
    ``closed_script`` is heard out of hours. Who has waited ``overflow_s`` seconds in vain goes to ``overflow_desk``,
    before all who wait there (empty: he stays where he is).
    """

    number: str
    purpose: Purpose = Purpose.DEBTORS
    portfolio: str = ""
    desk: str = DEFAULT_DESK
    zone: str = "UTC"
    hours: tuple[Hours, ...] | None = AROUND_THE_CLOCK
    weekend: tuple[Hours, ...] | None = AROUND_THE_CLOCK
    script: str = ""
    closed_script: str = ""
    overflow_desk: str = ""
    overflow_s: int = 0

    @property
    def scripts(self) -> frozenset[str]:
        """The scripts that its callers may hear."""
        return frozenset({self.script, self.closed_script} - {""})

    def open_at(self, now: datetime) -> bool:
        """Whether somebody is there to take calls."""
        local = now.astimezone(ZoneInfo(self.zone))
        hours = self._hours_of(local.date())
        return hours is None or any(interval.contains(local.time()) for interval in hours)

    def opens_at(self, now: datetime) -> datetime | None:
        """``now`` if it is open, else the next opening; None when there is none within a week."""
        if self.open_at(now):
            return now
        zone = ZoneInfo(self.zone)
        today = now.astimezone(zone).date()
        for days in range(8):
            day = today + days * DAY
            hours = self._hours_of(day)
            instants = openings(hours, day, zone) if hours is not None else [local_midnight(day, zone)]
            for instant in instants:
                if instant > now and self.open_at(instant):
                    return instant
        return None

    def closes_at(self, now: datetime) -> datetime | None:
        """When the hours that it is open in end, ``now`` if it is closed; None for those around the clock."""
        local = now.astimezone(ZoneInfo(self.zone))
        hours = self._hours_of(local.date())
        if hours is None:
            return None
        ends = [
            datetime.combine(local.date(), interval.closes, local.tzinfo).astimezone(now.tzinfo)
            for interval in hours
            if interval.contains(local.time())
        ]
        return max(ends, default=now)

    def desk_among(self, desks: Collection[str]) -> str:
        """The desk that its callers come to, of those that somebody sits at."""
        return desk_among(desks, self.desk)

    def _hours_of(self, day: date) -> tuple[Hours, ...] | None:
        return self.weekend if day.weekday() >= SATURDAY else self.hours


class Way(StrEnum):
    """What becomes of a call that comes in."""

    OPERATOR = "operator"
    SELF_SERVICE = "self_service"
    CLOSED = "closed"


@dataclass(frozen=True, slots=True)
class Route:
    """Where a caller goes, whom he was taken for, and why.

    ``debtor`` is the one whose card pops up; ``choices`` are those among whom the operator asks. ``blocked`` are the
    blocks that hold for him: who rings us is served, and the operator sees them. ``overflow`` is the desk that he goes
    to when he has waited for long.
    """

    way: Way
    caller: CallerKind
    desk: str
    reason: str
    debtor: Candidate | None = None
    choices: tuple[Candidate, ...] = ()
    bailiff: Bailiff | None = None
    language: str = ""
    overflow: str = ""

    @property
    def blocked(self) -> tuple[str, ...]:
        """Why he may not be called, though he calls."""
        return self.debtor.blocked if self.debtor else ()


def route(line: Line, match: Match, desks: Collection[str], now: datetime) -> Route:
    """Where a caller of ``line`` goes at ``now``; ``desks`` are those that operators sit at."""
    found = _judge(line, match, desks)
    if line.overflow_desk in desks and line.overflow_desk != found.desk:
        found = replace(found, overflow=line.overflow_desk)
    if not line.open_at(now):
        opens = line.opens_at(now)
        told = f"closed until {opens.astimezone(ZoneInfo(line.zone)):%Y-%m-%d %H:%M}" if opens else "closed"
        return replace(found, way=Way.CLOSED, reason=f"{told}; {found.reason}")
    return found


def _judge(line: Line, match: Match, desks: Collection[str]) -> Route:
    match match.kind:
        case CallerKind.BAILIFF | CallerKind.DEPARTMENT:
            desk = desk_among(desks, line.desk if line.purpose is Purpose.BAILIFFS else BAILIFFS_DESK)
            bailiff = match.bailiffs[0] if match.kind is CallerKind.BAILIFF else None
            return Route(Way.OPERATOR, match.kind, desk, match.reason, bailiff=bailiff)
        case CallerKind.UNKNOWN | CallerKind.HIDDEN:
            way = Way.SELF_SERVICE if line.script else Way.OPERATOR
            return Route(way, match.kind, desk_among(desks, line.desk), match.reason)
    ours = tuple(one for one in match.candidates if one.portfolio == line.portfolio) or match.candidates
    if len({one.human_being for one in ours}) == 1 and (
        match.kind is CallerKind.DEBTOR or not match.bailiffs
    ):
        return _of_debtor(line, match, ours[0], desks)
    return Route(Way.OPERATOR, CallerKind.SEVERAL, desk_among(desks, line.desk), match.reason, choices=ours)


def _of_debtor(line: Line, match: Match, debtor: Candidate, desks: Collection[str]) -> Route:
    reason = debtor.reason
    if match.kind is CallerKind.SEVERAL:
        reason = f"of {match.reason} only he is in {line.portfolio}, whose line was called; {reason}"
    if debtor.blocked:
        reason += f"; blocked for our calls: {', '.join(debtor.blocked)}"
    theirs = () if line.portfolio else (debtor.portfolio,)
    desk = desk_among(desks, debtor.language, *theirs, line.desk)
    return Route(
        Way.OPERATOR,
        CallerKind.DEBTOR,
        desk,
        reason,
        debtor=debtor,
        choices=(debtor,),
        language=debtor.language,
    )


def desk_among(desks: Collection[str], *wanted: str) -> str:
    """The first wanted one of the desks that somebody sits at; everybody sits at the common one."""
    return next((desk for desk in wanted if desk in desks), DEFAULT_DESK)


def judge_inbound(call: Call, caller: CallerKind | None) -> Verdict:
    """The outcome of an ended call that came in; ``caller`` is who rang, None where nobody has judged that."""
    if call.lost or call.failure:
        return Verdict(Outcome.UNKNOWN, call.failure)
    if call.operator is not None:
        outcome = Outcome.TALK_DEBTOR if caller is CallerKind.DEBTOR else Outcome.TALK_THIRD_PARTY
        return Verdict(outcome, f"operator {call.operator} talked {call.operator_s:.1f} s")
    if call.queued_at is not None:
        return Verdict(Outcome.ABANDONED, f"waited {call.waited_s:.1f} s for desk {call.desk}")
    if call.answers or call.digits:
        return Verdict(Outcome.MSG_DELIVERED, "served himself")
    if call.answered_at is not None:
        return Verdict(Outcome.MSG_DELIVERED, f"listened {call.talk_s:.0f} s, to node {call.node or '-'}")
    return Verdict(Outcome.ABANDONED, "hung up before anybody answered")
