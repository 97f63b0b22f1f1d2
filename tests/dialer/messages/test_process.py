"""What `dozvon messages` does before its first round."""

from __future__ import annotations

from pathlib import Path

import pytest

from dialer.messages import works
from dialer.messages.process import read_ahead
from ledger.books import Books
from tests.dialer.messages.post import Post

pytestmark = pytest.mark.unit


def test_no_settle_waits_for_a_strategy_to_be_read(books: Books, monkeypatch: pytest.MonkeyPatch) -> None:
    post = Post(books)
    read_ahead(books, post.works)
    monkeypatch.delattr(works, "work_of")  # whoever reads now fails
    with books.read() as tx:
        assert post.works.of(tx, post.campaign.id).strategy == post.work.strategy


def test_books_that_cannot_be_read_are_told_of_later(books: Books, tmp_path: Path) -> None:
    empty = Books.open(f"sqlite:///{tmp_path}/empty.sqlite")
    read_ahead(empty, Post(books).works)
    empty.close()
