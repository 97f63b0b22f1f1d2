"""docs/licences.md lists every pinned package with the licence that it states.

The reason: a copyleft licence that arrives with an update must be seen in the review of that update.
"""

from __future__ import annotations

import pytest

from docs import licences

pytestmark = pytest.mark.unit


def test_the_page_says_what_is_installed() -> None:
    assert (licences.ROOT / "docs" / "licences.md").read_text() == licences.page(), "run `make licences`"


def test_every_pinned_package_has_a_row() -> None:
    names = licences.pinned()
    assert len(names) > 50
    assert {"redis", "panoramisk", "sqlmodel"} <= set(names)


def test_what_we_ask_for_ourselves_is_told_apart() -> None:
    assert licences.role("redis") == "us"
    assert licences.role("psycopg") == "us"
    assert licences.role("mypy") == "development"
    assert licences.role("six") == "another package"


def test_a_package_that_states_nothing_is_an_error() -> None:
    with pytest.raises(KeyError, match="STATED_ELSEWHERE"):
        licences.licence("no-such-package-of-ours")
