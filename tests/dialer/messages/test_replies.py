"""Replies: kept once, each a touch that the debtor began; stop blocks, a question is owed a call."""

from __future__ import annotations

from datetime import timedelta

import pytest

from dialer.handlers.replies import take_replies
from domain.message import MessageState
from domain.reply import LONGEST, Meaning, Reply, ReplyState
from domain.touch import Channel
from ledger.audit import verify
from ledger.books import Books
from ledger.replies import Kept
from tests.dialer.messages.post import PHONE, SECOND, Post, receipt
from tests.ledger.rows import NOON

pytestmark = pytest.mark.unit

STRANGER = "+79169999999"


@pytest.fixture
def post(books: Books) -> Post:
    return Post(books)


def reply(text: str, ref: str = "m1", phone: str = PHONE) -> Reply:
    return Reply("hub", ref, phone, text, NOON + SECOND, Channel.MESSENGER)


def take(post: Post, *replies: Reply) -> list[Kept]:
    """They come in; the inbox then."""
    take_replies(post.books, replies, post.new_id, NOON + SECOND)
    with post.books.read() as tx:
        return tx.replies.new(100)


def test_stop_blocks_at_once(post: Post) -> None:
    debtor = post.add("A")
    post.sent(debtor, "r1")
    post.told(receipt("r1", MessageState.FAILED))
    assert take(post, reply("СТОП!")) == []
    batch = post.reserve(NOON + SECOND)
    assert (batch.reserved, batch.refusals) == ([], {"block": 1})
    with post.books.read() as tx:
        (kept,) = tx.replies.of_debtor(debtor.id, 10)
        (block,) = tx.blocks.of(None, PHONE)
    assert (kept.meaning, kept.state, kept.note) == (Meaning.STOP, ReplyState.DONE, "blocked")
    assert Channel.SMS in block.channels
    assert block.document == "reply m1 over hub"


def test_a_question_is_owed_a_call_and_is_in_the_inbox(post: Post) -> None:
    debtor = post.add("A")
    message = post.sent(debtor, "r1")
    (kept,) = take(post, reply("Сколько платить?"))
    assert (kept.debtor_id, kept.answers, kept.note) == (debtor.id, message.touch_id, "owed a call")
    with post.books.read() as tx:
        (owed,) = tx.call_backs.due(NOON + timedelta(minutes=5), 10)
        assert (owed.debtor_id, owed.phone, owed.why) == (debtor.id, PHONE, "asked by messenger")
        assert verify(tx.connection).differences == 0


def test_a_second_webhook_of_the_same_reply_changes_nothing(post: Post) -> None:
    post.add("A")
    assert len(take(post, reply("спасибо"), reply("спасибо"))) == 1
    assert len(take(post, reply("спасибо"))) == 1


def test_ten_kilobytes_of_emoji_are_kept_in_part(post: Post) -> None:
    post.add("A")
    (kept,) = take(post, reply("😀" * 10_000))
    assert kept.reply.text.startswith("😀" * LONGEST + "…")
    assert kept.reply.text.endswith("[6000 more characters were not kept]")


def test_a_stranger_is_in_the_inbox_without_a_debtor(post: Post) -> None:
    (kept,) = take(post, reply("кто это?", phone=STRANGER))
    assert (kept.debtor_id, kept.answers, kept.note) == (None, None, "")


def test_a_stranger_who_says_stop_is_never_written_to(post: Post) -> None:
    take(post, reply("stop", phone=STRANGER))
    with post.books.read() as tx:
        assert len(tx.blocks.of(None, STRANGER)) == 1


def test_characters_that_no_database_keeps(post: Post) -> None:
    (kept,) = take(post, reply("a\0b"))
    assert kept.reply.text == "ab"


def test_an_operator_deals_with_it_once(post: Post) -> None:
    post.add("A")
    (kept,) = take(post, reply("спасибо"))
    with post.books.write() as tx:
        assert tx.replies.done(kept.id, None, NOON, "thanked") is True
        assert tx.replies.done(kept.id, None, NOON) is False
        assert tx.replies.count() == 0
