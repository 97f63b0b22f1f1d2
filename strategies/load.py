"""Strategy files -> strategies, or all that is wrong with them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from domain.errors import InputError
from domain.said import said
from files.model import check_model, parse_model, read_text
from strategies.check import Known, check_strategy
from strategies.check.finding import Finding, Severity, error, one_of
from strategies.language import Strategy
from strategies.regime import load_rules, shipped_policies, shipped_regimes

SHIPPED = Path(__file__).parent / "shipped"


def shipped_strategies() -> list[str]:
    """Their names."""
    return sorted(path.stem for path in SHIPPED.glob("*.yaml"))


def strategy_text(name_or_path: str) -> tuple[str, str]:
    """Text and file name of a shipped strategy by name, or of a file by path."""
    known = shipped_strategies()
    path = SHIPPED / f"{name_or_path}.yaml" if name_or_path in known else Path(name_or_path)
    if not path.exists():
        raise InputError(
            f"no strategy {name_or_path!r}", remedy=f"give a file, or one of the shipped: {', '.join(known)}"
        )
    return read_text(path), str(path)


def parse_strategy(text: str, file: str) -> Strategy:
    """Read a strategy's text; ``file`` is the name that errors show. Raises InputError at the first fault."""
    strategy, source = parse_model(text, Strategy, file)
    for finding in _unknown_rules(strategy):
        raise InputError(finding.what, where=source.where(finding.path), remedy=finding.remedy)
    return strategy


@dataclass(frozen=True, slots=True)
class Note:
    """A finding at its place in the file: ``where`` names file, line, column and field."""

    severity: Severity
    where: str
    what: str
    remedy: str = ""

    def __str__(self) -> str:
        """One line for a person."""
        return f"{self.where}: {self.what}" + (f"; {self.remedy}" if self.remedy else "")


def review_strategy(text: str, file: str, known: Known, now: datetime) -> tuple[Strategy | None, list[Note]]:
    """All that is wrong with a strategy's text, from top to bottom; None when it cannot even be read.

    Raises InputError for a text that is no YAML mapping.
    """
    strategy, source, faults = check_model(text, Strategy, file)
    if strategy is None:
        return None, [Note(Severity.ERROR, fault.where, fault.what, fault.remedy) for fault in faults]
    found = list(_unknown_rules(strategy))
    found = found or check_strategy(strategy, load_rules(strategy.regime, strategy.policies), known, now)
    found.sort(key=lambda finding: source.place(finding.path))
    return strategy, [Note(f.severity, source.where(f.path), f.what, f.remedy) for f in found]


def _unknown_rules(strategy: Strategy) -> Iterator[Finding]:
    if strategy.regime not in shipped_regimes():
        what = said("no regime %(name)r", name=strategy.regime)
        yield error(("regime",), what, one_of(shipped_regimes()))
    for index, policy in enumerate(strategy.policies):
        if policy not in shipped_policies():
            what = said("no policy %(name)r", name=policy)
            yield error(("policies", str(index)), what, one_of(shipped_policies()))
