"""What changed between two texts of one language, as data and in words: parts by their names, not lines of a file."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, ClassVar

from pydantic import BaseModel

from domain.said import said

Path = tuple[str, ...]


class ChangeKind(StrEnum):
    """What happened to a part."""

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
        return str(self.words)

    @property
    def words(self) -> str:
        """One line for a person, in any language."""
        facts = {"place": ": ".join(self.path), "before": self.before, "after": self.after}
        match self.kind:
            case ChangeKind.ADDED:
                return said("%(place)s: added (%(after)s)", **facts)
            case ChangeKind.REMOVED:
                return said("%(place)s: removed (%(before)s)", **facts)
            case ChangeKind.MOVED:
                return said("%(place)s: moved from place %(before)s to %(after)s", **facts)
            case _:
                return said("%(place)s %(before)s -> %(after)s", **facts)


class Differ:
    """Compares two models of a language, which says what its parts are called (`key`, `LABELS`) and how told (`said`).

    Changes are in the order of the page.
    """

    LABELS: ClassVar[Mapping[str, str]] = {}
    """What one part of a mapping is called, by the field's name, where that name will not do."""
    ORDERED: ClassVar[frozenset[str]] = frozenset()
    """Mappings whose order means something."""

    def changes(self, before: BaseModel, after: BaseModel) -> list[Change]:
        """All changes from one to the other, from top to bottom; none when both do the same."""
        return list(self.fields((), before, after))

    def key(self, part: Any) -> str:
        """The name of a part of a list; empty when it has none."""
        return ""

    def said(self, value: Any) -> str:
        """A value in words."""
        match value:
            case BaseModel():
                given = ((name, getattr(value, name)) for name in type(value).model_fields)
                return ", ".join(f"{name} {self.said(part)}" for name, part in given if not _nothing(part))
            case Mapping():
                return ", ".join(f"{key} ({self.said(part)})" for key, part in value.items())
            case bool():
                return "yes" if value else "no"
            case frozenset():
                return ", ".join(sorted(map(self.said, value)))
            case tuple():
                return ", ".join(map(self.said, value))
            case _:
                return str(value)

    def fields(self, path: Path, before: BaseModel, after: BaseModel) -> Iterator[Change]:
        """The changes within two models of one class."""
        for name in type(before).model_fields:
            was, became = getattr(before, name), getattr(after, name)
            if was != became or (name in self.ORDERED and list(was) != list(became)):
                yield from self.value(path, name, was, became)

    def value(self, path: Path, name: str, before: Any, after: Any) -> Iterator[Change]:
        """The changes from one value of a field to another one."""
        if isinstance(before, Mapping):
            label = self.LABELS.get(name, name)
            yield from self._named(path, label, before, after)
            if name in self.ORDERED:
                yield from _moved(path, label, list(before), list(after))
        elif self._by_key(before) or self._by_key(after):
            label, was, became = name.removesuffix("s"), self._by_key(before), self._by_key(after)
            yield from self._named(path, label, was, became)
            yield from _moved(path, label, list(was), list(became))
        else:
            yield from self._one((*path, name), before, after)

    def _named(
        self, path: Path, label: str, before: Mapping[str, Any], after: Mapping[str, Any]
    ) -> Iterator[Change]:
        """Parts that have names: those that are gone, come, or differ within."""
        for key in [*before, *(key for key in after if key not in before)]:
            if before.get(key) != after.get(key):
                yield from self._one((*path, f"{label} {key}"), before.get(key), after.get(key))

    def _one(self, place: Path, before: Any, after: Any) -> Iterator[Change]:
        if _nothing(before):
            yield Change(place, ChangeKind.ADDED, after=self.said(after))
        elif _nothing(after):
            yield Change(place, ChangeKind.REMOVED, before=self.said(before))
        elif isinstance(before, BaseModel) and type(before) is type(after):
            yield from self.fields(place, before, after)
        else:
            yield Change(place, ChangeKind.CHANGED, self.said(before), self.said(after))

    def _by_key(self, value: Any) -> dict[str, Any]:
        return {key: part for part in value if (key := self.key(part))} if isinstance(value, tuple) else {}


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


def _nothing(value: Any) -> bool:
    return value is None or value in ((), "", frozenset())
