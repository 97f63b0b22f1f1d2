"""Contact now: what the rules say of every way to reach a debtor, and what is left of each channel's limits."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property

from dialer.card import Action, Allowance, Budget
from domain.campaign import Campaign
from domain.debtor import Debtor
from domain.intensity import Ask, Refused, counters, permit
from domain.phone import Phone, PhoneStatus
from domain.portfolio import Portfolio
from domain.rules import RuleSet, Scope
from domain.said import said
from domain.touch import Channel
from domain.window import CalendarWindow, DatesWindow, Window
from ledger.books import Transaction
from ledger.history import History, load_history
from ledger.standings import Standings

BY_PHONE = (Channel.CALL_HUMAN, Channel.CALL_AGENT, Channel.VOICE_MSG, Channel.SMS, Channel.MESSENGER)
OTHERWISE = (Channel.MEETING, Channel.POST)
NO_PHONE = "no-phone"
PHONE = "phone"
WHY_NOT_DIALLED = {
    PhoneStatus.WRONG: "a stranger's: nothing ever goes to it",
    PhoneStatus.THIRD_PARTY: "a third party's: he and the debtor must have agreed to it",
    PhoneStatus.DEAD: "no number of anybody",
}


@dataclass(frozen=True)
class Contact:
    """A debtor, and what judges a touch of him. ``rules`` are without limits of the house (of a campaign, of a trunk):
    what they count is none of his business, and a day's calls of the house are too many to be read for a card.
    """

    tx: Transaction
    debtor: Debtor
    campaign: Campaign
    portfolio: Portfolio
    rules: RuleSet
    same: Mapping[int, str]
    now: datetime

    def actions(self) -> list[Action]:
        """Every channel over every phone of his, each judged as if it were the only one; and what needs no phone."""
        wanted: list[tuple[Channel, str]] = [
            (channel, phone.number) for channel in BY_PHONE for phone in self._diallable
        ]
        wanted += [(channel, "") for channel in OTHERWISE]
        return [*(self.judged(*way) for way in wanted), *self._hopeless()]

    def budgets(self, actions: Sequence[Action]) -> list[Budget]:
        """The limits on each channel that is limited at all, and when one of its actions is allowed."""
        found = []
        for channel in (*BY_PHONE, *OTHERWISE):
            if limits := tuple(self._allowances(channel)):
                opens = [
                    self.now if one.allowed else one.next_allowed for one in actions if one.channel == channel
                ]
                found.append(Budget(channel, min(filter(None, opens), default=None), limits))
        return found

    def _allowances(self, channel: Channel) -> Iterator[Allowance]:
        """The limits of a channel; those that look at a phone for each phone."""
        of_channel = {limit.id: limit for limit in self.rules.limits if channel in limit.channels}
        phones = [phone.number for phone in self._diallable]
        by_phone = any(limit.scope is Scope.PHONE for limit in of_channel.values())
        for phone in ("", *(phones if by_phone else ())):
            ask = self._ask(channel, phone)
            standing = self._standings.of(self.debtor, ask)
            used = counters(self.rules, ask, standing, self._history.of(ask), self.now)
            for rule, (counted, most) in used.items():
                limit = of_channel[rule]
                if bool(phone) == (limit.scope is Scope.PHONE):
                    left = max(0, most - counted)
                    yield Allowance(rule, window_words(limit.window), limit.scope, phone, counted, most, left)

    @property
    def _diallable(self) -> list[Phone]:
        return [phone for phone in self.debtor.phones if phone.diallable]

    def _hopeless(self) -> Iterator[Action]:
        """What no rule is asked about."""
        for phone in self.debtor.phones:
            if not phone.diallable:
                why = {PHONE: WHY_NOT_DIALLED[phone.status]}
                yield from (Action(channel, phone.number, False, (PHONE,), why) for channel in BY_PHONE)
        if not self.debtor.phones:
            yield from (Action(channel, "", False, (NO_PHONE,)) for channel in BY_PHONE)

    def _ask(self, channel: Channel, phone: str) -> Ask:
        who, by = (self.debtor.counted_as, phone, "", self.portfolio.creditor), self.campaign
        return Ask(channel, *who, str(by.id), by.caller_number)

    def judged(self, channel: Channel, phone: str) -> Action:
        """One of them, as if it were the only one."""
        ask = self._ask(channel, phone)
        standing, past = self._standings.of(self.debtor, ask), self._history.of(ask)
        verdict = permit(self.rules, ask, standing, history=past, basis=self.portfolio.basis, now=self.now)
        if not isinstance(verdict, Refused):
            return Action(ask.channel, ask.phone, True)
        return Action(ask.channel, ask.phone, False, verdict.rules, dict(verdict.why), verdict.next_allowed)

    @cached_property
    def _asks(self) -> list[Ask]:
        """One over each phone: what is known does not depend on the channel."""
        return [self._ask(Channel.CALL_HUMAN, phone.number) for phone in self.debtor.phones] or [
            self._ask(Channel.CALL_HUMAN, "")
        ]

    @cached_property
    def _history(self) -> History:
        return load_history(self.tx.connection, self._asks, self.same, self.rules, self.now)

    @cached_property
    def _standings(self) -> Standings:
        return Standings(self.tx.connection, [self.debtor], self._asks, self.same)


def window_words(window: Window) -> str:
    """A window as people say it."""
    if isinstance(window, CalendarWindow):
        return window.unit
    if isinstance(window, DatesWindow):
        return said("%(days)s dates", days=window.days)
    hours = window.length.total_seconds() / 3600
    in_days = said("%(days)s days", days=f"{hours / 24:g}")
    return in_days if hours >= 24 else said("%(hours)s hours", hours=f"{hours:g}")
