"""Script versions: a text that calls used is kept for good, and no version ever has two texts."""

from __future__ import annotations

from datetime import timedelta

import pytest

from domain.errors import InputError
from ledger.books import Books
from ledger.script_versions import Clip, ScriptVersion
from tests.ledger.rows import NOON

pytestmark = pytest.mark.unit

HELLO, BYE = Clip("aaaa.alaw", "Здравствуйте."), Clip("bbbb.alaw", "До свидания.")
FIRST = ScriptVersion("hello@1", "name: hello\nversion: 1\n", (HELLO,))
SECOND = ScriptVersion("hello@2", "name: hello\nversion: 2\n", (HELLO, BYE))


def publish(books: Books, *scripts: ScriptVersion, hours: int = 0) -> None:
    with books.write() as tx:
        tx.scripts.publish(scripts, NOON + timedelta(hours=hours))


def kept(books: Books, *ids: str) -> list[ScriptVersion]:
    with books.read() as tx:
        return tx.scripts.named(ids)


def test_a_version_is_kept_with_its_clips(books: Books) -> None:
    publish(books, SECOND, FIRST)
    first, second = kept(books, "hello@1", "hello@2", "nobody@1")
    assert (first.id, first.body, first.clips, first.first_used_at) == ("hello@1", FIRST.body, (HELLO,), NOON)
    assert set(second.clips) == {HELLO, BYE}
    assert first.digest == FIRST.digest != second.digest


def test_nothing_is_asked_and_nothing_kept(books: Books) -> None:
    publish(books)
    assert kept(books) == []


def test_the_same_again_changes_nothing(books: Books) -> None:
    publish(books, FIRST)
    publish(books, FIRST, hours=1)
    (version,) = kept(books, "hello@1")
    assert (version.first_used_at, version.clips) == (NOON, (HELLO,))


def test_another_voice_adds_its_clips(books: Books) -> None:
    publish(books, FIRST)
    other = Clip("cccc.alaw", HELLO.text)
    publish(books, ScriptVersion(FIRST.id, FIRST.body, (other,)))
    (version,) = kept(books, "hello@1")
    assert version.clips == (HELLO, other)


def test_another_text_under_a_version_that_was_used_is_refused(books: Books) -> None:
    publish(books, FIRST)
    with pytest.raises(InputError) as raised:
        publish(books, ScriptVersion("bye@1", "name: bye"), ScriptVersion("hello@1", "name: hallo"))
    assert str(raised.value) == (
        "script hello@1: was used already with another text; give the file a new version"
    )
    assert [version.body for version in kept(books, "hello@1", "bye@1")] == [FIRST.body]
