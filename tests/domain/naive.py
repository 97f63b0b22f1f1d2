"""The rules of intensity a second time: no leaps, no caches, each definition as the law's table words it.

It judges one instant only, and is what the property tests hold the real verdicts against.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from domain.block import Consent
from domain.intensity import BLOCK, CALLER_NUMBER, LEGAL_BASIS, SLOT, Ask, Standing
from domain.portfolio import LegalBasis
from domain.rules import Count, HoursRule, LimitRule, RuleSet, Scope
from domain.touch import Channel, Direction, Outcome, PastTouch
from domain.window import CalendarWindow, DatesWindow, RollingWindow, Window

CALLS = (Channel.CALL_HUMAN, Channel.CALL_AGENT, Channel.VOICE_MSG)


def refusals(
    rules: RuleSet,
    ask: Ask,
    standing: Standing,
    history: Iterable[PastTouch],
    basis: LegalBasis | None,
    at: datetime,
    now: datetime,
) -> set[str]:
    """Names of the rules that forbid the touch at ``at``, if nothing happens between ``now`` and then."""
    zones = [ZoneInfo(name) for name in standing.zones]
    events = list({t.id: t for t in history if t.direction is Direction.OUT and t.at <= now}.values())
    found: set[str] = set()
    if basis is None or not _within(at, basis.valid_from, basis.valid_to):
        found.add(LEGAL_BASIS)
    if ask.channel in CALLS and (
        standing.number is None or not _within(at, standing.number.start, standing.number.end)
    ):
        found.add(CALLER_NUMBER)
    for block in standing.blocks:
        concerns = block.scope is Scope.DEBTOR or _of(ask, block.scope) == block.target
        if concerns and ask.channel in block.channels and _within(at, block.start, block.end):
            found.add(BLOCK)
    slots = [
        HoursRule(SLOT, consent.channels, consent.slot, consent.slot)
        for consent in standing.consents
        if consent.slot and _agreed(consent, ask, at)
    ]
    for hours in [*slots, *(rule for rule in rules.hours if _governs(rule, ask, standing, at))]:
        if not all(_is_open(hours, rules, standing, at, zone) for zone in zones):
            found.add(hours.id)
    for limit in (rule for rule in rules.limits if _governs(rule, ask, standing, at)):
        if any(_number(limit, ask, events, at, zone) >= limit.max for zone in zones):
            found.add(limit.id)
    return found


def counts(window: Window, event: datetime, at: datetime, zone: ZoneInfo) -> bool:
    """Whether an event counts at an instant: the table of window kinds."""
    then, now = event.astimezone(zone).date(), at.astimezone(zone).date()
    match window:
        case CalendarWindow(unit="day"):
            return then == now
        case CalendarWindow(unit="week"):
            return then.isocalendar()[:2] == now.isocalendar()[:2]
        case CalendarWindow():
            return (then.year, then.month) == (now.year, now.month)
        case RollingWindow(length=length):
            return at - event < length
        case DatesWindow(days=days):
            return (now - then).days < days


def _number(rule: LimitRule, ask: Ask, events: list[PastTouch], at: datetime, zone: ZoneInfo) -> int:
    counted = [t for t in events if _concerns(rule, ask, t) and counts(rule.window, t.at, at, zone)]
    if rule.count is Count.DEBTORS:
        return len({t.debtor for t in counted} - {ask.debtor})
    return len(counted)


def _concerns(rule: LimitRule, ask: Ask, touch: PastTouch) -> bool:
    unsettled = touch.outcome in (None, Outcome.UNKNOWN)
    if not unsettled and touch.outcome not in rule.outcomes:
        return False
    left_on_a_machine = touch.outcome is Outcome.MACHINE_MSG and Channel.VOICE_MSG in rule.channels
    if touch.channel not in rule.channels and not left_on_a_machine:
        return False
    if rule.scope in (Scope.PHONE, Scope.CAMPAIGN, Scope.TRUNK):
        nameless = _of(ask, rule.scope) == "" and touch.debtor != ask.debtor
        return _of(touch, rule.scope) == _of(ask, rule.scope) and not nameless
    if touch.debtor != ask.debtor:
        return False
    if rule.scope is Scope.DEBTOR:
        return True
    return "" in (_of(touch, rule.scope), _of(ask, rule.scope)) or _of(touch, rule.scope) == _of(
        ask, rule.scope
    )


def _of(what: Ask | PastTouch, scope: Scope) -> str:
    return str(getattr(what, scope.value))


def _governs(rule: HoursRule | LimitRule, ask: Ask, standing: Standing, at: datetime) -> bool:
    waived = any(
        rule.waivable and rule.id in consent.waives and _agreed(consent, ask, at)
        for consent in standing.consents
    )
    return ask.channel in rule.channels and _within(at, rule.valid.start, rule.valid.end) and not waived


def _agreed(consent: Consent, ask: Ask, at: datetime) -> bool:
    over = ask.channel in consent.channels and consent.phone in (ask.phone, "")
    return over and _within(at, consent.start, consent.end)


def _is_open(rule: HoursRule, rules: RuleSet, standing: Standing, at: datetime, zone: ZoneInfo) -> bool:
    local = at.astimezone(zone)
    if rules.calendar.is_off(local.date(), standing.region):
        intervals = rule.off
    else:
        intervals = rule.weekdays.get(local.weekday(), rule.work)
    second = timedelta(
        hours=local.hour, minutes=local.minute, seconds=local.second, microseconds=local.microsecond
    )
    return any(
        _span(h.opens.hour, h.opens.minute)
        <= second
        < _span(h.closes.hour, h.closes.minute) - timedelta(seconds=rule.lasts_s)
        for h in intervals
    )


def _span(hours: int, minutes: int) -> timedelta:
    return timedelta(hours=hours, minutes=minutes)


def _within(at: datetime, start: datetime | None, end: datetime | None) -> bool:
    return (start is None or start <= at) and (end is None or at < end)
