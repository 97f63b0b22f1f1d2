"""The books of messages on either kind of database: one life after another, and two who want the same message."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import pytest

from domain.message import MessageState
from ledger.audit import verify
from ledger.books import Books
from tests.dialer.messages.post import Post, receipt
from tests.ledger.rows import NOON

pytestmark = pytest.mark.unit


def test_a_life_and_a_stray_and_a_correction(books: Books) -> None:
    post = Post(books)
    debtor = post.add("A")
    assert post.told(receipt("r1", MessageState.SENT), receipt("r1", MessageState.SENT)) == 0
    message = post.sent(debtor, "r1")
    assert post.message(message.touch_id).state is MessageState.SENT
    assert post.told(receipt("r1", MessageState.FAILED, reason="expired")) == 1
    assert post.outcomes() == ["msg_failed"]
    assert post.told(receipt("r1", MessageState.READ)) == 1
    assert post.outcomes() == ["msg_delivered"]
    with books.read() as tx:
        assert verify(tx.connection).differences == 0
        assert tx.messages.unreached([message.phone], "messenger", 1) == set()
        last = tx.messages.last_to(message.phone, NOON.replace(hour=1))
        assert last is not None
        assert last.touch_id == message.touch_id


def test_of_many_who_want_the_same_messages_one_gets_each(books: Books) -> None:
    post = Post(books)
    for place in range(20):
        post.add(f"K{place}", f"+791600000{place:02}")
    touches = [one.request.id for one in post.reserve(want=20).reserved]
    with ThreadPoolExecutor(4) as pool:
        claims = list(pool.map(lambda _: post.claim(*touches), range(4)))
    assert sorted(one.touch_id for claimed in claims for one in claimed) == sorted(touches)
    assert all(post.lines(touch)["sending"] == 1 for touch in touches)
