"""Calls that operators wish themselves: judged like any other touch."""

from __future__ import annotations

from datetime import timedelta

import pytest

from dialer.handlers.manual_call import manual_request, reserve_manual
from dialer.scripts import RECORD
from domain.errors import InputError, NotAllowed
from domain.phone import PhoneStatus
from domain.touch import TouchId
from ledger.books import Books
from ledger.inbound import InboundCall
from ledger.touches import TouchRequest
from tests.dialer.handlers.disposing import OTHER, PHONE, Scene
from tests.ledger.conftest import books, books_url  # noqa: F401
from tests.ledger.rows import BASIS, CALLER, NOON, add_debtor

pytestmark = pytest.mark.integration

ID = TouchId("1" * 32)
TOMORROW = NOON + timedelta(days=1)


@pytest.fixture
def scene(books: Books) -> Scene:  # noqa: F811
    with books.write() as tx:
        return Scene(tx)


def reserve(books: Books, scene: Scene, phone: str = OTHER, **other: object) -> TouchRequest:  # noqa: F811
    asked = {"login": "anna", "node": "node1", "id": ID, "now": TOMORROW, **other}
    return reserve_manual(books, scene.debtor.id, phone, **asked)  # type: ignore[arg-type]


def test_it_is_a_touch_of_no_campaign(books: Books, scene: Scene) -> None:  # noqa: F811
    touch = reserve(books, scene)
    assert (touch.campaign_id, touch.phone, touch.why) == (None, OTHER, "operator anna wished it")
    with books.read() as tx:
        assert [one.id for one in tx.inbound.open("node1")] == [ID]
    request = manual_request(touch, 7, "debt", trunk="carrier", timeout_s=20.0, record=True)
    assert (request.channel, request.context) == (f"PJSIP/{OTHER}@carrier", "dozvon-reserved")
    told = {name: request.variables[name] for name in ("DZ_DESK", "DZ_OPERATOR", RECORD)}
    assert told == {"DZ_DESK": "debt", "DZ_OPERATOR": "7", RECORD: "yes"}


def test_the_rules_refuse_it_with_their_names(books: Books, scene: Scene) -> None:  # noqa: F811
    with pytest.raises(NotAllowed, match="calls-per-day; they do from 2026-03-11 05:00 UTC on") as told:
        reserve(books, scene, now=NOON + timedelta(hours=1))
    assert told.value.refused_by == ("calls-per-day",)
    with books.read() as tx:
        assert tx.inbound.open("node1") == [], "nothing is reserved"


def test_whom_nobody_knows_nobody_calls(books: Books) -> None:  # noqa: F811
    with pytest.raises(InputError, match="there is no debtor 999"):
        reserve_manual(books, 999, OTHER, login="anna", node="node1", id=ID, now=TOMORROW)


def test_only_phones_of_his_that_may_be_called(books: Books, scene: Scene) -> None:  # noqa: F811
    with books.write() as tx:
        tx.debtors.mark_phone(scene.debtor.id, PHONE, PhoneStatus.WRONG)
    for phone in (PHONE, "+79169999999"):
        with pytest.raises(InputError, match="no phone that he may be called on"):
            reserve(books, scene, phone)


def test_who_is_calling_us_is_not_called(books: Books, scene: Scene) -> None:  # noqa: F811
    with books.write() as tx:
        call = InboundCall(TouchId("2" * 32), PHONE, CALLER.number, "node1", "rang", scene.debtor)
        tx.inbound.arrived(call, TOMORROW)
    with pytest.raises(InputError, match="he is calling us just now; take his call"):
        reserve(books, scene)


def test_somebody_must_say_by_which_rules(books: Books) -> None:  # noqa: F811
    with books.write() as tx:
        scene = Scene(tx)
        other = tx.portfolios.put("water", creditor="Water", contact_phone=CALLER.number, basis=BASIS)
        scene.debtor = add_debtor(tx, other.id, "B1", OTHER)
    with pytest.raises(InputError, match="no campaign says by which rules"):
        reserve(books, scene)
