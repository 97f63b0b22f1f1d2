"""Publishing: a text with errors never comes into force, an earlier version may come back."""

from __future__ import annotations

import pytest

from dialer.handlers.publish import publish, review, roll_back
from domain.errors import InputError
from domain.version import PublicationKind
from ledger.books import Books
from tests.dialer.work import Desk
from tests.ledger.conftest import books, books_url
from tests.ledger.rows import NOON

__all__ = ["books", "books_url"]
pytestmark = pytest.mark.unit

TEXT = """\
name: strategy of spring
regime: ru-230fz-agency
segments:
  - {id: all, help: true, steps: [{id: inform, ivr: debt_informer}]}
"""


def test_running_campaigns_are_told_what_to_take(books: Books) -> None:
    desk = Desk(books)
    with books.write() as tx:
        published = publish(tx, review(TEXT, "f.yaml", NOON), author="Петров", note="simpler", now=NOON)
        assert (published.version.label, published.version.note) == ("strategy of spring@2", "simpler")
        assert (published.before, published.changed, published.campaigns) == (None, True, ["spring"])
        again = publish(tx, review(TEXT, "f.yaml", NOON), author="Иванова", now=NOON)
        assert (again.version, again.changed, again.campaigns) == (published.version, False, [])
        assert tx.campaigns.named("spring").wanted_version_id == published.version.id
    assert desk.work.version_id != published.version.id


def test_back_and_further_back(books: Books) -> None:
    with books.write() as tx:
        for channel in ("", "title: second\n", "title: third\n"):
            publish(tx, review(TEXT + channel, "f.yaml", NOON), author="Петров", now=NOON)
        name = "strategy of spring"
        assert [
            roll_back(tx, name, to=to, author="Петров", now=NOON).version.number for to in (None, None, 3)
        ] == [2, 1, 3]
        kinds = [one.kind for one in tx.versions.publications(name)]
        assert kinds == [PublicationKind.PUBLISH] * 3 + [PublicationKind.ROLLBACK] * 3


def test_what_cannot_be_rolled_back(books: Books) -> None:
    with books.write() as tx:
        with pytest.raises(InputError, match="no strategy 's' was published"):
            roll_back(tx, "s", author="Петров", now=NOON)
        name = publish(tx, review(TEXT, "f.yaml", NOON), author="Петров", now=NOON).version.name
        with pytest.raises(InputError, match="is at its first version: there is none before it; tell --to"):
            roll_back(tx, name, author="Петров", now=NOON)
        with pytest.raises(InputError, match="has no version 7; versions: 1"):
            roll_back(tx, name, to=7, author="Петров", now=NOON)
        with pytest.raises(InputError, match="spring@1 is in force already"):
            roll_back(tx, name, to=1, author="Петров", now=NOON)
        with pytest.raises(InputError, match="a version needs an author"):
            publish(tx, review(TEXT, "f.yaml", NOON), author=" ", now=NOON)


def test_the_first_error_is_told_with_how_many_there_are() -> None:
    bad = TEXT.replace("debt_informer", "nothing").replace("help: true, ", "help: true, priority: 200, ")
    with pytest.raises(InputError, match=r"f\.yaml, line 4, column \d+, segments\.0\.priority: "):
        review(bad, "f.yaml", NOON)
    worse = TEXT.replace("debt_informer", "nothing") + "  - {id: rest, stop: never}\n"
    with pytest.raises(InputError, match=r"no IVR script 'nothing'.*; 1 more: dozvon strategy check f\.yaml"):
        review(worse, "f.yaml", NOON)
