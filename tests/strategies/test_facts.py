"""Every fact, as clauses write it: who is in, who is out, and how it is said."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from domain.debtor import (
    Debt,
    Debtor,
    Instalment,
    Payment,
    Promise,
    PromiseState,
    PropertyClass,
    Stage,
    Want,
)
from domain.phone import Phone, PhoneNumber, PhoneStatus
from domain.touch import Channel, Direction, Outcome, PastTouch
from strategies.clauses import When
from strategies.facts import FACTS, Facts
from strategies.logic import All, compiled, fact_of, first_failing, leaves, wants, words
from tests.strategies.people import NOW, debtor, strategy, touched

pytestmark = pytest.mark.unit

DAY = timedelta(days=1)


def holds(when: str, who: Debtor | None = None, history: tuple[PastTouch, ...] = ()) -> bool:
    segment = strategy(f"{{id: s, when: {when}, stop: x}}").segments[0]
    facts = Facts(who or debtor(), NOW, history)
    assert bool(first_failing(segment.clause, facts)) is not segment.holds(facts)
    return segment.holds(facts)


def test_the_language_has_exactly_the_facts_of_the_table() -> None:
    assert set(When.model_fields) == {*FACTS, "all", "any", "no"}
    for fact in FACTS.values():
        assert sum(read is not None for read in (fact.number, fact.names, fact.flag)) == 1


@pytest.mark.parametrize(
    ("when", "roubles", "expected"),
    [
        ("{sum: {at_least: 300.5}}", 300.5, True),
        ("{sum: {at_least: 300.51}}", 300.5, False),
        ("{sum: {below: 300.5}}", 300.5, False),
        ("{sum: {below: 300.51}}", 300.5, True),
        ("{sum: {at_least: 0.29, below: 0.3}}", 0.29, True),
        ("{sum: 1000}", 1000, True),
        ("{sum: 1000}", 1000.01, False),
    ],
)
def test_sums_are_exact_to_the_kopeck(when: str, roubles: float, expected: bool) -> None:
    assert holds(when, debtor(roubles)) is expected


class TestAges:
    @pytest.mark.parametrize(
        ("when", "expected"),
        [
            ("{months_overdue: {below: 3}}", True),
            ("{months_overdue: 2}", True),
            ("{months_overdue: {at_least: 3}}", False),
            ("{oldest_unpaid: {before: 2026-01}}", False),
            ("{oldest_unpaid: {before: 2026-02}}", True),
            ("{oldest_unpaid: {since: 2026-01-01}}", True),
            ("{oldest_unpaid: {since: 2026-01-02}}", False),
            ("{oldest_unpaid: {before: 68d}}", True),
            ("{oldest_unpaid: {before: 69d}}", False),
            ("{oldest_unpaid: {since: 69d}}", True),
            ("{oldest_unpaid: {since: 68d}}", False),
        ],
    )
    def test_of_the_debt(self, when: str, expected: bool) -> None:
        assert holds(when) is expected

    def test_who_owes_nothing_is_not_overdue(self) -> None:
        assert holds("{months_overdue: 0, debts: 0, oldest_unpaid: {since: 1d}}", debtor(debts=()))

    @pytest.mark.parametrize(("built", "young", "old"), [(2025, True, False), (2020, False, True)])
    def test_of_the_building(self, built: int, young: bool, old: bool) -> None:
        assert holds("{building_age: {below: 2}}", debtor(built=built)) is young
        assert holds("{building_age: {at_least: 2}}", debtor(built=built)) is old

    def test_an_unknown_year_is_in_no_range(self) -> None:
        assert not holds("{building_age: {below: 2}}")
        assert not holds("{building_age: {at_least: 0}}")
        assert holds("{not: {building_age: {at_least: 0}}}")
        clause = strategy("{id: s, when: {building_age: {below: 2}}, stop: x}").segments[0].clause
        assert first_failing(clause, Facts(debtor(), NOW)) == "building_age below 2 years (is unknown)"


@pytest.mark.parametrize(
    ("when", "facts", "expected"),
    [
        ("{stage: pre_court}", {}, True),
        ("{stage: [judgment, enforcement]}", {}, False),
        ("{stage: [judgment, enforcement]}", {"stage": Stage.JUDGMENT}, True),
        ("{property_class: unknown}", {}, True),
        ("{property_class: [economy, comfort]}", {"property_class": PropertyClass.COMFORT}, True),
        ("{property_class: premium}", {"property_class": PropertyClass.COMFORT}, False),
        ("{services: heat}", {}, True),
        ("{services: [water, waste]}", {}, False),
        ("{creditor: [Utility, Other]}", {"creditor": "Other"}, True),
        ("{region: RU-MOW}", {"region": "RU-SPE"}, False),
        ("{language: kk}", {"language": "kk"}, True),
        ("{tags: dispute}", {"tags": frozenset({"dispute", "vip"})}, True),
        ("{tags: [dispute, vip]}", {"tags": frozenset({"vip"})}, True),
        ("{all: [{tags: dispute}, {tags: vip}]}", {"tags": frozenset({"vip"})}, False),
        ("{vulnerable: true}", {"vulnerable": True}, True),
        ("{vulnerable: false}", {"vulnerable": True}, False),
        ("{instalment: true}", {}, False),
        ("{instalment: true}", {"instalment": Instalment(date(2026, 1, 1))}, True),
        ("{instalment: true}", {"instalment": Instalment(date(2026, 1, 1), date(2026, 3, 9))}, False),
        ("{debts: {at_least: 2}}", {}, False),
    ],
)
def test_names_and_flags(when: str, facts: dict[str, Any], expected: bool) -> None:
    assert holds(when, debtor(**facts)) is expected


class TestMoney:
    PAID = (
        Payment(date(2026, 3, 10), 50_000),
        Payment(date(2026, 2, 9), 25_000),
        Payment(date(2026, 4, 1), 1),
    )

    @pytest.mark.parametrize(
        ("payments", "expected"),
        [
            ("{}", True),
            ("{within: 1d}", True),
            ("{within: 29d, count: {at_least: 2}}", False),
            ("{within: 30d, count: {at_least: 2}}", True),
            ("{within: 30d, count: 0}", False),
            ("{within: 30d, sum: {at_least: 750}}", True),
            ("{within: 30d, sum: {at_least: 750.01}}", False),
            ("{sum: {below: 750.01}, count: 2}", True),
        ],
    )
    def test_payments(self, payments: str, expected: bool) -> None:
        assert holds(f"{{payments: {payments}}}", debtor(payments=self.PAID)) is expected

    def test_nobody_paid(self) -> None:
        assert not holds("{payments: {}}")
        assert holds("{payments: {count: 0}}")
        assert holds("{payments: {sum: {below: 1}}}")

    def test_part_paid(self) -> None:
        assert holds("{part_paid: true}", debtor(payments=self.PAID))
        assert not holds("{part_paid: true}", debtor(0, payments=self.PAID))
        assert holds("{part_paid: false}")

    @pytest.mark.parametrize(
        ("promises", "expected"),
        [
            ("{state: open}", False),
            ("{state: broken}", True),
            ("{state: [kept, broken], count: {at_least: 2}}", True),
            ("{state: broken, within: 5d}", False),
            ("{state: kept, within: 5d}", True),
            ("{state: open, count: 0}", True),
        ],
    )
    def test_promises(self, promises: str, expected: bool) -> None:
        made = (
            Promise(NOW - 9 * DAY, date(2026, 3, 5), 100, PromiseState.BROKEN),
            Promise(NOW - 2 * DAY, date(2026, 3, 9), None, PromiseState.KEPT),
        )
        assert holds(f"{{promises: {promises}}}", debtor(promises=made)) is expected


class TestHistory:
    PAST = (
        touched(1 * DAY, Outcome.NO_ANSWER),
        touched(2 * DAY, Outcome.BUSY),
        touched(3 * DAY, Outcome.TALK_DEBTOR, Channel.CALL_HUMAN, direction=Direction.IN),
        touched(20 * DAY, Outcome.NO_ANSWER, Channel.CALL_HUMAN),
        touched(timedelta(), None),
    )

    @pytest.mark.parametrize(
        ("outcomes", "expected"),
        [
            ("{count: 3}", True),  # calls in, and those without an outcome yet, do not count
            ("{of: [no_answer, busy], within: 14d, count: 2}", True),
            ("{of: no_answer, channel: call_human}", True),
            ("{of: no_answer, channel: call_human, within: 20d}", False),
            ("{channel: [sms, messenger]}", False),
            ("{of: talk_debtor}", False),
        ],
    )
    def test_outcomes(self, outcomes: str, expected: bool) -> None:
        assert holds(f"{{outcomes: {outcomes}}}", history=self.PAST) is expected

    @pytest.mark.parametrize(
        ("talk", "expected"),
        [
            ("{before: 3d}", True),
            ("{before: 4d}", False),
            ("{within: 3d}", False),
            ("{within: 4d}", True),
            ("{never: true}", False),
            ("{never: false}", True),
            ("{before: 3d, within: 4d}", True),
        ],
    )
    def test_the_last_talk(self, talk: str, expected: bool) -> None:
        assert holds(f"{{last_talk: {talk}}}", history=self.PAST) is expected

    @pytest.mark.parametrize(
        ("talk", "expected"),
        [
            ("{before: 4d}", True),
            ("{within: 9999d}", False),
            ("{never: true}", True),
            ("{never: false}", False),
        ],
    )
    def test_who_was_never_talked_to(self, talk: str, expected: bool) -> None:
        assert holds(f"{{last_talk: {talk}}}") is expected


@pytest.mark.parametrize(
    ("phones", "expected"),
    [
        ("{known: 3}", True),
        ("{diallable: 2}", True),
        ("{confirmed: {at_least: 1}}", True),
        ("{confirmed: {at_least: 1}, diallable: {below: 2}}", False),
    ],
)
def test_phones(phones: str, expected: bool) -> None:
    status = (PhoneStatus.UNVERIFIED, PhoneStatus.CONFIRMED, PhoneStatus.DEAD)
    known = tuple(Phone(PhoneNumber(f"+7916000000{n}"), status[n]) for n in range(3))
    assert holds(f"{{phones: {phones}}}", debtor(phones=known)) is expected


class TestTrees:
    @pytest.mark.parametrize(
        ("when", "expected"),
        [
            ("{}", True),
            ("{any: [{sum: {below: 1}}, {stage: pre_court}]}", True),
            ("{any: [{sum: {below: 1}}, {stage: judgment}]}", False),
            ("{not: {sum: {below: 1}}}", True),
            ("{not: {sum: 1000, stage: judgment}}", True),
            ("{not: {sum: 1000, stage: pre_court}}", False),
            ("{sum: 1000, not: {any: [{stage: judgment}, {not: {sum: 1000}}]}}", True),
        ],
    )
    def test_and_or_not(self, when: str, expected: bool) -> None:
        assert holds(when) is expected

    def test_words(self) -> None:
        when = """{sum: {at_least: 300, below: 5000.5}, months_overdue: 2, stage: [pre_court, judgment],
            last_talk: {before: 36h}, outcomes: {channel: sms, of: busy, within: 14d, count: {below: 3}},
            any: [{payments: {sum: {at_least: 10}}}, {not: {tags: dispute, vulnerable: false}}]}"""
        segment = strategy(f"{{id: s, when: {when}, stop: x}}").segments[0]
        assert segment.clause_words == (
            "sum at least 300 roubles and below 5000.50 roubles, months_overdue is 2 months,"
            " stage judgment or pre_court, outcomes busy over sms in 14d below 3, last_talk at least 36h ago,"
            " (payments sum at least 10 roubles or not (not vulnerable, tags dispute))"
        )
        assert words(All()) == "everybody"

    def test_the_first_part_that_fails_says_what_the_fact_is(self) -> None:
        def failing(when: str) -> str:
            clause = strategy(f"{{id: s, when: {when}, stop: x}}").segments[0].clause
            return first_failing(clause, Facts(debtor(), NOW))

        assert failing("{sum: 1000, months_overdue: {at_least: 3}}") == (
            "months_overdue at least 3 months (is 2 months)"
        )
        assert failing("{stage: judgment}") == "stage judgment (is pre_court)"
        assert failing("{tags: dispute}") == "tags dispute (is none)"
        assert failing("{vulnerable: true}") == "vulnerable (is not so)"
        assert failing("{last_talk: {never: false}}") == "last_talk ever (is never)"
        assert failing("{not: {sum: 1000}}") == "not sum is 1000 roubles"

    def test_what_a_clause_wants_to_be_loaded(self) -> None:
        def wanted(when: str) -> frozenset[Want]:
            return strategy(f"{{id: s, when: {when}, stop: x}}").wants

        assert wanted("{sum: 1, tags: a, vulnerable: true}") == frozenset()
        assert wanted("{any: [{payments: {}}, {not: {promises: {state: open}}}]}") == {
            Want.PAYMENTS,
            Want.PROMISES,
        }
        ending = "exits: [{when: {last_talk: {within: 1d}}, reason: x}]"
        best = f"{{id: s, steps: [{{id: a, ivr: x}}], phones: {{order: best}}, {ending}}}"
        assert strategy(best).wants == {Want.QUALITY, Want.HISTORY}

    def test_every_leaf_knows_its_fact(self) -> None:
        clause = (
            strategy("{id: s, when: {sum: 1, not: {tags: a}, vulnerable: true}, stop: x}").segments[0].clause
        )
        assert [fact_of(leaf) for leaf in leaves(clause)] == ["sum", "vulnerable", "tags"]
        assert wants(clause) == frozenset()
        assert compiled(clause)(Facts(debtor(1, vulnerable=True), NOW))


def test_the_facts_are_those_of_the_instant() -> None:
    who = replace(debtor(), debts=(Debt("1", "heat", 100, date(2025, 9, 1)),))
    for now, expected in (
        (datetime(2026, 2, 28, 23, tzinfo=UTC), True),
        (datetime(2026, 3, 1, tzinfo=UTC), False),
    ):
        segment = strategy("{id: s, when: {months_overdue: {below: 6}}, stop: x}").segments[0]
        assert segment.holds(Facts(who, now)) is expected
