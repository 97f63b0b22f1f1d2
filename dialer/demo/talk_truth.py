"""Robot operators' record against our log: one talk there, one here, of the same touch, at the same times."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from itertools import groupby, pairwise
from operator import attrgetter

from asterisk.town import RobotTalk
from domain.call import Call
from domain.touch import TouchId

APART_S = 2.0
"""How far the two may be apart: a lost packet of who hangs up is sent again after half a second, one and two."""


@dataclass(slots=True)
class TalkComparison:
    """What differs. All lists empty: the log tells exactly what the operators did."""

    talks: int = 0
    lost: list[str] = field(default_factory=list)
    """A robot talked, and the log knows no operator of that touch."""
    phantom: list[str] = field(default_factory=list)
    """The log knows a talk that no robot had."""
    different: list[str] = field(default_factory=list)
    """Another operator, or another time."""
    at_once: list[str] = field(default_factory=list)
    """A robot was in two calls at once."""
    apart_s: list[float] = field(default_factory=list)
    """How far begins and ends are apart, in the order of the talks."""

    @property
    def equal(self) -> bool:
        """Whether both tell the same."""
        return not (self.lost or self.phantom or self.different or self.at_once)


def compare_talks(
    record: Iterable[RobotTalk],
    calls: Mapping[TouchId, Call],
    *,
    ahead: timedelta = timedelta(),
    apart_s: float = APART_S,
) -> TalkComparison:
    """``calls`` are those of our log, ``ahead`` how far our clock is ahead of the robots'."""
    talks = [talk for talk in record if talk.answered]
    result = TalkComparison(len(talks), at_once=_at_once(talks))
    by_touch = {talk.touch_id: talk for talk in talks}
    for touch, talk in by_touch.items():
        call = calls.get(TouchId(touch))
        if call is None or call.operator is None:
            result.lost.append(f"{touch}: {talk.user}")
            continue
        apart = [_apart_s(ours, theirs, ahead) for ours, theirs in _times(call, talk)]
        result.apart_s += apart
        if talk.user != f"op{call.operator}" or max(apart) > apart_s:
            told = " and ".join(f"{seconds:.1f} s" for seconds in apart)
            result.different.append(f"{touch}: {talk.user}, logged as op{call.operator}, {told} apart")
    result.phantom = [
        touch for touch, call in calls.items() if call.operator is not None and touch not in by_touch
    ]
    return result


def _times(call: Call, talk: RobotTalk) -> list[tuple[datetime | None, datetime | None]]:
    """Begins and ends; when the debtor's end was heard first, ours may be unknown here."""
    end = call.operator_left_at or call.ended_at
    return [(call.connected_at, talk.answered), *([(end, talk.ended)] if end else [])]


def _apart_s(ours: datetime | None, theirs: datetime | None, ahead: timedelta) -> float:
    """Infinite when only one of them knows."""
    return abs((ours - ahead - theirs).total_seconds()) if ours and theirs else float("inf")


def _at_once(talks: list[RobotTalk]) -> list[str]:
    ordered = sorted(talks, key=attrgetter("user", "started"))
    return [
        f"{user}: {before.touch_id} and {after.touch_id}"
        for user, mine in groupby(ordered, key=attrgetter("user"))
        for before, after in pairwise(mine)
        if after.answered and after.answered < before.ended
    ]
