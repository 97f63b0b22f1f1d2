"""A forecast plays what the engine would do: within the rules, by chance that hangs on the debtor alone."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest

from domain.block import Block
from domain.campaign import Why
from domain.portfolio import LegalBasis
from domain.touch import CHANNEL_GROUPS, Channel, Outcome
from strategies.chances import ENOUGH, USUAL, Chance, Prices, draw, learned
from strategies.forecast import Assumptions, Subject, forecast
from strategies.language import Strategy
from strategies.load import parse_strategy, strategy_text
from strategies.regime import load_rules
from tests.strategies.people import NOW, debtor, strategy, touched

pytestmark = pytest.mark.unit

BASIS = LegalBasis("contract", datetime(2020, 1, 1, tzinfo=UTC))
IVR = frozenset({"ivr"})
NEVER_THERE = {**USUAL, Channel.VOICE_MSG: (Chance(Outcome.NO_ANSWER, 1),)}
TRIED_THRICE = strategy(
    "{id: a, steps: [{id: inform, ivr: x, retry: {no_answer: {after: 1h, times: 99}}, repeat: {every: 1d, times: 9}}]}"
)


def given(strategy: Strategy, **more: object) -> Assumptions:
    rules = load_rules(strategy.regime, ("attempts-3-a-day",))
    assumed = Assumptions(strategy, rules, BASIS, NEVER_THERE, Prices(attempt=0.5, minute=2, sms=4), IVR)
    return replace(assumed, **more)  # type: ignore[arg-type]


def by_day(touches: Counter[tuple[date, Channel]]) -> list[int]:
    return [count for _, count in sorted(touches.items())]


class TestForecast:
    def test_the_rules_bound_it(self) -> None:
        """A retry every hour is asked for; three attempts a day are allowed, on each of seven days."""
        fate = forecast(Subject(debtor()), given(TRIED_THRICE), NOW, 7)
        assert by_day(fate.touches) == [3] * 7
        assert fate.held_back == {"attempts-per-day"}
        assert sum(fate.costs.values()) == pytest.approx(21 * 0.5)

    def test_what_has_happened_counts(self) -> None:
        hour = timedelta(hours=1)
        past = [touched(ago * hour, Outcome.NO_ANSWER) for ago in (1, 2, 3)]
        fate = forecast(Subject(debtor(), past), given(TRIED_THRICE), NOW, 2)
        assert by_day(fate.touches) == [3], "nothing today, three tomorrow"

    def test_a_blocked_debtor_is_held_back(self) -> None:
        block = Block(CHANNEL_GROUPS["call"], NOW - timedelta(days=1))
        fate = forecast(Subject(debtor(), (), [block]), given(TRIED_THRICE), NOW, 7)
        assert (fate.touches.total(), fate.held_back) == (0, {"block"})

    def test_without_a_legal_basis_nobody_is_touched(self) -> None:
        fate = forecast(Subject(debtor()), given(TRIED_THRICE, basis=None), NOW, 7)
        assert (fate.touches.total(), fate.held_back) == (0, {"legal-basis"})

    def test_who_is_left_alone_has_a_reason(self) -> None:
        some = strategy("{id: a, when: {sum: {below: 1}}, steps: [{id: inform, ivr: x}]}")
        assert forecast(Subject(debtor()), given(some), NOW, 7).left_alone is Why.NO_SEGMENT
        assert forecast(Subject(debtor(roubles=0)), given(some), NOW, 7).left_alone is Why.PAID

    def test_steps_that_nobody_performs_are_named(self) -> None:
        some = strategy(
            "{id: a, steps: [{id: write, message: {kind: sms, text: pay}}, {id: inform, ivr: x}]}"
        )
        fate = forecast(Subject(debtor()), given(some), NOW, 1)
        assert (fate.passed_over, by_day(fate.touches)) == ({"a: write"}, [1])
        played = forecast(Subject(debtor()), given(some, performs=frozenset({"ivr", "sms"})), NOW, 1)
        assert {channel for _, channel in played.touches} == {Channel.SMS, Channel.VOICE_MSG}
        assert sum(played.costs.values()) == pytest.approx(4 + 0.5)

    def test_a_cap_is_shared_by_all_debtors(self) -> None:
        some = strategy("{id: a, steps: [{id: inform, ivr: x, cap: {touches_a_day: 50}}]}")
        assumed = given(some, weight=10)
        people = [Subject(debtor(id=n, external_id=f"A{n}")) for n in range(12)]
        fates = [forecast(one, assumed, NOW, 2) for one in people]
        assert [fate.touches.total() for fate in fates] == [1] * 10 + [0, 0]
        assert sum((fate.touches for fate in fates), Counter()).most_common()[0][1] == 5

    def test_days_are_the_debtors_own(self) -> None:
        """22:30 in Moscow is the next day in Vladivostok: there the forecast begins with tomorrow's date."""
        late = datetime(2026, 3, 10, 19, 30, tzinfo=UTC)
        east = forecast(Subject(debtor(zones=("Asia/Vladivostok",))), given(TRIED_THRICE), late, 1)
        west = forecast(Subject(debtor()), given(TRIED_THRICE), late, 1)
        assert [day.isoformat() for day, _ in east.touches] == ["2026-03-11"]
        assert west.touches.total() == 0, "its day is over for calls"

    def test_it_is_the_same_each_time_and_differs_between_debtors(self) -> None:
        some = parse_strategy(*strategy_text("utilities-technical"))

        def touches(key: str) -> list[int]:
            subject = Subject(debtor(external_id=key))
            return by_day(forecast(subject, given(some, chances=USUAL), NOW, 7).touches)

        keys = [f"A{number}" for number in range(30)]
        assert [touches(key) for key in keys] == [touches(key) for key in keys]
        assert len({tuple(touches(key)) for key in keys}) > 5


class TestChances:
    def test_drawn_as_often_as_their_weights_say(self) -> None:
        chances = (Chance(Outcome.BUSY, 3), Chance(Outcome.NO_ANSWER, 1), Chance(Outcome.REJECTED, 0))
        drawn = Counter(draw(chances, f"key {n}").outcome for n in range(4000))
        assert drawn[Outcome.BUSY] == pytest.approx(3000, abs=120)
        assert drawn[Outcome.REJECTED] == 0

    def test_the_usual_ones_are_for_every_channel_that_a_step_may_use(self) -> None:
        assert set(USUAL) == CHANNEL_GROUPS["message"] | CHANNEL_GROUPS["call"]
        assert all(sum(one.weight for one in chances) == pytest.approx(1) for chances in USUAL.values())

    def test_own_experience_speaks_when_there_is_enough_of_it(self) -> None:
        few, enough = (Chance(Outcome.BUSY, ENOUGH - 1),), (Chance(Outcome.BUSY, ENOUGH),)
        found = learned({Channel.SMS: few, Channel.VOICE_MSG: enough})
        assert (found[Channel.SMS], found[Channel.VOICE_MSG]) == (USUAL[Channel.SMS], enough)


class TestPrices:
    @pytest.mark.parametrize(
        ("step", "talk_s", "cost"),
        [
            ("{id: s, ivr: x}", 0, 0.5),
            ("{id: s, ivr: x}", 60, 2.5),
            ("{id: s, ivr: x}", 61, 4.5),
            ("{id: s, message: {kind: sms, text: pay, segments: 3}}", 0, 12),
            ("{id: s, message: {kind: telegram, text: pay}}", 0, 1),
            ("{id: s, message: {kind: email, text: pay}}", 0, 0),
        ],
    )
    def test_of_a_touch(self, step: str, talk_s: float, cost: float) -> None:
        (made,) = strategy(f"{{id: a, steps: [{step}]}}").segments[0].steps
        assert Prices(attempt=0.5, minute=2, sms=4, messenger=1).of(made, talk_s) == cost
