"""The semantic check: what the language accepts and is still wrong, in plain words. Pure.

segments   who can be in them, and who cannot
steps      names, caps, hours, outcomes
messages   texts, their lengths and senders, fallbacks
retries    what the rules make impossible
results    what follows the debtors' answers
"""

from __future__ import annotations

from datetime import datetime

from domain.rules import RuleSet
from strategies.check.finding import Finding, Known, Severity
from strategies.check.messages import message_findings
from strategies.check.results import result_findings
from strategies.check.retries import retry_findings
from strategies.check.segments import segment_findings
from strategies.check.steps import step_findings
from strategies.language import Strategy

__all__ = ["Finding", "Known", "Severity", "check_strategy"]


def check_strategy(strategy: Strategy, rules: RuleSet, known: Known, now: datetime) -> list[Finding]:
    """All findings, those of one part of the file together; ``rules`` are judged as in force at ``now``."""
    return [
        *segment_findings(strategy),
        *step_findings(strategy, rules, known, now),
        *message_findings(strategy, known),
        *retry_findings(strategy, rules, now),
        *result_findings(strategy, known),
    ]
