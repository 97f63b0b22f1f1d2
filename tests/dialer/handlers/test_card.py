"""Cards: everything that an operator needs, by the same rules as a reserve, with sums behind the identity check."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from typing import Any

import pytest
from sqlalchemy import update

from dialer.card import Action, DebtorCard
from dialer.handlers.card import bailiff_card, debtor_card
from dialer.handlers.contact_now import window_words
from dialer.handlers.take_over import published_strategy
from domain.block import Block
from domain.campaign import CampaignStatus, PlanState
from domain.debtor import Promise, PromiseState, Stage
from domain.errors import InputError
from domain.intensity import BLOCK, Allowed, Refused
from domain.phone import PhoneStatus
from domain.proceeding import Bailiff, ProceedingResult, ProceedingStatus
from domain.touch import CHANNEL_GROUPS, Channel, Outcome, TouchId
from domain.window import CalendarWindow, DatesWindow, RollingWindow, Window
from ledger.books import Books, Transaction
from ledger.promises import Promised
from ledger.tables import DebtorRow, DebtRow, table
from tests.dialer.handlers.test_explain import DAY, HOUR, NIGHT, Office
from tests.ledger.conftest import books, books_url
from tests.ledger.plans_of_queries import listening
from tests.ledger.rows import BASIS, NOON, add_debtor, request
from tests.ledger.test_callers import add_proceeding

__all__ = ["books", "books_url"]

DEBTOR, DEBT = table(DebtorRow), table(DebtRow)

pytestmark = pytest.mark.unit

FIRST, SECOND = "+79160000001", "+79160000002"
T2 = TouchId("01a200bb715f72ddb91035d900000002")
IVANOVA = Bailiff("Иванова", "ОСП 1", "Омск", "+73812000001")


@pytest.fixture
def tx(books: Books) -> Iterator[Transaction]:
    with books.write() as opened:
        yield opened


@pytest.fixture
def office(tx: Transaction) -> Office:
    """The campaign spring under the law of agencies, three attempts a day, one talk a phone and day."""
    return Office(tx)


def card(office: Office, key: str = "A1", now: Any = NOON, campaign: str = "") -> DebtorCard:
    return debtor_card(office.tx, office.tx.cards.keyed(key), now=now, campaign=campaign)


def verdicts(found: DebtorCard, channel: Channel) -> dict[str, Action]:
    return {one.phone: one for one in found.actions if one.channel is channel}


def limits(found: DebtorCard, channel: Channel) -> dict[tuple[str, str], tuple[str, int, int, int]]:
    """By rule and phone: window, used, limit, left."""
    (budget,) = (one for one in found.budgets if one.channel is channel)
    return {(one.rule, one.phone): (one.window, one.used, one.limit, one.left) for one in budget.limits}


class TestWho:
    def test_whom_it_is_about_and_what_to_ask_him(self, office: Office) -> None:
        debtor = office.add()
        found = card(office)
        who = found.who
        assert (who.debtor_id, who.key, who.portfolio, who.creditor) == (debtor.id, "A1", "heat", "Тепло")
        assert [(one.ask, one.expected) for one in who.identity] == [
            ("last 4 characters of the account", "t A1")
        ]
        assert (found.at, found.local.hour, found.stage, found.months_overdue) == (
            NOON,
            12,
            Stage.PRE_COURT,
            2,
        )

    def test_where_he_lives_how_old_he_is_and_what_has_grown_on_his_debt(self, office: Office) -> None:
        debtor = office.add()
        with_facts = {"address": "Омск, ул. Мира, 1", "birth_year": 1961}
        office.tx.connection.execute(update(DEBTOR).where(DEBTOR.c.id == debtor.id).values(with_facts))
        office.tx.connection.execute(update(DEBT).values(penalty_kopecks=1_234))
        found = card(office)
        assert ("year of birth", "1961") in [(one.ask, one.expected) for one in found.who.identity]
        shown = found.document(identified=True)
        assert (shown["who"]["address"], shown["penalty_kopecks"]) == ("Омск, ул. Мира, 1", 1_234)
        assert shown["debts"][0]["penalty_kopecks"] == 1_234
        assert shown["kopecks"] == 100_000, "a penalty is no part of the debt"
        masked = found.document()
        assert (masked["who"]["address"], masked["penalty_kopecks"]) == (None, None)

    def test_how_he_is_worked(self, office: Office) -> None:
        office.add()
        at = card(office).working
        assert at is not None
        assert (at.campaign, at.segment, at.step, at.state) == ("spring", "big", "inform", PlanState.DUE)
        assert (at.script, at.strategy) == ("debt_informer", "strategy of spring@1")

    def test_one_who_is_not_planned_yet(self, office: Office) -> None:
        add_debtor(office.tx, office.portfolio.id, "A1", FIRST)
        at = card(office).working
        assert at is not None
        assert (at.segment, at.step, at.due_at) == ("big", "inform", NOON)


class TestMasked:
    def test_sums_stand_behind_the_identity_check(self, office: Office) -> None:
        debtor = office.add()
        add_proceeding(office.tx, debtor, "1", IVANOVA)
        promise = Promise(NOON - DAY, date(2026, 3, 20), 50_000, PromiseState.OPEN)
        office.tx.promises.add([Promised(debtor.id, promise)])
        found = card(office)
        masked, shown = found.document(), found.document(identified=True)
        assert (
            masked["behind_identity"]
            == shown["behind_identity"]
            == [
                "debts.kopecks",
                "debts.penalty_kopecks",
                "kopecks",
                "penalty_kopecks",
                "proceedings.kopecks",
                "promises.kopecks",
                "who.address",
            ]
        )
        for document, sums in ((masked, [None] * 4), (shown, [100_000, 100_000, 100_000, 50_000])):
            inner = [document[part][0]["kopecks"] for part in ("debts", "proceedings", "promises")]
            assert [document["kopecks"], *inner] == sums
        assert (masked["identified"], shown["identified"]) == (False, True)
        assert masked["debts"][0]["account"] == "account A1"


class TestBudget:
    def test_nothing_used(self, office: Office) -> None:
        office.add()
        assert limits(card(office), Channel.CALL_HUMAN) == {
            ("calls-per-day", ""): ("day", 0, 1, 1),
            ("calls-per-week", ""): ("week", 0, 2, 2),
            ("calls-per-month", ""): ("month", 0, 8, 8),
            ("attempts-per-day", ""): ("day", 0, 3, 3),
            ("talk-per-phone-per-day", FIRST): ("day", 0, 1, 1),
            ("talk-per-phone-per-day", SECOND): ("day", 0, 1, 1),
        }

    def test_what_is_used_up_and_when_it_is_free_again(self, office: Office) -> None:
        debtor = office.add()
        office.call(debtor, NOON - HOUR, Outcome.TALK_DEBTOR)
        found = card(office)
        used = limits(found, Channel.VOICE_MSG)
        assert used["messages-per-day", ""] == ("day", 1, 2, 1)
        assert used["talk-per-phone-per-day", FIRST] == ("day", 1, 1, 0)
        assert used["talk-per-phone-per-day", SECOND] == ("day", 0, 1, 1)

    @pytest.mark.parametrize(
        ("window", "words"),
        [
            (CalendarWindow("week"), "week"),
            (RollingWindow(7 * DAY), "7 days"),
            (RollingWindow(2 * HOUR), "2 hours"),
            (DatesWindow(7), "7 dates"),
        ],
    )
    def test_windows_in_words(self, window: Window, words: str) -> None:
        assert window_words(window) == words

    def test_allowed_next_is_the_soonest_of_its_phones(self, office: Office) -> None:
        office.add()
        by_channel = {budget.channel: budget.next_allowed for budget in card(office, now=NIGHT).budgets}
        assert by_channel[Channel.CALL_HUMAN] == NIGHT + 6 * HOUR
        assert {budget.next_allowed for budget in card(office).budgets} == {NOON}


class TestActions:
    def test_all_channels_over_all_phones(self, office: Office) -> None:
        office.add()
        found = card(office)
        calls = verdicts(found, Channel.CALL_HUMAN)
        assert {phone: one.allowed for phone, one in calls.items()} == {FIRST: True, SECOND: True}
        assert verdicts(found, Channel.POST)[""].allowed

    def test_a_refusal_says_which_rule_and_until_when(self, office: Office) -> None:
        debtor = office.add()
        block = Block(CHANNEL_GROUPS["direct"], NOON - DAY, NOON + DAY, "hospital")
        office.tx.blocks.put(block, debtor_id=debtor.id, author="Иванова")
        found = card(office)
        call, sms = (verdicts(found, channel)[FIRST] for channel in (Channel.CALL_HUMAN, Channel.SMS))
        assert (call.allowed, call.refused_by, call.why) == (False, (BLOCK,), {BLOCK: "hospital"})
        assert (call.next_allowed, sms.allowed) == (NOON + DAY, True)
        assert [(one.reason, one.until) for one in found.blocks] == [("hospital", NOON + DAY)]

    def test_a_stranger_s_phone_is_never_an_action(self, office: Office) -> None:
        debtor = office.add()
        office.tx.debtors.mark_phone(debtor.id, SECOND, PhoneStatus.WRONG)
        found = card(office)
        assert {one.allowed for one in found.actions if one.phone == SECOND} == {False}
        assert verdicts(found, Channel.SMS)[SECOND].refused_by == ("phone",)
        assert [(one.number, one.status) for one in found.phones][1] == (SECOND, PhoneStatus.WRONG)

    def test_what_is_told_here_is_what_a_reserve_answers(self, office: Office) -> None:
        debtor = office.add()
        office.call(debtor, NOON - HOUR, Outcome.TALK_DEBTOR)
        rules = published_strategy(office.tx.versions.get(office.campaign.strategy_version_id))[1]
        for action in card(office).actions:
            asked = replace(request(debtor, T2, office.campaign), channel=action.channel, phone=action.phone)
            ((verdict, _),) = office.tx.touches.judge([asked], rules, BASIS, NOON)
            refused = verdict if isinstance(verdict, Refused) else Refused((), None)
            told = (action.allowed, action.refused_by, action.next_allowed)
            assert told == (verdict == Allowed(), refused.rules, refused.next_allowed), action

    def test_who_has_no_phone(self, office: Office) -> None:
        add_debtor(office.tx, office.portfolio.id, "A1")
        found = card(office)
        assert verdicts(found, Channel.CALL_HUMAN)[""].refused_by == ("no-phone",)
        assert verdicts(found, Channel.POST)[""].allowed


class TestCampaign:
    def test_without_any_nothing_is_said_of_what_is_allowed(self, tx: Transaction) -> None:
        portfolio = tx.portfolios.put("heat", creditor="Тепло", contact_phone="", basis=None)
        add_debtor(tx, portfolio.id, "A1", FIRST)
        found = debtor_card(tx, tx.cards.keyed("A1"), now=NOON)
        assert (found.working, found.actions, found.budgets) == (None, (), ())
        assert found.document()["phones"][0]["number"] == FIRST

    def test_a_finished_one_s_rules_still_hold(self, office: Office) -> None:
        office.add()
        office.tx.campaigns.set_status("spring", CampaignStatus.FINISHED)
        assert card(office).working is not None

    def test_one_of_another_portfolio_is_a_mistake(self, office: Office) -> None:
        other = office.tx.portfolios.put("water", creditor="Вода", contact_phone="", basis=None)
        add_debtor(office.tx, other.id, "B1")
        with pytest.raises(
            InputError, match="campaign 'spring' works another portfolio than debtor 'B1' is in"
        ):
            card(office, "B1", campaign="spring")


class TestPast:
    def test_touches_phones_proceedings(self, office: Office) -> None:
        debtor = office.add()
        office.call(debtor, NOON - HOUR, Outcome.NO_ANSWER)
        id = add_proceeding(office.tx, debtor, "77/26", IVANOVA)
        promised = ProceedingResult(id, NOON - 9 * DAY, ProceedingStatus.IN_WORK, "arrest", date(2026, 3, 5))
        office.tx.proceedings.note([promised])
        found = card(office)
        assert [(one.outcome, one.phone) for one in found.touches] == [(Outcome.NO_ANSWER, FIRST)]
        assert [(one.rung, one.answered) for one in found.phones] == [(1, 0), (0, 0)]
        (proceeding,) = found.proceedings
        assert (proceeding.number, proceeding.bailiff) == ("77/26", IVANOVA)
        assert proceeding.last is not None
        assert (proceeding.last.asked, proceeding.last.overdue) == ("arrest", True)


class TestBailiff:
    def test_all_that_he_runs(self, office: Office) -> None:
        one, other = office.add(), office.add("A2")
        overdue = add_proceeding(office.tx, one, "1", IVANOVA)
        add_proceeding(office.tx, other, "2", IVANOVA)
        add_proceeding(office.tx, other, "3", IVANOVA, ended_on=date(2026, 2, 1))
        said = ProceedingResult(overdue, NOON - 9 * DAY, ProceedingStatus.IN_WORK, "arrest", date(2026, 3, 5))
        office.tx.proceedings.note([said])
        found = bailiff_card(office.tx, "Иванова", now=NOON)
        assert (found.department, found.address, found.phones) == ("ОСП 1", "Омск", ("+73812000001",))
        assert (found.open, found.overdue, found.kopecks) == (2, 1, 200_000)
        assert {run.debtor for run in found.proceedings} == {"A1", "A2"}
        assert found.document()["proceedings"][0]["proceeding"]["kopecks"] == 100_000

    def test_the_same_name_in_two_departments(self, office: Office) -> None:
        debtor = office.add()
        add_proceeding(office.tx, debtor, "1", IVANOVA)
        add_proceeding(office.tx, debtor, "2", Bailiff("Иванова", "ОСП 2"))
        with pytest.raises(InputError, match="works in each of ОСП 1, ОСП 2; tell --department"):
            bailiff_card(office.tx, "Иванова", now=NOON)
        assert bailiff_card(office.tx, "Иванова", "ОСП 2", now=NOON).open == 1

    def test_nobody(self, office: Office) -> None:
        with pytest.raises(InputError, match="no proceeding has the bailiff 'Петров'"):
            bailiff_card(office.tx, "Петров", now=NOON)


def test_no_table_grows_into_a_card_s_way(office: Office) -> None:
    """Every question is answered by an index; tables of a few rows for the whole house may be read."""
    debtor = office.add()
    office.call(debtor, NOON - HOUR, Outcome.NO_ANSWER)
    add_proceeding(office.tx, debtor, "1", IVANOVA)
    with listening(office.tx.connection) as asked:
        card(office)
    assert len(asked.queries) <= 30
    assert asked.scanned(office.tx.connection) <= {"portfolio", "campaign"}
