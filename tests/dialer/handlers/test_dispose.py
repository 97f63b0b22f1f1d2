"""What operators say of talks, and all that follows from it, on both databases."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest

from dialer.handlers.call_back_verdict import call_back_verdict
from dialer.handlers.dispose import Disposed, StillTalking, dispose
from domain.block import BlockReason
from domain.campaign import PlanState, Why
from domain.debtor import Promise
from domain.disposition import DISPOSITIONS
from domain.errors import FormFault, InputError
from domain.instalment import Part
from domain.phone import PhoneStatus
from domain.touch import Outcome
from ledger.audit import verify
from ledger.books import Books
from tests.dialer.handlers.disposing import OTHER, PHONE, Scene
from tests.ledger.conftest import books, books_url  # noqa: F401
from tests.ledger.rows import NOON

pytestmark = pytest.mark.integration

DAY = timedelta(days=1)
PROMISED = {"date": "2026-03-20", "sum": "400"}


@pytest.fixture
def scene(books: Books) -> Iterator[Scene]:  # noqa: F811
    with books.write() as tx:
        yield Scene(tx)


def faults(of: pytest.ExceptionInfo[FormFault]) -> dict[str, str]:
    return {fault.field: fault.message % fault.facts for fault in of.value.faults}


class TestPromise:
    def test_it_is_kept_and_rests_the_plan(self, scene: Scene) -> None:
        done = scene.say("promise.once", **PROMISED)
        assert scene.now_known.promises == (Promise(NOON, date(2026, 3, 20), 40_000),)
        # payments of the 20th are known on the 23rd: the 24th, midnight in Moscow
        assert scene.plan.due_at == datetime(2026, 3, 23, 21, tzinfo=UTC)
        assert (scene.plan.why, scene.plan.reason) == (Why.ANSWERED, "promise.once, said operator anna")
        assert "400.00 RUB by 2026-03-20; nobody calls before 2026-03-23 21:00 UTC" in map(str, done.next)

    @pytest.mark.parametrize(
        ("fields", "wrong"),
        [
            ({}, {"date": "This is needed", "sum": "This is needed"}),
            ({"date": "2026-03-09", "sum": "400"}, {"date": "The day has passed"}),
            ({"date": "2026-03-25", "sum": "400"}, {"date": "No later than 2026-03-24"}),
            ({"date": "2026-03-20", "sum": "299.99"}, {"sum": "No less than 30000"}),
            ({"date": "2026-03-20", "sum": "1000.01"}, {"sum": "More than is owed: 100000"}),
            ({"date": "soon", "sum": "-5"}, {"date": "Not a day like 2026-03-10 or 10.03.2026",
                                             "sum": "Not a sum in roubles like 1234.56"}),
            ({"date": "2026-03-20", "sum": "0"}, {"sum": "A sum must be more than nothing"}),
            ({"note": "x" * 1001, "phone": "12"} | PROMISED, {"note": "Longer than 1000 letters",
                                                   "phone": "Not a telephone number that can be called"}),
            ({"note": "\x00"} | PROMISED, {"note": "Holds signs that cannot be written down"}),
        ],
    )  # fmt: skip
    def test_what_is_wrong_stands_beside_its_field(
        self, scene: Scene, fields: dict[str, str], wrong: dict[str, str]
    ) -> None:
        with pytest.raises(FormFault) as told:
            scene.say("promise.once", **fields)
        assert faults(told) == wrong
        assert scene.now_known.promises == ()

    def test_in_parts(self, scene: Scene) -> None:
        with pytest.raises(FormFault) as told:
            scene.say("promise.instalments", date="2026-03-20", sum="1000", parts="7")
        assert faults(told) == {"parts": "From 2 to 6 parts"}
        scene.say("promise.instalments", date="2026-03-20", sum="1000", parts="3")
        parts = [
            Part(date(2026, 3, 20), 33_300),
            Part(date(2026, 4, 20), 33_300),
            Part(date(2026, 5, 20), 33_400),
        ]
        assert scene.tx.instalments.parts(scene.debtor.id) == parts
        plan = scene.now_known.instalment
        assert plan
        assert (plan.start, plan.until, plan.kopecks_a_month) == (parts[0].due, parts[2].due, 33_300)
        assert scene.now_known.promises == (Promise(NOON, parts[0].due, 33_300),)


class TestCallBack:
    def test_it_is_owed_at_the_time_and_no_sooner(self, scene: Scene) -> None:
        scene.say("call_back", at="2026-03-12T15:30")
        (owed,) = scene.tx.call_backs.agreed_by(scene.anna, 9)
        at = datetime(2026, 3, 12, 12, 30, tzinfo=UTC)
        assert (owed.touch, owed.phone, owed.due_at) == (scene.touch, PHONE, at)
        assert scene.tx.call_backs.due(at - timedelta(seconds=1), 9) == []
        assert scene.plan.due_at == datetime(2026, 3, 12, 21, tzinfo=UTC), (
            "his campaign leaves him alone that day"
        )

    def test_the_rules_are_asked_before_anything_is_saved(self, scene: Scene) -> None:
        with pytest.raises(FormFault) as told:
            scene.say("call_back", at="2026-03-10T18:00")
        (fault,) = told.value.faults
        assert (fault.field, fault.facts["rules"]) == ("at", ("calls-per-day",))
        assert fault.facts["at"] == datetime(2026, 3, 11, 5, tzinfo=UTC), "tomorrow at 8 in Moscow"
        verdict = call_back_verdict(scene.tx, scene.debtor.id, PHONE, datetime(2026, 3, 11, 21, tzinfo=UTC))
        assert (verdict.allowed, verdict.refused_by) == (False, ("hours",))
        with pytest.raises(FormFault, match="at: The time has passed"):
            scene.say("call_back", at="2026-03-10T11:00")
        with pytest.raises(FormFault, match="at: This is needed"):
            scene.say("call_back")

    def test_on_another_phone_and_instead_of_an_earlier_one(self, scene: Scene) -> None:
        scene.say("call_back", at="2026-03-12T15:30")
        again = scene.call(NOON + DAY)
        scene.say_at(NOON + DAY, "call_back", again, at="2026-03-17T10:00", phone="8 916 000-00-09")
        (owed,) = scene.tx.call_backs.agreed_by(scene.anna, 9)
        assert (owed.touch, owed.phone) == (again, "+79160000009")
        assert [phone.number for phone in scene.now_known.phones] == [PHONE, OTHER, "+79160000009"]


class TestOthers:
    def test_who_has_paid_is_left_alone_until_the_payment_may_have_come(self, scene: Scene) -> None:
        scene.say("already_paid", proof="cheque 17")
        assert scene.plan.due_at == NOON + 5 * DAY

    def test_the_strategy_decides_of_refusals(self, scene: Scene) -> None:
        scene.say("refusal.no_money")
        assert (scene.plan.state, scene.plan.reason) == (PlanState.DONE, "refused")

    def test_hardship_leads_to_help_at_once(self, scene: Scene) -> None:
        scene.say("hardship.illness", note="in hospital until May")
        assert scene.now_known.vulnerable
        assert (scene.plan.segment, scene.plan.step, scene.plan.due_at) == ("help", "offer", NOON)
        (note,) = scene.tx.notes.of(scene.debtor.id, 9)
        assert (note.author, note.text) == ("anna", "in hospital until May")

    def test_a_stranger_s_phone_is_never_rung_again(self, scene: Scene) -> None:
        scene.say("wrong_person.number")
        assert scene.outcome() is Outcome.TALK_WRONG_PERSON
        assert scene.now_known.phones[0].status is PhoneStatus.WRONG
        assert (scene.plan.due_at, scene.plan.avoid) == (NOON + DAY, PHONE)

    def test_a_relative_on_a_phone_that_was_never_his_own(self, scene: Scene) -> None:
        scene.tx.debtors.mark_phone(
            scene.debtor.id, PHONE, PhoneStatus.CONFIRMED
        )  # as the end of the call did
        scene.say("wrong_person.relative")
        assert scene.outcome() is Outcome.TALK_THIRD_PARTY
        assert scene.now_known.phones[0].status is PhoneStatus.THIRD_PARTY

    def test_a_relative_on_the_debtor_s_own_phone(self, scene: Scene) -> None:
        scene.say("refusal.no_reason")
        scene.tx.debtors.mark_phone(scene.debtor.id, PHONE, PhoneStatus.CONFIRMED)
        scene.say("wrong_person.relative", scene.call(NOON + DAY))
        assert scene.now_known.phones[0].status is PhoneStatus.CONFIRMED

    def test_a_dispute_rests_while_it_is_looked_into(self, scene: Scene) -> None:
        with pytest.raises(FormFault, match="note: This is needed"):
            scene.say("dispute.sum")
        scene.say("dispute.sum", note="counted twice")
        assert scene.now_known.tags == {"dispute"}
        assert scene.plan.state is PlanState.DONE, "no segment takes whoever disputes"

    @pytest.mark.parametrize(
        ("code", "reason", "of", "ends"),
        [
            ("complaint", BlockReason.OTHER, "debtor", NOON + 30 * DAY),
            ("other.bankrupt", BlockReason.BANKRUPTCY, "debtor", None),
            ("other.do_not_call", BlockReason.OPT_OUT, "phone", None),
        ],
    )
    def test_blocks(
        self, scene: Scene, code: str, reason: BlockReason, of: str, ends: datetime | None
    ) -> None:
        scene.say(code, note="case 5")
        (block,) = scene.tx.blocks.of(*((None, PHONE) if of == "phone" else (scene.debtor.id,)))
        assert (block.reason, block.end, block.document) == (reason, ends, f"case 5 (talk {scene.touch})")

    @pytest.mark.parametrize(
        "code", sorted(one.code for top in DISPOSITIONS for one in top.reasons or (top,))
    )
    def test_every_one_can_be_said_and_corrected(self, scene: Scene, code: str) -> None:
        fields = PROMISED | {"parts": "2", "at": "2026-03-12T15:30", "proof": "cheque", "note": "his words"}
        scene.say(code, **fields)
        told = scene.tx.dispositions.of(scene.touch)
        assert told
        assert (told.code, told.operator_id, told.saves) == (code, scene.anna, 1)
        assert scene.say("refusal.no_reason").corrected
        assert scene.outcome() is Outcome.TALK_DEBTOR
        assert scene.now_known.promises == ()
        assert scene.tx.call_backs.agreed_by(scene.anna, 9) == []
        assert not [
            one for one in scene.tx.blocks.of(scene.debtor.id) if one.covers(NOON + timedelta(hours=1))
        ]
        assert (scene.now_known.vulnerable, scene.now_known.tags) == (False, frozenset())
        assert scene.now_known.phones[0].status in {PhoneStatus.UNVERIFIED, PhoneStatus.CONFIRMED}
        assert scene.plan.reason == "refused"


class TestCorrections:
    def test_the_plan_is_as_it_was(self, scene: Scene) -> None:
        before = scene.plan
        scene.say("promise.once", **PROMISED)
        scene.say("other.information")
        assert scene.plan == before

    def test_a_plan_that_has_moved_on_stays(self, scene: Scene) -> None:
        scene.say("promise.once", **PROMISED)
        moved = replace(scene.plan, reason="something newer", due_at=NOON + 9 * DAY)
        scene.tx.plans.save(scene.campaign.id, [moved])
        scene.say("other.information")
        assert scene.plan.due_at == NOON + 9 * DAY

    def test_log_and_journal_agree_afterwards(self, books: Books) -> None:  # noqa: F811
        with books.write() as tx:
            scene = Scene(tx)
            scene.say("wrong_person.number")
            scene.say("promise.once", **PROMISED)
        with books.read() as tx:
            assert verify(tx.connection).sound


class TestWhose:
    def test_only_of_his_own_talk_that_has_ended(self, scene: Scene) -> None:
        with pytest.raises(StillTalking, match="has not ended yet"):
            scene.say("refusal.no_money", scene.call(NOON + DAY, ends=False))
        with pytest.raises(InputError, match="another operator's talk"):
            dispose(scene.tx, Disposed(scene.touch, "refusal.no_money"), scene.boris, NOON)
        with pytest.raises(InputError, match="'refusal' is no disposition; take one of refusal.no_money"):
            scene.say("refusal")
        with pytest.raises(InputError, match="is no disposition"):
            scene.say("hm")
        with pytest.raises(InputError, match="not in the log"):
            scene.say("refusal.no_money", "f" * 32)  # type: ignore[arg-type]
        with pytest.raises(InputError, match="no bailiff's talk"):
            scene.say("bailiff.results")

    def test_a_caller_is_known_once_the_operator_says_who_it_was(self, scene: Scene) -> None:
        touch = scene.caller()
        with pytest.raises(FormFault, match="debtor: Choose whose call it was"):
            scene.say("refusal.no_money", touch)
        with pytest.raises(FormFault, match="debtor: There is no such debtor"):
            scene.say("refusal.no_money", touch, debtor=999)
        scene.say("refusal.no_money", touch, debtor=scene.debtor.id)
        assert scene.tx.dispositions.talk(touch).debtor_id == scene.debtor.id

    def test_a_stranger_may_stay_one(self, scene: Scene) -> None:
        touch = scene.caller()
        assert scene.say("wrong_person.number", touch).next == ()
        assert scene.outcome(touch) is Outcome.TALK_WRONG_PERSON

    def test_talks_wait_for_it_and_drafts_end_with_it(self, scene: Scene) -> None:
        tx, typed = scene.tx, {"code": "promise.once", "sum": "4"}
        assert [talk.touch for talk in tx.dispositions.undisposed(scene.anna, NOON)] == [scene.touch]
        assert tx.dispositions.undisposed(scene.boris, NOON) == []
        tx.drafts.put(scene.anna, scene.touch, {}, NOON)
        tx.drafts.put(scene.anna, scene.touch, typed, NOON + DAY)
        draft = tx.drafts.of(scene.anna, scene.touch)
        assert draft
        assert (draft.fields, draft.at) == (typed, NOON + DAY)
        scene.say("other.information")
        assert tx.dispositions.undisposed(scene.anna, NOON) == []
        assert tx.drafts.all(scene.anna) == []
