"""Whom an operator is shown next, and what becomes of whom he skips; on real books."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import replace

import pytest

from dialer.handlers.preview import SKIP_PAUSE, Candidate, find_candidate, skip
from dialer.handlers.reserve import STALE_DUE, Batch, reserve_batch
from dialer.work import Work
from domain.campaign import CampaignStatus, Mode, PlanState, Why
from domain.debtor import Debtor
from domain.errors import LeaseLost
from ledger.books import Books
from strategies.evaluate import first_plan
from strategies.load import parse_strategy
from tests.dialer.work import Desk
from tests.ledger.rows import CALLER, NOON

pytestmark = pytest.mark.unit

PHONE, OTHER, THIRD = "+79160000001", "+79160000002", "+79160000003"
PREVIEW = parse_strategy(
    "name: test\nregime: ru-230fz-agency\nsegments:\n"
    "  - {id: all, steps: [{id: talk, call: {mode: preview, script: court, skill: debts}}]}\n",
    "test.yaml",
)


class Office(Desk):
    """A campaign of previews for the desk debts."""

    def employ(self, key: str, *phones: str) -> Debtor:
        """A debtor whose plan is due for the desk."""
        debtor = self.add(key, *phones)
        with self.books.write() as tx:
            tx.plans.save(self.campaign.id, [first_plan(PREVIEW, debtor, NOON)])
        return debtor

    @property
    def preview_work(self) -> Work:
        return replace(self.work, strategy=PREVIEW)

    def shown(self, *besides: Debtor, fence: int = 0) -> Candidate | None:
        campaign = self.campaign
        return find_candidate(
            self.books,
            self.preview_work,
            campaign.id,
            fence or self.taken.campaign.fence,
            desk="debts",
            mode=Mode.PREVIEW,
            shown={debtor.id for debtor in besides},
            new_id=self.new_id,
            now=NOON,
        )

    def dial(self, debtor: Debtor) -> Batch:
        campaign = self.campaign
        return reserve_batch(
            self.books,
            self.preview_work,
            campaign.id,
            self.taken.campaign.fence,
            want=1,
            node="n1",
            new_id=self.new_id,
            now=NOON,
            desk="debts",
            mode=Mode.PREVIEW,
            debtor=debtor.id,
        )


@pytest.fixture
def office(books: Books) -> Office:
    return Office(books)


def ids(*found: Candidate | None) -> Collection[int | None]:
    return [one.debtor_id if one else None for one in found]


def test_each_operator_is_shown_somebody_else_and_nothing_is_logged(office: Office) -> None:
    first, second = office.employ("A", PHONE), office.employ("B", OTHER)
    one = office.shown()
    assert one is not None
    assert (one.external_id, one.phone, one.script, one.plan.step) == ("A", PHONE, "court", "talk")
    assert ids(office.shown(first), office.shown(first, second)) == [second.id, None]
    assert office.outcomes() == {}
    assert office.plan(first).state is PlanState.DUE


def test_whom_he_dials_is_reserved_alone(office: Office) -> None:
    office.employ("A", PHONE)
    second = office.employ("B", OTHER)
    (reserved,) = office.dial(second).reserved
    assert (reserved.request.debtor.id, reserved.request.phone) == (second.id, OTHER)
    assert list(office.outcomes()) == [reserved.request.id]
    assert office.dial(second).taken == 0, "he is called already"


def test_whom_the_rules_hold_back_is_not_shown(office: Office) -> None:
    first = office.employ("A", PHONE)
    with office.books.write() as tx:
        tx.numbers.put(replace(CALLER, valid_to=NOON))
    assert office.shown() is None
    held = office.plan(first)
    assert (held.why, held.state, held.due_at) == (Why.HELD_BACK, PlanState.DUE, NOON + STALE_DUE)


def test_who_is_skipped_comes_up_again_with_the_reason(office: Office) -> None:
    first, second = office.employ("A", PHONE), office.employ("B", OTHER)
    skip(
        office.books, office.campaign.id, office.taken.campaign.fence, first.id, "anna", "обещал вчера", NOON
    )
    plan = office.plan(first)
    assert (plan.why, plan.reason) == (Why.SKIPPED, "skipped by operator anna: обещал вчера")
    assert plan.due_at == NOON + SKIP_PAUSE
    assert ids(office.shown()) == [second.id]


def test_a_skip_of_somebody_who_is_called_changes_nothing(office: Office) -> None:
    first = office.employ("A", PHONE)
    office.dial(first)
    before = office.plan(first)
    skip(office.books, office.campaign.id, office.taken.campaign.fence, first.id, "anna", "late", NOON)
    assert office.plan(first) == before


def test_an_earlier_owner_shows_and_skips_nobody(office: Office) -> None:
    first, fence = office.employ("A", PHONE), office.taken.campaign.fence
    office.take_over()
    with pytest.raises(LeaseLost):
        office.shown(fence=fence)
    with pytest.raises(LeaseLost):
        skip(office.books, office.campaign.id, fence, first.id, "anna", "late", NOON)


def test_a_paused_campaign_shows_nobody(office: Office) -> None:
    office.employ("A", PHONE)
    with office.books.write() as tx:
        tx.campaigns.set_status("spring", CampaignStatus.PAUSED)
    assert office.shown() is None
