"""What an operator may agree to: how far off a promise may lie, how much it must be, in how many parts."""

from __future__ import annotations

from datetime import timedelta
from decimal import ROUND_UP, Decimal

from pydantic import Field

from strategies.values import Duration, Strict

KOPECKS_A_ROUBLE = 100


class PromiseRules(Strict):
    """A promise lies ``within`` this time of the talk and is at least this ``share`` (per cent) of all that is owed;
    an instalment plan begins within it, has no more than so many monthly ``parts``, and covers that share.
    """

    within: Duration = timedelta(days=30)
    share: int = Field(default=0, ge=0, le=100)
    parts: int = Field(default=12, ge=2, le=36)

    def least(self, owed: int) -> int:
        """The kopecks that a promise must be at least, of so many owed: whole roubles, and never nothing."""
        share = Decimal(owed) * self.share / 100 / KOPECKS_A_ROUBLE
        return max(1, min(owed, int(share.to_integral_value(ROUND_UP)) * KOPECKS_A_ROUBLE))
