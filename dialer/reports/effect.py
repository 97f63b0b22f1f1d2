"""Effectiveness and cost: what followed which touches, and for how much."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from dialer.reports.ask import ReportAsk
from dialer.reports.cost import cost_of, parts_of
from dialer.reports.table import Cell as TableCell
from dialer.reports.table import Column, Kind, Table
from dialer.settings import prices_of
from domain.campaign import Campaign
from domain.debtor import PromiseState
from domain.touch import Channel
from ledger.reports.figures import Cell, cells
from ledger.reports.money import AfterTouch, after_touches, promised, received
from ledger.reports.table import share
from ledger.transaction import Transaction

ATTRIBUTED = (
    "A payment is told of the campaign's last touch before it, if that was no longer than 30 days ago."
)
PRICES_OF_NOW = "Costs are by the prices that the settings have now."


@dataclass(frozen=True, slots=True)
class _Counted:
    touches: int
    contacts: int
    kopecks: int


def effectiveness(tx: Transaction, ask: ReportAsk) -> list[Table]:
    """Receipts before and after, after which touches, and what contacts led to. InputError without a campaign."""
    campaign = ask.one(tx)
    seen = cells(tx.connection, [campaign.id], ask.begins, ask.ends)
    after = after_touches(tx.connection, campaign.id, campaign.portfolio_id, ask.since, ask.until)
    tables: list[tuple[str, str, Callable[[Any], str]]] = [
        ("Receipts by segment", "segment", lambda one: one.segment),
        ("Receipts by version", "version", lambda one: _version(tx, one.version_id)),
        ("Receipts by channel", "channel", lambda one: one.channel or ""),
    ]
    return [
        _before_and_after(tx, campaign, ask),
        *(_receipts(title, _named(name), after, seen, key) for title, name, key in tables),
        _promises(tx, campaign, seen, ask),
    ]


def cost(tx: Transaction, ask: ReportAsk) -> list[Table]:
    """What touches have cost: each, per contact, and per rouble that came in."""
    seen = [cell for cell in cells(tx.connection, ask.campaigns(tx), ask.begins, ask.ends) if cell.left_us]
    counted = _counted(tx, ask, seen, lambda cell: cell.channel.value)
    whole = _counted(tx, ask, seen, lambda cell: "all").get("all", _Counted(0, 0, 0))
    columns = (
        Column("channel", Kind.WORD),
        Column("touches", Kind.COUNT),
        Column("contacts", Kind.COUNT),
        Column("cost", Kind.MONEY),
        *(Column(name, Kind.MONEY) for name in ("cost of a touch", "cost of a contact")),
    )
    rows = [_cost_row(of, one) for of, one in sorted(counted.items())]
    tables = [Table("Costs by channel", columns, [*rows, _cost_row("all", whole)], (PRICES_OF_NOW,))]
    portfolios = {one.portfolio_id for one in _campaigns(tx, ask)}
    paid = [received(tx.connection, id, ask.since, ask.until) for id in sorted(portfolios)]
    income = sum(one.kopecks for one in paid if one)
    money = (
        Column("receipts", Kind.MONEY),
        Column("cost", Kind.MONEY),
        Column("cost of a rouble", Kind.MONEY),
    )
    of_rouble = share(whole.kopecks * 100, income)
    return [*tables, Table("Cost of what came in", money, [(income, whole.kopecks, of_rouble)])]


def _campaigns(tx: Transaction, ask: ReportAsk) -> list[Campaign]:
    return [ask.one(tx)] if ask.campaign else tx.campaigns.all()


def _cost_row(of: str, one: _Counted) -> list[TableCell]:
    each = (share(one.kopecks, one.touches), share(one.kopecks, one.contacts))
    return [of, one.touches, one.contacts, one.kopecks, *each]


def _counted(
    tx: Transaction, ask: ReportAsk, seen: Iterable[Cell], key: Callable[[Cell], str]
) -> dict[str, _Counted]:
    by: defaultdict[str, list[Cell]] = defaultdict(list)
    for cell in seen:
        by[key(cell)].append(cell)
    prices = prices_of(ask.settings)
    return {
        of: _Counted(
            sum(cell.touches for cell in some),
            sum(cell.touches for cell in some if cell.contact),
            cost_of(some, prices, parts_of(tx, some)),
        )
        for of, some in by.items()
    }


def _before_and_after(tx: Transaction, campaign: Campaign, ask: ReportAsk) -> Table:
    """As long a time before the campaign as the period is, up to today."""
    began = tx.campaigns.began(campaign.id).astimezone(ask.zone).date()
    until = min(ask.until, ask.now.astimezone(ask.zone).date() + timedelta(days=1))
    length = max(until - ask.since, timedelta(days=1))
    periods: list[tuple[str, date, date]] = [
        ("before the campaign", began - length, began),
        ("in the period", ask.since, until),
    ]
    rows: list[list[TableCell]] = []
    for name, first, end in periods:
        paid = received(tx.connection, campaign.portfolio_id, first, end)
        figures = (paid.kopecks, paid.payments, paid.payers) if paid else (None, None, None)
        rows.append([name, first, end - timedelta(days=1), *figures])
    days = (Column("from", Kind.DAY), Column("to", Kind.DAY))
    counts = (Column("payments", Kind.COUNT), Column("debtors who paid", Kind.COUNT))
    columns = (Column("when", Kind.WORD), *days, Column("receipts", Kind.MONEY), *counts)
    return Table("Receipts before and after", columns, rows)


def _receipts(
    title: str,
    first: Column,
    after: Iterable[AfterTouch],
    seen: Iterable[Cell],
    key: Callable[[AfterTouch | Cell], str],
) -> Table:
    """``key`` is what is told apart; payments that follow no touch stand in a row of their own, without a name."""
    sums: defaultdict[str, list[int]] = defaultdict(lambda: [0, 0, 0, 0])
    for cell in seen:
        if cell.left_us:
            row = sums[key(cell)]
            row[0] += cell.touches
            row[1] += cell.touches * cell.contact
    for one in after:
        row = sums[key(one) if one.channel else ""]
        row[2] += one.payments
        row[3] += one.kopecks
    rows = [
        [of, *row, share(row[3], row[0])] for of, row in sorted(sums.items(), key=lambda item: -item[1][3])
    ]
    counts = (Column(name, Kind.COUNT) for name in ("touches", "contacts", "payments"))
    columns = (first, *counts, Column("receipts", Kind.MONEY), Column("receipts per touch", Kind.MONEY))
    return Table(title, columns, rows, (ATTRIBUTED,))


def _promises(tx: Transaction, campaign: Campaign, seen: Iterable[Cell], ask: ReportAsk) -> Table:
    contacts: defaultdict[tuple[str, Channel], int] = defaultdict(int)
    for cell in seen:
        if cell.contact:
            contacts[cell.segment, cell.channel] += cell.touches
    made = promised(tx.connection, campaign.id, ask.begins, ask.ends)
    rows: list[list[TableCell]] = []
    for segment, channel in sorted({*contacts, *made}):
        states = made.get((segment, channel), {})
        kept, broken = states.get(PromiseState.KEPT, 0), states.get(PromiseState.BROKEN, 0)
        promises, of = sum(states.values()), contacts[segment, channel]
        shares = (share(promises, of), share(kept, kept + broken))
        rows.append([segment, channel.value, of, promises, kept, broken, *shares])
    counts = (Column(name, Kind.COUNT) for name in ("contacts", "promises", "kept", "broken"))
    shares_of = (Column("promises per contact", Kind.SHARE), Column("kept, of those judged", Kind.SHARE))
    columns = (Column("segment"), Column("channel", Kind.WORD), *counts, *shares_of)
    return Table("Contact, promise, payment", columns, rows)


def _named(name: str) -> Column:
    return Column(name, Kind.WORD if name == "channel" else Kind.TEXT)


def _version(tx: Transaction, id: int | None) -> str:
    return tx.versions.get(id).label if id else ""
