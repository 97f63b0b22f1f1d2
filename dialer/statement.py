"""A debtor's statement as CSV, HTML (printable) or JSON; an annex holds the texts of the scripts that it names."""

from __future__ import annotations

import csv
import io
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from functools import lru_cache
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from domain.debtor import Debtor
from domain.rules import RuleSet
from ledger.reports.statement import StatementLine
from ledger.script_versions import Clip, ScriptVersion
from strategies.regime import load_rules

COLUMNS = (
    *("touch", "at_utc", "at_local", "channel", "direction", "phone", "caller_number", "outcome", "reason"),
    *("seconds", "digits", "script", "rules", "counters", "corrections"),
)


@dataclass(frozen=True, slots=True)
class Statement:
    """What is written: the lines, and the script versions that they name with the folder of their clips."""

    debtor: Debtor
    lines: Sequence[StatementLine]
    scripts: Sequence[ScriptVersion]
    prompts: Path

    def keeps(self, clip: Clip) -> bool:
        """Whether the audio is still in the prompt store."""
        return (self.prompts / clip.file).is_file()


@lru_cache(maxsize=64)
def rules_named(versions: str) -> RuleSet:
    """The rule set of a touch, by the versions it names (``regime@version+policy@version``)."""
    regime, *policies = (part.partition("@")[0] for part in versions.split("+"))
    return load_rules(regime, tuple(policies))


def as_csv(lines: Sequence[StatementLine]) -> str:
    """One row a touch; counters as ``rule counted/limit``, corrections as ``was>outcome by author: reason``."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(COLUMNS)
    for line in lines:
        counted = "; ".join(f"{rule} {done}/{limit}" for rule, (done, limit) in line.counters.items())
        corrected = "; ".join(f"{c.was}>{c.outcome} by {c.author}: {c.reason}" for c in line.corrections)
        facts = (line.channel, line.direction, line.phone, line.caller_number, line.outcome, line.reason)
        rest = (f"{line.seconds:.1f}", line.digits, line.script, line.rules, counted, corrected)
        writer.writerow((line.touch, line.at.isoformat(), line.local.isoformat(), *facts, *rest))
    return out.getvalue()


def as_json(statement: Statement) -> dict[str, Any]:
    """The document of ``dozvon touches export --json``."""
    return {
        "debtor": statement.debtor.external_id,
        "touches": [asdict(line) for line in statement.lines],
        "scripts": [
            {
                "script": script.id,
                "first_used_at": script.first_used_at,
                "sha256": script.digest,
                "text": script.body,
                "clips": [{**asdict(clip), "kept": statement.keeps(clip)} for clip in script.clips],
            }
            for script in statement.scripts
        ],
    }


def as_html(statement: Statement, made_at: datetime) -> str:
    """A page that prints well."""
    loader = FileSystemLoader(Path(__file__).parent)
    environment = Environment(loader=loader, undefined=StrictUndefined, autoescape=True, trim_blocks=True)
    template = environment.get_template("statement.html.j2")
    zone = next(iter(statement.debtor.zones), "UTC")
    return template.render(statement=statement, made_at=made_at, zone=zone)
