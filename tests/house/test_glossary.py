"""The glossary has each outcome that the code knows, and each word once.

The reason: outcomes are what limits count and reports show; one that nobody explained is read in two ways.
"""

from __future__ import annotations

import re

import pytest

from domain.touch import Outcome
from tests.house.tree import ROOT

pytestmark = pytest.mark.unit

ROWS = re.findall(
    r"^\| (.+?) \| (.+?) \| (.+?) \|$", (ROOT / "docs" / "glossary.md").read_text(), re.MULTILINE
)
WORDS = [word for word, _, _ in ROWS if word not in {"word", "---"}]


def test_every_outcome_is_explained() -> None:
    assert {outcome.value for outcome in Outcome} == {
        word.strip("`") for word in WORDS if word.startswith("`")
    }


def test_no_word_is_explained_twice() -> None:
    assert len(WORDS) > 80
    assert len(WORDS) == len(set(WORDS))
