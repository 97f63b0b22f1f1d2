"""Strategy files -> checked strategies."""

from __future__ import annotations

from pathlib import Path

from domain.errors import InputError
from files.model import parse_model, read_text
from strategies.language import Strategy
from strategies.regime import load_rules, shipped_policies, shipped_regimes

SHIPPED = Path(__file__).parent / "shipped"


def strategy_text(name_or_path: str) -> tuple[str, str]:
    """Text and file name of a shipped strategy by name, or of a file by path."""
    shipped = SHIPPED / f"{name_or_path}.yaml"
    path = shipped if shipped in SHIPPED.glob("*.yaml") else Path(name_or_path)
    if not path.exists():
        known = ", ".join(sorted(file.stem for file in SHIPPED.glob("*.yaml")))
        raise InputError(
            f"no strategy {name_or_path!r}", remedy=f"give a file, or one of the shipped: {known}"
        )
    return read_text(path), str(path)


def parse_strategy(text: str, file: str) -> Strategy:
    """Check a strategy's text; ``file`` is the name that errors show."""
    strategy, source = parse_model(text, Strategy, file)
    if strategy.regime not in shipped_regimes():
        known = ", ".join(shipped_regimes())
        raise InputError(
            f"no regime {strategy.regime!r}", where=source.where(("regime",)), remedy=f"regimes: {known}"
        )
    for index, policy in enumerate(strategy.policies):
        if policy not in shipped_policies():
            known = ", ".join(shipped_policies())
            where = source.where(("policies", str(index)))
            raise InputError(f"no policy {policy!r}", where=where, remedy=f"policies: {known}")
    load_rules(strategy.regime, strategy.policies)
    return strategy
