"""Debtors and strategies for tests, written short."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import Any

from domain.debtor import Debt, Debtor
from domain.phone import Phone, PhoneNumber
from domain.touch import Channel, Direction, Outcome, PastTouch, TouchId
from strategies.language import Strategy
from strategies.load import parse_strategy

NOW = datetime(2026, 3, 10, 9, tzinfo=UTC)
"""A Tuesday, noon in Moscow."""


def debtor(roubles: float = 1000, oldest: date = date(2026, 1, 1), **facts: Any) -> Debtor:
    """A debtor of Moscow with one debt and two phones."""
    given: dict[str, Any] = {
        "id": 7,
        "external_id": "A7",
        "portfolio_id": 1,
        "zones": ("Europe/Moscow",),
        "debts": (Debt("1", "heat", round(roubles * 100), oldest),),
        "phones": tuple(Phone(PhoneNumber(f"+7916000000{place}"), position=place) for place in (0, 1)),
    }
    return Debtor(**given | facts)


def strategy(segments: str, rest: str = "") -> Strategy:
    """A strategy of these segments, in flow style."""
    return parse_strategy(f"name: t\nregime: ru-230fz-agency\nsegments: [{segments}]\n{rest}", "t.yaml")


def touched(
    ago: timedelta, outcome: Outcome | None, channel: Channel = Channel.VOICE_MSG, **facts: Any
) -> PastTouch:
    """A touch of the debtor so long before `NOW`."""
    direction = facts.pop("direction", Direction.OUT)
    return PastTouch(TouchId(f"{ago}"), NOW - ago, channel, outcome, 7, direction=direction, **facts)
