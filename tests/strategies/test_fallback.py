"""Fallbacks: done only when the message above them did not arrive."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

import pytest

from domain.campaign import Plan, PlanState
from domain.debtor import Debt, Debtor
from domain.phone import Phone, PhoneNumber
from domain.touch import Outcome
from strategies.after_touch import after_touch
from strategies.check import Known
from strategies.evaluate import Present, first_plan, next_step
from strategies.load import parse_strategy, review_strategy
from strategies.moves import Act
from tests.ledger.rows import NOON
from tests.places import without_columns

pytestmark = pytest.mark.unit

BODY = """\
name: cascade
regime: ru-own
segments:
  - id: all
    help: true
    steps:
      - id: viber
        message: {kind: viber, text: "{agency}, {callback}"}
      - id: whatsapp
        fallback: true
        message: {kind: whatsapp, text: "{agency}, {callback}"}
      - id: sms
        fallback: true
        message: {kind: sms, text: "{agency}, {callback}", segments: 2}
      - {id: pause, wait: 3d}
"""
CASCADE = parse_strategy(BODY, "cascade.yaml")
MOBILE, OTHER, LANDLINE = map(PhoneNumber, ("+79160000001", "+79160000002", "+74951234567"))
PAUSE = "- {id: pause, wait: 3d}"


def after(step: str, outcome: Outcome) -> str:
    plan = Plan(1, NOON, PlanState.IN_TOUCH, "all", step=step)
    return after_touch(CASCADE, plan, outcome, "", NOON).step


@pytest.mark.parametrize(
    ("step", "outcome", "then"),
    [
        ("viber", Outcome.MSG_DELIVERED, "pause"),
        ("viber", Outcome.MSG_FAILED, "whatsapp"),
        ("viber", Outcome.MSG_SENT, "whatsapp"),
        ("viber", Outcome.INVALID_NUMBER, "whatsapp"),
        ("viber", Outcome.UNKNOWN, "whatsapp"),
        ("whatsapp", Outcome.MSG_DELIVERED, "pause"),
        ("whatsapp", Outcome.MSG_FAILED, "sms"),
        ("sms", Outcome.MSG_FAILED, "pause"),
    ],
)
def test_what_comes_next(step: str, outcome: Outcome, then: str) -> None:
    assert after(step, outcome) == then


def test_a_kind_that_nobody_carries_is_passed_over_to_its_fallback() -> None:
    who = Debtor(1, "A", 1, ("Europe/Moscow",), phones=(Phone(MOBILE),))
    present = Present(performs=frozenset({"sms"}))
    plan = first_plan(CASCADE, with_debt(who), NOON)
    for _ in range(2):
        plan = next_step(CASCADE, with_debt(who), plan, NOON, present=present).plan
    decision = next_step(CASCADE, with_debt(who), plan, NOON, present=present)
    assert isinstance(decision, Act)
    assert decision.step.id == "sms"


def test_neither_a_landline_nor_a_phone_where_they_never_arrive_is_chosen() -> None:
    who = with_debt(
        Debtor(
            1,
            "A",
            1,
            ("Europe/Moscow",),
            phones=(Phone(LANDLINE), Phone(MOBILE), Phone(PhoneNumber("+79160000002"))),
        )
    )
    present = Present(
        performs=frozenset({"viber"}), unreached=frozenset({("viber", MOBILE), ("sms", "+79160000002")})
    )
    decision = next_step(CASCADE, who, first_plan(CASCADE, who, NOON), NOON, present=present)
    assert isinstance(decision, Act)
    assert decision.choice is not None
    assert decision.choice.phone.number == OTHER


def with_debt(who: Debtor) -> Debtor:
    return replace(who, debts=(Debt("1", "", 100_000, date(2026, 1, 1)),))


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        (PAUSE, PAUSE.replace("3d", "3d, fallback: true"), "step 'pause' only waits: it has no fallback"),
        ("id: viber\n", "id: viber\n        fallback: true\n", "step 'viber' is the fallback of nothing"),
        (
            PAUSE,
            f"{PAUSE}\n      - {{id: in, ivr: x, fallback: true}}",
            "step 'in' is the fallback of nothing",
        ),
    ],
)
def test_what_is_wrong(old: str, new: str, said: str) -> None:
    known = Known(frozenset({"x"}), frozenset(), frozenset({"ivr", "viber", "whatsapp", "sms"}))
    _, notes = review_strategy(BODY.replace(old, new), "c.yaml", known, NOON)
    assert said in without_columns("\n".join(map(str, notes)))


def test_the_cascade_is_in_order() -> None:
    known = Known(frozenset(), frozenset(), frozenset({"viber", "whatsapp", "sms"}))
    assert review_strategy(BODY, "c.yaml", known, NOON)[1] == []
    assert CASCADE.segments[0].steps[0].message is not None
    assert CASCADE.segments[0].steps[0].message.within == timedelta(hours=24)
