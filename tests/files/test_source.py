"""YAML as plain text with the line of every field."""

from __future__ import annotations

import pytest

from files.source import read_source
from tests.faults import told

pytestmark = pytest.mark.unit

TEXT = """\
# a comment
name: no
steps:
  - id: first
    after: 08:00
  - {id: second, after: 010}
"""


def test_words_stay_words() -> None:
    assert read_source(TEXT, "a.yaml").data == {
        "name": "no",
        "steps": [{"id": "first", "after": "08:00"}, {"id": "second", "after": "010"}],
    }


@pytest.mark.parametrize(
    ("path", "where"),
    [
        ((), "a.yaml, line 2, column 1"),
        (("name",), "a.yaml, line 2, column 1, name"),
        (("steps", "0", "after"), "a.yaml, line 5, column 5, steps.0.after"),
        (("steps", "1", "id"), "a.yaml, line 6, column 6, steps.1.id"),
        (("steps", "0", "missing"), "a.yaml, line 4, column 5, steps.0"),
        (("elsewhere", "0"), "a.yaml, line 2, column 1"),
    ],
)
def test_a_field_has_a_place(path: tuple[str, ...], where: str) -> None:
    assert read_source(TEXT, "a.yaml").where(path) == where


@pytest.mark.parametrize("text", ["", "# nothing\n", "---\n"])
def test_an_empty_file_is_no_data(text: str) -> None:
    source = read_source(text, "a.yaml")
    assert source.data in (None, "")
    assert source.where(()).startswith("a.yaml, line ")


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("a: 1\nb: 2\na: 3\n", "a.yaml, line 3, column 1: 'a' is given twice"),
        ("a:\n  b: 1\n  b: 2\n", "a.yaml, line 3, column 3: 'b' is given twice"),
        ("a: 1\nb: [\n", "a.yaml, line 3, column 1: not YAML: "),
        ("a: 1\n\tb: 2\n", "a.yaml, line 2, column 1: not YAML: "),
        (
            "a: &x 1\nb: *x\n",
            "a.yaml, line 2, column 4: references (*name) are not allowed; write the value out",
        ),
        ("a: &x {c: 1}\nb:\n  <<: *x\n", "a.yaml, line 3, column 7: references (*name) are not allowed"),
        ("a: 1\n? [b, c]\n: 2\n", "a.yaml, line 2, column 3: a key must be a single word"),
        ("a: 1\n---\nb: 2\n", "a.yaml, line 2, column 1: not YAML: "),
        ("a: \x00\n", "a.yaml: not YAML: it holds a character that YAML forbids"),
        ("[" * 500 + "]" * 500, "a.yaml: lists or mappings stand in one another too deep"),
    ],
)
def test_a_fault_is_one_line_with_its_place(text: str, message: str) -> None:
    assert told(read_source, text, "a.yaml").startswith(message)


def test_tags_make_nothing() -> None:
    assert read_source("a: !!python/object/apply:os.getcwd []\n", "a.yaml").data == {"a": []}
