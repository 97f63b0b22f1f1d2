"""Generated situations: rules of every kind, standings and histories around an instant."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta

from hypothesis import strategies as st

from domain.block import Block, Consent
from domain.calendar import Calendar
from domain.intensity import Ask, Standing, Verdict, permit
from domain.portfolio import LegalBasis
from domain.rules import Count, HoursRule, LimitRule, RuleSet, Scope, Validity
from domain.touch import ANY_ATTEMPT, LIVE_ANSWERS, Channel, Direction, Outcome, PastTouch, TouchId
from domain.window import CalendarWindow, DatesWindow, Hours, RollingWindow

ASK = Ask(Channel.CALL_AGENT, 1, "+79160000001", debt="heat", creditor="C1", campaign="7", trunk="+7800")
CHANNELS = (Channel.CALL_AGENT, Channel.CALL_HUMAN, Channel.VOICE_MSG, Channel.SMS)
DIRECT = frozenset({Channel.CALL_AGENT, Channel.CALL_HUMAN})
EVERY = frozenset(CHANNELS)
ZONES = (
    "Europe/Moscow",
    "Asia/Kamchatka",
    "Europe/Berlin",
    "America/New_York",
    "Asia/Beirut",
    "Asia/Kathmandu",
)
CLOCK_CHANGES = tuple(
    datetime.fromisoformat(f"{day}T00:00Z")
    for day in ("2026-03-08", "2026-03-28", "2026-03-29", "2026-10-24", "2026-10-25", "2026-11-01")
)
RULE_IDS = ("a", "b", "c", "hours")
BASIS = LegalBasis("contract", datetime(2020, 1, 1, tzinfo=UTC))


def seconds(low: timedelta, high: timedelta) -> st.SearchStrategy[timedelta]:
    """Lengths in whole seconds, and now and then with a fraction."""
    whole = st.integers(round(low.total_seconds()), round(high.total_seconds()))
    fractions = st.sampled_from([0, 0, 0, 1, 999_999])
    return st.builds(lambda s, us: timedelta(seconds=s, microseconds=us), whole, fractions)


DAYS = timedelta(days=1)
instants = st.one_of(
    seconds(timedelta(), 365 * DAYS).map(lambda age: datetime(2026, 1, 1, tzinfo=UTC) + age),
    st.builds(lambda at, off: at + off, st.sampled_from(CLOCK_CHANGES), seconds(-1 * DAYS, DAYS)),
)
clocks = st.builds(time, st.integers(0, 23), st.sampled_from([0, 15, 30, 59]))
intervals = st.lists(clocks, min_size=2, max_size=4, unique=True).map(
    lambda ends: tuple(Hours(a, b) for a, b in zip(sorted(ends)[::2], sorted(ends)[1::2], strict=False))
)
opening = st.one_of(
    st.sampled_from([(Hours(time(8), time(22)),), (Hours(time(9), time(20)),), ()]), intervals
)
windows = st.one_of(
    st.sampled_from(["day", "week", "month"]).map(CalendarWindow),
    st.one_of(
        st.integers(1, 31 * 24).map(lambda n: timedelta(hours=n)),
        st.integers(1, 90).map(lambda n: timedelta(minutes=n)),
    ).map(RollingWindow),
    st.integers(1, 31).map(DatesWindow),
)


@st.composite
def validities(draw: st.DrawFn, now: datetime) -> Validity:
    """Mostly always; else it begins or ends within some days of now."""
    if draw(st.integers(0, 3)):
        return Validity()
    start, length = draw(seconds(-9 * DAYS, 9 * DAYS)), draw(seconds(timedelta(hours=1), 9 * DAYS))
    return draw(
        st.sampled_from(
            [
                Validity(now + start, None),
                Validity(None, now + start),
                Validity(now + start, now + start + length),
            ]
        )
    )


@st.composite
def limit_rules(draw: st.DrawFn, now: datetime, lowest: int = 0) -> LimitRule:
    """A limit of any kind."""
    return LimitRule(
        id=draw(st.sampled_from(RULE_IDS[:3])),
        channels=draw(st.sampled_from([DIRECT, EVERY])),
        outcomes=draw(st.sampled_from([LIVE_ANSWERS, ANY_ATTEMPT, frozenset({Outcome.TALK_DEBTOR})])),
        window=draw(windows),
        max=draw(st.integers(lowest, 4)),
        scope=draw(st.sampled_from(Scope)),
        count=draw(st.sampled_from([Count.TOUCHES, Count.TOUCHES, Count.DEBTORS])),
        valid=draw(validities(now)),
        waivable=draw(st.booleans()),
    )


@st.composite
def hours_rules(draw: st.DrawFn, now: datetime, id: str = "hours") -> HoursRule:
    """Hours of any kind."""
    return HoursRule(
        id=id,
        channels=EVERY,
        work=draw(opening),
        off=draw(opening),
        weekdays=draw(st.dictionaries(st.integers(0, 6), opening, max_size=1)),
        lasts_s=draw(st.sampled_from([0, 0, 60, 3600])),
        valid=draw(validities(now)),
        waivable=draw(st.booleans()),
    )


@st.composite
def calendars(draw: st.DrawFn, now: datetime) -> Calendar:
    """A few days off, worked weekends and a region's own days around now."""
    near = st.integers(-3, 6).map(lambda days: (now + days * DAYS).date())
    days: st.SearchStrategy[frozenset[date]] = st.frozensets(near, max_size=2)
    return Calendar(draw(days), draw(days), {"R": draw(days)})


@st.composite
def standings(draw: st.DrawFn, now: datetime) -> Standing:
    """Where he lives, what blocks him, what he agreed to."""
    spans = st.tuples(
        seconds(-9 * DAYS, 9 * DAYS), st.one_of(st.none(), seconds(timedelta(hours=1), 9 * DAYS))
    )
    zones = draw(st.lists(st.sampled_from(ZONES), min_size=1, max_size=3, unique=True))
    blocks, consents = [], []
    for start, length in draw(st.lists(spans, max_size=2)):
        end = now + start + length if length else None
        scope = draw(st.sampled_from(Scope))
        target = draw(st.sampled_from([str(getattr(ASK, scope.value)), "another"]))
        channels = draw(st.sampled_from([EVERY, DIRECT, frozenset({Channel.SMS})]))
        blocks.append(Block(channels, now + start, end, scope=scope, target=target))
    for start, length in draw(st.lists(spans, max_size=2)):
        consents.append(
            Consent(
                channels=draw(st.sampled_from([EVERY, frozenset({Channel.SMS})])),
                start=now + start,
                end=now + start + length if length else None,
                slot=draw(st.one_of(st.just(()), opening)),
                waives=draw(st.frozensets(st.sampled_from(RULE_IDS))),
                phone=draw(st.sampled_from(["", "", ASK.phone, "+79160000002"])),
            )
        )
    region, number = draw(st.sampled_from(["", "R"])), draw(st.one_of(*[validities(now)] * 5, st.none()))
    return Standing(tuple(zones), region, tuple(blocks), tuple(consents), number)


@st.composite
def touches(draw: st.DrawFn, now: datetime, id: str, ages: st.SearchStrategy[timedelta]) -> PastTouch:
    """A touch before now; mostly of this debtor, over this phone."""
    return PastTouch(
        TouchId(id),
        now - draw(ages),
        draw(st.sampled_from(CHANNELS)),
        draw(st.sampled_from([None, Outcome.TALK_DEBTOR, Outcome.UNKNOWN, *Outcome])),
        debtor=draw(st.sampled_from([1, 1, 1, 2, 3])),
        phone=draw(st.sampled_from([ASK.phone, ASK.phone, "+79160000002", ""])),
        direction=draw(st.sampled_from([Direction.OUT] * 5 + [Direction.IN])),
        debt=draw(st.sampled_from(["heat", "water", ""])),
        creditor=draw(st.sampled_from(["C1", "C2", ""])),
        campaign=draw(st.sampled_from(["7", "8", ""])),
        trunk=draw(st.sampled_from(["+7800", "+7801", ""])),
    )


@dataclass(frozen=True)
class Situation:
    """Everything that a verdict depends on but the legal basis, which is there."""

    rules: RuleSet
    standing: Standing
    now: datetime
    history: tuple[PastTouch, ...]
    basis: LegalBasis | None = BASIS

    def verdict(
        self,
        history: Iterable[PastTouch] | None = None,
        *,
        rules: RuleSet | None = None,
        standing: Standing | None = None,
        at: datetime | None = None,
    ) -> Verdict:
        """The verdict here, or with something else in its place."""
        return permit(
            rules or self.rules,
            ASK,
            standing or self.standing,
            history=self.history if history is None else history,
            basis=self.basis,
            now=at or self.now,
        )


@st.composite
def situations(draw: st.DrawFn, *, lowest: int = 0) -> Situation:
    """Rules of every kind, a standing, an instant and the touches of the weeks before it."""
    now = draw(instants)
    ages = st.one_of(seconds(timedelta(), 2 * DAYS), seconds(timedelta(), 40 * DAYS))
    history = [draw(touches(now, str(place), ages)) for place in range(draw(st.integers(0, 10)))]
    rules = RuleSet(
        "generated",
        hours=tuple(draw(st.lists(hours_rules(now), max_size=1))),
        limits=tuple(draw(st.lists(limit_rules(now, lowest), max_size=3))),
        calendar=draw(calendars(now)),
    )
    basis = draw(st.sampled_from([BASIS] * 6 + [None, LegalBasis("new", now + 2 * DAYS)]))
    return Situation(rules, draw(standings(now)), now, tuple(history), basis)
