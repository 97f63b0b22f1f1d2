"""What changed between two scripts, in words that a supervisor reads."""

from __future__ import annotations

import pytest

from ivr_scripts.diff import diff
from ivr_scripts.load import parse_script, shipped_script, shipped_scripts

pytestmark = pytest.mark.unit

OLD = """\
name: short
version: 1
language: ru
title: Коротко
variables: {agency: text}
nodes:
  greeting: {kind: say, says: [robot], text: "Звонит {agency}.", interrupted_by: choice}
  reason: {kind: say, text: О долге., interrupted_by: choice}
  choice:
    kind: menu
    text: Нажмите один.
    digits:
      1: {next: operator}
      2: {result: refusal, next: end}
  operator: {kind: goto, next: end}
  end: {kind: hangup}
"""


def told(before: str, after: str) -> list[str]:
    assert before in OLD
    new = OLD.replace(before, after)
    return [str(change) for change in diff(parse_script(OLD, "old"), parse_script(new, "new"))]


@pytest.mark.parametrize(
    ("before", "after", "words"),
    [
        ("version: 1", "version: 2", []),
        ("Коротко", "Кратко", ["title Коротко -> Кратко"]),
        ("О долге.", "О задолженности.", ["node reason: text О долге. -> О задолженности."]),
        ("says: [robot], ", "", ["node greeting: says: removed (robot)"]),
        ("[robot]", "[robot, agency]", ["node greeting: says robot -> agency, robot"]),
        ("один.\n", "один.\n    retries: 3\n", ["node choice: retries 1 -> 3"]),
        ("{next: operator}", "{next: end}", ["node choice: digit 1: next operator -> end"]),
        ("      2: {result: refusal, next: end}\n", "", ["node choice: digit 2: removed (refusal, end)"]),
        (
            "{kind: goto, next: end}",
            "{kind: record, result: listened}",
            ["node operator goto end -> record listened"],
        ),
        ("agency: text", "agency: text, debt: money", ["variable debt: added (money)"]),
        (
            "next: end}\n  end: {",
            "next: bye}\n  bye: {kind: say, text: Пока.}\n  end: {",
            ["node operator: next end -> bye", "node bye: added (say «Пока.»)"],
        ),
    ],
)
def test_one_change_is_one_line(before: str, after: str, words: list[str]) -> None:
    assert told(before, after) == words


def test_the_order_of_the_page_is_the_order_of_the_call() -> None:
    lines = OLD.splitlines(keepends=True)
    swapped = "".join([*lines[:6], lines[7], lines[6], *lines[8:]])
    moved = [str(one) for one in diff(parse_script(OLD, "old"), parse_script(swapped, "new"))]
    assert moved == ["node greeting: moved from place 1 to 2"]


def test_the_same_text_changes_nothing_and_two_scripts_can_always_be_compared() -> None:
    scripts = [shipped_script(name) for name in shipped_scripts()]
    for before in scripts:
        for after in scripts:
            assert (diff(before, after) == []) is (before == after)
