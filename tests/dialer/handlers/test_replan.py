"""News of a debtor: planned anew in the transaction that brings them, in every campaign that works him."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import update

from dialer.handlers.replan import Replanner
from domain.campaign import CampaignStatus, Plan, PlanState, Why
from ledger.books import Books
from ledger.imports.contacts import import_phones
from ledger.imports.debtors import import_debtors
from ledger.imports.payments import import_payments
from ledger.imports.run import Importer
from ledger.tables import DebtRow, table
from tests.dialer.work import BODY, Desk
from tests.ledger.conftest import books, books_url
from tests.ledger.rows import NOON, add_campaign

__all__ = ["books", "books_url"]
pytestmark = pytest.mark.unit

PHONE = "+79160000001"
LATER = NOON + timedelta(hours=5)


@pytest.fixture
def desk(books: Books) -> Desk:
    return Desk(books)


def imported(desk: Desk, work: Importer, folder: Path, *lines: str) -> None:
    file = folder / "news.csv"
    file.write_text("\n".join(lines) + "\n", encoding="utf-8")
    with desk.books.write() as tx:
        portfolio = desk.portfolio.id
        work(tx.connection, portfolio, file, changed=Replanner(tx, portfolio, LATER))


def plan_of(desk: Desk, key: str) -> Plan:
    with desk.books.read() as tx:
        return desk.plan(tx.debtors.keyed(key))


def test_who_has_paid_everything_leaves_at_once(desk: Desk, tmp_path: Path) -> None:
    desk.add("A", PHONE), desk.add("B", PHONE)
    imported(desk, import_payments, tmp_path, "external_id,day,sum,remaining", "A,2026-03-10,1000,0")
    gone = plan_of(desk, "A")
    assert (gone.state, gone.why, gone.due_at) == (PlanState.DONE, Why.PAID, LATER)
    assert plan_of(desk, "B").why is Why.FIRST


def test_a_phone_that_was_found_lets_him_in(desk: Desk, tmp_path: Path) -> None:
    desk.add("A")
    assert plan_of(desk, "A").why is Why.NO_PHONE
    imported(desk, import_phones, tmp_path, "external_id,phone", f"A,{PHONE}")
    found = plan_of(desk, "A")
    assert (found.state, found.why, found.due_at) == (PlanState.DUE, Why.FACTS_CHANGED, LATER)


def test_a_new_debtor_of_a_file_is_planned_with_it(desk: Desk, tmp_path: Path) -> None:
    imported(
        desk,
        import_debtors,
        tmp_path,
        "external_id,account,sum,oldest_unpaid,phone,zone",
        f"N,1,1000,2026-01,{PHONE},Europe/Moscow",
    )
    assert (plan_of(desk, "N").segment, plan_of(desk, "N").why) == ("big", Why.FIRST)


def test_an_open_touch_keeps_its_plan(desk: Desk) -> None:
    debtor = desk.add("A", PHONE)
    desk.reserve()
    before = desk.plan(debtor)
    with desk.books.write() as tx:
        tx.connection.execute(update(table(DebtRow)).values(kopecks=0))
        Replanner(tx, desk.portfolio.id, LATER)([debtor.id])
    assert desk.plan(debtor) == before


def test_whom_the_rules_held_back_asks_them_again(desk: Desk) -> None:
    debtor = desk.add("A", PHONE)
    held = Plan(debtor.id, LATER + timedelta(days=9), segment="big", step="inform", why=Why.HELD_BACK)
    with desk.books.write() as tx:
        tx.plans.save(desk.campaign.id, [held])
        Replanner(tx, desk.portfolio.id, LATER)([debtor.id])
    assert (desk.plan(debtor).due_at, desk.plan(debtor).why) == (LATER, Why.HELD_BACK)


def test_every_campaign_under_way_is_told_and_no_other(desk: Desk) -> None:
    debtor = desk.add("A", PHONE)
    with desk.books.write() as tx:
        paused = add_campaign(tx, desk.portfolio.id, "paused", BODY)
        over = add_campaign(tx, desk.portfolio.id, "over", BODY)
        other = add_campaign(
            tx, tx.portfolios.put("gas", creditor="g", contact_phone="", basis=None).id, "other", BODY
        )
        tx.campaigns.set_status("paused", CampaignStatus.PAUSED)
        tx.campaigns.set_status("over", CampaignStatus.FINISHED)
        Replanner(tx, desk.portfolio.id, LATER)([debtor.id])
        planned = {
            campaign.name: list(tx.plans.load(campaign.id, [debtor.id]))
            for campaign in (desk.campaign, paused, over, other)
        }
    assert planned == {"spring": [debtor.id], "paused": [debtor.id], "over": [], "other": []}
