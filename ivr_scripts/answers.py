"""What digits pressed at an ask mean. The compiled dialplan reads them alike (compile_ask.py): change both or none."""

from __future__ import annotations

from datetime import date, timedelta

MOST_SUM = 999_999
ACCOUNT_DIGITS = (4, 20)
"""The fewest and the most digits of an account number."""


def pressed_date(digits: str, today: date, within_days: int) -> date | None:
    """In how many days (one or two digits), or day and month (four); None when that is no day in reach."""
    if not digits.isdecimal() or len(digits) not in (1, 2, 4):
        return None
    day = _day_and_month(digits, today) if len(digits) == 4 else today + timedelta(days=int(digits))
    return day if day is not None and _in_reach(day, today, within_days) else None


def spoken_date(said: str, today: date, within_days: int) -> date | None:
    """An ISO date that was understood; None when there is none, or it is out of reach."""
    day = date.fromisoformat(said) if said else None
    return day if day is not None and _in_reach(day, today, within_days) else None


def _in_reach(day: date, today: date, within_days: int) -> bool:
    return today <= day <= today + timedelta(days=within_days)


def _day_and_month(digits: str, today: date) -> date | None:
    """The next such day, this year or the following."""
    try:
        day = date(today.year, int(digits[2:]), int(digits[:2]))
        return day if day >= today else day.replace(year=today.year + 1)
    except ValueError:
        return None


def whole_sum(text: str) -> int | None:
    """A sum of 1 to 999,999 in whole units; hundredths that were said are dropped."""
    whole = text.partition(".")[0]
    return int(whole) if whole.isdecimal() and 1 <= int(whole) <= MOST_SUM else None


def account_number(text: str) -> str | None:
    """The digits of an account number, if they are enough."""
    digits = "".join(character for character in text if character in "0123456789")
    least, most = ACCOUNT_DIGITS
    return digits if least <= len(digits) <= most else None
