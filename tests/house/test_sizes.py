"""Files and functions stay small enough to be read at one sitting.

The reason: size is what every project loses first. A file that tells one thing fits on a few screens, a function
on one; what does not is two things. Tests, benchmarks and migrations are lists of cases and may be longer.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.house.tree import ROOT, project_files, shown

pytestmark = pytest.mark.unit

FILE_LINES = 300
FUNCTION_LINES = 40


def product_files() -> Iterator[Path]:
    for path in project_files(".py"):
        parts = path.relative_to(ROOT).parts
        if parts[0] not in {"tests", "benchmarks"} and "migrations" not in parts:
            yield path


def test_no_file_is_longer_than_a_sitting() -> None:
    lengths = {shown(path): len(path.read_text().splitlines()) for path in product_files()}
    assert {name: lines for name, lines in lengths.items() if lines > FILE_LINES} == {}


def test_no_function_is_longer_than_a_screen() -> None:
    long = {
        f"{shown(path)}:{node.lineno} {node.name}": lines
        for path in product_files()
        for node in ast.walk(ast.parse(path.read_text()))
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
        and (lines := (node.end_lineno or node.lineno) - node.lineno + 1) > FUNCTION_LINES
    }
    assert long == {}
