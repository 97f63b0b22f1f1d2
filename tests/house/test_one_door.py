"""There is one way to touch a person: `Touches.reserve`. Nothing else writes the log of touches or its journal, but for
those whom nobody touched: who called us himself.

The reason: a limit is only exact while whatever contacts a debtor is judged and logged in one transaction. A second
place that inserts a touch, however well meant, is a call that no rule has seen.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator, Mapping
from pathlib import Path

import pytest

from tests.house.tree import ROOT, project_files, shown

pytestmark = pytest.mark.unit

ROWS = {"TouchRow", "TouchEventRow"}
DOORS = {
    "ledger/touches.py": "reserves, closes, corrects",
    "ledger/inbound.py": "logs who calls us, which no limit counts",
    "ledger/journal.py": "appends",
    "ledger/audit.py": "rebuilds the log from the journal",
}
VERBS = {"insert", "update", "delete", "pg_insert", "sqlite_insert", "merge"}
SQL = re.compile(
    r"\b(insert\s+into|update|delete\s+from|copy|truncate)\s+[\"']?touch(_event)?(?![\w-])", re.IGNORECASE
)
BESIDE = ("tests", "benchmarks", "docs", "migrations")
"""Proofs that load millions of rows at once, and the tables' own making."""


def aliases(tree: ast.Module, known: Mapping[str, set[str]]) -> set[str]:
    """Names of a module that stand for the tables of touches: assigned here, or imported from ``known`` modules."""
    found: set[str] = set()
    for node in ast.walk(tree):
        match node:
            case ast.Assign(targets=[ast.Tuple(elts=names)], value=ast.Tuple(elts=values)):
                pairs = list(zip(names, values, strict=True))
            case ast.Assign(targets=[name], value=value):
                pairs = [(name, value)]
            case ast.ImportFrom(module=str(module), names=imported):
                theirs = known.get(module, set())
                found |= {one.asname or one.name for one in imported if one.name in theirs}
                continue
            case _:
                continue
        found |= {
            name.id for name, value in pairs if isinstance(name, ast.Name) and mentions_rows(value, set())
        }
    return found


def mentions_rows(node: ast.AST, names: set[str]) -> bool:
    """Whether an expression is one of the tables: ``table(TouchRow)``, ``TouchRow.__table__``, or an alias."""
    return any(isinstance(one, ast.Name) and one.id in ROWS | names for one in ast.walk(node))


def writes(tree: ast.Module, known: Mapping[str, set[str]]) -> Iterator[tuple[int, str]]:
    """Every line of a module that writes the tables, and what it does."""
    names = aliases(tree, known)
    for node in ast.walk(tree):
        if isinstance(node, ast.Call):
            called = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
            subjects = [*node.args, *([node.func.value] if isinstance(node.func, ast.Attribute) else [])]
            if called in ROWS:
                yield node.lineno, f"makes a {called}"
            elif called in VERBS and any(mentions_rows(one, names) for one in subjects):
                yield node.lineno, called
        elif isinstance(node, ast.Constant) and isinstance(node.value, str) and SQL.search(node.value):
            yield node.lineno, "writes it by SQL"


def module_of(path: Path) -> str:
    return ".".join(path.relative_to(ROOT).with_suffix("").parts)


def trees() -> dict[Path, ast.Module]:
    return {
        path: ast.parse(path.read_text(encoding="utf-8"))
        for path in project_files(".py")
        if not set(BESIDE) & set(path.relative_to(ROOT).parts)
    }


def test_nothing_but_the_door_writes_a_touch() -> None:
    parsed = trees()
    known = {module_of(path): aliases(tree, {}) for path, tree in parsed.items()}
    found = {shown(path): list(writes(tree, known)) for path, tree in parsed.items()}
    writers = {path: lines for path, lines in found.items() if lines}
    assert {path: lines for path, lines in writers.items() if path not in DOORS} == {}
    assert set(writers) == set(DOORS), "the walk sees the door itself"


@pytest.mark.parametrize(
    "text",
    [
        "connection.execute(insert(table(TouchRow)).values(id=1))",
        "T = table(TouchRow)\nconnection.execute(insert(T), rows)",
        "A, T = table(DebtorRow), table(TouchRow)\nconnection.execute(update(T).values(outcome=None))",
        "from ledger.touches import TOUCH\nTOUCH.insert()",
        "from ledger.journal import EVENT as E\nconnection.execute(delete(E))",
        "session.add(TouchRow(id='1'))",
        "connection.execute(text('INSERT INTO touch (id) VALUES (1)'))",
        "cursor.execute('''update touch_event\n set facts = 1''')",
        "E = TouchEventRow.__table__\nE.delete()",
    ],
)
def test_the_walk_sees_a_second_door(text: str) -> None:
    known = {"ledger.touches": {"TOUCH"}, "ledger.journal": {"EVENT"}}
    assert list(writes(ast.parse(text), known))


@pytest.mark.parametrize(
    "text",
    [
        "from ledger.touches import TOUCH\nconnection.execute(select(TOUCH))",
        "T = table(DebtorRow)\nconnection.execute(insert(T), rows)",
        "facts.update(counters)",
        "say('please update touch-typing skills')",
    ],
)
def test_and_nothing_else(text: str) -> None:
    assert not list(writes(ast.parse(text), {"ledger.touches": {"TOUCH"}}))
