"""What a script may say of a debtor: the facts behind the variables of its texts."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from decimal import Decimal

from domain.debtor import Debtor
from domain.portfolio import Portfolio
from ivr_scripts.spoken import Kind

FACTS: Mapping[str, Kind] = {
    "agency": Kind.TEXT,
    "creditor": Kind.TEXT,
    "callback": Kind.PHONE,
    "debt": Kind.MONEY,
    "months": Kind.MONTHS,
    "account": Kind.ACCOUNT,
    "since": Kind.DATE,
}
"""The variables that a script for debtors may declare, and their kinds."""

OF_A_LINE: Mapping[str, Kind] = {name: FACTS[name] for name in ("agency", "creditor", "callback")}
"""What is known before anybody knows who calls a line of ours."""

SAMPLE_FACTS: Mapping[str, object] = {
    "agency": "агентство Дозвон",
    "creditor": "Энергосбыт",
    "callback": "+78005553535",
    "debt": Decimal("12345.67"),
    "months": 5,
    "account": "4100 2233 71",
    "since": date(2026, 3, 1),
    "proceeding": "12345/26/77001",
}
"""What ``dozvon script render`` says when no debtor is named."""


def facts_of(debtor: Debtor, portfolio: Portfolio, agency: str, today: date) -> dict[str, object]:
    """The facts of one debtor by the names that scripts use; those that he has not are left out."""
    facts: dict[str, object] = {
        "agency": agency,
        "creditor": portfolio.creditor,
        "callback": portfolio.contact_phone,
        "debt": debtor.roubles,
        "months": max(1, debtor.months_overdue(today)),
    }
    if debtor.debts:
        oldest = min(debtor.debts, key=lambda debt: debt.oldest_unpaid)
        facts |= {"account": oldest.account, "since": oldest.oldest_unpaid}
    return facts
