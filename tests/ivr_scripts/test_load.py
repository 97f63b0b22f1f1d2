"""A faulty script is one line: file, line, field, what is wrong."""

from __future__ import annotations

from pathlib import Path

import pytest

from domain.errors import InputError
from ivr_scripts.language import Menu, Result
from ivr_scripts.load import load_script, parse_script, shipped_script
from tests.faults import changed, told
from tests.places import without_columns

pytestmark = pytest.mark.unit

GOOD = """\
name: short
version: 3
language: ru
title: Короткий сценарий
variables:
  debt: money
nodes:
  greeting:
    kind: say
    text: "Ваш долг: {debt}."
    interrupted_by: choice
  choice:
    kind: menu
    text: Нажмите один.
    timeout_s: 2.5
    digits:
      1: {result: promise, next: thanks}
      "*": {next: greeting}
  end:
    kind: hangup
  thanks:
    kind: say
    text: Спасибо.
    next: end
"""


def test_a_good_script() -> None:
    script = parse_script(GOOD, "short.yaml")
    menu = script.nodes["choice"]
    assert isinstance(menu, Menu)
    assert (script.start, script.version, menu.timeout_s) == ("greeting", 3, 2.5)
    assert menu.digits["1"].result is Result.PROMISE
    assert [script.after(name) for name in script.nodes] == ["choice", "end", None, "end"]


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        (
            "version: 3",
            "version: 0",
            "short.yaml, line 2, version: input should be greater than or equal to 1",
        ),
        ("version: 3\n", "", "short.yaml, line 1: the field 'version' is missing"),
        ("language: ru", "language: de", "short.yaml, line 3, language: input should be 'ru', 'kk' or 'en'"),
        (
            "    text: Нажмите один.\n",
            "",
            "line 12, nodes.choice: the field 'text' is missing",
        ),
        ("timeout_s: 2.5", "timeout: 2.5", "line 15, nodes.choice.timeout: unknown key 'timeout'"),
        (
            "timeout_s: 2.5",
            "timeout_s: ждать",
            "line 15, nodes.choice.timeout_s: input should be a valid number",
        ),
        (
            "result: promise",
            "result: promize",
            "line 17, nodes.choice.digits.1.result: input should be 'listened'",
        ),
        ("      1: {", "      12: {", "line 17, nodes.choice.digits.12: string should match pattern"),
        ("debt: money", "debt: euro", "line 6, variables.debt: input should be 'text', 'money'"),
        ("    kind: menu\n", "", "line 12, nodes.choice: the field 'kind' is missing"),
        (
            "kind: menu",
            "kind: quiz",
            "line 12, nodes.choice: unknown kind 'quiz', expected one of 'say', 'menu'",
        ),
        ("  end:", "  fax:", "line 19, nodes.fax: the name 'fax' has a meaning of its own in Asterisk"),
        ("{debt}", "{dept}", "line 10, nodes.greeting.text: unknown variable {dept}; declare it"),
        (
            "{debt}",
            "{debt:vocative}",
            "nodes.greeting.text: there is no case 'vocative'; the cases are nominative",
        ),
        (
            "Нажмите один.",
            "Нажмите 1.",
            "line 14, nodes.choice.text: '1.' cannot be spoken for sure: write it in",
        ),
        (
            "1: {result: promise,",
            "1: {words: [Да], result: promise,",
            "line 17, nodes.choice.digits.1.words.0: a recogniser cannot expect 'Да': write lower-case words",
        ),
        (
            "      1: {result: promise, next: thanks}",
            "      1: {next: thanks, words: [да]}\n      2: {next: end, words: [нет, да]}",
            "line 18, nodes.choice.digits.2.words: 'да' already means 1; keep it at one digit",
        ),
        ("      1: {", '      "1": {next: end}\n      1: {', "line 18: '1' is given twice"),
        ("title: К", "on_machine: beep\ntitle: К", "line 4, on_machine: there is no node 'beep'"),
        ("{debt}", "{Debt}", "line 10, nodes.greeting.text: a brace without a variable name"),
        ("Нажмите один.", "'...'", "line 14, nodes.choice.text: a text must say something"),
        ("next: thanks", "next: thank", "line 17, nodes.choice.digits.1.next: there is no node 'thank'"),
        ("by: choice", "by: thanks", "line 11, nodes.greeting.interrupted_by: node 'thanks' is not a menu"),
        ("next: thanks", "next: end", "line 21, nodes.thanks: no way leads to node 'thanks'"),
        (
            "    next: end\n",
            "",
            "line 21, nodes.thanks: the page ends without a hangup; add one below, or a next",
        ),
        ("    next: end\n", "    next: thanks\n", "nodes.thanks: silence never leaves thanks -> thanks"),
        ("version: 3", "version: 3\nversion: 4", "line 3: 'version' is given twice"),
        ("version: 3", "version: &v 3\nextra: *v", "references (*name) are not allowed"),
        ("version: 3", "version: [", "short.yaml, line 4: not YAML: expected"),
        ("version: 3", "version: \x07", "short.yaml: not YAML: it holds a character that YAML forbids"),
    ],
)
def test_faults_name_file_line_and_field(old: str, new: str, message: str) -> None:
    line = without_columns(told(parse_script, changed(GOOD, old, new), "short.yaml"))
    assert message in line
    assert line.startswith("short.yaml")


def test_a_circle_that_silence_never_leaves() -> None:
    circle = GOOD.replace("  end:\n    kind: hangup\n", "  back:\n    kind: goto\n    next: greeting\n")
    with pytest.raises(InputError, match="silence never leaves greeting -> choice -> back -> greeting"):
        parse_script(circle.replace("next: end", "next: back"), "short.yaml")


def test_a_circle_that_a_digit_asks_for_is_allowed() -> None:
    assert '"*": {next: greeting}' in GOOD


@pytest.mark.parametrize("text", ["", "- name: short", "short"])
def test_a_file_that_is_no_script(text: str) -> None:
    with pytest.raises(InputError, match=r"short.yaml, line 1, column 1: .*mapping"):
        parse_script(text, "short.yaml")


def test_files_that_cannot_be_read(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"none.yaml: cannot be read: No such file"):
        load_script(tmp_path / "none.yaml")
    (tmp_path / "cp1251.yaml").write_bytes(GOOD.encode("cp1251"))
    with pytest.raises(InputError, match=r"cp1251.yaml: is not UTF-8; save the file as UTF-8"):
        load_script(tmp_path / "cp1251.yaml")


def test_a_script_that_is_not_shipped() -> None:
    with pytest.raises(
        InputError, match=r"no shipped script '../load'; take one of: bailiff_greeting, closed, debt_informer"
    ):
        shipped_script("../load")
