"""What a strategy may name: the check is told here, for strategies do not know the scripts."""

from __future__ import annotations

from ivr_scripts.language import Result
from ivr_scripts.load import shipped_scripts
from strategies.check import Known
from strategies.evaluate import PRESENT


def known_names() -> Known:
    """The scripts there are, the results that scripts can record, and the kinds of steps that somebody performs."""
    return Known(frozenset(shipped_scripts()), frozenset(Result), PRESENT.performs)
