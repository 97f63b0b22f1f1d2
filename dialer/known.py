"""What a strategy may name: the check is told here, for strategies do not know the scripts."""

from __future__ import annotations

from domain.disposition import DISPOSITIONS
from ivr_scripts.language import Result
from ivr_scripts.load import shipped_scripts
from strategies.check import Known
from strategies.evaluate import PRESENT


def known_names() -> Known:
    """The scripts there are, the results that scripts and operators can record, and the steps that somebody performs."""
    results = frozenset(Result) | {one.result for one in DISPOSITIONS}
    return Known(frozenset(shipped_scripts()), results, PRESENT.performs)
