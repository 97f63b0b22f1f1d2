"""Whom the books know by a caller's number, on both databases."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta

import pytest
from sqlalchemy import insert

from domain.block import Block
from domain.call import Call
from domain.caller import CallerKind, LastTouch
from domain.debtor import Debtor
from domain.phone import PhoneStatus
from domain.portfolio import Portfolio
from domain.proceeding import Bailiff
from domain.touch import CHANNEL_GROUPS, Outcome, TouchId
from domain.verdict import Verdict
from ledger.books import Books, Transaction
from ledger.fact_tables import ProceedingRow
from ledger.tables import table
from ledger.touches import Closing
from tests.ledger.plans_of_queries import listening
from tests.ledger.rows import BASIS, NOON, add_debtor, request, rules_of

pytestmark = pytest.mark.unit

MOBILE, SECOND = "+79160000001", "+79160000002"
T1 = TouchId("01a200bb715f72ddb91035d900000001")


@pytest.fixture
def tx(books: Books, portfolio: Portfolio) -> Iterator[Transaction]:
    """Opened after the portfolio was written: SQLite has one writer."""
    with books.write() as opened:
        yield opened


def add_proceeding(
    tx: Transaction, debtor: Debtor, number: str, bailiff: Bailiff, ended_on: date | None = None
) -> int:
    """A proceeding of 1,000 roubles, opened in January; answers its id."""
    facts = {"opened_on": date(2026, 1, 9), "document": "СП 1", "kopecks": 100_000, "end_reason": ""}
    official = {"bailiff": bailiff.name, "department": bailiff.department, "address": bailiff.address}
    row = {"debtor_id": debtor.id, "number": number, "bailiff_phone": bailiff.phone, "ended_on": ended_on}
    row["extension"] = bailiff.extension
    written = insert(table(ProceedingRow)).values(**facts, **official, **row)
    return int(tx.connection.execute(written.returning(table(ProceedingRow).c.id)).scalar_one())


def called(tx: Transaction, debtor: Debtor, phone: str = MOBILE) -> None:
    """A call that nobody took, at noon."""
    tx.touches.reserve([request(debtor, T1, phone=phone)], rules_of(), BASIS, NOON)
    call = Call(T1, ended_at=NOON + timedelta(seconds=20))
    tx.touches.close([Closing(call, Verdict(Outcome.NO_ANSWER, ""), NOON + timedelta(seconds=20))])


@pytest.mark.parametrize("shown", ["+79160000001", "8 916 000-00-01", "79160000001", "9160000001"])
def test_a_debtor_however_the_carrier_writes_his_number(
    tx: Transaction, portfolio: Portfolio, shown: str
) -> None:
    debtor = add_debtor(tx, portfolio.id, "A1", MOBILE)
    called(tx, debtor)
    tx.debtors.mark_phone(debtor.id, MOBILE, PhoneStatus.CONFIRMED)
    found = tx.callers.match(shown, NOON)
    assert (found.kind, found.number) == (CallerKind.DEBTOR, MOBILE)
    (only,) = found.candidates
    assert (only.debtor_id, only.key, only.portfolio, only.creditor) == (
        debtor.id,
        "A1",
        "heat",
        "Тепловые сети",
    )
    assert (only.language, only.phone) == ("ru", PhoneStatus.CONFIRMED)
    assert only.last_touch == LastTouch(NOON, Outcome.NO_ANSWER)


def test_a_family_s_phone_with_the_one_who_was_rung_first(tx: Transaction, portfolio: Portfolio) -> None:
    one, other = (add_debtor(tx, portfolio.id, key, MOBILE) for key in ("A1", "A2"))
    called(tx, other)
    found = tx.callers.match(MOBILE, NOON)
    assert found.kind is CallerKind.SEVERAL
    assert [candidate.debtor_id for candidate in found.candidates] == [other.id, one.id]


def test_blocks_that_hold_now_are_told(tx: Transaction, portfolio: Portfolio) -> None:
    debtor = add_debtor(tx, portfolio.id, "A1", MOBILE)
    past, day = NOON - timedelta(days=9), timedelta(days=1)
    for reason, ends in (("hospital", None), ("refusal", past + day)):
        block = Block(CHANNEL_GROUPS["direct"], past, ends, reason)
        tx.blocks.put(block, debtor_id=debtor.id, author="Иванова")
    (only,) = tx.callers.match(MOBILE, NOON).candidates
    assert only.blocked == ("hospital",)


def test_a_bailiff_and_a_switchboard(tx: Transaction, portfolio: Portfolio) -> None:
    debtor = add_debtor(tx, portfolio.id, "A1", MOBILE)
    ivanova = Bailiff("Иванова", "ОСП 1", "Омск", "+73812000001")
    petrov, sidorov = (Bailiff(name, "ОСП 1", "Омск", "+73812000002") for name in ("Петров", "Сидоров"))
    for number, bailiff in enumerate((ivanova, ivanova, petrov, sidorov)):
        add_proceeding(tx, debtor, f"{number}", bailiff)
    found = tx.callers.match("+73812000001", NOON)
    assert (found.kind, found.bailiffs) == (CallerKind.BAILIFF, (ivanova,))
    switchboard = tx.callers.match("+73812000002", NOON)
    assert (switchboard.kind, switchboard.bailiffs) == (CallerKind.DEPARTMENT, (petrov, sidorov))


def test_a_phone_belongs_to_whoever_has_it_now(tx: Transaction, portfolio: Portfolio) -> None:
    debtor = add_debtor(tx, portfolio.id, "A1", MOBILE)
    before, now = (Bailiff(name, "ОСП 1", "", "+73812000001") for name in ("Петров", "Иванова"))
    add_proceeding(tx, debtor, "1", before, ended_on=date(2026, 2, 1))
    assert tx.callers.match("+73812000001", NOON).bailiffs == (before,)
    add_proceeding(tx, debtor, "2", now)
    assert tx.callers.match("+73812000001", NOON).bailiffs == (now,)


@pytest.mark.parametrize("shown", ["", "anonymous", "Unavailable", "restricted"])
def test_hidden(tx: Transaction, portfolio: Portfolio, shown: str) -> None:
    add_debtor(tx, portfolio.id, "A1", MOBILE)
    assert tx.callers.match(shown, NOON).kind is CallerKind.HIDDEN


@pytest.mark.parametrize("shown", [SECOND, "101", "112", "+7 916 000 00 01 ext 5", "'; DROP TABLE phone; 1"])
def test_unknown(tx: Transaction, portfolio: Portfolio, shown: str) -> None:
    add_debtor(tx, portfolio.id, "A1", MOBILE)
    assert tx.callers.match(shown, NOON).kind is CallerKind.UNKNOWN


def test_no_table_is_read_whole(tx: Transaction, portfolio: Portfolio) -> None:
    debtor = add_debtor(tx, portfolio.id, "A1", MOBILE)
    called(tx, debtor)
    with listening(tx.connection) as asked:
        tx.callers.match(MOBILE, NOON)
    assert len(asked.queries) == 4
    assert asked.scanned(tx.connection) <= {"portfolio"}
