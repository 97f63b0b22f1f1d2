"""A YAML file as plain data, with the place of every field, so that errors can say where to look."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import yaml

from domain.errors import InputError
from domain.said import said

FieldPath = tuple[str, ...]
Place = tuple[int, int]
"""Line and column, both counted from 1."""


@dataclass(frozen=True, slots=True)
class Source:
    """The data of a file (mappings, lists and strings only) and the line and column where each field begins."""

    file: str
    data: Any
    places: Mapping[FieldPath, Place]

    def where(self, path: Sequence[str]) -> str:
        """File, line, column and field of a path; steps that are not in the file (a missing key) are passed over."""
        known = self._known(path)
        field = f", {'.'.join(known)}" if known else ""
        return _at(self.file, self.places[known]) + field

    def place(self, path: Sequence[str]) -> Place:
        """Line and column of a path."""
        return self.places[self._known(path)]

    def _known(self, path: Sequence[str]) -> FieldPath:
        known: FieldPath = ()
        for step in path:
            if (*known, step) in self.places:
                known = (*known, step)
        return known


def read_source(text: str, file: str) -> Source:
    """Reads YAML without its guesses: every scalar is a string, so that ``no`` stays a word.

    Raises InputError on broken YAML, a key given twice, and references (they hide what a reviewer should see).
    """
    places: dict[FieldPath, Place] = {}
    try:
        _refuse_references(text, file)
        root = yaml.compose(text, Loader=yaml.BaseLoader)
    except yaml.MarkedYAMLError as error:
        raise InputError(
            said("not YAML: %(problem)s", problem=error.problem), where=_at(file, _place(error.problem_mark))
        ) from error
    except yaml.YAMLError as error:
        raise InputError(said("not YAML: it holds a character that YAML forbids"), where=file) from error
    except RecursionError as error:
        raise InputError(said("lists or mappings stand in one another too deep"), where=file) from error
    return Source(file, _plain(root, (), places, file), places)


def _place(mark: Any) -> Place:
    return (mark.line + 1, mark.column + 1) if mark else (1, 1)


def _at(file: str, place: Place) -> str:
    return f"{file}, line {place[0]}, column {place[1]}"


def _refuse_references(text: str, file: str) -> None:
    for event in yaml.parse(text, Loader=yaml.BaseLoader):
        if isinstance(event, yaml.AliasEvent):
            where = _at(file, _place(event.start_mark))
            what = said("references (*name) are not allowed")
            raise InputError(what, where=where, remedy=said("write the value out"))


def _plain(node: yaml.Node | None, path: FieldPath, places: dict[FieldPath, Place], file: str) -> Any:
    places.setdefault(path, _place(node.start_mark if node else None))
    if isinstance(node, yaml.MappingNode):
        plain: dict[str, Any] = {}
        for key, value in node.value:
            place = _place(key.start_mark)
            if not isinstance(key, yaml.ScalarNode):
                raise InputError(said("a key must be a single word"), where=_at(file, place))
            if key.value in plain:
                raise InputError(said("%(key)r is given twice", key=key.value), where=_at(file, place))
            places[(*path, key.value)] = place
            plain[key.value] = _plain(value, (*path, key.value), places, file)
        return plain
    if isinstance(node, yaml.SequenceNode):
        return [_plain(item, (*path, str(i)), places, file) for i, item in enumerate(node.value)]
    return node.value if node else None
