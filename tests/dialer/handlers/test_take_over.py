"""Taking over a campaign: the fence rises, and what the last owner left open is known with all that was heard."""

from __future__ import annotations

from datetime import timedelta

import pytest

from dialer.handlers.settle import settle
from dialer.handlers.take_over import take_over
from domain.call_events import Answered, AnyCallEvent, DigitPressed, ResultRecorded, Ringing
from domain.errors import InputError
from domain.version import PublicationKind
from ledger.books import Books
from ledger.journal import entry_of
from tests.dialer.work import BODY, SCRIPTS, STRATEGY, Desk
from tests.ledger.rows import BASIS, NOON

pytestmark = pytest.mark.unit


@pytest.fixture
def desk(books: Books) -> Desk:
    return Desk(books)


def test_each_owner_has_a_higher_fence(desk: Desk) -> None:
    assert [desk.take_over().campaign.fence for _ in range(2)] == [2, 3]


def test_the_work_is_what_was_published(desk: Desk) -> None:
    taken = desk.take_over()
    assert taken.work.strategy == STRATEGY
    assert taken.work.rules.id == "ru-230fz-agency"
    assert (taken.work.portfolio.basis, taken.work.version_id) == (BASIS, desk.campaign.strategy_version_id)


def test_calls_left_open_are_taken_with_what_was_heard_of_them(desk: Desk) -> None:
    desk.add("A", "+79160000001"), desk.add("B", "+79160000002")
    first, second = (reserved.request.id for reserved in desk.reserve().reserved)
    heard: list[AnyCallEvent] = [
        Ringing(first, NOON),
        Answered(first, NOON + timedelta(seconds=4)),
        DigitPressed(first, NOON + timedelta(seconds=9), "choice", "2"),
        ResultRecorded(first, NOON + timedelta(seconds=9), "promise"),
    ]
    settle(desk.books, lambda _: desk.work, [entry_of(event) for event in heard], [], NOON)
    left = {running.call.touch: running for running in desk.take_over().left_open}
    assert set(left) == {first, second}
    call = left[first].call
    assert (call.ringing_at, call.answered_at) == (NOON, NOON + timedelta(seconds=4))
    assert (call.digits, call.result, call.over) == ("2", "promise", False)
    assert call.created_at is not None, "what rang had a channel, so it was placed"
    assert left[second].call.created_at is None
    assert (left[second].node, left[second].phone, left[second].since) == ("n1", "+79160000002", 7.0)
    assert left[second].plan.touch_id == second


def test_closed_calls_are_left_alone_and_count_as_placed(desk: Desk) -> None:
    desk.add("A", "+79160000001")
    desk.reserve()
    taken = desk.take_over()
    assert (len(taken.left_open), taken.placed) == (1, 1)


def test_whoever_takes_it_over_runs_the_version_that_he_brings(desk: Desk) -> None:
    with desk.books.write() as tx:
        name = tx.versions.get(desk.campaign.strategy_version_id).name
        version = tx.versions.put(name, BODY.replace("times: 2", "times: 1"), author="Иванова", now=NOON)
        tx.versions.put_in_force(version, kind=PublicationKind.PUBLISH, author="Иванова", now=NOON)
        waiting = tx.campaigns.named("spring")
    assert (waiting.wanted_version_id, waiting.strategy_version_id) == (version.id, desk.work.version_id)
    taken = desk.take_over()
    assert (taken.work.version, taken.campaign.strategy_version_id) == (version, version.id)


def test_an_unknown_campaign(desk: Desk) -> None:
    with pytest.raises(InputError, match="no campaign 'autumn'"):
        take_over(desk.books, desk.work, "autumn", SCRIPTS.values(), since=0.0, now=NOON)


def test_a_strategy_that_this_version_cannot_read_names_its_line(desk: Desk) -> None:
    with desk.books.write() as tx:
        tx.connection.exec_driver_sql("UPDATE text_version SET body = replace(body, 'ivr:', 'fax:')")
    with pytest.raises(
        InputError,
        match="strategy strategy of spring@1, line 10, column 9, segments.1.steps.0.fax: unknown key",
    ):
        desk.take_over()
    assert desk.taken.campaign.fence == 1
