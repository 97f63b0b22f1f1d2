"""A debtor's step asks his bailiff, in real books: who is to be asked what, and what becomes of the plans that wait."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import date, timedelta
from itertools import count

import pytest

from dialer.card import BailiffCard
from dialer.explanation import Explanation
from dialer.handlers.bailiff_result import Answer, note_answers
from dialer.handlers.bailiffs import call_bailiffs
from dialer.handlers.card import card_of
from dialer.handlers.dry_run import Trial, dry_run
from dialer.handlers.explain import explain
from dialer.handlers.funnel import Bucket, Stage, funnel
from dialer.handlers.reserve import decide
from dialer.handlers.take_over import published_strategy, work_of
from domain.call import Call
from domain.campaign import Campaign, CampaignStatus, Plan, PlanState, Why
from domain.debtor import Debtor
from domain.proceeding import Bailiff, ProceedingStatus
from domain.touch import Channel, Outcome, TouchId
from domain.verdict import Verdict
from ledger.books import Books, Transaction
from ledger.touches import Closing
from strategies.chances import Prices
from strategies.evaluate import first_plan
from strategies.load import strategy_text
from tests.ledger.conftest import books, books_url
from tests.ledger.rows import BASIS, CALLER, NOON, add_campaign, add_debtor, request, rules_of
from tests.ledger.test_callers import add_proceeding

__all__ = ["books", "books_url"]

pytestmark = pytest.mark.unit

DAY = timedelta(days=1)
IVANOVA = Bailiff("Иванова И. И.", "ОСП 1", "", "+73812000001")
NAMELESS = Bailiff("", "")
BODY = """\
name: test
regime: ru-230fz-agency
segments:
  - {id: over, when: {bailiff_said: ended}, stop: the proceeding has ended}
  - id: enforced
    steps:
      - {id: ask, bailiff: {script: what was arrested, within: 20d}}
      - {id: tell, ivr: debt_informer}
after_result:
  bailiff_refused: {wait: 9d}
"""


class Scene:
    """Debtors A and B have proceedings at one bailiff, C one at nobody; bailiffs are called, if a test wants it."""

    def __init__(self, tx: Transaction) -> None:
        self.tx, self._ids = tx, count(1)
        tx.numbers.put(CALLER)
        heat = tx.portfolios.put("heat", creditor="Heat", contact_phone=CALLER.number, basis=BASIS)
        self.heat = heat
        self.campaign = add_campaign(tx, heat.id, body=BODY)
        self.debtors = {key: add_debtor(tx, heat.id, key, f"+7916000000{n}") for n, key in enumerate("ABC")}
        for number, (key, whose) in enumerate((("A", IVANOVA), ("B", IVANOVA), ("C", NAMELESS)), start=1):
            add_proceeding(tx, self.debtors[key], str(number), whose)
        strategy = published_strategy(tx.versions.get(self.campaign.strategy_version_id))[0]
        known = tx.debtors.load([debtor.id for debtor in self.debtors.values()], strategy.wants)
        tx.plans.save(self.campaign.id, [first_plan(strategy, debtor, NOON) for debtor in known.values()])

    def call_bailiffs(self) -> Campaign:
        theirs = self.tx.portfolios.put("bailiffs", creditor="A", contact_phone=CALLER.number, basis=BASIS)
        text, _ = strategy_text("enforcement-bailiffs")
        campaign = add_campaign(self.tx, theirs.id, "calls", body=text)
        call_bailiffs(self.tx, "bailiffs", NOON)
        return campaign

    def bailiff(self) -> Debtor:
        theirs = self.tx.portfolios.named("bailiffs")
        [found] = [one for one in self.tx.debtors.page(theirs.id, after=0, size=9) if one.phones]
        return found

    def decide(self, *keys: str, days: int = 0) -> None:
        """The engine takes these plans, which are due."""
        due = [self.plan(key) for key in keys]
        work, new_id = work_of(self.tx, self.campaign), lambda: TouchId(f"{next(self._ids):032x}")
        asked, moved = decide(self.tx, due, work, self.campaign, "n1", new_id, NOON + days * DAY)
        assert asked == []
        self.tx.plans.save(self.campaign.id, moved)

    def says(self, status: ProceedingStatus, number: str, days: int, until: date | None = None) -> None:
        """The bailiff says so in a call on that day."""
        touch, at, bailiff = TouchId(f"{next(self._ids):032x}"), NOON + days * DAY, self.bailiff()
        asked = replace(request(bailiff, touch), channel=Channel.CALL_HUMAN)
        self.tx.touches.reserve([asked], rules_of(), BASIS, at)
        self.tx.touches.close([Closing(Call(touch, ended_at=at), Verdict(Outcome.TALK_DEBTOR, ""), at)])
        note_answers(self.tx, touch, [Answer(number, status, "?", until, "because")], now=at)

    def plan(self, key: str) -> Plan:
        id = self.debtors[key].id
        return self.tx.plans.load(self.campaign.id, [id])[id]

    def card(self) -> BailiffCard:
        card = card_of(self.tx, self.bailiff().id, now=NOON)
        assert isinstance(card, BailiffCard)
        return card

    def to_ask(self) -> dict[str, str]:
        """What the card tells to ask, by debtor."""
        return {run.debtor: run.enquiry.ask for run in self.card().proceedings if run.enquiry}

    def explain(self, key: str, days: float, at: str = "") -> Explanation:
        return explain(self.tx, key, at=at, now=NOON + days * DAY)


@pytest.fixture
def scene(books: Books) -> Iterator[Scene]:
    with books.write() as tx:
        yield Scene(tx)


@pytest.fixture
def called(scene: Scene) -> Scene:
    """Where a campaign calls bailiffs."""
    scene.call_bailiffs()
    return scene


def test_the_bailiff_is_to_be_asked_of_whoever_waits(called: Scene) -> None:
    called.decide("B")
    assert called.plan("B").why is Why.ASKED
    card = called.card()
    assert [(run.debtor, run.enquiry is not None) for run in card.proceedings] == [("B", True), ("A", False)]
    assert (card.enquiries, called.to_ask()) == (1, {"B": "what was arrested"})
    assert called.tx.bailiffs.to_be_asked() == {called.bailiff().id: 1}
    called.tx.campaigns.set_status("spring", CampaignStatus.STOPPED)
    assert (called.to_ask(), called.tx.bailiffs.to_be_asked()) == ({}, {})


def test_his_word_lets_the_plan_go_on_at_once(called: Scene) -> None:
    called.decide("A", "B")
    called.says(ProceedingStatus.INQUIRY_SENT, "1", 3, date(2026, 4, 1))
    plan, other = called.plan("A"), called.plan("B")
    assert (plan.step, plan.due_at, plan.asked_at) == ("tell", NOON + 3 * DAY, None)
    assert plan.reason == "his bailiff says inquiry_sent, by 2026-04-01; then step tell"
    assert (other.why, called.to_ask()) == (Why.ASKED, {"B": "what was arrested"})
    called.says(ProceedingStatus.REFUSED, "2", 5)
    assert (called.plan("B").step, called.plan("B").due_at) == ("tell", NOON + 14 * DAY)


def test_what_has_ended_is_a_fact_that_moves_its_debtor(called: Scene) -> None:
    called.decide("A")
    called.says(ProceedingStatus.ENDED, "1", 3)
    plan = called.plan("A")
    assert (plan.state, plan.segment, plan.why) == (PlanState.DONE, "over", Why.LEFT_ALONE)
    assert called.to_ask() == {}


def test_silence_ends_the_waiting_and_the_question(called: Scene) -> None:
    called.decide("A")
    called.decide("A", days=20)
    assert called.plan("A").reason == "no word of his bailiff in time; then step tell"
    assert called.to_ask() == {}


def test_without_a_bailiff_who_is_called_the_step_is_passed_over(scene: Scene) -> None:
    scene.decide("A")
    assert (scene.plan("A").step, scene.plan("A").why) == ("tell", Why.NOT_PERFORMED)
    campaign = scene.call_bailiffs()
    scene.decide("C")
    assert (scene.plan("C").step, scene.plan("C").why) == ("tell", Why.NO_BAILIFF)
    scene.tx.campaigns.set_status(campaign.name, CampaignStatus.STOPPED)
    assert not scene.tx.bailiffs.are_called()


def test_explain_tells_what_is_waited_for_now_and_then(called: Scene) -> None:
    called.decide("A")
    waits = called.explain("A", 1)
    assert waits.answer == "waits until 2026-03-30 09:00 UTC: step ask waits 20d for a word of his bailiff"
    called.says(ProceedingStatus.IN_WORK, "1", 3)
    then = called.explain("A", 9, at="2026-03-12T09:00Z")
    assert (then.plan.step, then.plan.why, then.plan.asked_at) == ("ask", Why.ASKED, NOON)
    later = called.explain("A", 9, at="2026-03-14T09:00Z")
    assert (later.plan.step, later.plan.due_at) == ("tell", NOON + 3 * DAY)


def test_the_funnel_knows_who_waits(called: Scene) -> None:
    called.decide("A", "B")
    work = work_of(called.tx, called.campaign)
    buckets = funnel(called.tx, work, called.campaign, NOON + timedelta(hours=1)).buckets
    assert buckets[Bucket(Stage.WAITS, Why.ASKED)] >= 2
    assert sum(buckets.values()) == 3


@pytest.mark.parametrize(("kinds", "of"), [({"bailiff"}, "asked_of_bailiffs"), (set(), "passed_over")])
def test_a_dry_run_counts_whom_bailiffs_are_asked_about(called: Scene, kinds: set[str], of: str) -> None:
    strategy = published_strategy(called.tx.versions.get(called.campaign.strategy_version_id))[0]
    trial = Trial(strategy, Prices(), kinds=frozenset(kinds))
    found = dry_run(called.tx, trial, called.heat, NOON, lambda *_: None).to_json()
    assert found[of] == {"enforced: ask": 2 if kinds else 3}
