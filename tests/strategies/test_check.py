"""What `strategy check` finds, each in one line with its place; and what it must not find."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from domain.debtor import Debt, Debtor, Payment, PropertyClass, Stage
from domain.phone import Phone, PhoneNumber, PhoneStatus
from domain.touch import Channel, Outcome, PastTouch, TouchId
from strategies.check import Known, check_strategy
from strategies.check.segments import segment_findings
from strategies.facts import Facts
from strategies.language import Strategy
from strategies.load import review_strategy
from strategies.matching import match_segment
from strategies.regime import load_rules
from tests.places import without_columns

pytestmark = pytest.mark.unit

NOW = datetime(2026, 3, 10, 9, tzinfo=UTC)
KNOWN = Known(
    frozenset({"debt_informer"}), frozenset({"promise", "listened", "wrong_person"}), frozenset({"ivr"})
)
GOOD = """\
name: good
regime: ru-230fz-agency
policies: [attempts-3-a-day]
segments:
  - id: helped
    when: {vulnerable: true}
    stop: an operator helps
  - id: fresh
    when: {months_overdue: {below: 6}, stage: [pre_court, judgment]}
    exits:
      - {when: {promises: {state: kept}}, reason: kept the promise}
    steps:
      - id: inform
        ivr: debt_informer
        hours: "08:00-22:00"
        retry:
          busy: {after: 15m, times: 2}
          no_answer: {after: 3h, times: 2, other_phone: true}
          answered_short: {after: 1d, times: 2}
        repeat: {every: 3d, times: 10}
        cap: {touches_a_day: 5000}
      - {id: pause, wait: 2d}
  - id: rest
    steps:
      - {id: inform, ivr: debt_informer}
after_result:
  promise: {wait: 5d}
  wrong_person: {other_phone: 1d}
"""


def lines(text: str) -> list[str]:
    """All findings as `strategy check` prints them, but for the columns."""
    _, notes = review_strategy(text, "s.yaml", KNOWN, NOW)
    return [without_columns(f"{note.severity}: {note}") for note in notes]


def changed(*changes: tuple[str, str]) -> str:
    text = GOOD
    for old, new in changes:
        assert old in text
        text = text.replace(old, new, 1)
    return text


def test_nothing_is_wrong_with_a_good_strategy() -> None:
    assert lines(GOOD) == []


@pytest.mark.parametrize(
    ("old", "new", "line"),
    [
        (
            "  - id: rest\n",
            "  - {id: young, when: {months_overdue: {below: 3}, stage: pre_court}, stop: x}\n  - id: rest\n",
            "error: s.yaml, line 23, segments.2: segment 'young' can never match: everybody in it is taken by 'helped'",
        ),
        (
            "  - id: rest\n",
            "  - {id: old, when: {months_overdue: {at_least: 6}}, stop: x}\n  - id: rest\n",
            "",
        ),
        (
            "stop: an operator helps\n",
            "stop: an operator helps\n  - {id: all, when: {months_overdue: {below: 12}}, stop: x}\n",
            "error: s.yaml, line 9, segments.2: segment 'fresh' can never match: everybody in it is taken by 'all'",
        ),
        (
            "    when: {months_overdue: {below: 6}, stage: [pre_court, judgment]}",
            "    when: {vulnerable: true}",
            "error: s.yaml, line 9, segments.1.when: segment 'fresh' can never match: it wants people of a vulnerable"
            " group, and does not help; say help: true, or stop with a reason",
        ),
        (
            "    when: {months_overdue: {below: 6}, ",
            "    when: {months_overdue: {below: 6}, sum: 5, not: {months_overdue: {below: 9}}, ",
            "error: s.yaml, line 9, segments.1.when: segment 'fresh' can never match: its conditions contradict each"
            " other: months_overdue below 6 months; not months_overdue below 9 months",
        ),
        (
            "{promises: {state: kept}}",
            "{months_overdue: {at_least: 6}}",
            "warning: s.yaml, line 11, segments.1.exits.0.when: nobody in segment 'fresh' can ever be:"
            " months_overdue at least 6 months; take the exit out, or mend it",
        ),
        (
            "{promises: {state: kept}}",
            "{months_overdue: {below: 9}}",
            "error: s.yaml, line 11, segments.1.exits.0.when: everybody in segment 'fresh' leaves it at once:",
        ),
        (
            "when: {vulnerable: true}",
            "when: {vulnerable: true, sum: {below: 1000}}",
            "warning: s.yaml, line 4, segments: no segment takes some people of a vulnerable group: only one with",
        ),
        (
            "ivr: debt_informer\n        hours",
            "ivr: debt_infomer\n        hours",
            "error: s.yaml, line 14, segments.1.steps.0.ivr: there is no IVR script 'debt_infomer'; take one of: d",
        ),
        (
            "wait: 2d}",
            "bailiff: {script: what was arrested}}",
            "warning: s.yaml, line 22, segments.1.steps.1.bailiff: no campaign calls bailiffs: step 'pause' is passed",
        ),
        (
            "wait: 2d}",
            "message: {kind: viber, text: hello}}",
            "warning: s.yaml, line 22, segments.1.steps.1.message: nobody performs viber yet: step 'pause' is passed",
        ),
        (
            "{touches_a_day: 5000}",
            "{touches_a_day: 0}",
            "error: s.yaml, line 21, segments.1.steps.0.cap.touches_a_day: a cap of zero: step 'inform' would never",
        ),
        (
            "{touches_a_day: 5000}",
            "{roubles_a_day: 0}",
            "error: s.yaml, line 21, segments.1.steps.0.cap.roubles_a_day: a cap of zero: step 'inform' would never",
        ),
        (
            '"08:00-22:00"',
            '"08:00-22:30"',
            "error: s.yaml, line 15, segments.1.steps.0.hours: 08:00-22:30 lies outside the hours of ru-230fz-agency",
        ),
        ('"08:00-22:00"', '"09:00-13:00, 14:00-20:00"', ""),
        (
            "busy: {after: 15m",
            "not_placed: {after: 15m",
            "error: s.yaml, line 17, segments.1.steps.0.retry.not_placed: a touch that was not placed is tried again",
        ),
        (
            "busy: {after: 15m",
            "msg_failed: {after: 15m",
            "error: s.yaml, line 17, segments.1.steps.0.retry.msg_failed: msg_failed never becomes of ivr steps; take",
        ),
        (
            "- {id: pause, wait: 2d}",
            "- {id: end, stop: enough}\n      - {id: more, ivr: debt_informer}",
            "error: s.yaml, line 23, segments.1.steps.2: step 'more' never comes: 'end' above it stops; take it out",
        ),
        (
            "promise: {",
            "hummed: {",
            "error: s.yaml, line 27, after_result.hummed: nothing records the result 'hummed'; take one of:",
        ),
        (
            "wrong_person: {",
            "listened: {",
            "error: s.yaml, line 28, after_result.listened.other_phone: a cycle: listened rules no phone out, so",
        ),
    ],
)
def test_a_finding_says_where_and_what(old: str, new: str, line: str) -> None:
    found = [said for said in lines(changed((old, new))) if "performs" in line or "performs" not in said]
    assert [said[: len(line)] for said in found] == ([line] if line else [])
    assert all("\n" not in said for said in found)


@pytest.mark.parametrize(
    ("step", "line"),
    [
        (
            "retry: {busy: {after: 1d, times: 2}}",
            "retry.busy: busy never becomes of bailiff steps; take one of:",
        ),
        (
            'hours: "10:00-12:00"',
            "hours: step 'pause' touches no debtor: hours says nothing of it; take it out",
        ),
        ("cap: {touches_a_day: 5}", "cap: step 'pause' touches no debtor: cap says nothing of it"),
    ],
)
def test_what_says_nothing_of_a_question_to_a_bailiff(step: str, line: str) -> None:
    (_, found) = lines(changed(("wait: 2d}", f"bailiff: {{}}, {step}}}")))
    assert f"line 22, segments.1.steps.1.{line}" in found


def test_the_second_segment_of_two_that_share_everybody_out() -> None:
    poor = "  - {id: poor, when: {sum: {below: 900}}, stop: x}\n"
    rich = "  - {id: rich, when: {sum: {at_least: 500}}, stop: x}\n"
    (said,) = lines(changed(("  - id: rest\n", f"{poor}{rich}  - id: rest\n")))
    assert "segment 'rest' can never match: everybody in it is taken by 'poor' and 'rich' above" in said


class TestRetries:
    @pytest.mark.parametrize(
        ("retry", "said"),
        [
            ("busy: {after: 15m, times: 2}", ""),
            ("rejected: {after: 1d, times: 60}", ""),
            ("busy: {after: 11h, times: 1}", ""),
            ("answered_short: {after: 1h, times: 1}", ""),  # two voice messages a day may be
            ("answered_short: {after: 1d, times: 7}", ""),  # from Thursday on: four in each week
            (
                "busy: {after: 15m, times: 3}",
                "retry 3 of 3 can never happen 15m after busy: attempts-per-day has no room for it; write times: 2,",
            ),
            (
                "answered_short: {after: 1h, times: 3}",
                "retry 2 of 3 can never happen 1h after answered_short: messages-per-day has no room for it; write",
            ),
            (
                "answered_short: {after: 1d, times: 8}",
                "retry 8 of 8 can never happen 1d after answered_short: messages-per-week has no room for it; write",
            ),
        ],
    )
    def test_of_an_auto_informer(self, retry: str, said: str) -> None:
        found = lines(
            changed(("busy: {after: 15m, times: 2}", retry), ("answered_short: {after: 1d, times: 2}", ""))
        )
        assert len(found) == bool(said)
        for line in found:
            assert line.startswith(
                f"error: s.yaml, line 17, segments.1.steps.0.retry.{retry.split(':')[0]}: {said}"
            )

    @pytest.mark.parametrize(
        ("regime", "step", "said"),
        [
            (
                "ru-230fz-agency",
                "retry: {answered_short: {after: 1h, times: 1}}",
                "calls-per-day has no room for it;",
            ),
            ("ru-230fz-agency", "retry: {answered_short: {after: 12h, times: 1}}", ""),  # the next morning
            (
                "ru-230fz-agency",
                "retry: {answered_short: {after: 1d, times: 4}}",
                "calls-per-week has no room",
            ),
            ("ru-230fz-agency", "retry: {answered_short: {after: 1d, times: 1}}", ""),
            ("ru-own", "retry: {answered_short: {after: 1h, times: 1}}", ""),
            (
                "us-reg-f",
                "retry: {talk_debtor: {after: 6d, times: 1}}",
                "call-after-talk has no room for it;",
            ),
            ("us-reg-f", "retry: {talk_debtor: {after: 7d, times: 1}}", ""),
            ("us-reg-f", "repeat: {every: 1d, times: 30}", ""),
            (
                "us-reg-f",
                "repeat: {every: 12h, times: 7}",
                "repeat 7 of 7 can never happen 12h after no_answer",
            ),
            (
                "bailiff-ru",
                "retry: {busy: {after: 1h, times: 1}}",
                "calls-per-day has no room for it; pause longer",
            ),
            ("bailiff-ru", "retry: {busy: {after: 1d, times: 20}}", ""),
        ],
    )
    def test_of_an_operator_s_call(self, regime: str, step: str, said: str) -> None:
        call = f"- {{id: pause, call: {{mode: preview}}, {step}}}"
        text = changed(
            ("- {id: pause, wait: 2d}", call), ("ru-230fz-agency", regime), ("[attempts-3-a-day]", "[]")
        )
        found = [line for line in lines(text) if ".steps.1." in line and "performs" not in line]
        assert len(found) == bool(said)
        assert all(said in line for line in found)

    def test_a_channel_that_is_closed(self) -> None:
        text = changed(("- {id: pause, wait: 2d}", "- {id: talk, message: {kind: sms, text: hello}}"))
        _, notes = review_strategy(text.replace("ru-230fz-agency", "bailiff-ru"), "s.yaml", KNOWN, NOW)
        assert not [note for note in notes if "at all" in note.what]  # no limit stands against it there

    def test_messages(self) -> None:
        sms = "- {id: sms, message: {kind: sms, text: hello}, repeat: {every: 1h, times: 2}}"
        assert said_of(sms) == [
            "error: s.yaml, line 22, segments.1.steps.1.repeat: repeat 2 of 2 can never happen 1h after msg_sent:"
            " messages-per-day has no room for it; write times: 1, or a longer pause"
        ]


def said_of(step: str) -> list[str]:
    """What is said of a message but that nobody sends it, and that it names neither sender nor phone."""
    found = lines(changed(("- {id: pause, wait: 2d}", step)))
    return [line for line in found if "performs" not in line and "the law asks" not in line]


class TestTexts:
    @pytest.mark.parametrize(
        ("text", "said"),
        [
            ("debt_reminder", ""),  # the name of a text
            ("'" + "a b " * 40 + "'", ""),
            (
                "'" + "a b " * 40 + "c'",
                "the text fills 2 SMS, 1 may be sent; shorten it, or allow segments: 2",
            ),
            ("'Ваш долг {debt} руб.'", ""),
            ("'Ваш долг {debt} руб. " + "я" * 44 + "'", "the text fills 2 SMS, 1 may be sent; shorten it"),
            ("'" + "я я " * 40 + "', segments: 3", ""),
        ],
    )
    def test_an_sms(self, text: str, said: str) -> None:
        step = f"- {{id: sms, message: {{kind: sms, text: {text}}}}}"
        found = said_of(step)
        assert len(found) == bool(said)
        for line in found:
            assert line.startswith(f"error: s.yaml, line 22, segments.1.steps.1.message.text: {said}")

    def test_other_messages_are_as_long_as_they_are(self) -> None:
        step = "- {id: sms, message: {kind: whatsapp, text: '" + "long text " * 99 + "'}}"
        assert said_of(step) == []


class TestReading:
    def test_all_faults_are_told_the_cause_first(self) -> None:
        found = lines("nam: x\nregime: a\nsegments: []\n")
        assert [line.split(": ", 2)[1] for line in found] == [
            "s.yaml, line 1, nam",
            "s.yaml, line 1",
            "s.yaml, line 3, segments",
        ]

    def test_unknown_rules_hide_the_rest(self) -> None:
        found = lines(changed(("ru-230fz-agency", "ru"), ("[attempts-3-a-day]", "[a, b]")))
        assert [line.split("; ")[0] for line in found] == [
            "error: s.yaml, line 2, regime: no regime 'ru'",
            "error: s.yaml, line 3, policies.0: no policy 'a'",
            "error: s.yaml, line 3, policies.1: no policy 'b'",
        ]


# ---------------------------------------------------------------- a segment that is called unreachable never matches

amounts = st.sampled_from([0, 1, 2, 3, 6])
bounds = st.one_of(
    st.fixed_dictionaries({"at_least": amounts}),
    st.fixed_dictionaries({"below": amounts}),
    st.fixed_dictionaries({"exactly": amounts}),
)
stages = st.lists(st.sampled_from(sorted(Stage)), min_size=1, max_size=2, unique=True)
simple = st.one_of(
    st.fixed_dictionaries({"sum": bounds}),
    st.fixed_dictionaries({"months_overdue": bounds}),
    st.fixed_dictionaries({"building_age": bounds}),
    st.fixed_dictionaries({"stage": stages}),
    st.fixed_dictionaries({"property_class": st.sampled_from(["economy", "premium", "unknown"])}),
    st.fixed_dictionaries({"services": st.sampled_from(["heat", "water"])}),
    st.fixed_dictionaries({"tags": st.sampled_from(["dispute", "moved"])}),
    st.fixed_dictionaries({"vulnerable": st.booleans()}),
    st.fixed_dictionaries({"part_paid": st.booleans()}),
    st.fixed_dictionaries(
        {"payments": st.fixed_dictionaries({"within": st.sampled_from(["30d", "60d"]), "count": bounds})}
    ),
    st.fixed_dictionaries(
        {"phones": st.dictionaries(st.sampled_from(["known", "diallable", "confirmed"]), bounds, min_size=1)}
    ),
    st.fixed_dictionaries(
        {"last_talk": st.sampled_from([{"before": "14d"}, {"within": "14d"}, {"never": True}])}
    ),
    st.fixed_dictionaries(
        {
            "outcomes": st.fixed_dictionaries(
                {"of": st.sampled_from(["busy", ["busy", "talk_debtor"], []]), "count": bounds}
            )
        }
    ),
)
whens = st.recursive(
    simple,
    lambda parts: st.one_of(
        st.fixed_dictionaries({"any": st.lists(parts, min_size=1, max_size=2)}),
        st.fixed_dictionaries({"all": st.lists(parts, min_size=1, max_size=2)}),
        st.fixed_dictionaries({"not": parts}),
    ),
    max_leaves=3,
)
debtors = st.builds(
    Debtor,
    id=st.just(7),
    external_id=st.just("A7"),
    portfolio_id=st.just(1),
    zones=st.just(("Europe/Moscow",)),
    vulnerable=st.booleans(),
    debts=st.lists(
        st.builds(
            Debt,
            account=st.just("1"),
            service=st.sampled_from(["heat", "water"]),
            kopecks=st.integers(0, 400),
            oldest_unpaid=st.integers(0, 8).map(lambda months: date(2026 - months // 3, 3 - months % 3, 1)),
        ),
        max_size=2,
    ).map(tuple),
    phones=st.lists(
        st.builds(Phone, st.just(PhoneNumber("+79160000001")), st.sampled_from(sorted(PhoneStatus))),
        max_size=3,
    ).map(tuple),
    stage=st.sampled_from(sorted(Stage)),
    property_class=st.sampled_from([None, PropertyClass.ECONOMY, PropertyClass.PREMIUM]),
    built=st.sampled_from([None, 2020, 2023, 2025, 2026]),
    tags=st.frozensets(st.sampled_from(["dispute", "moved"])),
    payments=st.lists(
        st.builds(Payment, st.dates(date(2026, 1, 1), date(2026, 3, 10)), st.just(100)), max_size=3
    ).map(tuple),
)
histories = st.lists(
    st.builds(
        PastTouch,
        id=st.just(TouchId("t")),
        at=st.integers(0, 40).map(lambda days: NOW - timedelta(days=days)),
        channel=st.just(Channel.CALL_HUMAN),
        outcome=st.sampled_from([Outcome.BUSY, Outcome.TALK_DEBTOR]),
        debtor=st.just(7),
    ),
    max_size=3,
)


def strategy_of(conditions: list[tuple[dict[str, Any], bool]]) -> Strategy:
    step = {"id": "inform", "ivr": "debt_informer"}
    segments = [
        {"id": f"s{n}", "when": when, "help": help, "steps": [step]}
        for n, (when, help) in enumerate(conditions)
    ]
    return Strategy.model_validate({"name": "t", "regime": "ru-230fz-agency", "segments": segments})


@settings(deadline=None, max_examples=60)
@given(st.lists(st.tuples(whens, st.booleans()), min_size=1, max_size=5), st.data())
def test_a_segment_that_is_called_unreachable_never_matches(
    conditions: list[tuple[dict[str, Any], bool]], data: st.DataObject
) -> None:
    strategy = strategy_of(conditions)
    findings = segment_findings(strategy)
    unreachable = {finding.path[1] for finding in findings if "never match" in finding.what}
    places = {segment.id: str(place) for place, segment in enumerate(strategy.segments)}
    for who, history in data.draw(st.lists(st.tuples(debtors, histories), min_size=30, max_size=60)):
        taken = match_segment(strategy, Facts(who, NOW, history))
        assert taken is None or places[taken.id] not in unreachable


@settings(deadline=None, max_examples=30)
@given(st.lists(st.tuples(whens, st.booleans()), min_size=1, max_size=4))
def test_the_check_says_the_same_every_time(conditions: list[tuple[dict[str, Any], bool]]) -> None:
    strategy, rules = strategy_of(conditions), load_rules("ru-230fz-agency")
    assert check_strategy(strategy, rules, KNOWN, NOW) == check_strategy(strategy, rules, KNOWN, NOW)
