"""Figures as people read them."""

from __future__ import annotations

from ledger.reports.table import ReportRow

NO_DATA = "no data yet"
HOURS_A_MONTH = 730.5


def figure(row: ReportRow) -> str:
    """A row's value with its unit; a share as per cent."""
    value = row.value
    if value is None:
        return NO_DATA
    if isinstance(value, str):
        return f"{value} {row.unit}".strip()
    if row.unit == "share":
        return f"{value:.1%}"
    if row.unit == "months" and value < 1:
        return _short_time(value * HOURS_A_MONTH)
    number = f"{value:,.0f}" if isinstance(value, int) or abs(value) >= 1000 else f"{value:.3g}"
    return f"{number} {row.unit}".strip()


def _short_time(hours: float) -> str:
    if hours < 2:
        return f"{hours * 60:.0f} minutes"
    return f"{hours:.2g} hours" if hours < 48 else f"{hours / 24:.0f} days"


def clock(seconds: float) -> str:
    """A duration as minutes and seconds."""
    return f"{int(seconds) // 60}:{int(seconds) % 60:02d}"


def share_bar(share: float, width: int = 20) -> str:
    """A share of 1 as a bar with its per cent."""
    full, part = divmod(round(share * width * 8), 8)
    return f"{'█' * full}{' ▏▎▍▌▋▊▉'[part] if part else ''} {share:.1%}".strip()
