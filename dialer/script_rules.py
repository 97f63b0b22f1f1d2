"""Whether the scripts of a strategy may be used: what the law wants said, and what we know of debtors."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from dialer.repertoire import Repertoire
from dialer.script_facts import FACTS, OF_A_LINE
from domain.errors import InputError
from domain.said import said
from files.source import Source
from ivr_scripts.language import Script
from ivr_scripts.load import parse_with_source
from ivr_scripts.openers import opener_faults
from ivr_scripts.spoken import Kind
from strategies.language import Strategy
from strategies.regime import openers_of

SAFE_HARBOUR = "safe_harbour"
"""What people hear who answered, and whom no operator took in time."""


def scripts_of(strategy: Strategy) -> frozenset[str]:
    """The scripts that calls of a strategy may play."""
    return strategy.scripts | ({SAFE_HARBOUR} if strategy.lanes else frozenset())


def check_scripts(strategy: Strategy, scripts: Repertoire) -> None:
    """Raises InputError for a script that the strategy's regime refuses, or that says what nobody knows."""
    for text in scripts.texts(scripts_of(strategy)):
        script, source = parse_with_source(*text)
        for fault in faults_for_strategy(script, source, strategy):
            raise fault


def faults_for_strategy(script: Script, source: Source, strategy: Strategy) -> Iterator[InputError]:
    """Why calls of a strategy may not play a script."""
    yield from opener_faults(script, source, openers_of(strategy.regime), strategy.regime)
    for name, kind in script.variables.items():
        if FACTS.get(name) != kind:
            what = said("no fact of a debtor is %(name)s: %(kind)s", name=name, kind=kind)
            yield _unknown(source, name, what, FACTS)


def faults_for_lines(script: Script, source: Source) -> Iterator[InputError]:
    """Why a line of ours cannot play a script: of a caller nothing is known before he tells his account."""
    for name, kind in script.variables.items():
        known = FACTS if name in script.found_later else OF_A_LINE
        if known.get(name) != kind:
            what = said("a line does not know %(name)s: %(kind)s of its callers", name=name, kind=kind)
            yield _unknown(source, name, what, known)


def _unknown(source: Source, name: str, what: str, known: Mapping[str, Kind]) -> InputError:
    facts = ", ".join(f"{fact}: {kind}" for fact, kind in known.items())
    return InputError(
        what, where=source.where(("variables", name)), remedy=said("the facts are %(facts)s", facts=facts)
    )
