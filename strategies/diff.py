"""What changed between two strategies, as data and in words: segments and steps by their ids, not lines of a file."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum
from typing import Any

from pydantic import BaseModel

from domain.window import Hours
from strategies.clauses import When
from strategies.language import Exit, Segment, Strategy, Variant
from strategies.logic import words
from strategies.steps import Step
from strategies.values import duration_words, hours_words

Path = tuple[str, ...]


class ChangeKind(StrEnum):
    """What happened to a part of a strategy."""

    ADDED = "added"
    REMOVED = "removed"
    MOVED = "moved"
    CHANGED = "changed"


@dataclass(frozen=True, slots=True)
class Change:
    """One change at a place such as ``("segment fresh", "step inform", "retry no_answer", "times")``."""

    path: Path
    kind: ChangeKind
    before: str = ""
    after: str = ""

    def __str__(self) -> str:
        """As ``segment fresh: step inform: retry no_answer: times 2 -> 3``."""
        place = ": ".join(self.path)
        match self.kind:
            case ChangeKind.ADDED:
                return f"{place}: added ({self.after})"
            case ChangeKind.REMOVED:
                return f"{place}: removed ({self.before})"
            case ChangeKind.MOVED:
                return f"{place}: moved from place {self.before} to {self.after}"
            case _:
                return f"{place} {self.before} -> {self.after}"


def diff(before: Strategy, after: Strategy) -> list[Change]:
    """All changes from one to the other, from top to bottom; none when both do the same."""
    return list(_fields((), before, after))


def _fields(path: Path, before: BaseModel, after: BaseModel) -> Iterator[Change]:
    for name in type(before).model_fields:
        yield from _value(path, name, getattr(before, name), getattr(after, name))


def _value(path: Path, name: str, before: Any, after: Any) -> Iterator[Change]:
    if before == after:
        return
    if isinstance(before, When) and isinstance(after, When):
        if before.clause != after.clause:
            yield Change((*path, name), ChangeKind.CHANGED, _said(before), _said(after))
    elif isinstance(before, Mapping):
        label = "variant" if name == "variants" else name
        yield from _named(path, label, before, after)
    elif _keys(before) or _keys(after):
        label = name.removesuffix("s")
        yield from _named(path, label, _by_key(before), _by_key(after))
        yield from _moved(path, label, list(_by_key(before)), list(_by_key(after)))
    elif isinstance(before, BaseModel) and isinstance(after, BaseModel):
        yield from _fields((*path, name), before, after)
    elif _nothing(before) or _nothing(after):
        yield _come_or_gone((*path, name), before, after)
    else:
        yield Change((*path, name), ChangeKind.CHANGED, _said(before), _said(after))


def _named(path: Path, label: str, before: Mapping[str, Any], after: Mapping[str, Any]) -> Iterator[Change]:
    """Parts that have names: those that are gone, come, or differ within."""
    for key in [*before, *(key for key in after if key not in before)]:
        place = (*path, f"{label} {key}")
        if key in before and key in after:
            yield from _fields(place, before[key], after[key])
        else:
            yield _come_or_gone(place, before.get(key), after.get(key))


def _come_or_gone(place: Path, before: Any, after: Any) -> Change:
    if _nothing(before):
        return Change(place, ChangeKind.ADDED, after=_said(after))
    return Change(place, ChangeKind.REMOVED, before=_said(before))


def _moved(path: Path, label: str, before: Sequence[str], after: Sequence[str]) -> Iterator[Change]:
    """Those whose place among the ones that stayed has changed; as few as tell the new order."""
    stayed = [key for key in after if key in before]
    in_order = _longest_rising([before.index(key) for key in stayed])
    for key in stayed:
        if before.index(key) not in in_order:
            places = str(before.index(key) + 1), str(after.index(key) + 1)
            yield Change((*path, f"{label} {key}"), ChangeKind.MOVED, *places)


def _longest_rising(places: Sequence[int]) -> set[int]:
    best: dict[int, list[int]] = {}
    for place in places:
        runs = [run for last, run in best.items() if last < place]
        best[place] = [*max(runs, key=len), place] if runs else [place]
    longest = max(best.values(), key=len, default=[])
    return set(longest)


def _key(part: Any) -> str:
    return part.reason if isinstance(part, Exit) else part.id if isinstance(part, Segment | Step) else ""


def _keys(value: Any) -> list[str]:
    return [key for part in value if (key := _key(part))] if isinstance(value, tuple) else []


def _by_key(parts: Sequence[Any]) -> dict[str, Any]:
    return {_key(part): part for part in parts}


def _nothing(value: Any) -> bool:
    return value is None or value == () or value == ""


def _said(value: Any) -> str:
    match value:
        case When():
            return words(value.clause)
        case Segment():
            does = value.stop or f"steps {', '.join(step.id for step in value.steps)}"
            return f"{value.clause_words}; {does}"
        case Step():
            return f"{value.kind} {_said(getattr(value, value.kind))}"
        case Variant():
            return f"share {value.share}"
        case BaseModel():
            given = ((name, getattr(value, name)) for name in type(value).model_fields)
            return ", ".join(f"{name} {_said(part)}" for name, part in given if not _nothing(part))
        case Mapping():
            return ", ".join(f"{key} ({_said(part)})" for key, part in value.items())
        case bool():
            return "yes" if value else "no"
        case timedelta():
            return duration_words(value)
        case tuple():
            hours = tuple(part for part in value if isinstance(part, Hours))
            return hours_words(hours) if hours else ", ".join(map(_said, value))
        case _:
            return str(value)
