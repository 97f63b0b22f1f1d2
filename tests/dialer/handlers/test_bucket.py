"""Who is in a bucket: the debtors behind every number of the funnel, each in one."""

from __future__ import annotations

from collections import Counter

import pytest

from dialer.handlers.bucket import debtors_in
from dialer.handlers.funnel import funnel
from ledger.books import Books
from tests.dialer.handlers.test_funnel import Crowd
from tests.ledger.conftest import books, books_url
from tests.ledger.rows import NOON

__all__ = ["books", "books_url"]

pytestmark = pytest.mark.unit


@pytest.mark.parametrize("seed", range(3))
def test_every_debtor_is_in_the_one_bucket_that_counts_him(books: Books, seed: int) -> None:
    with books.write() as tx:
        crowd = Crowd(tx, seed)
        shown = funnel(tx, crowd.work, crowd.campaign, NOON)
        found = {
            bucket: debtors_in(tx, crowd.work, crowd.campaign, bucket, NOON, most=1000)
            for bucket in shown.buckets
        }
    assert {bucket: len(ids) for bucket, ids in found.items()} == shown.buckets
    everybody = Counter(id for ids in found.values() for id in ids)
    assert set(everybody.values()) == {1}
    assert len(everybody) == len(crowd.debtors)


def test_pages_follow_each_other(books: Books) -> None:
    with books.write() as tx:
        crowd = Crowd(tx, 1)
        work, campaign = crowd.work, crowd.campaign
        bucket = max(funnel(tx, work, campaign, NOON).buckets.items(), key=lambda item: item[1])[0]
        whole = debtors_in(tx, work, campaign, bucket, NOON, most=1000)
        pages = [debtors_in(tx, work, campaign, bucket, NOON, first, 3) for first in range(0, len(whole), 3)]
    assert [id for page in pages for id in page] == whole
