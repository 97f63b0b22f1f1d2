"""Dispositions: two levels, a digit for each, and outcomes that a call can have."""

from __future__ import annotations

import pytest

from domain.disposition import BAILIFF_DISPOSITIONS, DISPOSITIONS, Disposition, disposition
from domain.errors import InputError
from domain.touch import Channel, outcomes_of
from tests.house.tree import ROOT

pytestmark = pytest.mark.unit

LEVELS = [DISPOSITIONS, BAILIFF_DISPOSITIONS, *(one.reasons for one in DISPOSITIONS if one.reasons)]


@pytest.mark.parametrize("level", LEVELS, ids=lambda level: level[0].code)
def test_each_has_a_digit_of_its_own(level: tuple[Disposition, ...]) -> None:
    assert [one.digit for one in level] == [str(nth) for nth in range(1, len(level) + 1)]
    assert len(level) <= 9


def test_a_code_leads_to_it_and_its_result_is_the_first_level() -> None:
    for top in DISPOSITIONS:
        for one in top.reasons or (top,):
            assert disposition(one.code) is one
            assert one.result == top.code
            assert not set(one.needs) & set(one.may)


def test_a_call_can_have_become_each_outcome() -> None:
    for top in DISPOSITIONS:
        for one in top.reasons or (top,):
            assert one.outcome in outcomes_of(Channel.CALL_HUMAN)


def test_the_first_level_is_none_where_a_reason_must_be_told() -> None:
    with pytest.raises(InputError, match=r"take one of hardship\.income, hardship\.illness"):
        disposition("hardship")


def test_the_page_has_them_all() -> None:
    text = (ROOT / "docs" / "desk.md").read_text(encoding="utf-8")
    for top in DISPOSITIONS:
        for one in top.reasons or (top,):
            first, _, second = one.code.partition(".")
            assert first in text
            assert f"`{one.code}`" in text or f"`.{second}`" in text, one.code
