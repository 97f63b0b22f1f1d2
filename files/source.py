"""A YAML file as plain data, with the line of every field, so that errors can say where to look."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import yaml

from domain.errors import InputError

FieldPath = tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Source:
    """The data of a file (mappings, lists and strings only) and where each field begins."""

    file: str
    data: Any
    lines: Mapping[FieldPath, int]

    def where(self, path: Sequence[str]) -> str:
        """File, line and field of a path; steps that are not in the file (a missing key) are passed over."""
        known = self._known(path)
        field = f", {'.'.join(known)}" if known else ""
        return f"{self.file}, line {self.lines[known]}{field}"

    def line(self, path: Sequence[str]) -> int:
        """The line of a path."""
        return self.lines[self._known(path)]

    def _known(self, path: Sequence[str]) -> FieldPath:
        known: FieldPath = ()
        for step in path:
            if (*known, step) in self.lines:
                known = (*known, step)
        return known


def read_source(text: str, file: str) -> Source:
    """Reads YAML without its guesses: every scalar is a string, so that ``no`` stays a word.

    Raises InputError on broken YAML, a key given twice, and references (they hide what a reviewer should see).
    """
    lines: dict[FieldPath, int] = {}
    try:
        _refuse_references(text, file)
        root = yaml.compose(text, Loader=yaml.BaseLoader)
    except yaml.MarkedYAMLError as error:
        line = error.problem_mark.line + 1 if error.problem_mark else 1
        raise InputError(f"not YAML: {error.problem}", where=f"{file}, line {line}") from error
    except yaml.YAMLError as error:
        raise InputError("not YAML: it holds a character that YAML forbids", where=file) from error
    except RecursionError as error:
        raise InputError("lists or mappings stand in one another too deep", where=file) from error
    return Source(file, _plain(root, (), lines, file), lines)


def _refuse_references(text: str, file: str) -> None:
    for event in yaml.parse(text, Loader=yaml.BaseLoader):
        if isinstance(event, yaml.AliasEvent):
            line = event.start_mark.line + 1 if event.start_mark else 1
            where = f"{file}, line {line}"
            raise InputError("references (*name) are not allowed", where=where, remedy="write the value out")


def _plain(node: yaml.Node | None, path: FieldPath, lines: dict[FieldPath, int], file: str) -> Any:
    lines.setdefault(path, node.start_mark.line + 1 if node else 1)
    if isinstance(node, yaml.MappingNode):
        plain: dict[str, Any] = {}
        for key, value in node.value:
            line = key.start_mark.line + 1
            if not isinstance(key, yaml.ScalarNode):
                raise InputError("a key must be a single word", where=f"{file}, line {line}")
            if key.value in plain:
                raise InputError(f"{key.value!r} is given twice", where=f"{file}, line {line}")
            lines[(*path, key.value)] = line
            plain[key.value] = _plain(value, (*path, key.value), lines, file)
        return plain
    if isinstance(node, yaml.SequenceNode):
        return [_plain(item, (*path, str(i)), lines, file) for i, item in enumerate(node.value)]
    return node.value if node else None
