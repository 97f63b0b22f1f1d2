"""A report's rows, as a person reads them."""

from __future__ import annotations

from typing import NamedTuple


class ReportRow(NamedTuple):
    """A labelled figure; ``value`` None means that there are no data yet."""

    label: str
    value: int | float | str | None
    unit: str = ""


def share(part: float, whole: float) -> float | None:
    """The part of the whole, or None when there is nothing to share."""
    return part / whole if whole else None
