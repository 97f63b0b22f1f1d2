"""What changed between two strategies: segments and steps by their ids."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import timedelta
from typing import Any, ClassVar

from domain.window import Hours
from files.diff import Change, ChangeKind, Differ, Path
from strategies.clauses import When
from strategies.language import Exit, Segment, Strategy, Variant
from strategies.logic import words
from strategies.steps import Step
from strategies.values import duration_words, hours_words


def diff(before: Strategy, after: Strategy) -> list[Change]:
    """All changes from one to the other, from top to bottom; none when both do the same."""
    return _Strategies().changes(before, after)


class _Strategies(Differ):
    LABELS: ClassVar[Mapping[str, str]] = {"variants": "variant"}

    def key(self, part: Any) -> str:
        return part.reason if isinstance(part, Exit) else part.id if isinstance(part, Segment | Step) else ""

    def value(self, path: Path, name: str, before: Any, after: Any) -> Iterator[Change]:
        if isinstance(before, When) and isinstance(after, When):
            if before.clause != after.clause:
                yield Change((*path, name), ChangeKind.CHANGED, self.said(before), self.said(after))
        else:
            yield from super().value(path, name, before, after)

    def said(self, value: Any) -> str:
        match value:
            case When():
                return words(value.clause)
            case Segment():
                does = value.stop or f"steps {', '.join(step.id for step in value.steps)}"
                return f"{value.clause_words}; {does}"
            case Step():
                return f"{value.kind} {self.said(getattr(value, value.kind))}"
            case Variant():
                return f"share {value.share}"
            case timedelta():
                return duration_words(value)
            case tuple() if hours := tuple(part for part in value if isinstance(part, Hours)):
                return hours_words(hours)
            case _:
                return super().said(value)
