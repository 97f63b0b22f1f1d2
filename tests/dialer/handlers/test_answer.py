"""Answers to replies: over the same channel, signed, within limits, and only if the rules allow them."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest

from dialer.handlers.answer import (
    LONGEST,
    MOST_SMS,
    STEP,
    Way,
    send_answer,
    signed,
    suggestions,
    way_to_answer,
    write_answer,
)
from dialer.handlers.replies import take_replies
from dialer.messages.provider import Taken
from dialer.messages.stationery import Letter, stationery_of
from dialer.settings import Settings
from domain.block import Block
from domain.debtor import Debtor
from domain.errors import FormFault, NotAllowed
from domain.message import MessageState
from domain.phone import PhoneStatus
from domain.portfolio import Portfolio
from domain.reply import Reply
from domain.touch import CHANNEL_GROUPS, Channel, TouchId
from ledger.audit import verify
from ledger.books import Books
from ledger.replies import Kept
from tests.dialer.messages.post import HUB, PHONE, SECOND, SMSC, Post, receipt
from tests.ledger.rows import BASIS, NOON, add_debtor

pytestmark = pytest.mark.unit

LATER = NOON + timedelta(days=2)
"""Nothing that was sent at noon counts any more."""
NIGHT = NOON.replace(hour=22)
SIGN, CALLBACK = "Тепловые сети: ", " +78000000000"


@pytest.fixture
def post(books: Books) -> Post:
    return Post(books)


def replied(
    post: Post,
    text: str = "Сколько?",
    channel: Channel = Channel.MESSENGER,
    phone: str = PHONE,
    ref: str = "m1",
) -> Kept:
    """He writes to us; the reply in the inbox."""
    provider = "hub" if channel is Channel.MESSENGER else "smsc"
    take_replies(
        post.books, [Reply(provider, ref, phone, text, NOON + SECOND, channel)], post.new_id, NOON + SECOND
    )
    with post.books.read() as tx:
        return next(one for one in tx.replies.new(9) if one.reply.ref == ref)


def way(post: Post, kept: Kept, now: datetime = LATER, settings: Settings | None = None) -> Way:
    """The way back to him."""
    with post.books.read() as tx:
        return way_to_answer(tx, kept, settings or post.settings, by="anna", id=post.new_id(), now=now)


def letter(post: Post, kept: Kept, text: str) -> Letter:
    """What he would read."""
    return write_answer(way(post, kept), text, stationery_of(post.settings), LATER)


def answer(post: Post, kept: Kept, text: str, now: datetime = LATER) -> TouchId:
    """It is sent, if the rules allow it."""
    there = way(post, kept, now)
    with post.books.write() as tx:
        send_answer(
            tx, there, write_answer(there, text, stationery_of(post.settings), now), post.settings, now
        )
    return there.asked.request.id


def open_campaigns_message(post: Post) -> Debtor:
    """A debtor who has got a message of the campaign."""
    debtor = post.add("A")
    post.sent(debtor, "r1")
    post.told(receipt("r1", MessageState.DELIVERED))
    return debtor


def test_an_answer_lives_like_any_message(post: Post) -> None:
    debtor = open_campaigns_message(post)
    plan = post.plan(debtor)
    touch = answer(post, replied(post), "Оплата видна, спасибо!")
    with post.books.write() as tx:
        message = tx.messages.locked([touch])[touch]
        assert tx.touches.whom(touch) == (debtor.id, None, None)
    assert (message.kind, message.phone, message.campaign_id) == ("messenger", PHONE, None)
    assert message.text == f"{SIGN}Оплата видна, спасибо!{CALLBACK}"
    assert message.kopecks == 100
    (claimed,) = post.claim(touch, now=LATER)
    post.answered(claimed, Taken(("r2",)), LATER)
    assert post.told(receipt("r2", MessageState.READ), now=LATER) == 1
    assert post.lines(touch) == {"reserved": 1, "sending": 1, "accepted": 1, "receipt": 1, "closed": 1}
    assert post.plan(debtor) == plan
    with post.books.read() as tx:
        row = tx.connection.exec_driver_sql(
            f"SELECT outcome, channel, direction, step, why FROM touch WHERE id = '{touch}'"
        ).one()
        assert tuple(row) == ("msg_delivered", "messenger", "out", STEP, "anna answers a reply")
        assert verify(tx.connection).differences == 0


def test_an_sms_is_answered_by_an_sms(post: Post) -> None:
    post.add("A")
    touch = answer(post, replied(post, channel=Channel.SMS), "Да")
    with post.books.write() as tx:
        assert tx.messages.locked([touch])[touch].kind == "sms"


def test_the_kind_that_he_replied_to_is_taken(post: Post) -> None:
    debtor = open_campaigns_message(post)
    hub = HUB | {"kinds": ["viber", "messenger"]}
    settings = Settings.model_validate({"providers": [SMSC, hub]})
    assert way(post, replied(post), settings=settings).kind == "messenger"
    with post.books.write() as tx:
        tx.connection.exec_driver_sql(f"UPDATE message SET kind = 'viber' WHERE debtor_id = {debtor.id}")
    kept = replied(post, ref="m2")
    assert way(post, kept, settings=settings).kind == "viber"
    assert way(post, kept).kind == "messenger"  # nobody carries viber any more
    other = Settings.model_validate({"providers": [SMSC, {**HUB, "name": "other", "kinds": ["telegram"]}]})
    assert way(post, kept, settings=other).kind == "telegram"


def test_the_rules_judge_it_like_any_other_message(post: Post) -> None:
    open_campaigns_message(post)
    kept = replied(post)
    assert post.lines(answer(post, kept, "Да", NOON + 2 * SECOND)) == {"reserved": 1}
    opens = NOON
    for now, rule in ((NIGHT, "hours"), (NOON + 3 * SECOND, "message")):  # two a day, and none at night
        with post.books.read() as tx:
            refused = way(post, kept, now).refused(tx, now)
        assert refused is not None
        assert any(rule in one for one in refused.rules), refused.rules
        with pytest.raises(NotAllowed) as told:
            answer(post, kept, "Да", now)
        assert (told.value.refused_by, told.value.next_allowed) == (refused.rules, refused.next_allowed)
        opens = max(opens, refused.next_allowed or opens)
    assert opens > NIGHT
    assert post.lines(answer(post, kept, "Да", opens)) == {"reserved": 1}
    with post.books.read() as tx:
        assert verify(tx.connection).differences == 0


def test_who_is_blocked_is_not_answered(post: Post) -> None:
    debtor = post.add("A")
    kept = replied(post)
    with post.books.write() as tx:
        block = Block(CHANNEL_GROUPS["message"], NOON, reason="refusal")
        tx.blocks.put(block, debtor_id=debtor.id, author="test")
    with pytest.raises(NotAllowed, match="block"):
        answer(post, kept, "Да")


def test_what_cannot_be_sent(post: Post) -> None:
    post.add("A")
    kept = replied(post, channel=Channel.SMS)
    for typed, fault in (
        ("", "Write what he shall read"),
        (" \n\0\t", "Write what he shall read"),
        ("x" * (LONGEST + 1), f"Longer than {LONGEST} letters"),
        ("x" * 1_000_000, f"Longer than {LONGEST} letters"),
        ("{sum}", "There is no variable {sum}"),
        ("{debt} {Долг}", "There is no variable {Долг}"),
        ("я" * 70 * MOST_SMS, f"It fills {MOST_SMS + 1} SMS, {MOST_SMS} may be sent"),
    ):
        with pytest.raises(FormFault) as wrong:
            letter(post, kept, typed)
        (told,) = wrong.value.faults
        assert (told.field, told.message % told.facts) == ("text", fault)


def test_what_a_messenger_carries(post: Post) -> None:
    post.add("A")
    kept = replied(post)
    assert "я" * LONGEST in letter(post, kept, "я" * LONGEST).text
    assert (
        letter(post, kept, "a\0b\x07c\r\nd 👩\u200d👧 :-{").text == f"{SIGN}abc\nd 👩\u200d👧 :-{{{CALLBACK}"
    )


def test_who_cannot_be_answered(post: Post) -> None:
    debtor = post.add("A")
    stranger = replied(post, phone="+79169999999", ref="m2")
    kept = replied(post)
    nobody = Settings.model_validate({"providers": [SMSC]})
    for reply, settings, fault in (
        (stranger, post.settings, "Nobody is known"),
        (kept, nobody, "Nobody carries messages over this channel"),
    ):
        with pytest.raises(FormFault, match=fault):
            way(post, reply, settings=settings)
    with post.books.write() as tx:
        tx.debtors.mark_phone(debtor.id, debtor.phones[0].number, PhoneStatus.WRONG)
    with pytest.raises(FormFault, match="no number that he may be written to"):
        way(post, kept)


def test_without_a_campaign_nobody_knows_the_rules(post: Post) -> None:
    with post.books.write() as tx:
        other = tx.portfolios.put("water", creditor="Вода", contact_phone="+78000000001", basis=BASIS)
        add_debtor(tx, other.id, "W", "+79160000077")
    with pytest.raises(FormFault, match="No campaign tells"):
        way(post, replied(post, phone="+79160000077"))


@pytest.mark.parametrize(
    ("text", "read"),
    [
        ("Да", "{creditor}: Да {callback}"),
        ("Heat: да", "Heat: да {callback}"),
        ("{agency}: да", "{agency}: да {callback}"),
        ("Да, +78000000000", "{creditor}: Да, +78000000000"),
        ("{creditor} {callback}", "{creditor} {callback}"),
    ],
)
def test_an_answer_says_who_writes_and_where_he_is_reached(text: str, read: str) -> None:
    heat = Portfolio(1, "heat", "Heat", "+78000000000")
    assert signed(text, heat, "Agency") == read


def test_a_portfolio_without_a_name_or_phone() -> None:
    assert signed("Да", Portfolio(1, "heat", "", ""), "Agency") == "{agency}: Да"


def test_answers_that_are_kept_ready_can_be_sent_as_they_are(post: Post) -> None:
    post.add("A")
    kept = replied(post, channel=Channel.SMS)
    ready = suggestions(way(post, kept), stationery_of(post.settings), LATER)
    assert [one.name for one in ready] == ["answer_help", "answer_link", "answer_look", "answer_paid"]
    for one in ready:
        assert one.text.startswith(SIGN)
        written = letter(post, kept, one.text)
        assert written.text.count(SIGN) == written.text.count(CALLBACK.strip()) == 1
        assert "{" not in written.text
        assert bool(written.token) == (one.name == "answer_link")


def test_the_link_of_an_answer_opens(post: Post) -> None:
    debtor = post.add("A")
    kept = replied(post)
    there = way(post, kept)
    written = write_answer(there, "{link}", stationery_of(post.settings), LATER)
    with post.books.write() as tx:
        send_answer(tx, there, written, post.settings, LATER)
        link = tx.payment_links.find(written.token)
    assert f"https://pay/{written.token}" in written.text
    assert link is not None
    assert (link.debtor_id, link.touch_id) == (debtor.id, there.asked.request.id)


def dealt_with(post: Post, kept: Kept, now: datetime = LATER) -> TouchId:
    """It is answered and out of the inbox, in one transaction as the console does it."""
    there = way(post, kept, now)
    with post.books.write() as tx:
        written = write_answer(there, "Да", stationery_of(post.settings), now)
        send_answer(tx, there, written, post.settings, now)
        assert tx.replies.done(kept.id, None, now, "answered")
    return there.asked.request.id


def waiting(post: Post) -> list[tuple[int, str]]:
    """The inbox, with why our answers did not arrive."""
    with post.books.read() as tx:
        return [(one.id, one.unanswered) for one in tx.replies.new(9)]


@pytest.mark.parametrize(
    ("state", "reason", "again"),
    [(MessageState.DELIVERED, "", []), (MessageState.FAILED, "no_such_user", [(1, "no_such_user")])],
)
def test_a_reply_whose_answer_does_not_arrive_comes_back(
    post: Post, state: MessageState, reason: str, again: list[tuple[int, str]]
) -> None:
    post.add("A")
    (claimed,) = post.claim(dealt_with(post, replied(post)), now=LATER)
    assert waiting(post) == []
    post.answered(claimed, Taken(("r9",)), LATER)
    post.told(receipt("r9", state, reason=reason), now=LATER)
    assert waiting(post) == again


def test_an_answer_is_not_sent_when_its_hours_end_meanwhile(post: Post) -> None:
    evening = LATER.replace(hour=18, minute=58)  # 21:58 in Moscow
    post.add("A")
    kept = replied(post)
    touch = dealt_with(post, kept, evening)
    assert post.claim(touch, now=evening + timedelta(minutes=3)) == []
    assert waiting(post) == [(kept.id, "the hours in which he may be written to are over")]
    with post.books.read() as tx:
        assert tx.touches.whom(touch)[2] == "not_placed"
        assert verify(tx.connection).differences == 0
