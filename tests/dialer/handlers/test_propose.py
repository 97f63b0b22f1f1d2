"""Proposals: another one approves, a timer takes back, and what is decided stays decided."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest

from dialer.handlers.propose import approve, propose, refuse, revert_due, roll_back_now
from dialer.handlers.publish import Published, publish, review
from domain.errors import InputError
from domain.proposal import Proposal, ProposalState
from domain.version import PublicationKind
from ledger.books import Books, Transaction
from tests.dialer.handlers.test_publish import TEXT
from tests.ledger.conftest import books, books_url
from tests.ledger.rows import NOON

__all__ = ["books", "books_url"]
pytestmark = pytest.mark.unit

NAME = "strategy of spring"
HOUR = timedelta(hours=1)
CHANGED = TEXT + "title: changed\n"


def proposed(
    tx: Transaction, text: str = CHANGED, revert_after: timedelta | None = None, now: datetime = NOON
) -> Proposal:
    given = review(text, "f", now)
    return propose(tx, given, author="anna", note="rarer", revert_after=revert_after, now=now)


def approved(tx: Transaction, proposal: Proposal, *, by: str = "boris", four_eyes: bool = True) -> Published:
    return approve(tx, proposal, review(proposal.body, "f", NOON), by=by, four_eyes=four_eyes, now=NOON)


def test_somebody_else_puts_it_in_force(books: Books) -> None:
    with books.write() as tx:
        publish(tx, review(TEXT, "f", NOON), author="anna", now=NOON)
        proposal = proposed(tx)
        assert [one.id for one in tx.proposals.open(NAME)] == [proposal.id]
        with pytest.raises(InputError, match="who wrote it may not approve it; ask another supervisor"):
            approved(tx, proposal, by="anna")
        version = approved(tx, proposal).version
        assert (version.number, version.author, version.note) == (2, "anna", "rarer")
        decided = tx.proposals.decided(NAME)[0]
        assert (decided.state, decided.decided_by, decided.version_id) == (
            ProposalState.PUBLISHED,
            "boris",
            version.id,
        )
        assert tx.proposals.open() == []
        with pytest.raises(InputError, match="the proposal was published already by boris"):
            approved(tx, proposal, by="clara")


def test_what_was_published_since_is_not_overwritten_unseen(books: Books) -> None:
    with books.write() as tx:
        publish(tx, review(TEXT, "f", NOON), author="anna", now=NOON)
        proposal = proposed(tx)
        urgent = review(TEXT + "title: urgent\n", "f", NOON)
        publish(tx, urgent, author="clara", now=NOON + timedelta(seconds=1))
        with pytest.raises(InputError, match="version 2 was put in force after this was proposed; compare"):
            approved(tx, proposal)
        assert tx.proposals.open(NAME) == [proposal]


def test_two_eyes_are_enough_where_that_is_the_rule(books: Books) -> None:
    with books.write() as tx:
        assert approved(tx, proposed(tx), by="anna", four_eyes=False).changed


def test_refused_with_a_reason_or_taken_back_by_its_author(books: Books) -> None:
    with books.write() as tx:
        with pytest.raises(InputError, match="the author needs to know why"):
            refuse(tx, proposed(tx), by="boris", answer=" ", now=NOON)
        assert refuse(tx, proposed(tx), by="boris", answer="too rare", now=NOON).answer == "too rare"
        assert refuse(tx, proposed(tx), by="anna", answer="", now=NOON).state is ProposalState.WITHDRAWN


def test_a_timer_takes_the_version_back_unless_another_one_came_between(books: Books) -> None:
    with books.write() as tx:
        publish(tx, review(TEXT, "f", NOON), author="anna", now=NOON)
        approved(tx, proposed(tx, revert_after=HOUR))
        timer = tx.proposals.revert_of(NAME)
        assert timer
        assert timer.at == NOON + HOUR
        assert revert_due(tx, NOON + HOUR - timedelta(seconds=1)) == []
        (back,) = revert_due(tx, NOON + HOUR)
        assert (back.version.number, tx.proposals.revert_of(NAME)) == (1, None)
        last = tx.versions.publications(NAME)[-1]
        assert (last.kind, last.author) == (PublicationKind.ROLLBACK, "anna, by timer")
        approved(tx, proposed(tx, TEXT + "title: again\n", revert_after=HOUR, now=NOON + HOUR))
        publish(tx, review(TEXT + "title: urgent\n", "f", NOON), author="boris", now=NOON + HOUR)
        assert revert_due(tx, NOON + 2 * HOUR) == []
        present = tx.versions.in_force(NAME)
        assert present
        assert "urgent" in present.body


def test_going_back_by_hand_ends_the_timer(books: Books) -> None:
    with books.write() as tx:
        publish(tx, review(TEXT, "f", NOON), author="anna", now=NOON)
        approved(tx, proposed(tx, revert_after=HOUR))
        assert roll_back_now(tx, NAME, to=None, author="boris", now=NOON).version.number == 1
        assert tx.proposals.due_reverts(NOON + HOUR) == []


@pytest.mark.parametrize(
    ("text", "note", "revert_after", "fault"),
    [
        (TEXT, "why", None, "is in force with this very text; change something first"),
        (CHANGED, " ", None, "note: nobody can approve what is not explained"),
        (CHANGED, "why", timedelta(), None),
        (CHANGED, "why", timedelta(days=31), "30 days at most"),
    ],
)
def test_what_cannot_be_proposed(
    books: Books, text: str, note: str, revert_after: timedelta | None, fault: str | None
) -> None:
    with books.write() as tx:
        publish(tx, review(TEXT, "f", NOON), author="anna", now=NOON)
        given = review(text, "f", NOON)
        if fault is None:
            made = propose(tx, given, author="anna", note=note, revert_after=revert_after, now=NOON)
            assert made.revert_after_s is None
        else:
            with pytest.raises(InputError, match=fault):
                propose(tx, given, author="anna", note=note, revert_after=revert_after, now=NOON)
