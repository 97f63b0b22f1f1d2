"""Hours, caps, performers, exits, splits, vulnerable people: what a due plan turns into, and why."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.campaign import Mode, Plan, PlanState, Why
from domain.debtor import Debtor, Promise, PromiseState
from domain.phone import Phone, PhoneNumber, Tried
from domain.proceeding import Enforcement, ProceedingResult, ProceedingStatus
from domain.touch import Channel, Outcome
from strategies.after_touch import after_touch
from strategies.evaluate import Present, Used, first_plan, next_step
from strategies.facts import Facts
from strategies.language import Strategy
from strategies.load import SHIPPED, parse_strategy, strategy_text
from strategies.matching import NEEDS_HELP, match_segment, why_not
from strategies.moves import Act, Decision, Move
from strategies.replan import replan
from tests.strategies.people import NOW, debtor, strategy, touched

pytestmark = pytest.mark.unit

IVR = "{id: call, ivr: x}"
ALL_PERFORM = Present(performs=frozenset({"ivr", "call", "sms", "messenger", "telegram", "bailiff"}))


def decided(
    of: Strategy, who: Debtor | None = None, now: datetime = NOW, present: Present | None = None
) -> Decision:
    """What the first plan of a debtor turns into."""
    person = who or debtor()
    return next_step(of, person, first_plan(of, person, NOW), now, present=present or Present())


def moscow(hour: int, minute: int = 0, day: int = 10) -> datetime:
    return datetime(2026, 3, day, hour - 3, minute, tzinfo=UTC)


class TestHours:
    MORNING = strategy("{id: all, steps: [{id: call, ivr: x, hours: '10:00-12:00'}]}")

    def test_within(self) -> None:
        assert isinstance(decided(self.MORNING, now=moscow(11, 59)), Act)

    @pytest.mark.parametrize(
        ("now", "due"),
        [(moscow(12), moscow(10, day=11)), (moscow(9, 59), moscow(10)), (moscow(3), moscow(10))],
    )
    def test_outside(self, now: datetime, due: datetime) -> None:
        move = decided(self.MORNING, now=now)
        assert (move.plan.why, move.plan.due_at, move.plan.step) == (Why.OUTSIDE_HOURS, due, "call")
        assert str(move.reason) == "step call acts at 10:00-12:00 local time"

    def test_in_all_zones_that_he_may_live_in(self) -> None:
        who = debtor(zones=("Europe/Moscow", "Europe/Samara"))
        assert isinstance(decided(self.MORNING, who, moscow(10, 30)), Act)
        move = decided(self.MORNING, who, moscow(11))
        assert move.plan.due_at == moscow(10, day=11)

    def test_hours_that_never_come_are_passed_over(self) -> None:
        move = decided(self.MORNING, debtor(zones=("Europe/Moscow", "Asia/Kamchatka")))
        assert (move.plan.state, move.plan.why) == (PlanState.DONE, Why.OUTSIDE_HOURS)
        assert "which all his zones never share: step call is passed over" in move.plan.reason


class TestCaps:
    CAPPED = strategy(
        "{id: all, steps: [{id: call, ivr: x, hours: '10:00-20:00', cap: {touches_a_day: 5, roubles_a_day: 9.5}}]}"
    )

    @pytest.mark.parametrize("used", [Used(4, 9.4), Used()])
    def test_something_is_left(self, used: Used) -> None:
        assert isinstance(decided(self.CAPPED, present=Present(used={("all", "call"): used})), Act)
        assert isinstance(decided(self.CAPPED, present=Present(used={("all", "other"): Used(9, 99)})), Act)

    @pytest.mark.parametrize(("used", "words"), [(Used(5, 0), "5 touches"), (Used(0, 9.5), "9.5 roubles")])
    def test_used_up_until_tomorrow(self, used: Used, words: str) -> None:
        move = decided(self.CAPPED, present=Present(used={("all", "call"): used}))
        assert (move.plan.why, move.plan.due_at) == (Why.CAP, moscow(10, day=11))
        assert move.plan.reason == f"step call has used up its {words} of today"

    def test_tomorrow_is_where_the_debtor_lives(self) -> None:
        capped = strategy("{id: all, steps: [{id: call, ivr: x, cap: {touches_a_day: 5}}]}")
        who = debtor(zones=("Asia/Vladivostok", "Asia/Omsk"))
        move = decided(capped, who, present=Present(used={("all", "call"): Used(5)}))
        assert move.plan.due_at == datetime(2026, 3, 10, 18, tzinfo=UTC)  # midnight in Omsk, the later one


class TestPerformers:
    SEQUENCE = strategy(
        "{id: all, steps: [{id: sms, message: {kind: sms, text: hello}},"
        " {id: chat, message: {kind: telegram, text: a}},"
        " {id: call, ivr: x}, {id: bailiff, bailiff: {}}]}"
    )

    def test_what_nobody_performs_is_passed_over_at_once(self) -> None:
        first = decided(self.SEQUENCE)
        assert (first.plan.step, first.plan.due_at, first.plan.why) == ("chat", NOW, Why.NOT_PERFORMED)
        assert first.plan.reason == ("nobody performs sms steps yet: step sms is passed over; then step chat")
        second = next_step(self.SEQUENCE, debtor(), first.plan, NOW)
        assert (second.plan.step, second.plan.state) == ("call", PlanState.DUE)
        assert isinstance(next_step(self.SEQUENCE, debtor(), second.plan, NOW), Act)

    def test_the_last_one_ends_the_plan(self) -> None:
        last = next_step(self.SEQUENCE, debtor(), Plan(7, NOW, segment="all", step="bailiff"), NOW)
        assert (last.plan.state, last.plan.why) == (PlanState.DONE, Why.NOT_PERFORMED)
        assert last.plan.reason.endswith("step bailiff is passed over; all steps are done")

    @pytest.mark.parametrize(
        ("step", "channel", "script", "rings"),
        [
            ("sms", Channel.SMS, "hello", True),
            ("call", Channel.VOICE_MSG, "x", True),
        ],
    )
    def test_whoever_performs_is_told_what(
        self, step: str, channel: Channel, script: str, rings: bool
    ) -> None:
        plan = Plan(7, NOW, segment="all", step=step)
        act = next_step(self.SEQUENCE, debtor(), plan, NOW, present=ALL_PERFORM)
        assert isinstance(act, Act)
        assert (act.step.channel, act.step.script, act.choice is not None) == (channel, script, rings)

    def test_who_has_no_phone_still_has_a_bailiff(self) -> None:
        who = debtor(phones=(), enforcements=(Enforcement(open=True, known=True),))
        plan = first_plan(self.SEQUENCE, who, NOW)
        for _ in range(3):
            plan = next_step(self.SEQUENCE, who, plan, NOW, present=ALL_PERFORM).plan
            assert plan.why is Why.NO_PHONE
        assert next_step(self.SEQUENCE, who, plan, NOW, present=ALL_PERFORM).plan.why is Why.ASKED


class TestDesks:
    BOTH = strategy(
        "{id: all, priority: 20, steps: [{id: tell, ivr: x}, {id: talk, call: {mode: predictive}},"
        " {id: ask, call: {mode: preview, skill: debts}}]}"
    )

    def test_a_plan_names_the_desk_of_its_step_and_how_it_is_dialled(self) -> None:
        plan = first_plan(self.BOTH, debtor(), NOW)
        lanes = [(plan.step, plan.desk, plan.mode)]
        for _ in range(2):
            plan = after_touch(self.BOTH, plan, Outcome.NO_ANSWER, "", NOW)
            lanes.append((plan.step, plan.desk, plan.mode))
        assert lanes == [
            ("tell", "", None),
            ("talk", "operators", Mode.PREDICTIVE),
            ("ask", "debts", Mode.PREVIEW),
        ]

    def test_operators_calls_are_performed(self) -> None:
        talk = Plan(7, NOW, segment="all", step="ask")
        act = next_step(self.BOTH, debtor(), talk, NOW)
        assert isinstance(act, Act)
        assert (act.step.channel, act.plan.desk, act.plan.mode) == (Channel.CALL_HUMAN, "debts", Mode.PREVIEW)

    def test_a_new_version_moves_the_step_to_another_desk(self) -> None:
        plan = Plan(7, NOW, segment="all", step="ask", priority=20, desk="old", mode=Mode.PREDICTIVE)
        kept = replan(self.BOTH, debtor(), plan, NOW)
        assert kept == replace(plan, desk="debts", mode=Mode.PREVIEW)
        assert replan(self.BOTH, debtor(), kept, NOW) is kept


class TestEnds:
    def test_a_stop_step(self) -> None:
        stops = strategy("{id: all, steps: [{id: end, stop: enough}]}")
        move = decided(stops)
        assert (move.plan.state, move.plan.why, move.plan.reason) == (PlanState.DONE, Why.STOPPED, "enough")

    def test_an_exit_ends_a_plan_wherever_it_stands(self) -> None:
        exits = strategy(
            f"{{id: all, exits: [{{when: {{promises: {{state: kept}}}}, reason: kept it}}], steps: [{IVR}]}}"
        )
        kept = debtor(promises=(Promise(NOW, date(2026, 3, 12), None, PromiseState.KEPT),))
        assert isinstance(decided(exits), Act)
        for plan in (
            first_plan(exits, kept, NOW),
            next_step(exits, kept, first_plan(exits, debtor(), NOW), NOW).plan,
        ):
            assert (plan.state, plan.segment, plan.why) == (PlanState.DONE, "all", Why.EXIT)
            assert plan.reason == "kept it"

    def test_past_touches_decide_too(self) -> None:
        exits = strategy(
            f"{{id: all, exits: [{{when: {{last_talk: {{within: 7d}}}}, reason: talked}}], steps: [{IVR}]}}"
        )
        history = [touched(timedelta(days=6), Outcome.TALK_DEBTOR)]
        assert first_plan(exits, debtor(), NOW, history).why is Why.EXIT
        assert first_plan(exits, debtor(), NOW + timedelta(days=1), history).why is Why.FIRST


class TestVulnerable:
    STRATEGY = strategy(
        f"{{id: press, steps: [{IVR}]}}, {{id: help, help: true, when: {{sum: {{below: 5000}}}}, steps: [{IVR}]}}"
    )

    @pytest.mark.parametrize(("vulnerable", "segment"), [(False, "press"), (True, "help")])
    def test_only_help_contacts_them(self, vulnerable: bool, segment: str) -> None:
        facts = Facts(debtor(vulnerable=vulnerable), NOW)
        found = match_segment(self.STRATEGY, facts)
        assert found is not None
        assert found.id == segment
        assert why_not(found, facts) == ""
        assert why_not(self.STRATEGY.segments[0], facts) == (NEEDS_HELP if vulnerable else "")

    def test_without_help_they_are_left_alone(self) -> None:
        plan = first_plan(self.STRATEGY, debtor(9000, vulnerable=True), NOW)
        assert (plan.state, plan.why, plan.reason) == (PlanState.DONE, Why.NO_SEGMENT, NEEDS_HELP)


class TestSplits:
    STRATEGY = strategy(
        "{id: all, split: {salt: s, variants: {champion: {share: 50}, gentle: {share: 30, steps: [{id: soft, wait: 1d},"
        " {id: call, ivr: soft}]}, control: {share: 20, leave_alone: true}}}, steps: [{id: call, ivr: x}]}"
    )

    def test_each_variant_has_its_steps_and_the_control_group_never_acts(self) -> None:
        scripts: dict[str, set[str]] = {"champion": set(), "gentle": set(), "control": set()}
        for number in range(300):
            plan = first_plan(self.STRATEGY, debtor(external_id=f"D{number}"), NOW)
            for move in range(3):
                if plan.state is PlanState.DONE:
                    break
                who = debtor(external_id=f"D{number}")
                decision = next_step(self.STRATEGY, who, plan, NOW + timedelta(days=move))
                if isinstance(decision, Act):
                    scripts[decision.plan.variant].add(decision.step.script)
                    break
                plan = decision.plan
            if plan.variant == "control":
                assert (plan.state, plan.why) == (PlanState.DONE, Why.CONTROL)
                assert plan.reason == "control group: variant control of segment all is left alone"
        assert scripts == {"champion": {"x"}, "gentle": {"soft"}, "control": set()}

    def test_the_reason_names_the_variant(self) -> None:
        plans = [first_plan(self.STRATEGY, debtor(external_id=f"D{n}"), NOW) for n in range(20)]
        gentle = next(plan for plan in plans if plan.variant == "gentle")
        assert gentle.reason == "segment all, variant gentle, step soft"

    def test_a_split_that_comes_later_begins_the_segment_anew(self) -> None:
        plan = Plan(7, NOW, segment="all", step="call", attempts=1)
        move = next_step(self.STRATEGY, debtor(external_id="D0"), plan, NOW)
        assert isinstance(move, Move)
        assert move.plan.why in {Why.STRATEGY_CHANGED, Why.CONTROL}


class TestBetterHour:
    BEST = strategy(f"{{id: all, phones: {{order: best}}, steps: [{IVR}]}}")
    WHO = debtor(phones=(Phone(PhoneNumber("+79160000001"), tried=(Tried(1, 20, 0), Tried(3, 20, 19))),))

    def test_is_waited_for_where_it_is_lawful(self) -> None:
        lawful = Present(lawful=lambda who, channel, at: True)
        move = decided(self.BEST, self.WHO, present=lawful)
        assert (move.plan.why, move.plan.due_at) == (Why.BETTER_HOUR, moscow(18))
        assert isinstance(next_step(self.BEST, self.WHO, move.plan, moscow(18), present=lawful), Act)

    def test_is_not_where_it_is_not_or_nobody_can_say(self) -> None:
        for present in (Present(), Present(lawful=lambda who, channel, at: False)):
            assert isinstance(decided(self.BEST, self.WHO, present=present), Act)


STRATEGIES = [parse_strategy(*strategy_text(path.stem)) for path in sorted(SHIPPED.glob("*.yaml"))]
STRATEGIES += [TestSplits.STRATEGY, TestVulnerable.STRATEGY, TestPerformers.SEQUENCE, TestCaps.CAPPED]
STRATEGIES += [
    strategy(
        "{id: all, steps: [{id: ask, bailiff: {within: 9d}, retry: {no_answer: {after: 2d, times: 2}},"
        " repeat: {every: 20d, times: 3}}, {id: call, ivr: x}, {id: more, bailiff: {}}]}",
        "after_result: {bailiff_refused: {stop: nothing to be had}, bailiff_in_work: {wait: 12d}}",
    )
]
HEARD = st.lists(
    st.builds(
        ProceedingResult,
        proceeding_id=st.just(1),
        at=st.integers(-30, 90).map(lambda days: NOW + timedelta(days=days)),
        status=st.sampled_from(ProceedingStatus),
        promised_until=st.none() | st.dates(date(2026, 3, 1), date(2026, 5, 1)),
    ),
    max_size=5,
)
ENFORCEMENTS = st.lists(
    st.builds(
        Enforcement,
        open=st.booleans(),
        known=st.booleans(),
        heard=HEARD.map(lambda said: tuple(sorted(said, key=lambda one: one.at))),
    ),
    max_size=2,
)
DEBTORS = st.builds(
    debtor,
    roubles=st.sampled_from([0, 100, 2800, 60_000]),
    oldest=st.dates(date(2020, 1, 1), date(2026, 3, 1)),
    vulnerable=st.booleans(),
    external_id=st.integers(0, 99).map(str),
    built=st.none() | st.integers(1960, 2026),
    zones=st.sampled_from([("Europe/Moscow",), ("Asia/Omsk", "Europe/Samara")]),
    enforcements=ENFORCEMENTS.map(tuple),
)
FATES = st.lists(
    st.tuples(st.sampled_from(Outcome), st.sampled_from(["", "promise", "operator_wanted"])),
    min_size=1,
    max_size=9,
)
PERFORMERS = st.sampled_from([Present(), ALL_PERFORM])


def lived(of: Strategy, who: Debtor, fates: list[tuple[Outcome, str]], present: Present) -> list[Plan]:
    plans, now = [first_plan(of, who, NOW)], NOW
    while plans[-1].state is PlanState.DUE and len(plans) < 1500:
        now = max(now, plans[-1].due_at)
        decision = next_step(of, who, plans[-1], now, present=present)
        plan = decision.plan
        if isinstance(decision, Act):
            assert plan.variant != "control"
            plan = after_touch(of, plan, *fates[len(plans) % len(fates)], now, "+79160000000")
        plans.append(plan)
    return plans


@pytest.mark.parametrize("of", STRATEGIES, ids=[f"{n}-{of.name}" for n, of in enumerate(STRATEGIES)])
class TestWholeLives:
    @given(who=DEBTORS, fates=FATES, present=PERFORMERS)
    def test_every_plan_is_in_one_state_with_a_why_and_ends(
        self, of: Strategy, who: Debtor, fates: list[tuple[Outcome, str]], present: Present
    ) -> None:
        plans = lived(of, who, fates, present)
        assert plans[-1].state is PlanState.DONE
        assert all(plan.why and plan.reason and "\n" not in plan.reason for plan in plans)
        assert all(plan.state in {PlanState.DUE, PlanState.DONE} for plan in plans)
        assert plans[0].why in FIRST_WHYS

    @given(who=DEBTORS, fates=FATES)
    def test_the_same_facts_give_the_same_bytes(
        self, of: Strategy, who: Debtor, fates: list[tuple[Outcome, str]]
    ) -> None:
        twin = replace(who)
        assert repr(lived(of, who, fates, ALL_PERFORM)) == repr(lived(of, twin, fates, ALL_PERFORM))


FIRST_WHYS = {Why.FIRST, Why.PAID, Why.NO_SEGMENT, Why.LEFT_ALONE, Why.CONTROL, Why.EXIT, Why.NO_PHONE}
