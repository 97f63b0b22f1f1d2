"""What is wrong with a text that is being typed, and where."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from domain.errors import InputError
from domain.said import Say, retold, said
from strategies.check import Severity
from strategies.load import Note

PLACE = re.compile(r"line (?P<line>\d+)(?:, column (?P<column>\d+))?")


@dataclass(frozen=True, slots=True)
class Finding:
    """Something to mend, at its line and column, both from 1."""

    severity: Severity
    line: int
    column: int
    what: str
    remedy: str

    def mark(self, say: Say) -> dict[str, Any]:
        """As the editor shows it at its line."""
        text = "; ".join(retold(part, say) for part in (self.what, self.remedy) if part)
        return {"severity": self.severity, "line": self.line, "column": self.column, "text": text}


@dataclass(frozen=True, slots=True)
class Looked:
    """What is wrong with a text, and what it changes against the one in force, in words (None: none is in force)."""

    findings: Sequence[Finding]
    changes: Sequence[str] | None

    @property
    def errors(self) -> int:
        """How many findings refuse it."""
        return sum(one.severity is Severity.ERROR for one in self.findings)

    @property
    def may_be_published(self) -> bool:
        """Whether nothing refuses it."""
        return not self.errors

    def marks(self, say: Say) -> list[dict[str, Any]]:
        """The findings for the editor."""
        return [one.mark(say) for one in self.findings]


def finding(told: Note | InputError) -> Finding:
    """A note of a check, or a fault, at its place."""
    severity = told.severity if isinstance(told, Note) else Severity.ERROR
    place = PLACE.search(told.where)
    line, column = (int(place["line"]), int(place["column"] or 1)) if place else (1, 1)
    return Finding(severity, line, column, told.what, told.remedy)


def other_name(found: str, name: str) -> InputError | None:
    """The fault of a text that is of another name than its page."""
    if found == name:
        return None
    what = said("the text is called %(found)r", found=found)
    remedy = said("write `name: %(name)s`, or make something new of it", name=name)
    return InputError(what, where="line 1", remedy=remedy)
