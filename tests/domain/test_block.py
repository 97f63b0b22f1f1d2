"""Blocks and consents hold from an instant up to another."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from domain.block import Block, BlockReason, Consent
from domain.rules import Scope, Validity
from domain.touch import Channel

pytestmark = pytest.mark.unit

START, END = datetime(2026, 3, 10, tzinfo=UTC), datetime(2026, 3, 20, tzinfo=UTC)
CALLS = frozenset({Channel.CALL_HUMAN})


@pytest.mark.parametrize("held", [Block(CALLS, START, END), Consent(CALLS, START, END), Validity(START, END)])
def test_half_open(held: Block | Consent | Validity) -> None:
    tick = timedelta(microseconds=1)
    found = [held.covers(at) for at in (START - tick, START, END - tick, END)]
    assert found == [False, True, True, False]


@pytest.mark.parametrize("held", [Block(CALLS, START), Consent(CALLS, START), Validity(START)])
def test_for_good(held: Block | Consent | Validity) -> None:
    assert held.covers(START + timedelta(days=36500))
    assert not held.covers(START - timedelta(seconds=1))


def test_a_block_without_words_is_the_debtor_s_own() -> None:
    block = Block(CALLS, START)
    assert (block.scope, block.reason, block.target) == (Scope.DEBTOR, "other", "")


def test_the_reasons_of_the_law_are_known() -> None:
    law = {
        "refusal",
        "representative",
        "bankruptcy",
        "hospital",
        "minor",
        "wrong_person",
        "opt_out",
        "deceased",
    }
    assert law <= {reason.value for reason in BlockReason}
