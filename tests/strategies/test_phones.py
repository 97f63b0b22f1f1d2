"""Which phone is rung: the orders, the floor, the best hour; and a town in which learning must pay."""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.campaign import Why
from domain.debtor import Debt, Debtor
from domain.phone import (
    DEAD_AFTER,
    HOUR_BANDS,
    RANG,
    REACHED,
    Phone,
    PhoneNumber,
    PhoneSource,
    PhoneStatus,
    Tried,
    hour_band,
    phone_after,
)
from domain.touch import Outcome
from strategies.evaluate import Present, first_plan, next_step
from strategies.language import Strategy
from strategies.moves import Act, Move
from strategies.phones import PhoneOrder, choose_phone

pytestmark = pytest.mark.unit

MORNING = datetime(2026, 3, 10, 7, tzinfo=UTC)  # 10:00 in Moscow
EVENING = datetime(2026, 3, 10, 16, tzinfo=UTC)  # 19:00


def phone(
    place: int, *tried: tuple[int, int, int], status: str = "unverified", source: str = "client"
) -> Phone:
    number = PhoneNumber(f"+7916000000{place}")
    counts = tuple(Tried(*counts) for counts in tried)
    return Phone(number, PhoneStatus(status), PhoneSource(source), place, counts)


def debtor(*phones: Phone, zone: str = "Europe/Moscow") -> Debtor:
    return Debtor(7, "A7", 1, (zone,), phones=phones)


def chosen(
    who: Debtor,
    order: PhoneOrder = PhoneOrder.BEST,
    now: datetime = MORNING,
    *,
    turn: int = 0,
    avoid: str = "",
    learn: bool = True,
) -> int:
    choice = choose_phone(who, order, now, turn=turn, avoid=avoid, learn=learn)
    assert choice is not None
    assert choice.phone.diallable
    assert choice.not_before is None
    assert choice.reason
    return choice.phone.position


class TestOrders:
    @pytest.mark.parametrize("order", sorted(PhoneOrder))
    def test_nobody_rings_what_may_not_be_dialled(self, order: PhoneOrder) -> None:
        ruled_out = [phone(i, status=status) for i, status in enumerate(["wrong", "third_party", "dead"])]
        assert choose_phone(debtor(), order, MORNING) is None
        assert choose_phone(debtor(*ruled_out), order, MORNING) is None
        assert chosen(debtor(*ruled_out, phone(3)), order, turn=2, avoid="+79160000003") == 3

    def test_phones_take_turns_as_given(self) -> None:
        who = debtor(phone(0), phone(1, status="confirmed"), phone(2))
        assert [chosen(who, PhoneOrder.GIVEN, turn=turn) for turn in range(4)] == [0, 1, 2, 0]

    def test_confirmed_phones_go_first(self) -> None:
        who = debtor(phone(0), phone(1, status="confirmed"), phone(2), phone(3, status="confirmed"))
        assert [chosen(who, PhoneOrder.CONFIRMED_FIRST, turn=turn) for turn in range(5)] == [1, 3, 0, 2, 1]

    @pytest.mark.parametrize("order", sorted(PhoneOrder))
    def test_another_phone_is_another_phone(self, order: PhoneOrder) -> None:
        who = debtor(phone(0, (0, 9, 9)), phone(1, (0, 9, 0)))
        for turn in range(4):
            assert chosen(who, order, turn=turn, avoid="+79160000000") == 1
            assert chosen(who, order, turn=turn, avoid="+79160000001") == 0

    def test_switched_off_past_calls_decide_nothing(self) -> None:
        who = debtor(phone(0, (0, 20, 0)), phone(1, (0, 20, 19)))
        assert chosen(who) == 1
        assert [chosen(who, learn=False, turn=turn) for turn in (0, 1, 2)] == [0, 1, 0]


class TestBest:
    @pytest.mark.parametrize(
        ("first", "second", "best"),
        [
            (phone(0), phone(1), 0),  # nothing is known: as given
            (phone(0), phone(1, status="confirmed"), 1),
            (phone(0, source="search"), phone(1), 1),
            (phone(0, status="confirmed", source="search"), phone(1), 0),
            (phone(0, (0, 10, 1)), phone(1, (0, 10, 6)), 1),
            (phone(0, (0, 10, 5), (3, 10, 1)), phone(1, (0, 10, 1), (3, 10, 9)), 0),
            (phone(0, (3, 8, 0)), phone(1, (3, 8, 4)), 1),  # what another band tells counts too
        ],
    )
    def test_in_the_morning(self, first: Phone, second: Phone, best: int) -> None:
        assert chosen(debtor(first, second)) == best

    def test_the_hour_is_the_debtor_s(self) -> None:
        phones = phone(0, (0, 10, 8), (3, 10, 0)), phone(1, (0, 10, 0), (3, 10, 8))
        assert chosen(debtor(*phones), now=MORNING) == 0
        assert chosen(debtor(*phones), now=EVENING) == 1
        assert chosen(debtor(*phones, zone="Asia/Kamchatka"), now=MORNING) == 1

    def test_the_reason_says_what_is_known(self) -> None:
        choice = choose_phone(debtor(phone(0, (0, 46, 23)), phone(1, (0, 46, 3))), PhoneOrder.BEST, MORNING)
        assert choice is not None
        assert choice.reason == "best of 2 in the morning: 50% of calls answered"

    def test_another_phone_when_two_are_left(self) -> None:
        who = debtor(phone(0, (0, 46, 23)), phone(1, (0, 46, 3)))
        choice = choose_phone(who, PhoneOrder.BEST, MORNING, avoid=who.phones[0].number)
        assert choice is not None
        assert choice.reason == "the only one in the morning: 7% of calls answered"

    def test_a_new_phone_is_tried_however_good_the_known_one_is(self) -> None:
        choice = choose_phone(debtor(phone(0, (0, 20, 20)), phone(1)), PhoneOrder.BEST, MORNING)
        assert choice is not None
        assert (choice.phone.position, choice.reason) == (1, "rung 0 of 20 times: tried anew")

    @given(
        st.lists(st.tuples(st.integers(0, 60), st.floats(0, 1)), min_size=2, max_size=4), st.integers(0, 23)
    )
    def test_the_choice_is_the_same_whatever_the_order_of_counts(
        self, known: list[tuple[int, float]], hour: int
    ) -> None:
        phones = [phone(i, (0, n, int(n * p)), (3, n, n // 3)) for i, (n, p) in enumerate(known)]
        turned = [replace(phone, tried=phone.tried[::-1]) for phone in phones]
        now = MORNING.replace(hour=hour)
        assert chosen(debtor(*phones), now=now) == chosen(debtor(*turned), now=now)


class TestInAStrategy:
    STRATEGY = Strategy.model_validate(
        {
            "name": "t",
            "regime": "ru-230fz-agency",
            "segments": [{"id": "s", "phones": {"order": "best"}, "steps": [{"id": "a", "ivr": "x"}]}],
        }
    )
    WHO = replace(
        debtor(phone(0, (0, 20, 0), (3, 20, 2)), phone(1, (0, 20, 4), (3, 20, 19))),
        debts=(Debt("1", "heat", 100_000, date(2026, 1, 1)),),
    )

    @pytest.mark.parametrize(
        ("present", "rung"),
        [
            (Present(), 1),
            (Present(learn=False), 0),
            (Present(lawful=lambda who, channel, at: True), None),  # it waits for the evening
            (Present(lawful=lambda who, channel, at: True, learn=False), 0),
            (Present(lawful=lambda who, channel, at: False), 1),
        ],
    )
    def test_the_phone_that_is_rung(self, present: Present, rung: int | None) -> None:
        plan = first_plan(self.STRATEGY, self.WHO, MORNING)
        decision = next_step(self.STRATEGY, self.WHO, plan, MORNING, present=present)
        if rung is None:
            assert isinstance(decision, Move)
            assert (decision.plan.why, decision.plan.due_at.hour) == (Why.BETTER_HOUR, 15)
        else:
            assert isinstance(decision, Act)
            assert decision.choice is not None
            assert decision.choice.phone.position == rung


class TestBestHour:
    EVENING_PERSON = debtor(phone(0, (0, 10, 1), (3, 10, 8)))

    def test_an_evening_person_is_rung_in_the_evening(self) -> None:
        choice = choose_phone(self.EVENING_PERSON, PhoneOrder.BEST, MORNING, may_ring=lambda at: True)
        assert choice is not None
        assert choice.not_before == datetime(2026, 3, 10, 15, tzinfo=UTC)
        assert choice.reason == "better in the evening: 78% of calls answered, 12% now"
        at_last = choose_phone(
            self.EVENING_PERSON, PhoneOrder.BEST, choice.not_before, may_ring=lambda at: True
        )
        assert at_last is not None
        assert at_last.not_before is None

    @pytest.mark.parametrize(
        ("who", "may_ring"),
        [
            (EVENING_PERSON, lambda at: False),
            (EVENING_PERSON, None),
            (debtor(phone(0, (0, 1, 0), (3, 1, 1))), lambda at: True),  # two calls tell nothing
            (debtor(phone(0, (0, 10, 4), (3, 10, 5))), lambda at: True),  # hardly better
            (debtor(phone(0, (0, 10, 8), (3, 10, 1))), lambda at: True),
        ],
    )
    def test_else_now(self, who: Debtor, may_ring: Callable[[datetime], bool] | None) -> None:
        choice = choose_phone(who, PhoneOrder.BEST, MORNING, may_ring=may_ring)
        assert choice is not None
        assert choice.not_before is None


class TestPhoneAfter:
    @pytest.mark.parametrize(
        ("status", "outcome", "invalid", "after"),
        [
            ("unverified", "talk_debtor", 0, "confirmed"),
            ("dead", "talk_debtor", 0, "confirmed"),
            ("confirmed", "talk_wrong_person", 0, "wrong"),
            ("unverified", "talk_third_party", 0, "third_party"),
            ("confirmed", "talk_third_party", 0, "confirmed"),
            ("unverified", "invalid_number", DEAD_AFTER - 1, "unverified"),
            ("unverified", "invalid_number", DEAD_AFTER, "dead"),
            ("confirmed", "invalid_number", DEAD_AFTER, "dead"),
            ("unverified", "msg_delivered", 0, "unverified"),  # a voice message does not know who listens
            ("wrong", "no_answer", 0, "wrong"),
        ],
    )
    def test_what_a_call_tells(self, status: str, outcome: str, invalid: int, after: str) -> None:
        assert phone_after(PhoneStatus(status), Outcome(outcome), invalid) is PhoneStatus(after)

    def test_what_is_answered_was_rung(self) -> None:
        assert REACHED < RANG
        assert Outcome.TALK_WRONG_PERSON in RANG - REACHED
        assert {Outcome.NOT_PLACED, Outcome.UNKNOWN, Outcome.NO_CARRIER}.isdisjoint(RANG)


CALLS, DEBTORS = 24, 400


def town() -> list[list[list[float]]]:
    """Per debtor and phone the true chance of an answer in each band: habits of people, and dead phones among live."""
    dice = random.Random(20260310)
    people = []
    for _ in range(DEBTORS):
        habit = [dice.choice([0.3, 0.6, 1.0, 1.8]) for _ in HOUR_BANDS]
        phones = [dice.choice([0.0, 0.05, 0.2, 0.5]) for _ in range(3)]
        people.append([[min(own * lift, 0.95) for lift in habit] for own in phones])
    return people


def answers(order: PhoneOrder, *, learn: bool = True, wait: bool = False) -> tuple[int, Counter[int]]:
    """Answered calls of all debtors; and how many debtors had a phone rung so often at least."""
    dice, answered, least = random.Random(7), 0, Counter[int]()
    for truth in town():
        counts = [[[0, 0] for _ in HOUR_BANDS] for _ in truth]
        for call in range(CALLS):
            now = MORNING + timedelta(days=call, hours=3 * (call % 4))
            phones = [
                phone(i, *((b, c[0], c[1]) for b, c in enumerate(bands))) for i, bands in enumerate(counts)
            ]
            may_ring = (lambda at: True) if wait else None
            choice = choose_phone(debtor(*phones), order, now, turn=call, learn=learn, may_ring=may_ring)
            assert choice is not None
            band = hour_band(((choice.not_before or now) + timedelta(hours=3)).hour)
            hit = dice.random() < truth[choice.phone.position][band]
            counts[choice.phone.position][band][0] += 1
            counts[choice.phone.position][band][1] += hit
            answered += hit
        least[min(sum(rung for rung, _ in bands) for bands in counts)] += 1
    return answered, least


def test_in_a_town_learning_pays_and_waiting_for_the_best_hour_pays_more() -> None:
    """9,600 calls each; one standard deviation of the count is under 45 calls, some 2 % of it."""
    (off, _), (given, _) = answers(PhoneOrder.BEST, learn=False), answers(PhoneOrder.GIVEN)
    (best, least), (waiting, _) = answers(PhoneOrder.BEST), answers(PhoneOrder.BEST, wait=True)
    assert off == given
    assert best > 1.3 * off
    assert waiting > 1.15 * best
    assert min(least) >= 2  # of 24 calls the floor keeps at least so many for the worst phone
