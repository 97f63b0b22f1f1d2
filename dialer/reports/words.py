"""Figures as text, for files that people open: money in roubles, shares in per cent, times by the house's clock."""

from __future__ import annotations

from datetime import date, datetime
from zoneinfo import ZoneInfo

from dialer.reports.table import Kind, Value
from domain.said import Say


def as_written(text: str) -> str:
    """English, as the code has it."""
    return text


def words(value: Value, kind: Kind, zone: ZoneInfo, say: Say = as_written, point: str = ".") -> str:
    """A cell's text; empty where nothing is known. ``point`` parts whole numbers from decimals."""
    match value:
        case None:
            return ""
        case datetime():
            return f"{value.astimezone(zone):%Y-%m-%d %H:%M}"
        case date():
            return value.isoformat()
        case str():
            return say(value) if kind is Kind.WORD else value
        case _:
            return _number(value, kind).replace(".", point)


def _number(value: int | float, kind: Kind) -> str:
    match kind:
        case Kind.MONEY:
            return f"{value / 100:.2f}"
        case Kind.SHARE:
            return f"{value * 100:.1f}%"
        case Kind.DURATION:
            seconds = round(value)
            return f"{seconds // 3600}:{seconds // 60 % 60:02d}:{seconds % 60:02d}"
        case Kind.COUNT:
            return str(round(value))
        case _:
            return f"{value:.2f}" if isinstance(value, float) else str(value)
