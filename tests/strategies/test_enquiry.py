"""A step that asks the bailiff: it waits for his word, and for no longer than it says."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

import pytest

from domain.campaign import Plan, PlanState, Why
from domain.debtor import Debtor, Stage
from domain.proceeding import Enforcement, ProceedingResult, ProceedingStatus
from strategies.enquiry import RESULTS, wakes_at
from strategies.evaluate import Present, first_plan, next_step
from strategies.facts import Facts
from strategies.load import parse_strategy
from strategies.matching import match_segment
from strategies.replan import replan
from tests.strategies.people import NOW, debtor, strategy

pytestmark = pytest.mark.unit

DAY = timedelta(days=1)
CALLED = Present(performs=frozenset({"ivr", "bailiff"}))
ASKS = strategy(
    "{id: all, steps: [{id: ask, bailiff: {script: what was arrested, within: 20d}}, {id: tell, ivr: x}]}"
)
PATIENT = strategy(
    "{id: all, steps: [{id: ask, bailiff: {within: 20d}, retry: {no_answer: {after: 5d, times: 1}},"
    " repeat: {every: 30d, times: 1}}, {id: tell, ivr: x}]}",
    "after_result: {bailiff_refused: {stop: he says nothing}, bailiff_in_work: {wait: 14d}}",
)


def word(after: timedelta, status: str = "inquiry_sent", until: date | None = None) -> ProceedingResult:
    return ProceedingResult(1, NOW + after, ProceedingStatus(status), promised_until=until)


def enforced(*heard: ProceedingResult, **facts: Any) -> Debtor:
    """A debtor with one proceeding, of which its bailiff has said so much."""
    one = replace(Enforcement(open=True, known=True, heard=heard), **facts)
    return debtor(stage=Stage.ENFORCEMENT, enforcements=(one,))


def asked(of: Any = ASKS, who: Debtor | None = None) -> Plan:
    """The plan once its bailiff is to be asked."""
    who = who or enforced()
    return next_step(of, who, first_plan(of, who, NOW), NOW, present=CALLED).plan


class TestAsking:
    def test_waits_for_his_word_and_touches_nobody(self) -> None:
        plan = asked()
        assert (plan.step, plan.state, plan.why, plan.touch_id) == ("ask", PlanState.DUE, Why.ASKED, None)
        assert (plan.asked_at, plan.due_at) == (NOW, NOW + 20 * DAY)
        assert plan.reason == "step ask waits 20d for a word of his bailiff"

    @pytest.mark.parametrize(
        "facts", [{"known": False}, {"open": False}], ids=["of a bailiff whom nobody calls", "that has ended"]
    )
    def test_no_proceeding_to_ask_about_is_passed_over(self, facts: dict[str, bool]) -> None:
        plan = asked(who=enforced(**facts))
        assert (plan.step, plan.why, plan.asked_at) == ("tell", Why.NO_BAILIFF, None)
        assert plan.reason.startswith("no open proceeding whose bailiff is called: step ask is passed over")

    def test_where_no_campaign_calls_bailiffs_it_is_passed_over(self) -> None:
        plan = next_step(ASKS, enforced(), first_plan(ASKS, enforced(), NOW), NOW).plan
        assert (plan.step, plan.why) == ("tell", Why.NOT_PERFORMED)

    def test_whoever_looks_early_asks_no_second_time(self) -> None:
        early = replace(asked(), due_at=NOW + DAY)
        again = next_step(ASKS, enforced(), early, NOW + DAY, present=CALLED).plan
        assert (again.asked_at, again.due_at) == (NOW, NOW + 20 * DAY)


class TestHisWord:
    def test_lets_the_plan_go_on(self) -> None:
        plan = replan(ASKS, enforced(word(3 * DAY, until=date(2026, 4, 1))), asked(), NOW + 3 * DAY)
        assert (plan.step, plan.due_at, plan.asked_at) == ("tell", NOW + 3 * DAY, None)
        assert plan.reason == "his bailiff says inquiry_sent, by 2026-04-01; then step tell"

    @pytest.mark.parametrize("said", [[word(-DAY)], [word(timedelta())], [word(5 * DAY)], []])
    def test_of_another_time_is_not_the_answer(self, said: list[ProceedingResult]) -> None:
        plan = asked()
        assert replan(ASKS, enforced(*said), plan, NOW + 4 * DAY) is plan

    def test_the_last_of_several_counts(self) -> None:
        said = (word(DAY, "refused"), word(2 * DAY, "in_work"))
        plan = replan(PATIENT, enforced(*said), asked(PATIENT), NOW + 2 * DAY)
        assert (plan.why, plan.due_at) == (Why.ANSWERED, NOW + 32 * DAY)
        assert plan.reason == "his bailiff says in_work, repeat 1 of 1"

    def test_may_end_the_plan(self) -> None:
        plan = replan(PATIENT, enforced(word(DAY, "refused")), asked(PATIENT), NOW + DAY)
        assert (plan.state, plan.why, plan.reason) == (PlanState.DONE, Why.ANSWERED, "he says nothing")

    def test_that_nobody_told_the_plan_of_is_heard_when_it_falls_due(self) -> None:
        late = next_step(ASKS, enforced(word(3 * DAY)), asked(), NOW + 20 * DAY, present=CALLED).plan
        assert (late.step, late.reason) == ("tell", "his bailiff says inquiry_sent; then step tell")

    def test_a_file_may_end_the_proceeding_instead(self) -> None:
        plan = replan(ASKS, enforced(open=False), asked(), NOW + DAY)
        assert (plan.step, plan.reason) == ("tell", "his proceeding has ended; then step tell")

    def test_is_when_a_replay_wakes(self) -> None:
        assert wakes_at(asked(), enforced(word(-DAY), word(3 * DAY), word(4 * DAY))) == NOW + 3 * DAY
        assert wakes_at(asked(), enforced(word(-DAY))) == NOW + 20 * DAY


class TestSilence:
    def test_lets_the_plan_go_on(self) -> None:
        plan = next_step(ASKS, enforced(), asked(), NOW + 20 * DAY, present=CALLED).plan
        assert (plan.step, plan.why, plan.asked_at) == ("tell", Why.NEXT_STEP, None)
        assert plan.reason == "no word of his bailiff in time; then step tell"

    def test_is_retried_and_repeated_as_the_step_says(self) -> None:
        plan, seen = asked(PATIENT), []
        while plan.step == "ask":
            seen.append((plan.why, plan.attempts, plan.round, (plan.due_at - NOW).days))
            plan = next_step(PATIENT, enforced(), plan, plan.due_at, present=CALLED).plan
        assert seen == [
            (Why.ASKED, 0, 0, 20),
            (Why.RETRY, 1, 0, 25),
            (Why.ASKED, 1, 0, 45),
            (Why.REPEAT, 0, 1, 75),
            (Why.ASKED, 0, 1, 95),
            (Why.RETRY, 1, 1, 100),
            (Why.ASKED, 1, 1, 120),
        ]


def test_another_kind_of_step_of_that_name_waits_for_nobody() -> None:
    changed = strategy("{id: all, steps: [{id: ask, ivr: x}, {id: tell, ivr: x}]}")
    plan = asked()
    kept = replan(changed, enforced(word(DAY)), plan, NOW + DAY)
    assert (kept.step, kept.due_at) == ("ask", plan.due_at)


def test_what_he_said_is_a_fact() -> None:
    of = strategy(
        "{id: late, when: {bailiff_overdue: {at_least: 1}}, stop: late},"
        " {id: hot, when: {bailiff_said: [account_arrested, inquiry_sent]}, stop: hot},"
        " {id: silent, when: {bailiff_said: nothing}, stop: silent}, {id: rest, stop: rest}"
    )
    said = enforced(word(timedelta(), until=date(2026, 3, 20)))

    def segment(who: Debtor, at: datetime) -> str:
        found = match_segment(of, Facts(who, at))
        return found.id if found else ""

    morning = datetime.combine(date(2026, 3, 20), time(9), UTC)
    assert [segment(said, at) for at in (NOW - DAY, NOW, morning, morning + DAY)] == [
        "silent",
        "hot",
        "hot",
        "late",
    ]
    assert (segment(enforced(word(-DAY, "refused")), NOW), segment(debtor(), NOW)) == ("rest", "rest")


def test_results_are_named_after_what_he_says() -> None:
    assert RESULTS[ProceedingStatus.ACCOUNT_ARRESTED] == "bailiff_account_arrested"


def test_a_version_that_told_a_mode_is_still_read() -> None:
    text = (
        "name: t\nregime: ru-own\nsegments: [{id: a, steps: [{id: b, bailiff: {mode: preview, script: s}}]}]"
    )
    assert parse_strategy(text, "t.yaml").asks
