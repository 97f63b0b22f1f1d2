"""Versions of strategies: numbered, immutable, and one of them in force."""

from __future__ import annotations

from datetime import timedelta

import pytest

from domain.campaign import CampaignStatus
from domain.errors import InputError
from domain.portfolio import Portfolio
from domain.version import PublicationKind, Version, VersionKind
from ledger.books import Books, Transaction
from tests.ledger.rows import NOON, add_campaign

pytestmark = pytest.mark.unit

PUBLISH, ROLLBACK = PublicationKind.PUBLISH, PublicationKind.ROLLBACK


def put(tx: Transaction, name: str, body: str, note: str = "") -> Version:
    return tx.versions.put(name, body, author="Иванова", note=note, now=NOON)


def in_force(tx: Transaction, version: Version, kind: PublicationKind = PUBLISH) -> list[str]:
    return tx.versions.put_in_force(version, kind=kind, author="Петров", now=NOON)


def test_each_name_counts_its_own_versions(books: Books) -> None:
    with books.write() as tx:
        first, second = put(tx, "s", "a: 1"), put(tx, "s", "a: 2", "fewer calls")
        other = put(tx, "t", "a: 1")
        assert [one.label for one in (first, second, other)] == ["s@1", "s@2", "t@1"]
        assert (second.body, second.author, second.note, second.published_at) == (
            *("a: 2", "Иванова", "fewer calls"),
            NOON,
        )
        assert tx.versions.of("s") == [first, second]
        assert tx.versions.get(second.id) == tx.versions.numbered("s", 2) == second
        assert tx.versions.names() == ["s", "t"]


def test_the_same_text_is_the_same_version_as_it_was_first_published(books: Books) -> None:
    with books.write() as tx:
        first = put(tx, "s", "a: 1")
        later = NOON + timedelta(days=1)
        assert tx.versions.put("s", "a: 1", author="Петров", note="again", now=later) == first


def test_what_is_not_there_is_told_with_what_is(books: Books) -> None:
    with books.write() as tx:
        with pytest.raises(InputError, match="no strategy 's' was published; published strategies: none yet"):
            tx.versions.of("s")
        put(tx, "s", "a: 1")
        with pytest.raises(InputError, match="strategy 's' has no version 2; versions: 1"):
            tx.versions.numbered("s", 2)
        put(tx, "s", "a: 2")
        with pytest.raises(InputError, match="strategy 's' has no version 0; versions: 1 to 2"):
            tx.versions.numbered("s", 0)
        with pytest.raises(InputError, match="no strategy 'z' was published; published strategies: s"):
            tx.versions.numbered("z", 1)


def test_the_last_publication_holds_and_every_one_is_kept(books: Books) -> None:
    with books.write() as tx:
        assert tx.versions.in_force("s") is None
        first, second = put(tx, "s", "a: 1"), put(tx, "s", "a: 2")
        for version, kind in ((first, PUBLISH), (second, PUBLISH), (second, PUBLISH), (first, ROLLBACK)):
            in_force(tx, version, kind)
        assert tx.versions.in_force("s") == first
        told = [(one.number, one.kind, one.author, one.at) for one in tx.versions.publications("s")]
        assert told == [
            (1, PUBLISH, "Петров", NOON),
            (2, PUBLISH, "Петров", NOON),
            (1, ROLLBACK, "Петров", NOON),
        ], "what is in force already is not noted again"


def test_all_campaigns_of_the_name_that_are_not_finished_take_it(books: Books, portfolio: Portfolio) -> None:
    with books.write() as tx:
        for name in ("a", "b", "c"):
            campaign = add_campaign(tx, portfolio.id, name)
            strategy = tx.versions.get(campaign.strategy_version_id).name
            put(tx, strategy, "a: 2")
        tx.campaigns.set_status("a", CampaignStatus.STOPPED)
        tx.campaigns.set_status("b", CampaignStatus.FINISHED)
        for name, followers in (("a", ["a"]), ("b", []), ("c", ["c"])):
            second = tx.versions.numbered(f"strategy of {name}", 2)
            assert in_force(tx, second) == followers
            campaign = tx.campaigns.named(name)
            assert (campaign.wanted_version_id == second.id) is bool(followers)
            assert campaign.strategy_version_id != second.id, "its dialler changes over when all is ready"
            assert in_force(tx, second) == [], "a second time there is nothing to change"


def test_kinds_have_names_numbers_and_what_is_in_force_of_their_own(books: Books) -> None:
    with books.write() as tx:
        scripts = tx.versions_of(VersionKind.SCRIPT)
        strategy = put(tx, "s", "a: 1")
        second = scripts.put("s", "b: 2", author="Иванова", number=2, now=NOON)
        fifth = scripts.put("s", "b: 5", author="Иванова", number=5, now=NOON)
        assert [one.label for one in (strategy, second, fifth)] == ["s@1", "s@2", "s@5"]
        in_force(tx, strategy)
        for version in (second, fifth, second):
            scripts.put_in_force(version, kind=PUBLISH, author="Петров", now=NOON)
        other = scripts.put("t", "b: 1", author="Иванова", number=1, now=NOON)
        scripts.put_in_force(other, kind=PUBLISH, author="Петров", now=NOON)
        assert (tx.versions.all_in_force(), scripts.all_in_force()) == ([strategy], [second, other])
        assert (tx.versions.names(), scripts.names()) == (["s"], ["s", "t"])
        assert tx.versions.get(fifth.id) == fifth
        with pytest.raises(InputError, match="script 's' has no version 3; versions: 2 to 5"):
            scripts.numbered("s", 3)
        with pytest.raises(InputError, match="no script 'z' was published; published scripts: s, t"):
            scripts.of("z")
