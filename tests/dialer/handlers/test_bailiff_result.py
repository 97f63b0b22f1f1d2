"""What bailiffs say: a result for each proceeding, ended ones leave, and the next call follows from it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import delete

from dialer.card import BailiffCard, DebtorCard
from dialer.handlers.bailiff_result import Answer, note_absent, note_answers
from dialer.handlers.bailiffs import call_bailiffs
from dialer.handlers.card import card_of
from domain.call import Call
from domain.campaign import Campaign, Plan, PlanState, Why
from domain.debtor import Debtor, Stage
from domain.errors import InputError
from domain.proceeding import Bailiff, ProceedingStatus
from domain.touch import Channel, Outcome, TouchId
from domain.verdict import Verdict
from ledger.books import Books, Transaction
from ledger.fact_tables import ProceedingRow
from ledger.reports.bailiffs import bailiffs_report
from ledger.tables import table
from ledger.touches import Closing
from strategies.load import strategy_text
from tests.ledger.rows import BASIS, CALLER, NOON, add_campaign, add_debtor, request, rules_of
from tests.ledger.test_callers import add_proceeding

pytestmark = pytest.mark.unit

IVANOVA = Bailiff("Иванова И. И.", "ОСП 1", "", "+73812000001")
TOUCH = TouchId("01a200bb715f72ddb91035d900000001")
DAY = timedelta(days=1)


class Scene:
    """Two debtors with one proceeding each and one with two of the same bailiff, who was called at noon."""

    def __init__(self, tx: Transaction) -> None:
        self.tx = tx
        tx.numbers.put(CALLER)
        portfolio = tx.portfolios.put("heat", creditor="Heat", contact_phone=CALLER.number, basis=BASIS)
        self.debtors = [add_debtor(tx, portfolio.id, f"A{n}") for n in (1, 2, 3)]
        for number, debtor in (("1", 0), ("2", 1), ("3", 2), ("4", 2)):
            add_proceeding(tx, self.debtors[debtor], number, IVANOVA)
        theirs = tx.portfolios.put("bailiffs", creditor="A", contact_phone=CALLER.number, basis=BASIS)
        text, _ = strategy_text("enforcement-bailiffs")
        self.campaign: Campaign = add_campaign(tx, theirs.id, body=text)
        call_bailiffs(tx, "bailiffs", NOON)
        [self.bailiff] = tx.debtors.page(theirs.id, after=0, size=9)
        self.call(TOUCH, NOON)

    def call(self, touch: TouchId, at: datetime, whom: Debtor | None = None) -> None:
        """A call that ended with a talk."""
        asked = replace(request(whom or self.bailiff, touch), campaign_id=self.campaign.id)
        asked = replace(asked, channel=Channel.CALL_HUMAN)
        self.tx.touches.reserve([asked], rules_of(), BASIS, at)
        ended = Closing(Call(touch, ended_at=at), Verdict(Outcome.TALK_DEBTOR, ""), at)
        self.tx.touches.close([ended])

    def note(self, *answers: Answer, call_again: date | None = None) -> list[str]:
        written = note_answers(self.tx, TOUCH, answers, call_again=call_again, now=NOON)
        return [one.status.value for one in written]

    def plan(self) -> Plan:
        return self.tx.plans.load(self.campaign.id, [self.bailiff.id])[self.bailiff.id]

    def due(self, in_days: int) -> None:
        """His next call is in so many days."""
        self.tx.plans.save(self.campaign.id, [replace(self.plan(), due_at=NOON + in_days * DAY)])

    def debtor(self, n: int) -> Debtor:
        return self.tx.debtors.load([self.debtors[n].id])[self.debtors[n].id]


@pytest.fixture
def scene(books: Books) -> Iterator[Scene]:
    with books.write() as tx:
        yield Scene(tx)


def moscow_midnight(day: date) -> datetime:
    return datetime.combine(day, time.min, ZoneInfo("Europe/Moscow"))


class TestAnswers:
    def test_one_for_each_proceeding_that_was_spoken_of(self, scene: Scene) -> None:
        first = Answer("1", ProceedingStatus.ACCOUNT_ARRESTED, "arrest", date(2026, 3, 20), "to the bank")
        assert scene.note(first, Answer("2", ProceedingStatus.REFUSED)) == ["account_arrested", "refused"]
        [case] = scene.tx.proceedings.of_debtor(scene.debtors[0].id)
        assert case.last is not None
        said = (case.last.status, case.last.asked, case.last.promised_until, case.last.note, case.last.touch)
        assert said == (*first[1:], TOUCH)

    def test_without_a_number_all_that_are_open(self, scene: Scene) -> None:
        scene.note(Answer("4", ProceedingStatus.ENDED, note="paid"))
        assert len(scene.note(Answer("", ProceedingStatus.IN_WORK))) == 3

    def test_what_has_ended_leaves_plan_and_stage(self, scene: Scene) -> None:
        scene.note(*(Answer(n, ProceedingStatus.ENDED, note="paid") for n in "123"))
        [bailiff] = scene.tx.debtors.load([scene.bailiff.id]).values()
        assert [debt.account for debt in bailiff.debts] == ["4"]
        assert scene.debtor(2).stage is Stage.ENFORCEMENT
        assert scene.plan().state is PlanState.DUE
        scene.note(Answer("", ProceedingStatus.ENDED, note="paid"))
        assert scene.plan().state is PlanState.DONE

    @pytest.mark.parametrize(
        ("answer", "error"),
        [
            (Answer("9", ProceedingStatus.IN_WORK), "he does not run proceeding '9'"),
            (Answer("1", ProceedingStatus.ENDED), "an end needs its reason"),
        ],
    )
    def test_wrong_input(self, scene: Scene, answer: Answer, error: str) -> None:
        with pytest.raises(InputError, match=error):
            scene.note(answer)

    def test_only_of_a_call_to_a_bailiff_that_has_ended(self, scene: Scene) -> None:
        answer = [Answer("1", ProceedingStatus.IN_WORK)]
        with pytest.raises(InputError, match="is not in the log"):
            note_answers(scene.tx, TouchId("00" * 16), answer, now=NOON)
        debtor = add_debtor(scene.tx, scene.debtors[0].portfolio_id, "A4", "+79160000001")
        other = TouchId("01a200bb715f72ddb91035d900000009")
        scene.call(other, NOON, debtor)
        with pytest.raises(InputError, match="was not to a bailiff"):
            note_answers(scene.tx, other, answer, now=NOON)
        scene.tx.touches.reserve(
            [request(scene.bailiff, open_ := TouchId("02" * 16))], rules_of(), BASIS, NOON
        )
        with pytest.raises(InputError, match="is still open"):
            note_answers(scene.tx, open_, answer, now=NOON)


class TestNextCall:
    def test_is_on_the_day_he_asked_for(self, scene: Scene) -> None:
        scene.due(3)
        scene.note(Answer("", ProceedingStatus.IN_WORK), call_again=date(2026, 3, 30))
        assert scene.plan().due_at == moscow_midnight(date(2026, 3, 30))

    @pytest.mark.parametrize(("in_days", "moved"), [(30, True), (3, False)])
    def test_is_the_day_after_his_first_promise_but_no_later_than_planned(
        self, scene: Scene, in_days: int, moved: bool
    ) -> None:
        scene.due(in_days)
        promises = [(number, date(2026, 3, day)) for number, day in (("1", 25), ("2", 20))]
        scene.note(*(Answer(n, ProceedingStatus.INQUIRY_SENT, promised_until=day) for n, day in promises))
        expected = moscow_midnight(date(2026, 3, 21)) if moved else NOON + 3 * DAY
        assert scene.plan().due_at == expected

    def test_a_plan_that_is_done_is_taken_up_for_the_day_he_named_only(self, scene: Scene) -> None:
        scene.tx.plans.save(
            scene.campaign.id, [replace(scene.plan(), state=PlanState.DONE, why=Why.FINISHED)]
        )
        scene.note(Answer("1", ProceedingStatus.IN_WORK, promised_until=date(2026, 3, 20)))
        assert scene.plan().state is PlanState.DONE
        scene.note(Answer("1", ProceedingStatus.IN_WORK), call_again=date(2026, 3, 30))
        assert scene.plan().state is PlanState.DUE


def test_who_is_not_at_his_desk_is_called_tomorrow(scene: Scene) -> None:
    scene.due(7)
    note_absent(scene.tx, TOUCH, author="Иванова", now=NOON)
    assert scene.tx.touches.outcomes(scene.campaign.id) == {TOUCH: Outcome.TALK_THIRD_PARTY}
    assert scene.plan().due_at == moscow_midnight(date(2026, 3, 11))


def test_the_report_tells_contacts_results_and_what_is_overdue(scene: Scene) -> None:
    promised = [Answer(number, ProceedingStatus.IN_WORK, promised_until=date(2026, 3, 20)) for number in "12"]
    scene.note(*promised, Answer("3", ProceedingStatus.ENDED, note="paid"))
    scene.note(Answer("1", ProceedingStatus.ACCOUNT_ARRESTED))
    report = bailiffs_report(scene.tx.connection, scene.campaign, date(2026, 3, 21))
    figures = (report.bailiffs, report.touched, report.reached, report.contacts)
    assert (*figures, report.open, report.open_kopecks, report.ended) == (1, 1, 1, 1, 3, 300_000, 1)
    counted = {status.value: count for status, count in report.results.items() if count}
    assert counted == {"in_work": 1, "account_arrested": 1, "ended": 1}
    assert [(one.number, one.debtor) for one in report.overdue] == [("2", "A2")]
    earlier = bailiffs_report(scene.tx.connection, scene.campaign, date(2026, 3, 20))
    assert earlier.overdue == ()


def test_whoever_is_about_to_call_him_sees_all_that_he_runs(scene: Scene) -> None:
    card = card_of(scene.tx, scene.bailiff.id, now=NOON)
    assert isinstance(card, BailiffCard)
    assert (card.name, card.open, len(card.proceedings)) == (IVANOVA.name, 4, 4)
    debtor = card_of(scene.tx, scene.debtors[0].id, now=NOON)
    assert isinstance(debtor, DebtorCard)


def test_the_card_of_one_who_runs_nothing_any_more_still_names_him(scene: Scene) -> None:
    scene.tx.connection.execute(delete(table(ProceedingRow)))
    card = card_of(scene.tx, scene.bailiff.id, now=NOON)
    assert isinstance(card, BailiffCard)
    assert (card.name, card.open, card.proceedings) == (f"{IVANOVA.name}, {IVANOVA.department}", 0, ())
