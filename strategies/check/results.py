"""What follows the debtors' answers."""

from __future__ import annotations

from collections.abc import Iterator

from strategies.check.finding import Finding, Known, error
from strategies.language import Strategy

RULES_OUT = frozenset({"wrong_person"})
"""Results after which the phone is never rung again, so that ringing others must come to an end."""


def result_findings(strategy: Strategy, known: Known) -> Iterator[Finding]:
    """Answers that neither scripts nor operators record, and those that go round in a circle."""
    for name, answer in strategy.after_result.items():
        path = ("after_result", name)
        if name not in known.results:
            results = ", ".join(sorted(known.results))
            yield error(path, f"nothing records the result {name!r}", f"take one of: {results}")
        elif answer.other_phone and name not in RULES_OUT:
            what = f"a cycle: {name} rules no phone out, so another phone is rung for ever"
            yield error((*path, "other_phone"), what, "wait or stop instead")
