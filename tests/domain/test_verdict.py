"""What answering-machine detection may decide, and what it may not."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from functools import reduce

import pytest

from domain.call import Call, advance
from domain.call_events import (
    Answered,
    AnswerGiven,
    AnyCallEvent,
    DigitPressed,
    HungUp,
    MachineJudged,
    ResultRecorded,
    WordsHeard,
)
from domain.touch import LIVE_ANSWERS, Outcome, TouchId
from domain.verdict import judge

pytestmark = pytest.mark.unit

T = TouchId("0199d3c27a1b7cde8f00000000000001")
START = datetime(2026, 3, 10, 9, tzinfo=UTC)
LEFT = ResultRecorded(T, START, "message_left")


def machine(verdict: str = "machine", *, beep: bool = False) -> MachineJudged:
    return MachineJudged(T, START, verdict, "LONGGREETING-1500-1500", beep)


def outcome(*events: AnyCallEvent, seconds: float = 30) -> tuple[Outcome, str]:
    end = HungUp(T, START + timedelta(seconds=seconds), 16)
    verdict = judge(reduce(advance, (Answered(T, START), *events, end), Call(T)))
    return verdict.outcome, verdict.reason


def test_a_message_that_was_left_is_one_whether_or_not_a_beep_was_heard() -> None:
    for beep, told in ((True, ", beep"), (False, "")):
        assert outcome(machine(beep=beep), LEFT) == (
            Outcome.MACHINE_MSG,
            f"answering machine (LONGGREETING-1500-1500{told}), a message was left",
        )


def test_a_beep_proves_a_machine() -> None:
    assert outcome(machine(beep=True)) == (
        Outcome.MACHINE_NO_MSG,
        "answering machine (LONGGREETING-1500-1500, beep), nothing was left",
    )


def test_detection_alone_never_gives_an_outcome_that_counts_for_less_than_a_person() -> None:
    found, reason = outcome(machine())
    assert found in LIVE_ANSWERS
    assert reason == "perhaps an answering machine (LONGGREETING-1500-1500), but no beep: counts as a person"


@pytest.mark.parametrize(
    "answer",
    [DigitPressed(T, START, "menu", "2"), AnswerGiven(T, START, "when", "promise_date", "2026-03-15")],
)
@pytest.mark.parametrize("beep", [True, False])
def test_what_answers_is_no_machine(answer: AnyCallEvent, beep: bool) -> None:
    assert outcome(machine(beep=beep), answer)[0] is Outcome.MSG_DELIVERED


@pytest.mark.parametrize("verdict", ["human", "unsure"])
def test_every_other_verdict_changes_nothing(verdict: str) -> None:
    assert outcome(machine(verdict, beep=True)) == outcome()
    assert outcome(machine(verdict), seconds=2) == outcome(seconds=2)


def test_a_verdict_and_words_that_are_told_again_change_nothing() -> None:
    heard = WordsHeard(T, START, "ask", "unsure", "алло кто это", 0)
    once = advance(advance(Call(T), machine()), heard)
    assert advance(advance(once, machine("human")), heard) == once
    assert once.words == (heard,)
