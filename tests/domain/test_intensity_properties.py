"""What holds of verdicts for any rules and any history (LAW.md section 5), and that a naive judge agrees."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from random import Random

import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from domain.intensity import HORIZON, Allowed, Refused, Standing
from domain.rules import HoursRule, LimitRule
from domain.touch import Direction, Outcome, PastTouch, TouchId
from domain.window import CalendarWindow, DatesWindow, RollingWindow
from tests.domain.naive import refusals
from tests.domain.situations import ASK, DAYS, ZONES, Situation, limit_rules, seconds, situations, standings

pytestmark = pytest.mark.unit

MINUTE, SECOND, TICK = timedelta(minutes=1), timedelta(seconds=1), timedelta(microseconds=1)
slowly = settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.too_slow])


def naive(situation: Situation, at: datetime) -> set[str]:
    """What the naive judge says fails at an instant, as known now."""
    return refusals(
        situation.rules, ASK, situation.standing, situation.history, situation.basis, at, situation.now
    )


def grid(begin: datetime, end: datetime) -> Iterator[datetime]:
    """Every minute of two days, then ever more rarely: each instant lies in [begin, end)."""
    at = begin
    while at < end:
        yield at
        at += (
            MINUTE
            if at - begin < 2 * DAYS
            else timedelta(minutes=7)
            if at - begin < 9 * DAYS
            else timedelta(hours=1)
        )


class TestAgainstTheNaiveJudge:
    @slowly
    @given(situations())
    def test_the_same_rules_fail(self, situation: Situation) -> None:
        verdict = situation.verdict()
        failing = set(verdict.rules) if isinstance(verdict, Refused) else set()
        assert failing == naive(situation, situation.now)

    @settings(slowly, max_examples=60)
    @given(situations(lowest=1))
    def test_the_next_allowed_time_is_the_first_that_a_search_finds(self, situation: Situation) -> None:
        verdict = situation.verdict()
        assume(isinstance(verdict, Refused))
        assert isinstance(verdict, Refused)
        at, now = verdict.next_allowed, situation.now
        for earlier in grid(now, at or now + 4 * DAYS):
            assert naive(situation, earlier)
        if at is not None:
            assert now < at <= now + HORIZON
            assert naive(situation, at) == set()


class TestTheNextAllowedTime:
    @slowly
    @given(situations(lowest=1))
    def test_it_is_allowed_and_no_instant_before_it_is(self, situation: Situation) -> None:
        verdict = situation.verdict()
        if isinstance(verdict, Refused) and verdict.next_allowed is not None:
            at = verdict.next_allowed
            assert situation.verdict(at=at) == Allowed()
            for before in (TICK, SECOND, MINUTE, max(TICK, (at - situation.now) / 2)):
                assert isinstance(situation.verdict(at=max(situation.now, at - before)), Refused)

    @slowly
    @given(situations(lowest=1), st.floats(0, 1))
    def test_waiting_does_not_move_it(self, situation: Situation, part: float) -> None:
        verdict = situation.verdict()
        if isinstance(verdict, Refused) and verdict.next_allowed is not None:
            at = verdict.next_allowed
            meanwhile = situation.verdict(at=situation.now + (at - situation.now - TICK) * part)
            assert isinstance(meanwhile, Refused)
            assert meanwhile.next_allowed == at

    @slowly
    @given(
        st.sampled_from(
            [
                *(CalendarWindow(unit) for unit in ("day", "week", "month")),
                RollingWindow(timedelta(minutes=90)),
                RollingWindow(timedelta(hours=168)),
                DatesWindow(1),
                DatesWindow(7),
            ]
        ),
        st.data(),
    )
    def test_for_every_kind_of_window(
        self, window: CalendarWindow | RollingWindow | DatesWindow, data: st.DataObject
    ) -> None:
        situation = data.draw(situations(lowest=1))
        rule = replace(data.draw(limit_rules(situation.now, 1)), window=window)
        situation = replace(situation, rules=replace(situation.rules, limits=(rule,)))
        verdict = situation.verdict()
        if isinstance(verdict, Refused) and verdict.next_allowed is not None:
            assert naive(situation, verdict.next_allowed) == set()
            assert naive(situation, verdict.next_allowed - TICK)


class TestHistory:
    @slowly
    @given(situations(), st.randoms())
    def test_its_order_is_irrelevant(self, situation: Situation, random: Random) -> None:
        shuffled = [*situation.history]
        random.shuffle(shuffled)
        assert situation.verdict(shuffled) == situation.verdict()

    @slowly
    @given(situations())
    def test_the_same_touch_twice_counts_once(self, situation: Situation) -> None:
        assert situation.verdict(situation.history * 2) == situation.verdict()

    @slowly
    @given(situations(), seconds(timedelta(), 40 * DAYS), st.sampled_from([*Outcome, None]))
    def test_one_more_touch_never_turns_a_refusal_into_a_permission(
        self, situation: Situation, age: timedelta, outcome: Outcome | None
    ) -> None:
        verdict, more = (
            situation.verdict(),
            situation.verdict((*situation.history, mine(situation.now - age, outcome))),
        )
        if isinstance(verdict, Refused):
            assert isinstance(more, Refused)
            assert set(verdict.rules) <= set(more.rules)
            assert not_sooner(more.next_allowed, verdict.next_allowed)

    @slowly
    @given(situations(), seconds(SECOND, 40 * DAYS))
    def test_a_touch_after_now_does_not_count(self, situation: Situation, later: timedelta) -> None:
        future = mine(situation.now + later, None)
        assert situation.verdict((*situation.history, future)) == situation.verdict()

    @slowly
    @given(situations(), seconds(timedelta(), 40 * DAYS))
    def test_a_call_of_the_debtor_s_does_not_count(self, situation: Situation, age: timedelta) -> None:
        called_in = replace(mine(situation.now - age, Outcome.TALK_DEBTOR), direction=Direction.IN)
        assert situation.verdict((*situation.history, called_in)) == situation.verdict()

    @slowly
    @given(situations(), st.data())
    def test_correcting_an_outcome_to_one_that_no_rule_counts_is_as_if_it_had_not_been(
        self, situation: Situation, data: st.DataObject
    ) -> None:
        assume(situation.history)
        place = data.draw(st.integers(0, len(situation.history) - 1))
        wrong, others = situation.history[place], situation.history[:place] + situation.history[place + 1 :]
        corrected = replace(wrong, outcome=Outcome.NOT_PLACED)
        assert situation.verdict((*others, corrected)) == situation.verdict(others)

    @slowly
    @given(situations(), st.sampled_from(Outcome))
    def test_an_open_call_is_the_worst_that_a_call_may_become(
        self, situation: Situation, became: Outcome
    ) -> None:
        assume(became is not Outcome.MACHINE_MSG)  # which is a message on top
        touch = mine(situation.now, None)
        still_open = situation.verdict((*situation.history, touch))
        closed = situation.verdict((*situation.history, replace(touch, outcome=became)))
        if isinstance(closed, Refused):
            assert isinstance(still_open, Refused)
            assert set(closed.rules) <= set(still_open.rules)

    @slowly
    @given(situations())
    def test_what_the_books_need_not_read_never_matters(self, situation: Situation) -> None:
        read = [
            touch
            for scope, back in situation.rules.lookbacks.items()
            for touch in situation.history
            if getattr(touch, scope.value) == getattr(ASK, scope.value)
            and touch.at > situation.now - back.longest
            and (
                touch.at > situation.now - back.every
                or touch.outcome is None
                or touch.outcome in back.outcomes
            )
        ]
        assert situation.verdict(read) == situation.verdict()


class TestStricter:
    @slowly
    @given(situations(), st.data())
    def test_a_limit_more_never_allows_more(self, situation: Situation, data: st.DataObject) -> None:
        rule: LimitRule = data.draw(limit_rules(situation.now))
        more = replace(situation.rules, limits=(*situation.rules.limits, rule))
        self.shrinks(situation, replace(situation, rules=more))

    @slowly
    @given(situations(), situations())
    def test_a_rule_set_more_never_allows_more(self, situation: Situation, other: Situation) -> None:
        hours: tuple[HoursRule, ...] = situation.rules.hours + other.rules.hours
        limits: tuple[LimitRule, ...] = situation.rules.limits + other.rules.limits
        self.shrinks(
            situation, replace(situation, rules=replace(situation.rules, hours=hours, limits=limits))
        )

    @slowly
    @given(situations(), st.sampled_from(ZONES))
    def test_a_zone_more_never_allows_more(self, situation: Situation, zone: str) -> None:
        standing = replace(situation.standing, zones=(*situation.standing.zones, zone))
        self.shrinks(situation, replace(situation, standing=standing))

    @slowly
    @given(situations(), st.data())
    def test_a_block_more_never_allows_more(self, situation: Situation, data: st.DataObject) -> None:
        others: Standing = data.draw(standings(situation.now))
        standing = replace(situation.standing, blocks=situation.standing.blocks + others.blocks)
        self.shrinks(situation, replace(situation, standing=standing))

    @slowly
    @given(situations(), st.data())
    def test_a_slot_more_never_allows_more(self, situation: Situation, data: st.DataObject) -> None:
        others: Standing = data.draw(standings(situation.now))
        slots = tuple(replace(consent, waives=frozenset()) for consent in others.consents)
        standing = replace(situation.standing, consents=situation.standing.consents + slots)
        self.shrinks(situation, replace(situation, standing=standing))

    def shrinks(self, wide: Situation, narrow: Situation) -> None:
        """Whatever was refused stays refused, by no fewer rules and for no shorter time."""
        before, after = wide.verdict(), narrow.verdict()
        if isinstance(before, Refused):
            assert isinstance(after, Refused)
            assert set(before.rules) <= set(after.rules)
            assert not_sooner(after.next_allowed, before.next_allowed)


def mine(at: datetime, outcome: Outcome | None) -> PastTouch:
    """A call like the one asked for."""
    return PastTouch(
        TouchId("one more"),
        at.astimezone(UTC),
        ASK.channel,
        outcome,
        debtor=ASK.debtor,
        phone=ASK.phone,
        debt=ASK.debt,
        creditor=ASK.creditor,
        campaign=ASK.campaign,
        trunk=ASK.trunk,
    )


def not_sooner(later: datetime | None, sooner: datetime | None) -> bool:
    """Never is later than any time."""
    return later is None or (sooner is not None and later >= sooner)
