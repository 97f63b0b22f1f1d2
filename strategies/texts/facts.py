"""What a text may say of a debtor: the facts behind its variables, written as his language writes them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from functools import lru_cache

from domain.debtor import Debtor
from domain.portfolio import Portfolio


@dataclass(frozen=True, slots=True)
class Variable:
    """A variable: what it is, and the widest that it becomes, by which lengths are judged."""

    meaning: str
    widest: str


VARIABLES: Mapping[str, Variable] = {
    "agency": Variable("who writes", "агентство с именем тридцать букв"),
    "creditor": Variable("whom the money is owed to", "взыскатель с именем из 32 знаков"),
    "callback": Variable("the phone at which the creditor's agency is reached", "+70000000000"),
    "debt": Variable("the sum of all his debts, in roubles", "1 234 567,89"),
    "account": Variable("the account of his oldest debt", "12345678901234567890"),
    "service": Variable("what the oldest debt is for", "отопление и горячая вода"),
    "months": Variable("how many months are unpaid", "120"),
    "since": Variable("the first day of the oldest unpaid month", "01.01.2020"),
    "due": Variable("the end of the month after the oldest unpaid one", "31.12.2020"),
    "today": Variable("the debtor's own date", "31.12.2020"),
    "link": Variable(
        "a link to a page with the sum and the ways to pay, for him alone",
        "http://pay.example.com/p/" + "x" * 16,
    ),
}
"""The variables there are."""

SENDER, PHONE = frozenset({"agency", "creditor"}), "callback"
"""A message must say who writes and where he is reached (LAW.md 1.5)."""


def facts_of(
    debtor: Debtor, portfolio: Portfolio, agency: str, today: date, *, language: str, link: str = ""
) -> dict[str, str]:
    """The facts of one debtor; what he has not is empty."""
    oldest = min(debtor.debts, key=lambda debt: debt.oldest_unpaid, default=None)
    since = oldest.oldest_unpaid if oldest else today
    return {
        "agency": agency,
        "creditor": portfolio.creditor,
        "callback": portfolio.contact_phone,
        "debt": money(debtor.roubles, language),
        "account": oldest.account if oldest else "",
        "service": oldest.service if oldest else "",
        "months": str(max(1, debtor.months_overdue(today))),
        "since": day(since, language),
        "due": day(_end_of_next_month(since), language),
        "today": day(today, language),
        "link": link,
    }


def money(roubles: Decimal, language: str) -> str:
    """A sum: 12 345,67, in English 12,345.67; whole roubles without kopecks.

    The blanks are plain ones, since others would make a text of Latin letters twice as long.
    """
    said = f"{roubles:,.2f}" if roubles % 1 else f"{roubles:,.0f}"
    return said if language == "en" else said.replace(",", " ").replace(".", ",")


_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")


@lru_cache
def day(on: date, language: str) -> str:
    """A date: 01.03.2026, in English 1 Mar 2026."""
    return f"{on.day} {_MONTHS[on.month - 1]} {on.year}" if language == "en" else f"{on:%d.%m.%Y}"


def _end_of_next_month(on: date) -> date:
    months = on.year * 12 + on.month + 1
    return date.fromordinal(date(months // 12, months % 12 + 1, 1).toordinal() - 1)
