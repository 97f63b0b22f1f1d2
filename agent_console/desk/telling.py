"""What the engine tells in a message and facts, in the visitor's words: sums, days, times and rules as he reads."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

from fastapi import Request

from agent_console.named import N_, name_of
from agent_console.page import language_of, told
from agent_console.shown import day, moment, money
from dialer.card import Action
from dialer.handlers.disposition_effects import Next
from domain.errors import FieldFault

ALLOWED = N_("The rules allow a call then")
NOT_THEN = N_("The rules do not allow a call then: %(rules)s")
NOT_THEN_BUT_LATER = N_("The rules do not allow a call then: %(rules)s; they do from %(at)s on")


def said(request: Request, message: str, facts: Mapping[str, object], zone: ZoneInfo) -> str:
    """A message with its facts; times are on the clock of ``zone``."""
    language = language_of(request)
    shown: dict[str, Any] = {}
    for name, value in facts.items():
        if name == "kopecks" and isinstance(value, int):
            shown[name] = money(value, language)
        elif isinstance(value, datetime):
            shown[name] = moment(value, zone, language)
        elif isinstance(value, date):
            shown[name] = day(value, language)
        elif isinstance(value, tuple):
            shown[name] = ", ".join(told(request, name_of("rule", rule)) for rule in value)
        else:
            shown[name] = value
    return told(request, message, **shown)


def faults_told(request: Request, faults: Iterable[FieldFault], zone: ZoneInfo) -> dict[str, str]:
    """What is wrong, by field."""
    return {one.field: said(request, one.message, one.facts, zone) for one in faults}


def next_told(request: Request, next: Iterable[Next], zone: ZoneInfo) -> list[str]:
    """What happens next, a line each."""
    return [said(request, one.words, one.facts, zone) for one in next]


def verdict_told(request: Request, verdict: Action, zone: ZoneInfo) -> str:
    """What the rules say of a call at the time that was asked for."""
    if verdict.allowed:
        return told(request, ALLOWED)
    message = NOT_THEN_BUT_LATER if verdict.next_allowed else NOT_THEN
    return said(request, message, {"rules": verdict.refused_by, "at": verdict.next_allowed}, zone)
