"""A file into a checked model, or one line that names file, line and field."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Literal

import pytest
from pydantic import BaseModel, ConfigDict, Field, model_validator

from domain.errors import InputError
from files.model import check_model, parse_model, read_model
from tests.faults import changed, told
from tests.places import without_columns

pytestmark = pytest.mark.unit


class Strict(BaseModel):
    model_config = ConfigDict(extra="forbid")


class Say(Strict):
    kind: Literal["say"]
    text: str


class Wait(Strict):
    kind: Literal["wait"]
    seconds: int = Field(ge=1)


class Page(Strict):
    name: str
    nodes: dict[str, Annotated[Say | Wait, Field(discriminator="kind")]] = {}

    @model_validator(mode="after")
    def _named(self) -> Page:
        if self.name == "nobody":
            raise ValueError("nobody is no name")
        return self


GOOD = """\
name: page
nodes:
  hello:
    kind: say
    text: Здравствуйте
  pause:
    kind: wait
    seconds: 3
"""


def test_a_good_file_and_where_its_fields_are() -> None:
    page, source = parse_model(GOOD, Page, "p.yaml")
    assert page.nodes["hello"] == Say(kind="say", text="Здравствуйте")
    assert source.where(("nodes", "pause", "seconds")) == "p.yaml, line 8, column 5, nodes.pause.seconds"


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("name: page\n", "", "p.yaml, line 1: the field 'name' is missing"),
        ("name: page", "name: page\nage: 3", "p.yaml, line 2, age: unknown key 'age'"),
        ("text:", "txt:", "p.yaml, line 5, nodes.hello.txt: unknown key 'txt'"),
        ("name: page", "nam: page", "p.yaml, line 1, nam: unknown key 'nam'"),
        ("kind: say", "kin: say", "p.yaml, line 3, nodes.hello: the field 'kind' is missing"),
        (
            "kind: say",
            "kind: sing",
            "p.yaml, line 3, nodes.hello: unknown kind 'sing', expected one of 'say', 'wait'",
        ),
        (
            "seconds: 3",
            "seconds: three",
            "p.yaml, line 8, nodes.pause.seconds: input should be a valid integer",
        ),
        (
            "seconds: 3",
            "seconds: 0",
            "p.yaml, line 8, nodes.pause.seconds: input should be greater than or equal",
        ),
        ("name: page", "name: nobody", "p.yaml, line 1: nobody is no name"),
        ("name: page", "name: [a]", "p.yaml, line 1, name: input should be a valid string"),
    ],
)
def test_a_fault_names_its_place(old: str, new: str, message: str) -> None:
    line = told(parse_model, changed(GOOD, old, new), Page, "p.yaml")
    assert without_columns(line).startswith(message)


class Book(Strict):
    pages: tuple[Page, ...] = Field(min_length=1)


@pytest.mark.parametrize(
    ("text", "faults"),
    [
        ("pages: []", ["b.yaml, line 1, pages: needs at least 1 item"]),
        ("pages: [{nam: a}]", ["pages.0.nam: unknown key 'nam'", "pages.0: the field 'name' is missing"]),
    ],
)
def test_a_list_is_not_called_too_short_for_its_wrong_items(text: str, faults: list[str]) -> None:
    _, _, found = check_model(text, Book, "b.yaml")
    lines = [without_columns(str(fault)) for fault in found]
    assert len(lines) == len(faults)
    assert all(line.endswith(fault) for line, fault in zip(lines, faults, strict=True)), lines


@pytest.mark.parametrize("text", ["", "just words", "- a\n- b\n"])
def test_a_file_that_is_no_mapping(text: str) -> None:
    line = told(parse_model, text, Page, "p.yaml")
    assert without_columns(line) == "p.yaml, line 1: is a mapping of name, nodes..."


class TestReading:
    def test_a_file(self, tmp_path: Path) -> None:
        (tmp_path / "p.yaml").write_text(GOOD, encoding="utf-8")
        assert read_model(tmp_path / "p.yaml", Page).name == "page"

    def test_no_file(self, tmp_path: Path) -> None:
        with pytest.raises(InputError, match="p.yaml: cannot be read: No such file or directory"):
            read_model(tmp_path / "p.yaml", Page)

    def test_a_folder(self, tmp_path: Path) -> None:
        with pytest.raises(InputError, match="cannot be read: Is a directory"):
            read_model(tmp_path, Page)

    def test_a_file_without_end(self) -> None:
        with pytest.raises(
            InputError, match="/dev/zero: is longer than 50,000,000 characters; is it the right file"
        ):
            read_model(Path("/dev/zero"), Page)

    def test_another_encoding(self, tmp_path: Path) -> None:
        (tmp_path / "p.yaml").write_text(GOOD, encoding="cp1251")
        with pytest.raises(InputError, match="p.yaml: is not UTF-8; save the file as UTF-8"):
            read_model(tmp_path / "p.yaml", Page)
