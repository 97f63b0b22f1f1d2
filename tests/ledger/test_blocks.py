"""Blocks in the books: put once, ended and never deleted, and asked for by debtor and by phone."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from domain.block import Block, BlockReason
from domain.debtor import Debtor
from domain.intensity import Allowed, Refused
from domain.portfolio import Portfolio
from domain.rules import Scope
from domain.touch import CHANNEL_GROUPS, Channel
from ledger.blocks import Put
from ledger.books import Books
from tests.ledger.rows import BASIS, NOON, add_debtor, request, rules_of

pytestmark = pytest.mark.unit

PHONE = "+79160000001"
DIRECT_AND_MESSAGES = CHANNEL_GROUPS["direct"] | CHANNEL_GROUPS["message"]
REFUSAL = Block(
    channels=DIRECT_AND_MESSAGES,
    start=NOON,
    end=NOON + timedelta(days=60),
    reason=BlockReason.REFUSAL.value,
    document="letter 7 of 9 March",
    received_at=NOON - timedelta(days=1),
)
WRONG_PHONE = Block(frozenset({Channel.VOICE_MSG}), NOON, reason="opt_out", scope=Scope.PHONE, target=PHONE)


@pytest.fixture
def debtor(books: Books, portfolio: Portfolio) -> Debtor:
    with books.write() as tx:
        return add_debtor(tx, portfolio.id, "A", PHONE, "+79160000009")


@pytest.fixture
def neighbour(books: Books, portfolio: Portfolio) -> Debtor:
    """Another debtor with the same phone."""
    with books.write() as tx:
        return add_debtor(tx, portfolio.id, "B", PHONE)


def put(books: Books, block: Block, of: Debtor | None) -> Put:
    with books.write() as tx:
        return tx.blocks.put(block, debtor_id=of.id if of else None, author="an operator")


def blocks_of(books: Books, debtor: Debtor) -> list[Block]:
    with books.read() as tx:
        return tx.blocks.of(debtor.id)


def reserve(
    books: Books, debtor: Debtor, id: str, phone: str = "", now: datetime = NOON
) -> Allowed | Refused:
    with books.write() as tx:
        (verdict,) = tx.touches.reserve([request(debtor, id, phone=phone)], rules_of(), BASIS, now)
    return verdict


def test_a_block_comes_back_whole(books: Books, debtor: Debtor) -> None:
    assert put(books, REFUSAL, debtor) is Put.ADDED
    assert blocks_of(books, debtor) == [REFUSAL]


def test_the_same_again_only_moves_its_end(books: Books, debtor: Debtor) -> None:
    put(books, REFUSAL, debtor)
    assert put(books, REFUSAL, debtor) is Put.UNCHANGED
    assert put(books, replace(REFUSAL, end=None), debtor) is Put.CHANGED
    assert blocks_of(books, debtor) == [replace(REFUSAL, end=None)]
    assert put(books, replace(REFUSAL, reason="bankruptcy"), debtor) is Put.ADDED
    assert len(blocks_of(books, debtor)) == 2


def test_lifting_ends_what_runs_and_keeps_it_in_the_books(
    books: Books, debtor: Debtor, neighbour: Debtor
) -> None:
    past = replace(REFUSAL, start=NOON - timedelta(days=9), end=NOON - timedelta(days=8))
    for block in (past, REFUSAL, replace(REFUSAL, reason="hospital")):
        put(books, block, debtor)
    put(books, REFUSAL, neighbour)
    later = NOON + timedelta(hours=1)
    with books.write() as tx:
        assert tx.blocks.lift("refusal", later, debtor_id=debtor.id) == 1
        assert tx.blocks.lift("refusal", later, debtor_id=debtor.id) == 0
    assert [block.end for block in blocks_of(books, debtor)] == [past.end, later, REFUSAL.end]
    assert blocks_of(books, neighbour) == [REFUSAL]


def test_blocks_of_a_phone_are_its_debtor_s_or_anybody_s(books: Books, debtor: Debtor) -> None:
    for whose in (debtor, None):
        for phone in (PHONE, "+79160000009"):
            put(books, replace(WRONG_PHONE, target=phone), whose)
    later = NOON + timedelta(hours=1)
    with books.write() as tx:
        assert tx.blocks.lift("opt_out", later, debtor_id=debtor.id, phone="+79160000009") == 1
        assert [(block.target, block.end) for block in tx.blocks.of(debtor.id)] == [
            (PHONE, None),
            ("+79160000009", later),
        ]
        assert tx.blocks.lift("opt_out", later, debtor_id=None, phone=PHONE) == 1
        assert tx.blocks.of(None, PHONE) == [replace(WRONG_PHONE, end=later)]
        assert [block.end for block in tx.blocks.of(None, "+79160000009")] == [None]
        assert tx.blocks.of(debtor.id, PHONE) == [WRONG_PHONE]


def test_a_block_holds_back_a_reserve_until_it_ends(books: Books, debtor: Debtor, neighbour: Debtor) -> None:
    put(books, REFUSAL, debtor)
    verdict = reserve(books, debtor, "t1")
    assert verdict == Refused(("block",), REFUSAL.end, (("block", "refusal"),))
    assert reserve(books, neighbour, "t2") == Allowed()
    assert REFUSAL.end is not None
    assert reserve(books, debtor, "t3", now=REFUSAL.end) == Allowed()


def test_a_block_of_one_phone_of_one_debtor(books: Books, debtor: Debtor, neighbour: Debtor) -> None:
    put(books, WRONG_PHONE, debtor)
    assert isinstance(reserve(books, debtor, "t1"), Refused)
    assert reserve(books, debtor, "t2", phone="+79160000009") == Allowed()
    assert reserve(books, neighbour, "t3") == Allowed()


def test_a_block_of_a_phone_whoever_has_it(books: Books, debtor: Debtor, neighbour: Debtor) -> None:
    put(books, WRONG_PHONE, None)
    for place, who in enumerate((debtor, neighbour)):
        assert reserve(books, who, f"t{place}") == Refused(("block",), None, (("block", "opt_out"),))
    assert reserve(books, debtor, "t9", phone="+79160000009") == Allowed()


def test_a_blocked_one_of_a_batch_does_not_hold_up_the_others(
    books: Books, debtor: Debtor, neighbour: Debtor
) -> None:
    put(books, REFUSAL, debtor)
    asked = [request(debtor, "t1"), request(neighbour, "t2")]
    with books.write() as tx:
        first, second = tx.touches.reserve(asked, rules_of(), BASIS, NOON)
    assert isinstance(first, Refused)
    assert second == Allowed()


def test_an_end_in_another_offset_is_the_same_instant(books: Books, debtor: Debtor) -> None:
    put(books, replace(REFUSAL, end=datetime.fromisoformat("2026-03-20T00:00:00+03:00")), debtor)
    (block,) = blocks_of(books, debtor)
    assert block.end == datetime(2026, 3, 19, 21, tzinfo=UTC)
