"""The domain imports the standard library and itself, nothing else.

The reason: the rules must be readable, testable and provable without knowing any framework. import-linter guards the
floors and the homes of libraries; it cannot say "the standard library only", so this does.
"""

from __future__ import annotations

import ast
import sys
from collections.abc import Iterator

import pytest

from tests.house.tree import ROOT, project_files, shown

pytestmark = pytest.mark.unit

ALLOWED = sys.stdlib_module_names | {"domain"}


def imported_names(source: str) -> Iterator[str]:
    """The top-level name of each import of a module's source."""
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Import):
            yield from (alias.name.partition(".")[0] for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            yield node.module.partition(".")[0]


def test_the_domain_imports_the_standard_library_only() -> None:
    foreign = [
        f"{shown(path)} imports {name}"
        for path in project_files(".py")
        if path.relative_to(ROOT).parts[0] == "domain"
        for name in imported_names(path.read_text())
        if name not in ALLOWED
    ]
    assert foreign == []


def test_an_import_inside_a_function_is_seen() -> None:
    assert list(imported_names("def f():\n    from redis.asyncio import Redis\n    import os.path")) == [
        "redis",
        "os",
    ]
