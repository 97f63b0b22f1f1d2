"""How values look on a page: money, telephone numbers, times, spans. Jinja2 filters, by language where it matters."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

import phonenumbers
from babel.dates import format_date, format_datetime, format_time
from babel.numbers import format_decimal, format_percent

HIDDEN = "•••"
"""What stands in the place of what one may not see yet."""

NARROW = "\N{NARROW NO-BREAK SPACE}"


def money(kopecks: int | None, language: str) -> str:
    """Roubles and kopecks, ``2 800,50 ₽``; hidden when there is no sum to show."""
    return (
        f"{format_decimal(kopecks / 100, '#,##0.00', language)}{NARROW}₽" if kopecks is not None else HIDDEN
    )


def number(value: float, language: str) -> str:
    """A count with its thousands apart, a measure with at most two digits behind the point."""
    return format_decimal(value, "#,##0.##", language)


def share(value: float | None, language: str) -> str:
    """A ratio in per cent with one digit; a dash when nothing was counted."""
    return "–" if value is None else format_percent(value, "#,##0.0 %", language)


def telephone(text: str) -> str:
    """A number as people write it; what is none stays as it is."""
    try:
        parsed = phonenumbers.parse(text, "RU")
    except phonenumbers.NumberParseException:
        return text
    return phonenumbers.format_number(parsed, phonenumbers.PhoneNumberFormat.INTERNATIONAL)


def day(value: date, language: str) -> str:
    """A date, ``22 нояб. 2026 г.``."""
    return format_date(value, "medium", language)


def moment(value: datetime, zone: ZoneInfo, language: str) -> str:
    """Date and time on a clock of that zone."""
    return format_datetime(value, "short", zone, language)


def clock_time(value: datetime, zone: ZoneInfo, language: str) -> str:
    """The time of day on a clock of that zone."""
    return format_time(value, "HH:mm", zone, language)


def span(value: timedelta | float) -> str:
    """A length of time as ``4:05`` or ``1:04:05``; of seconds, when a bare number is given."""
    seconds = int(value.total_seconds() if isinstance(value, timedelta) else value)
    minutes, hours = seconds // 60, seconds // 3600
    return f"{hours}:{minutes % 60:02}:{seconds % 60:02}" if hours else f"{minutes}:{seconds % 60:02}"
