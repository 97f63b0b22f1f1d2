"""docs/scripts.md says what is true: its page is a script, and its tables name what the language knows.

The reason: a supervisor writes scripts from that page alone.
"""

from __future__ import annotations

import re

import pytest

from dialer.script_facts import FACTS
from domain.opener import Opener
from ivr_scripts.language import About, Ask, Menu, Result, Say
from ivr_scripts.load import parse_script, shipped_scripts
from ivr_scripts.openers import opener_problems
from ivr_scripts.spoken import Kind
from ivr_scripts.spoken.grammar import Case
from tests.house.tree import ROOT

pytestmark = pytest.mark.unit

TEXT = (ROOT / "docs" / "scripts.md").read_text(encoding="utf-8")


def test_the_page_is_a_script_with_every_kind_of_node() -> None:
    (page,) = re.findall(r"```yaml\n(.*?)```", TEXT, re.DOTALL)
    script = parse_script(page, "docs/scripts.md")
    kinds = {node.kind for node in script.nodes.values()}
    assert kinds == {"say", "menu", "ask", "transfer", "record", "goto", "hangup"}
    assert opener_problems(script, set(Opener)) == []
    assert script.hears_words


def test_the_tables_name_all_there_is() -> None:
    rows = set(re.findall(r"^\| `(\w+)` \|", TEXT, re.MULTILINE))
    assert {*About, *Kind, *shipped_scripts()} <= rows
    words = {*Result, *Opener, *FACTS, *Case} - {Case.NOMINATIVE}
    assert [word for word in sorted(words) if f"`{word}`" not in TEXT and f":{word}}}" not in TEXT] == []


def test_every_field_of_a_node_is_in_its_row() -> None:
    for model in (Say, Menu, Ask):
        kind = model.__name__.lower()
        row = next(line for line in TEXT.splitlines() if line.startswith(f"| `{kind}` |"))
        assert [name for name in model.model_fields if name != "kind" and f"`{name}`" not in row] == []
