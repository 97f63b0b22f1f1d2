"""A number of ours that debtors see (Russia: call marking, 41-FZ of 1 April 2025)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from domain.errors import InputError
from domain.rules import Validity

LONGEST_LABEL = 32


@dataclass(frozen=True, slots=True)
class CallerNumber:
    """A number with the operator's contract that gives it, the label shown and its category, while valid."""

    number: str
    operator_contract: str
    label: str
    category: str
    valid_from: datetime
    valid_to: datetime | None = None

    def __post_init__(self) -> None:
        if not self.operator_contract.strip():
            raise InputError("a caller number needs the operator's contract", where=self.number)
        if not self.label.strip() or len(self.label) > LONGEST_LABEL:
            raise InputError(
                f"a label has 1 to {LONGEST_LABEL} characters, not {len(self.label.strip())}",
                where=self.number,
            )
        if self.valid_to is not None and self.valid_to <= self.valid_from:
            raise InputError("the registration ends before it begins", where=self.number)

    @property
    def valid(self) -> Validity:
        """When it may be shown."""
        return Validity(self.valid_from, self.valid_to)
