"""Which segment takes a debtor, and why the ones before it do not."""

from __future__ import annotations

from domain.said import said
from strategies.facts import Facts
from strategies.language import Segment, Strategy
from strategies.logic import first_failing

NEEDS_HELP = said("a vulnerable debtor is contacted only to be helped")


def match_segment(strategy: Strategy, facts: Facts) -> Segment | None:
    """The first segment whose clauses hold and that may take him."""
    vulnerable = facts.debtor.vulnerable
    for segment in strategy.segments:
        if not (vulnerable and segment.presses) and segment.holds(facts):
            return segment
    return None


def why_not(segment: Segment, facts: Facts) -> str:
    """Words for the first condition that keeps a debtor out, with what it is for him; empty when it takes him."""
    if facts.debtor.vulnerable and segment.presses:
        return NEEDS_HELP
    return first_failing(segment.clause, facts)
