"""What follows the debtors' answers."""

from __future__ import annotations

from collections.abc import Iterator

from domain.said import said
from strategies.check.finding import Finding, Known, error, one_of
from strategies.language import Strategy

RULES_OUT = frozenset({"wrong_person"})
"""Results after which the phone is never rung again, so that ringing others must come to an end."""


def result_findings(strategy: Strategy, known: Known) -> Iterator[Finding]:
    """Answers that neither scripts nor operators record, and those that go round in a circle."""
    for name, answer in strategy.after_result.items():
        path = ("after_result", name)
        if name not in known.results:
            what = said("nothing records the result %(result)r", result=name)
            yield error(path, what, one_of(known.results))
        elif answer.other_phone and name not in RULES_OUT:
            what = said(
                "a cycle: %(result)s rules no phone out, so another phone is rung for ever", result=name
            )
            yield error((*path, "other_phone"), what, said("wait or stop instead"))
