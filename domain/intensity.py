"""May this touch happen? Pure verdicts over rules, blocks, a debtor's history and the time.

A verdict carries every failing rule by name and the first instant at which all of them pass, assuming no new
events. That instant is computed: each failing rule says when it alone may pass next, the latest of these is
tried, and so on until nothing fails or the horizon is passed.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

from domain.block import Block, Consent
from domain.portfolio import LegalBasis
from domain.rules import ALWAYS, SHARED, Count, HoursRule, LimitRule, RuleSet, Scope, Validity
from domain.touch import CHANNEL_GROUPS, Channel, Direction, Outcome, PastTouch
from domain.window import DAY, Hours, Window, openings

HORIZON = timedelta(days=60)
LEGAL_BASIS = "legal-basis"
CALLER_NUMBER = "caller-number"
BLOCK = "block"
SLOT = "chosen-slot"
ZONE = "zone"


@lru_cache(maxsize=4096)
def _begins(window: Window, at: datetime, zone: ZoneInfo) -> datetime:
    """Many rules and all debtors of a zone share a window at one instant."""
    return window.begins(at, zone)


PASSES = datetime.min.replace(tzinfo=UTC)
"""A rule that does not stand in the way; before every real instant."""


@dataclass(frozen=True, slots=True)
class Ask:
    """The touch that is asked for: with whom, how, over which phone, about which debt of which creditor."""

    channel: Channel
    debtor: int | str
    phone: str = ""
    debt: str = ""
    creditor: str = ""
    campaign: str = ""
    trunk: str = ""


@dataclass(frozen=True, slots=True)
class Standing:
    """What stands beside the history: where the debtor lives, what blocks him, what he agreed to.

    ``number`` is when a call may show the caller number that it is to show; None when that is not registered.
    """

    zones: tuple[str, ...]
    region: str = ""
    blocks: tuple[Block, ...] = ()
    consents: tuple[Consent, ...] = ()
    number: Validity | None = ALWAYS


@dataclass(frozen=True, slots=True)
class Allowed:
    """Nothing stands against it."""


@dataclass(frozen=True, slots=True)
class Refused:
    """The rules that forbid it, and when they all pass (None: not within 60 days). ``why`` adds words to a rule."""

    rules: tuple[str, ...]
    next_allowed: datetime | None
    why: tuple[tuple[str, str], ...] = ()


Verdict = Allowed | Refused


@lru_cache(maxsize=1024)
def _zones(names: tuple[str, ...]) -> tuple[ZoneInfo, ...]:
    return tuple(ZoneInfo(name) for name in names)


def permit(
    rules: RuleSet,
    ask: Ask,
    standing: Standing,
    *,
    history: Iterable[PastTouch],
    basis: LegalBasis | None,
    now: datetime,
) -> Verdict:
    """Judge one touch at ``now`` (aware UTC); with several candidate zones it must be allowed in all of them.

    ``history`` holds the touches of the debtor, and those of others over the asked phone, campaign or trunk; order
    and repeats do not matter, later events than ``now`` do not count. An open reservation counts as the worst that
    it may become. Whose zone is unknown is refused: no clock says whether it is night there.
    """
    if not standing.zones:
        return Refused((ZONE,), None)
    check = _Check(
        rules, ask, standing, _consents(standing, ask), _zones(standing.zones), _counting(history, now), basis
    )
    failing = check.failing(now)
    if not failing:
        return Allowed()
    names = tuple(dict.fromkeys(failure.rule for failure in failing))
    why = tuple((failure.rule, failure.why) for failure in failing if failure.why)
    return Refused(names, check.next_allowed(now, failing), why)


def counters(
    rules: RuleSet, ask: Ask, standing: Standing, history: Iterable[PastTouch], now: datetime
) -> dict[str, tuple[int, int]]:
    """How far each limit on this channel is used up at ``now``: rule -> (counted, limit), the strictest zone.

    The clock of a debtor whose zone is unknown is UTC's.
    """
    zones = _zones(standing.zones or ("UTC",))
    check = _Check(rules, ask, standing, (), zones, _counting(history, now), None)
    return {
        limit.id: (max(len(check.counted(limit, now, zone)) for zone in check.zones), limit.max)
        for limit in rules.limits
        if ask.channel in limit.channels and limit.valid.covers(now)
    }


def _counting(history: Iterable[PastTouch], now: datetime) -> tuple[PastTouch, ...]:
    unique = {touch.id: touch for touch in history}
    return tuple(t for t in unique.values() if t.direction is Direction.OUT and t.at <= now)


def _consents(standing: Standing, ask: Ask) -> tuple[Consent, ...]:
    return tuple(consent for consent in standing.consents if consent.concerns(ask.channel, ask.phone))


@dataclass(frozen=True, slots=True)
class _Failure:
    rule: str
    passes_at: datetime | None
    why: str = ""


@dataclass(frozen=True, slots=True)
class _Check:
    rules: RuleSet
    ask: Ask
    standing: Standing
    consents: tuple[Consent, ...]
    zones: tuple[ZoneInfo, ...]
    history: tuple[PastTouch, ...]
    basis: LegalBasis | None

    def failing(self, at: datetime) -> list[_Failure]:
        """What fails at an instant, each with the first instant at which it alone may pass."""
        return [*self._papers(at), *self._blocks(at), *self._hours(at), *self._limits(at)]

    def next_allowed(self, now: datetime, failing: list[_Failure]) -> datetime | None:
        """Leap from one obstacle's release to the next until nothing fails."""
        at = now
        while failing:
            latest = _latest([failure.passes_at for failure in failing])
            if latest is None or latest > now + HORIZON:
                return None
            at = latest
            failing = self.failing(at)
        return at

    def counted(self, rule: LimitRule, at: datetime, zone: ZoneInfo) -> list[datetime]:
        """The instants that the limit counts at ``at`` on a zone's clock."""
        begins = _begins(rule.window, at, zone)
        events = [touch for touch in self.history if begins <= touch.at and self._counts(rule, touch)]
        if rule.count is Count.TOUCHES:
            return [touch.at for touch in events]
        last = {touch.debtor: touch.at for touch in sorted(events, key=lambda touch: touch.at)}
        return [at for debtor, at in last.items() if debtor != self.ask.debtor]

    def _papers(self, at: datetime) -> Iterator[_Failure]:
        """What entitles us: the creditor's document, and the registration of the number that a call shows."""
        basis, number = self.basis, self.standing.number
        if basis is None:
            yield _Failure(LEGAL_BASIS, None, "no document entitles us")
        elif not basis.in_force(at):
            yield _Failure(LEGAL_BASIS, basis.valid_from if at < basis.valid_from else None, basis.document)
        if self.ask.channel not in CHANNEL_GROUPS["call"]:
            return
        if number is None:
            yield _Failure(CALLER_NUMBER, None, "not registered")
        elif not number.covers(at):
            starts = number.start if number.start and at < number.start else None
            yield _Failure(CALLER_NUMBER, starts, "registered for another time")

    def _blocks(self, at: datetime) -> Iterator[_Failure]:
        for block in self.standing.blocks:
            named = block.scope is Scope.DEBTOR or getattr(self.ask, block.scope.value) == block.target
            if named and self.ask.channel in block.channels and block.covers(at):
                yield _Failure(BLOCK, block.end, block.reason)

    def _hours(self, at: datetime) -> Iterator[_Failure]:
        for rule in self.rules.hours:
            if self._applies(rule, at) and (opens := self._opens_at(rule, at)) is not PASSES:
                yield _Failure(rule.id, self._sooner(opens, rule, at))
        for consent in self.consents:
            if consent.slot and consent.covers(at):
                opens = self._opens_at(HoursRule(SLOT, consent.channels, consent.slot, consent.slot), at)
                if opens is not PASSES:
                    yield _Failure(SLOT, _earliest(opens, consent.end), consent.document)

    def _limits(self, at: datetime) -> Iterator[_Failure]:
        within_reach = [rule for rule in self.rules.limits if rule.max <= len(self.history)]
        for rule in within_reach:
            if self._applies(rule, at) and (frees := self._frees_at(rule, at)) is not PASSES:
                yield _Failure(rule.id, self._sooner(frees, rule, at))

    def _applies(self, rule: HoursRule | LimitRule, at: datetime) -> bool:
        if self.ask.channel not in rule.channels or not rule.valid.covers(at):
            return False
        return not rule.waivable or not any(consent.covers(at) for consent in self._waivers(rule))

    def _waivers(self, rule: HoursRule | LimitRule) -> list[Consent]:
        return [consent for consent in self.consents if rule.waivable and rule.id in consent.waives]

    def _sooner(
        self, passes_at: datetime | None, rule: HoursRule | LimitRule, at: datetime
    ) -> datetime | None:
        """The rule may also end, or be waived, before it passes by itself."""
        waived = (consent.start for consent in self._waivers(rule) if consent.start > at)
        return _earliest(passes_at, rule.valid.end, *waived)

    def _opens_at(self, rule: HoursRule, at: datetime) -> datetime | None:
        """PASSES when it is open in all zones; else the latest opening, None when there is none."""
        opens = [opening for zone in self.zones if (opening := self._opens_in(zone, rule, at)) is not PASSES]
        return _latest(opens) if opens else PASSES

    def _opens_in(self, zone: ZoneInfo, rule: HoursRule, at: datetime) -> datetime | None:
        if self._is_open(zone, rule, at):
            return PASSES
        first = at.astimezone(zone).date()
        for day in (first + ahead * DAY for ahead in range(HORIZON.days + 1)):
            for instant in openings(self._hours_of(rule, day), day, zone):
                if instant > at and self._is_open(zone, rule, instant):
                    return instant
        return None

    def _is_open(self, zone: ZoneInfo, rule: HoursRule, at: datetime) -> bool:
        begins = at.astimezone(zone).replace(tzinfo=None)
        ends = begins + timedelta(seconds=rule.lasts_s)
        return ends.date() == begins.date() and any(
            hours.contains(begins.time()) and hours.contains(ends.time())
            for hours in self._hours_of(rule, begins.date())
        )

    def _hours_of(self, rule: HoursRule, day: date) -> Sequence[Hours]:
        if self.rules.calendar.is_off(day, self.standing.region):
            return rule.off
        return rule.weekdays.get(day.weekday(), rule.work)

    def _frees_at(self, rule: LimitRule, at: datetime) -> datetime | None:
        """PASSES when the limit admits one more; else when it does, by the strictest zone. A limit of 0: never."""
        if rule.max == 0:
            return None
        frees = PASSES
        for zone in self.zones:
            counted = self.counted(rule, at, zone)
            if len(counted) >= rule.max:
                frees = max(frees, rule.window.frees_at(at, zone, counted, rule.max))
        return frees

    def _counts(self, rule: LimitRule, touch: PastTouch) -> bool:
        # A message left on a machine by a call is a voice message too.
        left = touch.outcome is Outcome.MACHINE_MSG and Channel.VOICE_MSG in rule.channels
        if not left and touch.channel not in rule.channels:
            return False
        unsettled = touch.outcome is None or touch.outcome is Outcome.UNKNOWN
        return (unsettled or touch.outcome in rule.outcomes) and self._in_scope(rule.scope, touch)

    def _in_scope(self, scope: Scope, touch: PastTouch) -> bool:
        mine = touch.debtor == self.ask.debtor
        if scope is Scope.DEBTOR:
            return mine
        theirs, ours = getattr(touch, scope.value), getattr(self.ask, scope.value)
        if scope in SHARED:
            return bool(theirs == ours) and (mine or bool(ours))
        return mine and (not theirs or not ours or bool(theirs == ours))


def _latest(instants: Sequence[datetime | None]) -> datetime | None:
    """The latest instant; None (never) wins."""
    known = [t for t in instants if t is not None]
    return max(known) if len(known) == len(instants) else None


def _earliest(*instants: datetime | None) -> datetime | None:
    """The earliest instant; None (never) loses."""
    return min((t for t in instants if t is not None), default=None)
