"""Why a debtor is called and another is not, now and at a past minute."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from dialer.explanation import Explanation
from dialer.handlers.explain import explain
from dialer.handlers.publish import publish, review
from domain.block import Block
from domain.call import Call
from domain.campaign import PlanState, Why
from domain.debtor import Debtor
from domain.errors import InputError
from domain.intensity import CALLER_NUMBER, Allowed
from domain.touch import CHANNEL_GROUPS, Outcome, TouchId
from domain.verdict import Verdict
from ledger.books import Books, Transaction
from ledger.touches import Closing
from strategies.evaluate import first_plan
from strategies.regime import load_rules
from tests.dialer.work import BODY as WITHOUT_POLICIES
from tests.dialer.work import STRATEGY
from tests.ledger.conftest import books, books_url
from tests.ledger.rows import BASIS, CALLER, NOON, add_campaign, add_debtor, request, rules_of

__all__ = ["books", "books_url"]

pytestmark = pytest.mark.unit

BODY = WITHOUT_POLICIES.replace(
    "segments:", "policies: [attempts-3-a-day, one-talk-per-phone-per-day]\nsegments:", 1
)
RULES = load_rules("ru-230fz-agency")
HOUR, DAY = timedelta(hours=1), timedelta(days=1)
NIGHT = NOON - timedelta(hours=10)
"""02:00 in Moscow."""
T1 = TouchId("01a200bb715f72ddb91035d900000001")


class Office:
    """The campaign spring, begun at noon, and what a supervisor asks."""

    def __init__(self, tx: Transaction) -> None:
        self.tx = tx
        tx.numbers.put(CALLER)
        self.portfolio = tx.portfolios.put("heat", creditor="Тепло", contact_phone="", basis=BASIS)
        self.campaign = add_campaign(tx, self.portfolio.id, body=BODY)

    def add(self, key: str = "A1", roubles: int = 1000, *, vulnerable: bool = False) -> Debtor:
        phones = ("+79160000001", "+79160000002")
        debtor = add_debtor(self.tx, self.portfolio.id, key, *phones, roubles=roubles, vulnerable=vulnerable)
        self.tx.plans.save(self.campaign.id, [first_plan(STRATEGY, debtor, NOON)])
        return debtor

    def call(self, debtor: Debtor, at: datetime, outcome: Outcome | None, id: TouchId = T1) -> None:
        asked = replace(request(debtor, id, self.campaign), segment="big", step="inform")
        self.tx.touches.reserve([asked], RULES, BASIS, at)
        if outcome:
            call = Call(id, answered_at=at, ended_at=at + timedelta(seconds=30))
            self.tx.touches.close([Closing(call, Verdict(outcome, ""), at + timedelta(minutes=1))])

    def ask(
        self, now: datetime = NOON, at: str = "", key: str = "A1", portfolio: str = "", campaign: str = ""
    ) -> Explanation:
        return explain(self.tx, key, portfolio=portfolio, campaign=campaign, at=at, now=now)


@pytest.fixture
def tx(books: Books) -> Iterator[Transaction]:
    with books.write() as opened:
        yield opened


@pytest.fixture
def office(tx: Transaction) -> Office:
    return Office(tx)


class TestNow:
    def test_one_who_may_be_called(self, office: Office) -> None:
        office.add()
        found = office.ask().to_json()
        assert found["answer"] == "may be touched now: segment big, step inform"
        assert found["not_in"] == [{"segment": "vulnerable", "because": "vulnerable (is not so)"}]
        assert (found["segment"], found["clause"], found["step"]) == (
            "big",
            "sum below 5000 roubles",
            "inform",
        )
        assert (found["allowed"], found["next_allowed"]) == (True, NOON.isoformat())
        assert (found["phone"], found["phone_reason"]) == ("+79160000001", "given order, turn 1 of 2")
        assert found["strategy"] == "strategy of spring@1"

    def test_at_night_the_rule_and_the_morning_are_told(self, office: Office) -> None:
        office.add()
        found = office.ask(NIGHT + DAY).to_json()
        assert (found["allowed"], found["refused_by"]) == (False, ("hours",))
        assert found["next_allowed"] == "2026-03-11T05:00:00+00:00"
        assert found["answer"] == "held back by hours until 2026-03-11 05:00 UTC"

    def test_a_block_with_its_reason(self, office: Office) -> None:
        debtor = office.add()
        block = Block(CHANNEL_GROUPS["call"], NOON - DAY, None, reason="hospital")
        office.tx.blocks.put(block, debtor_id=debtor.id, author="x")
        found = office.ask().to_json()
        assert (found["refused_by"], found["rule_reasons"]) == (("block",), {"block": "hospital"})
        assert found["next_allowed"] is None
        assert found["answer"] == "held back by block: hospital; not within 60 days"

    def test_a_number_that_may_not_be_shown_any_more(self, office: Office) -> None:
        office.add()
        office.tx.numbers.put(replace(CALLER, valid_to=NOON - timedelta(hours=1)))
        found = office.ask()
        assert found.refused
        assert found.refused.rules == (CALLER_NUMBER,)

    def test_others_touches_over_his_phone_hold_him_back(self, office: Office) -> None:
        """As a reserve would: the limit is one talk over a phone and day, whoever had it."""
        office.add("A1")
        office.call(office.add("A2"), NOON, Outcome.TALK_THIRD_PARTY)
        found = office.ask(NOON + HOUR)
        assert found.refused
        assert found.refused.rules == ("talk-per-phone-per-day",)

    def test_touches_of_his_person_in_another_portfolio_do_so_too(self, office: Office) -> None:
        """Now and at a past minute; they are no touches of his own, so his plan is as it was."""
        tx = office.tx
        water = tx.portfolios.put("water", creditor="Водоканал", contact_phone="", basis=BASIS)
        other = add_debtor(tx, water.id, "W1", "+79160000009", person="anna")
        mine = add_debtor(tx, office.portfolio.id, "A1", "+79160000001", person="anna")
        tx.plans.save(office.campaign.id, [first_plan(STRATEGY, mine, NOON)])
        assert office.ask(NOON + HOUR).refused is None
        for number in range(3):
            touch = TouchId(f"01a200bb715f72ddb91035d90000001{number}")
            assert tx.touches.reserve([request(other, touch)], rules_of(), BASIS, NOON) == [Allowed()]
            tx.touches.close([Closing(Call(touch), Verdict(Outcome.BUSY, ""), NOON)])
        for found in (office.ask(NOON + HOUR), office.ask(NOON + DAY, "2026-03-10T13:00")):
            assert found.refused
            assert found.refused.rules == ("attempts-per-day",)
            assert (found.plan.segment, found.plan.attempts) == ("big", 0)

    def test_a_left_out_debtor(self, office: Office) -> None:
        office.add(vulnerable=True)
        found = office.ask()
        assert (found.segment, found.plan.why, found.next_allowed) == ("vulnerable", Why.LEFT_ALONE, None)
        assert found.answer == "not contacted: an operator helps"
        assert found.to_json()["allowed"] is None

    def test_one_whose_call_is_up(self, office: Office) -> None:
        debtor = office.add()
        plan = office.tx.plans.load(office.campaign.id, [debtor.id])[debtor.id]
        office.tx.plans.save(office.campaign.id, [replace(plan, state=PlanState.IN_TOUCH, touch_id=T1)])
        assert office.ask().answer == "a touch of him is open"

    def test_one_who_is_not_planned_yet(self, office: Office) -> None:
        add_debtor(office.tx, office.portfolio.id, "A1", "+79160000001")
        assert office.ask().answer == "may be touched now: segment big, step inform"

    def test_the_words_are_those_of_the_document(self, office: Office) -> None:
        office.add()
        lines = dict(office.ask(NIGHT + DAY).lines())
        assert lines["rules"] == "held back by hours until 2026-03-11 05:00 UTC"
        assert lines["segment"] == "big: sum below 5000 roubles"
        assert lines["not vulnerable"] == "vulnerable (is not so)"


class TestThen:
    def test_why_was_he_called_at_that_minute(self, office: Office) -> None:
        """12:42 of the debtor's clock; the call began within the minute."""
        debtor = office.add()
        office.call(debtor, NOON + timedelta(minutes=42, seconds=17), Outcome.BUSY)
        found = office.ask(NOON + DAY, "2026-03-10T12:42").to_json()
        assert found["touch"] == {"id": T1, "phone": "+79160000001", "step": "inform", "why": ""}
        assert found["at"] == "2026-03-10T09:42:17+00:00"
        assert (found["allowed"], found["step"], found["facts_as_today"]) == (True, "inform", True)
        assert found["strategy"] == "strategy of spring@1"

    def test_a_retry_is_told_from_the_journal(self, office: Office) -> None:
        office.call(office.add(), NOON, Outcome.BUSY)
        found = office.ask(NOON + DAY, "2026-03-10T09:05:00Z")
        assert found.plan.reason == "busy, retry 1 of 2"
        assert found.plan.due_at == NOON + timedelta(minutes=15, seconds=30)
        assert found.answer == "waits until 2026-03-10 09:15 UTC: busy, retry 1 of 2"

    def test_what_was_not_known_then_does_not_count(self, office: Office) -> None:
        """Half a minute after it began the call had no outcome yet."""
        office.call(office.add(), NOON, Outcome.BUSY)
        found = office.ask(NOON + DAY, "2026-03-10T09:00:30Z")
        assert found.plan.state is PlanState.IN_TOUCH

    def test_a_limit_that_stood_in_the_way_then_and_does_no_more(self, office: Office) -> None:
        debtor = office.add()
        for number in (1, 2, 3):
            office.call(debtor, NOON + number * HOUR, Outcome.BUSY, TouchId(f"{number:032}"))
        then, now = office.ask(NOON + 9 * DAY, "2026-03-10T16:00:00+03:00"), office.ask(NOON + 9 * DAY)
        assert then.refused
        assert then.refused.rules == ("attempts-per-day",)
        assert now.refused is None

    def test_the_version_that_was_in_force(self, office: Office) -> None:
        office.add()
        newer = BODY.replace("name: test", "name: strategy of spring").replace(
            "{below: 5000}", "{below: 900}"
        )
        publish(office.tx, review(newer, "f.yaml", NOON), author="Иванова", now=NOON + 2 * DAY)
        office.tx.campaigns.take_version(
            office.campaign.id, office.tx.versions.of("strategy of spring")[-1].id
        )
        assert office.ask(NOON + 3 * DAY).segment == "huge"


class TestWrongQuestions:
    @pytest.mark.parametrize(
        ("asked", "fault"),
        [
            ({"key": "B"}, "no debtor has the key 'B'"),
            ({"at": "yesterday"}, "--at: 'yesterday' is no time; e.g. 2026-03-10T10:42"),
            ({"at": "2030-01-01"}, "--at: 2030-01-01 lies in the future"),
            ({"at": "2026-03-10T11:59"}, "--at: campaign 'spring' began only at 2026-03-10 09:00 UTC"),
            ({"campaign": "autumn"}, "no campaign 'autumn'; campaigns: spring"),
            ({"portfolio": "cold"}, "no portfolio 'cold'; portfolios: heat"),
        ],
    )
    def test_are_told_in_one_line(self, office: Office, asked: dict[str, str], fault: str) -> None:
        office.add()
        with pytest.raises(InputError) as raised:
            office.ask(NOON + DAY, **asked)
        assert str(raised.value).startswith(fault)

    def test_a_campaign_of_others(self, office: Office) -> None:
        office.add()
        other = office.tx.portfolios.put("cold", creditor="Вода", contact_phone="", basis=BASIS)
        add_campaign(office.tx, other.id, "summer", body=BODY)
        with pytest.raises(InputError, match="works another portfolio than debtor 'A1' is in"):
            office.ask(campaign="summer")

    def test_nobody_works_the_portfolio(self, tx: Transaction) -> None:
        portfolio = tx.portfolios.put("cold", creditor="Вода", contact_phone="", basis=BASIS)
        add_debtor(tx, portfolio.id, "A1", "+79160000001")
        with pytest.raises(
            InputError, match="no running or paused campaign works the portfolio of debtor 'A1'"
        ):
            explain(tx, "A1", now=datetime(2026, 3, 10, tzinfo=UTC))
