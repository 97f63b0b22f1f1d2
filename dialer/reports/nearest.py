"""Nearest to limits: the debtors whom one more touch would bring to a limit, or who are at one already.

Who was contacted most is known without the log (`ledger.contact_counts`); what each limit counts of them, open touches
too, is asked of the rules themselves. Debtors are told by their keys: nothing else of them is needed here.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from dialer.handlers.contact_now import window_words
from dialer.handlers.take_over import published_strategy
from dialer.reports.ask import ReportAsk
from dialer.reports.table import Cell, Column, Kind, Table
from domain.campaign import Campaign
from domain.debtor import Debtor
from domain.errors import InputError
from domain.intensity import Ask, Standing, counters
from domain.rules import LimitRule, RuleSet
from domain.touch import Channel
from ledger.contact_counts import windows_of
from ledger.history import load_history
from ledger.persons import same_persons
from ledger.reports.statement import of_people
from ledger.transaction import Transaction

SHOWN = 10
"""Of each limit."""
LOOKED_AT = 60
"""So many of those contacted most, for each window that a limit looks at."""
AS_OF_NOW = "As it stands now, whatever days the report is of; found among those who were contacted most."
UNREADABLE = "The rules of this campaign cannot be read: its strategy was published by an older Dozvon."


@dataclass(frozen=True, slots=True)
class Near:
    """How far a debtor has used up a limit."""

    limit: LimitRule
    debtor: str
    used: int

    @property
    def left(self) -> int:
        """How many touches the limit still admits."""
        return max(0, self.limit.max - self.used)


def nearest(tx: Transaction, ask: ReportAsk) -> Table:
    """The table. InputError without a campaign."""
    columns = (
        Column("limit", Kind.WORD),
        Column("within", Kind.WORD),
        Column("debtor"),
        *(Column(name, Kind.COUNT) for name in ("used", "limit is", "left")),
    )
    campaign = ask.one(tx)
    try:
        found = find_nearest(tx, campaign, ask.now)
    except InputError:  # a version of an older Dozvon: the other tables are still worth showing
        return Table("Nearest to limits", columns, (), (UNREADABLE,))
    return Table("Nearest to limits", columns, [_row(near) for near in found], (AS_OF_NOW,))


def find_nearest(tx: Transaction, campaign: Campaign, now: datetime) -> list[Near]:
    """By limits in their order, those with least left first; nobody who has used up nothing of it.

    InputError if the campaign's strategy cannot be read.
    """
    rules = of_people(published_strategy(tx.versions.get(campaign.strategy_version_id))[1])
    clock = [ZoneInfo(tx.debtors.main_zone(campaign.portfolio_id))]
    in_force = [limit for limit in rules.limits if limit.max > 0 and limit.valid.covers(now)]
    of = [(limit, windows_of(limit, campaign.portfolio_id, now, clock)) for limit in in_force]
    limits = [limit for limit, windows in of if windows]
    whom = {id for one in {one for _, one in of if one} for id in one.most(tx.connection, LOOKED_AT)}
    near = list(_used(tx, campaign, rules, limits, sorted(whom), now))
    near.sort(key=lambda one: (one.left, -one.used, one.debtor))
    return [one for limit in limits for one in [each for each in near if each.limit is limit][:SHOWN]]


def _used(
    tx: Transaction,
    campaign: Campaign,
    rules: RuleSet,
    limits: Sequence[LimitRule],
    whom: Sequence[int],
    now: datetime,
) -> Iterator[Near]:
    debtors = list(tx.debtors.load(whom).values())
    portfolio = tx.portfolios.get(campaign.portfolio_id)
    same = same_persons(tx.connection, debtors)

    def ask_of(debtor: Debtor, channel: Channel) -> Ask:
        return Ask(channel, debtor.counted_as, creditor=portfolio.creditor, campaign=str(campaign.id))

    asks = [ask_of(debtor, Channel.CALL_HUMAN) for debtor in debtors]
    history = load_history(tx.connection, asks, same, rules, now)
    channels = {limit.id: min(limit.channels) for limit in limits}
    for debtor in debtors:
        used: dict[str, tuple[int, int]] = {}
        for channel in sorted(set(channels.values())):
            asked = ask_of(debtor, channel)
            standing = Standing(debtor.zones, debtor.region)
            used |= counters(rules, asked, standing, history.of(asked), now)
        for limit in limits:
            if used[limit.id][0]:
                yield Near(limit, debtor.external_id, used[limit.id][0])


def _row(near: Near) -> list[Cell]:
    limit = near.limit
    return [limit.id, window_words(limit.window), near.debtor, near.used, limit.max, near.left]
