"""The life of a message's touch: reserved, claimed once, sent, settled by a receipt, a time-out or a question."""

from __future__ import annotations

from datetime import timedelta
from itertools import permutations

import pytest

from dialer.handlers.sending import ASK_AFTER, MOST_TRIES, UNSENT_LIMIT, never_taken, overdue, unsent
from dialer.messages.provider import Refused, Taken, Unsure
from domain.block import Block
from domain.campaign import PlanState, Why
from domain.message import MessageState, Receipt, echo_of
from domain.phone import PhoneStatus
from domain.rules import Scope
from domain.touch import CHANNEL_GROUPS, Channel
from ledger.audit import verify
from ledger.books import Books
from ledger.messages import Message
from tests.dialer.messages.post import LANDLINE, PHONE, SECOND, Post, receipt
from tests.ledger.rows import NOON

pytestmark = pytest.mark.unit

HOUR, MINUTE = timedelta(hours=1), timedelta(minutes=1)
TOLD = (MessageState.SENT, MessageState.DELIVERED, MessageState.DELIVERED, MessageState.READ)


@pytest.fixture
def post(books: Books) -> Post:
    return Post(books)


def test_a_message_is_written_when_it_is_reserved(post: Post) -> None:
    post.add("A")
    (reserved,) = post.reserve().reserved
    message = post.message(reserved.request.id)
    assert (message.kind, message.phone, message.state) == ("messenger", PHONE, MessageState.WAITING)
    assert message.text == "Тепловые сети: 1 000, +78000000000"
    assert (message.segments, message.within_s, message.kopecks) == (1, 7200, 100)
    assert reserved.request.channel is Channel.MESSENGER
    assert post.lines(reserved.request.id) == {"reserved": 1}


def test_delivered_ends_the_touch_and_passes_the_fallback_over(post: Post) -> None:
    debtor = post.add("A")
    message = post.sent(debtor, "r1")
    assert post.outcomes() == [None]
    assert post.told(receipt("r1", MessageState.DELIVERED)) == 1
    assert post.outcomes() == ["msg_delivered"]
    plan = post.plan(debtor)
    assert (plan.step, plan.state, plan.touch_id) == ("pause", PlanState.DUE, None)
    assert post.lines(message.touch_id) == {
        "reserved": 1,
        "sending": 1,
        "accepted": 1,
        "receipt": 1,
        "closed": 1,
    }
    with post.books.read() as tx:
        assert verify(tx.connection).differences == 0


def test_who_has_no_messenger_gets_an_sms_that_the_rules_judge_anew(post: Post) -> None:
    debtor = post.add("A")
    post.sent(debtor, "r1")
    post.told(receipt("r1", MessageState.FAILED, reason="no_such_user"))
    assert post.outcomes() == ["msg_failed"]
    assert post.plan(debtor).step == "instead"
    second = post.sent(debtor, "s1", now=NOON + SECOND)
    assert (second.kind, second.text) == (
        "sms",
        "Тепловые сети: долг 1 000 руб. Оплатите или позвоните: +78000000000",
    )
    with post.books.read() as tx:
        assert [
            row.script for row in tx.connection.exec_driver_sql("SELECT script FROM touch ORDER BY id")
        ] == [
            "{creditor}: {debt}, {callback}",
            "debt_sms@1",
        ]


def test_only_one_process_may_send_a_message(post: Post) -> None:
    post.add("A")
    (reserved,) = post.reserve().reserved
    touch = reserved.request.id
    assert [one.touch_id for one in post.claim(touch)] == [touch]
    assert post.claim(touch) == []
    assert unsent(post.books, NOON + HOUR, 10) == {}


def test_what_nobody_took_is_found_by_the_sweep_once(post: Post) -> None:
    post.add("A")
    (reserved,) = post.reserve().reserved
    later = NOON + timedelta(seconds=16)
    assert unsent(post.books, NOON + SECOND, 10) == {}
    assert unsent(post.books, later, 10) == {"messenger": [reserved.request.id]}
    assert unsent(post.books, later, 10) == {}
    assert unsent(post.books, later + timedelta(seconds=15), 10) == {"messenger": [reserved.request.id]}


def test_what_waited_too_long_is_never_sent_and_counts_nowhere(post: Post) -> None:
    debtor = post.add("A")
    (reserved,) = post.reserve().reserved
    assert post.claim(reserved.request.id, now=NOON + UNSENT_LIMIT + SECOND) == []
    assert post.outcomes() == ["not_placed"]
    assert post.message(reserved.request.id).state is MessageState.UNSENT
    assert (post.plan(debtor).step, post.plan(debtor).attempts) == ("write", 1)


def test_a_message_is_not_sent_when_its_hours_ended_meanwhile(post: Post) -> None:
    evening = NOON.replace(hour=18, minute=58)  # 21:58 in Moscow
    post.add("A")
    (reserved,) = post.reserve(evening).reserved
    assert post.claim(reserved.request.id, now=evening + timedelta(minutes=3)) == []
    assert post.outcomes() == ["not_placed"]


@pytest.mark.parametrize("phone", ["", LANDLINE, PHONE])
def test_nobody_is_written_to_who_was_blocked_meanwhile(post: Post, phone: str) -> None:
    debtor = post.add("A")
    (reserved,) = post.reserve().reserved
    scope = Scope.PHONE if phone else Scope.DEBTOR
    block = Block(CHANNEL_GROUPS["message"], NOON, scope=scope, target=phone)
    with post.books.write() as tx:
        tx.blocks.put(block, debtor_id=None if phone else debtor.id, author="test")
    claimed = post.claim(reserved.request.id, now=NOON + SECOND)
    assert [len(claimed), post.outcomes()] == ([1, [None]] if phone == LANDLINE else [0, ["not_placed"]])


class TestAnswers:
    def test_a_retryable_refusal_gives_it_back_a_final_one_ends_it(self, post: Post) -> None:
        debtor = post.add("A")
        (reserved,) = post.reserve().reserved
        (message,) = post.claim(reserved.request.id)
        post.answered(message, Refused("throttled", retry=True))
        back = post.message(message.touch_id)
        assert (back.state, back.tries, back.due_at) == (MessageState.WAITING, 1, NOON + SECOND)
        (message,) = post.claim(message.touch_id, now=NOON + SECOND)
        post.answered(message, Refused("not for us"), NOON + SECOND)
        assert post.outcomes() == ["msg_failed"]
        assert post.plan(debtor).step == "instead"

    def test_after_so_many_tries_it_is_given_up(self, post: Post) -> None:
        post.add("A")
        (reserved,) = post.reserve().reserved
        for _ in range(MOST_TRIES + 1):
            (message,) = post.claim(reserved.request.id)
            post.answered(message, Refused("throttled", retry=True))
        assert post.outcomes() == ["not_placed"]

    def test_a_provider_that_is_down_costs_no_try(self, post: Post) -> None:
        post.add("A")
        (reserved,) = post.reserve().reserved
        (message,) = post.claim(reserved.request.id)
        post.answered(message, Refused("not connected", retry=True, down=True))
        assert post.message(message.touch_id).tries == 0

    def test_an_invalid_number_three_times_is_a_dead_phone(self, post: Post) -> None:
        debtor = post.add("A")
        for place in range(3):
            with post.books.write() as tx:
                tx.connection.exec_driver_sql(
                    "UPDATE plan SET state = 'due', step = 'write', touch_id = NULL"
                )
            (reserved,) = post.reserve(NOON + timedelta(days=place * 3)).reserved
            (message,) = post.claim(reserved.request.id, now=NOON + timedelta(days=place * 3))
            post.answered(message, Refused("invalid_number"), NOON + timedelta(days=place * 3))
        assert post.outcomes() == ["invalid_number"] * 3
        with post.books.read() as tx:
            assert tx.debtors.load([debtor.id])[debtor.id].phones[0].status is PhoneStatus.DEAD

    def test_nobody_knows_and_the_provider_says(self, post: Post) -> None:
        post.add("A")
        (reserved,) = post.reserve().reserved
        (message,) = post.claim(reserved.request.id)
        post.answered(message, Unsure("no answer came"))
        assert overdue(post.books, post.works, NOON + SECOND, 10) == []
        ((asked, refs),) = overdue(post.books, post.works, NOON + ASK_AFTER, 10)
        assert (asked.touch_id, refs) == (message.touch_id, [])
        known = receipt("r1", MessageState.ACCEPTED, touch=message.touch_id)
        assert post.told(known) == 1
        assert post.message(message.touch_id).state is MessageState.ACCEPTED
        assert post.outcomes() == [None]

    def test_nobody_knows_and_the_provider_never_had_it(self, post: Post) -> None:
        post.add("A")
        (reserved,) = post.reserve().reserved
        (message,) = post.claim(reserved.request.id)
        never_taken(post.books, post.works, message, NOON + ASK_AFTER)
        assert post.outcomes() == ["not_placed"]
        never_taken(post.books, post.works, message, NOON + ASK_AFTER)
        assert post.lines(message.touch_id)["closed"] == 1

    def test_what_a_provider_never_had_may_have_been_given_to_him_since(self, post: Post) -> None:
        post.add("A")
        (reserved,) = post.reserve().reserved
        (message,) = post.claim(reserved.request.id)
        post.answered(message, Refused("throttled", retry=True))
        assert len(post.claim(message.touch_id, now=NOON + SECOND)) == 1
        never_taken(post.books, post.works, message, NOON + ASK_AFTER)
        assert post.outcomes() == [None]

    def test_nobody_knows_and_nobody_ever_says(self, post: Post) -> None:
        post.add("A")
        (reserved,) = post.reserve().reserved
        assert len(post.claim(reserved.request.id)) == 1
        assert overdue(post.books, post.works, NOON + 2 * HOUR + SECOND, 10) == []
        assert post.outcomes() == ["unknown"]


class TestReceipts:
    def test_none_came_in_time(self, post: Post) -> None:
        debtor = post.add("A")
        post.sent(debtor, "r1")
        assert overdue(post.books, post.works, NOON + 2 * HOUR - SECOND, 10) == []
        assert post.outcomes() == [None]
        overdue(post.books, post.works, NOON + 2 * HOUR, 10)
        assert post.outcomes() == ["msg_sent"]
        assert post.plan(debtor).step == "instead"

    def test_one_that_is_late_is_asked_for_at_twice_the_age_each_time(self, post: Post) -> None:
        post.ask_after("hub", 600)
        message = post.sent(post.add("A"), "r1")
        asked_at = [
            place for place in range(120) if overdue(post.books, post.works, NOON + place * MINUTE, 10)
        ]
        assert asked_at == [10, 20, 40, 80]
        assert post.outcomes() == [None]
        assert overdue(post.books, post.works, NOON + 2 * HOUR, 10) == []
        assert post.outcomes() == ["msg_sent"]
        assert post.message(message.touch_id).reason == "no receipt came"

    def test_a_step_that_waits_for_less_asks_when_half_of_it_is_over(self, post: Post) -> None:
        post.ask_after("hub", 80_000)
        message = post.sent(post.add("A"), "r1")
        assert overdue(post.books, post.works, NOON + HOUR - SECOND, 10) == []
        ((asked, refs),) = overdue(post.books, post.works, NOON + HOUR, 10)
        assert (asked.touch_id, refs) == (message.touch_id, ["r1"])

    def test_who_is_not_asked_any_more_is_waited_for(self, post: Post) -> None:
        post.ask_after("hub", 600)
        post.sent(post.add("A"), "r1")
        post.works = type(post.works)(post.settings)
        assert len(overdue(post.books, post.works, NOON + HOUR, 10)) == 1
        assert overdue(post.books, post.works, NOON + 2 * HOUR - SECOND, 10) == []
        assert post.outcomes() == [None]
        overdue(post.books, post.works, NOON + 2 * HOUR, 10)
        assert post.outcomes() == ["msg_sent"]

    def test_only_parts_that_are_not_settled_are_asked_for(self, post: Post) -> None:
        message = two_part_sms(post)
        post.ask_after("smsc", 600)
        post.answered(message, Taken(("p1", "p2")), NOON + SECOND)
        post.told(smsc_receipt("p1", MessageState.DELIVERED))
        ((asked, refs),) = overdue(post.books, post.works, NOON + 11 * MINUTE, 10)
        assert (asked.touch_id, refs) == (message.touch_id, ["p2"])

    def test_one_came_too_late_and_corrects(self, post: Post) -> None:
        message = post.sent(post.add("A"), "r1")
        overdue(post.books, post.works, NOON + 2 * HOUR, 10)
        post.told(receipt("r1", MessageState.DELIVERED), now=NOON + 3 * HOUR)
        assert post.outcomes() == ["msg_delivered"]
        assert post.lines(message.touch_id)["corrected"] == 1
        post.told(receipt("r1", MessageState.READ), now=NOON + 3 * HOUR)
        assert post.message(message.touch_id).state is MessageState.READ
        assert post.lines(message.touch_id)["corrected"] == 1
        with post.books.read() as tx:
            assert verify(tx.connection).differences == 0

    @pytest.mark.parametrize("order", sorted(set(permutations(TOLD))))
    def test_in_any_order_and_doubled(self, post: Post, order: tuple[MessageState, ...]) -> None:
        message = post.sent(post.add("A"), "r1")
        for state in order:
            post.told(receipt("r1", state))
        assert post.outcomes() == ["msg_delivered"]
        assert post.message(message.touch_id).state is MessageState.READ
        assert post.lines(message.touch_id)["closed"] == 1

    def test_a_delivery_outweighs_a_failure(self, post: Post) -> None:
        post.sent(post.add("A"), "r1")
        post.told(receipt("r1", MessageState.FAILED, reason="expired"))
        assert post.outcomes() == ["msg_failed"]
        post.told(receipt("r1", MessageState.DELIVERED))
        assert post.outcomes() == ["msg_delivered"]
        post.told(receipt("r1", MessageState.FAILED))
        assert post.outcomes() == ["msg_delivered"]

    def test_quicker_than_the_answer(self, post: Post) -> None:
        """It is kept, and taken when the id is known."""
        post.add("A")
        (reserved,) = post.reserve().reserved
        (message,) = post.claim(reserved.request.id)
        assert post.told(receipt("r1", MessageState.DELIVERED), receipt("r1", MessageState.DELIVERED)) == 0
        assert post.outcomes() == [None]
        post.answered(message, Taken(("r1",)))
        assert post.outcomes() == ["msg_delivered"]
        with post.books.read() as tx:
            assert tx.connection.exec_driver_sql("SELECT count(*) FROM stray_receipt").scalar() == 0

    def test_of_nothing_we_know(self, post: Post) -> None:
        message = post.sent(post.add("A"), "r1")
        strange = (
            receipt("r2", MessageState.DELIVERED),
            receipt("r1", MessageState.DELIVERED, provider="smsc"),
        )
        other = receipt("r3", MessageState.DELIVERED, provider="smsc", touch=message.touch_id)
        assert post.told(*strange, other) == 0
        assert post.outcomes() == [None]

    def test_an_echo_finds_what_a_dead_sender_left(self, post: Post) -> None:
        message = two_part_sms(post)
        assert post.outcomes() == ["msg_failed", None]
        echo = echo_of(message.touch_id)
        found = [smsc_receipt(ref, MessageState.DELIVERED, echo) for ref in ("p1", "p2")]
        assert post.told(found[0]) == 1
        assert post.outcomes()[1] is None
        assert post.told(found[1], found[1]) == 2
        assert post.outcomes()[1] == "msg_delivered"

    def test_an_echo_of_another_phone_is_nobodys(self, post: Post) -> None:
        message = two_part_sms(post)
        told = smsc_receipt("p1", MessageState.DELIVERED, echo_of(message.touch_id))
        wrong = Receipt(**{**{n: getattr(told, n) for n in told.__slots__}, "phone": "+79160000002"})
        assert post.told(wrong) == 0

    def test_half_of_a_text_counts_as_sent(self, post: Post) -> None:
        message = two_part_sms(post)
        post.answered(message, Taken(("p1", "p2")))
        post.told(smsc_receipt("p1", MessageState.DELIVERED), smsc_receipt("p2", MessageState.FAILED))
        assert post.outcomes()[1] == "msg_sent"


def two_part_sms(post: Post) -> Message:
    """The fallback's SMS, long enough for two parts, claimed and not answered."""
    post.add("A")
    (reserved,) = post.reserve().reserved
    (first,) = post.claim(reserved.request.id)
    post.answered(first, Refused("no_such_user"))
    with post.books.write() as tx:
        tx.portfolios.put(
            "heat",
            creditor="Тепловые сети большого города",
            contact_phone="+78000000000",
            basis=post.portfolio.basis,
        )
    post.works = type(post.works)(post.settings)
    (reserved,) = post.reserve(NOON + SECOND).reserved
    (message,) = post.claim(reserved.request.id, provider="smsc", now=NOON + SECOND)
    assert (message.segments, message.parts) == (2, 2)
    return message


def smsc_receipt(ref: str, state: MessageState, echo: int | None = None) -> Receipt:
    return receipt(ref, state, provider="smsc", phone=PHONE, echo=echo)


class TestPhones:
    def test_a_landline_is_not_written_to(self, post: Post) -> None:
        debtor = post.add("A", LANDLINE)
        assert post.reserve().reserved == []
        assert (post.plan(debtor).step, post.plan(debtor).why) == ("instead", Why.NO_PHONE)

    def test_the_mobile_one_is_taken(self, post: Post) -> None:
        post.add("A", LANDLINE, PHONE)
        (reserved,) = post.reserve().reserved
        assert reserved.request.phone == PHONE

    def test_where_messages_never_arrive_no_more_are_sent(self, post: Post) -> None:
        debtor = post.add("A", PHONE, "+79160000002")
        for place in range(3):
            at = NOON + timedelta(days=place * 3)
            with post.books.write() as tx:
                tx.connection.exec_driver_sql(
                    "UPDATE plan SET state = 'due', step = 'write', touch_id = NULL, turn = 0"
                )
            message = post.sent(debtor, f"r{place}", now=at)
            assert message.phone == PHONE
            post.told(receipt(f"r{place}", MessageState.FAILED), now=at)
        with post.books.write() as tx:
            tx.connection.exec_driver_sql(
                "UPDATE plan SET state = 'due', step = 'write', touch_id = NULL, turn = 0"
            )
        (reserved,) = post.reserve(NOON + timedelta(days=9)).reserved
        assert reserved.request.phone == "+79160000002"


def test_limits_count_messages_like_any_touch(post: Post) -> None:
    """Two a day: the third of one debtor is held back whatever channel it takes."""
    debtor = post.add("A")
    post.sent(debtor, "r1")
    post.told(receipt("r1", MessageState.SENT), receipt("r1", MessageState.DELIVERED))
    post.begin_again()
    assert len(post.reserve(NOON + SECOND).reserved) == 1
    post.begin_again("instead")
    batch = post.reserve(NOON + SECOND)
    assert (batch.reserved, batch.refusals) == ([], {"messages-per-day": 1})
    assert len(post.outcomes()) == 2
