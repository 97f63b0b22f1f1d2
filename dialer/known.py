"""What a strategy may name: the check is told here, for strategies do not know the scripts."""

from __future__ import annotations

from dialer.messages.stationery import Stationery
from dialer.repertoire import SHIPPED, Repertoire
from domain.disposition import DISPOSITIONS
from ivr_scripts.language import Result
from strategies.check import Known
from strategies.enquiry import RESULTS
from strategies.evaluate import PRESENT
from strategies.steps import StepKind
from strategies.texts.language import find_texts


def known_names(
    stationery: Stationery | None = None, scripts: Repertoire = SHIPPED, *, bailiffs: bool = False
) -> Known:
    """The scripts there are, the results that scripts, operators and bailiffs give, the steps that somebody performs,
    and the texts; without the house's stationery the shipped ones, and no messages are performed. ``bailiffs``:
    whether a campaign calls them.
    """
    results = frozenset(Result) | {one.result for one in DISPOSITIONS} | set(RESULTS.values())
    texts = find_texts() if stationery is None else stationery.texts
    performs = PRESENT.performs | (stationery.kinds if stationery else frozenset())
    performs |= {StepKind.BAILIFF.value} if bailiffs else frozenset()
    return Known(scripts.names, results, performs, {name: text for name, (text, _) in texts.items()})
