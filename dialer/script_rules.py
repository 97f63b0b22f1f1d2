"""Whether the scripts of a strategy may be used: what the law wants said, and what we know of debtors."""

from __future__ import annotations

from dialer.script_facts import FACTS
from domain.errors import InputError
from files.source import Source
from ivr_scripts.language import Script
from ivr_scripts.load import parse_with_source, script_text
from ivr_scripts.openers import require_openers
from strategies.language import Strategy
from strategies.regime import openers_of

SAFE_HARBOUR = "safe_harbour"
"""What people hear who answered, and whom no operator took in time."""


def scripts_of(strategy: Strategy) -> frozenset[str]:
    """The scripts that calls of a strategy may play."""
    return strategy.scripts | ({SAFE_HARBOUR} if strategy.lanes else frozenset())


def check_scripts(strategy: Strategy) -> None:
    """Raises InputError for a script that the strategy's regime refuses, or that says what nobody knows."""
    for name in sorted(scripts_of(strategy)):
        script, source = parse_with_source(*script_text(name))
        require_openers(script, source, openers_of(strategy.regime), strategy.regime)
        _require_facts(script, source)


def _require_facts(script: Script, source: Source) -> None:
    for name, kind in script.variables.items():
        if FACTS.get(name) != kind:
            known = ", ".join(f"{fact}: {kind}" for fact, kind in FACTS.items())
            raise InputError(
                f"no fact of a debtor is {name}: {kind}",
                where=source.where(("variables", name)),
                remedy=f"the facts are {known}",
            )
