"""Debtors, campaigns and requests for the tests of books."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from datetime import UTC, date, datetime

import pytest
from sqlalchemy import insert, text

from domain.caller_number import CallerNumber
from domain.campaign import Campaign
from domain.debtor import Debtor
from domain.portfolio import LegalBasis
from domain.rules import HoursRule, LimitRule, RuleSet, Scope
from domain.touch import ANY_ATTEMPT, LIVE_ANSWERS, Channel, TouchId
from domain.window import CalendarWindow
from ledger.books import Books, Transaction
from ledger.tables import DebtorRow, DebtRow, PhoneRow, table
from ledger.totals import count, grow
from ledger.touches import TouchRequest

NOON = datetime(2026, 3, 10, 9, tzinfo=UTC)
"""Tuesday, 12:00 in Moscow."""
BASIS = LegalBasis("contract 1", datetime(2020, 1, 1, tzinfo=UTC))
CALLS = frozenset({Channel.VOICE_MSG})
ONE_LIVE_A_DAY = LimitRule("live-per-day", CALLS, LIVE_ANSWERS, CalendarWindow("day"), 1)
THREE_A_DAY = LimitRule("attempts-per-day", CALLS, ANY_ATTEMPT, CalendarWindow("day"), 3)
ONE_A_PHONE = LimitRule("live-per-phone", CALLS, LIVE_ANSWERS, CalendarWindow("day"), 1, Scope.PHONE)

CALLER = CallerNumber("+78000000000", "contract 5", "Heat", "utilities", BASIS.valid_from)
"""The number that calls of these tests show; it must be in the register."""

ON_SQLITE = pytest.mark.parametrize("books_url", ["sqlite"], indirect=True)
ON_POSTGRESQL = pytest.mark.parametrize("books_url", ["postgresql"], indirect=True)
"""For what is true of one kind of database only."""


def rules_of(*limits: LimitRule, hours: Iterable[HoursRule] = ()) -> RuleSet:
    return RuleSet("test", tuple(hours), limits)


def add_debtor(
    tx: Transaction,
    portfolio_id: int,
    key: str,
    *phones: str,
    roubles: int = 1000,
    zones: str = "Europe/Moscow",
    vulnerable: bool = False,
    person: str | None = None,
) -> Debtor:
    """A debtor with one debt and these phones, as the books give him back."""
    values = {
        "portfolio_id": portfolio_id,
        "external_id": key,
        "zones": zones,
        "vulnerable": vulnerable,
        "person": person,
        **{"name": "", "region": "", "language": "ru", "digest": ""},
    }
    write = insert(table(DebtorRow)).values(**values).returning(table(DebtorRow).c.id)
    id = int(tx.connection.execute(write).scalar_one())
    debt = {"account": f"account {key}", "service": "heat", "oldest_unpaid": date(2026, 1, 1)}
    tx.connection.execute(insert(table(DebtRow)).values(debtor_id=id, kopecks=roubles * 100, **debt))
    for position, number in enumerate(phones):
        phone = {"number": number, "position": position, "status": "unverified", "source": "client"}
        tx.connection.execute(insert(table(PhoneRow)).values(debtor_id=id, **phone))
    grow(tx.connection, portfolio_id, count(tx.connection, [id]))
    return tx.debtors.load([id])[id]


def add_campaign(
    tx: Transaction, portfolio_id: int, name: str = "spring", body: str = "name: test"
) -> Campaign:
    """A running campaign of a strategy with that text."""
    version = tx.versions.put(f"strategy of {name}", body, author="Иванова", now=NOON)
    return tx.campaigns.create(
        name,
        now=NOON,
        portfolio_id=portfolio_id,
        version_id=version.id,
        caller_number=CALLER.number,
        max_channels=10,
        max_calls_per_second=5.0,
    )


def request(debtor: Debtor, id: str, campaign: Campaign | None = None, phone: str = "") -> TouchRequest:
    """A call to the debtor's first phone."""
    asked = TouchRequest(
        id=TouchId(id),
        debtor=debtor,
        channel=Channel.VOICE_MSG,
        phone=phone or debtor.phones[0].number,
        campaign_id=None,
        strategy_version_id=None,
        segment="fresh",
        step="inform",
        script="hello",
        caller_number=CALLER.number,
        node="node1",
    )
    if campaign is None:
        return asked
    return replace(asked, campaign_id=campaign.id, strategy_version_id=campaign.strategy_version_id)


def waiting(books: Books) -> int:
    """How many connections to this PostgreSQL database wait for a lock."""
    asked = "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'"
    with books.read() as tx:
        return int(tx.connection.scalar(text(asked)) or 0)
