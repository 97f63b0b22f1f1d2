"""What changed between two scripts: nodes by their names."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar

from files.diff import Change, Differ
from ivr_scripts.language import Ask, Choice, Goto, Menu, Record, Say, Script, Transfer


def diff(before: Script, after: Script) -> list[Change]:
    """All changes from one to the other, from top to bottom; the version itself is none."""
    return [change for change in _Scripts().changes(before, after) if change.path != ("version",)]


class _Scripts(Differ):
    LABELS: ClassVar[Mapping[str, str]] = {"nodes": "node", "variables": "variable", "digits": "digit"}
    ORDERED: ClassVar[frozenset[str]] = frozenset({"nodes"})

    def said(self, value: Any) -> str:
        match value:
            case Choice():
                return f"{value.result}, {value.next}" if value.result else value.next
            case Say() | Menu() | Ask() | Transfer():
                return f"{value.kind} «{value.text}»"
            case Record():
                return f"record {value.result}"
            case Goto():
                return f"goto {value.next}"
            case _:
                return super().said(value)
