"""docs/strategies.md and docs/strategy.schema.json say what is true of the language."""

from __future__ import annotations

import json
import re
from typing import Any

import pytest
from pydantic import BaseModel

from docs.strategies import facts_table, schema
from domain.campaign import Why
from strategies.language import Strategy
from strategies.load import parse_strategy
from tests.house.tree import ROOT

pytestmark = pytest.mark.unit

TEXT = (ROOT / "docs" / "strategies.md").read_text(encoding="utf-8")
SCHEMA = (ROOT / "docs" / "strategy.schema.json").read_text(encoding="utf-8")


def models(model: type[BaseModel]) -> set[type[BaseModel]]:
    """A model with all those that its fields hold."""
    found: set[type[BaseModel]] = set()
    waiting: list[Any] = [model]
    while waiting:
        kind = waiting.pop()
        if isinstance(kind, type) and issubclass(kind, BaseModel) and kind not in found:
            found.add(kind)
            waiting += [field.annotation for field in kind.model_fields.values()]
        waiting += getattr(kind, "__args__", ())
    return found


def test_the_schema_is_that_of_the_language() -> None:
    assert schema() == SCHEMA, "run `make schema`"


def test_the_table_of_facts_is_that_of_the_language() -> None:
    assert facts_table() in TEXT, "put docs.strategies.facts_table() into the page"


def test_the_example_is_accepted() -> None:
    (example,) = re.findall(r"```yaml\n(.*?)```", TEXT, re.DOTALL)
    assert parse_strategy(example, "docs/strategies.md").scripts == {"debt_informer"}


def test_every_key_of_the_language_is_on_the_page() -> None:
    kinds = models(Strategy)
    assert len(kinds) > 15
    keys = {field.alias or name for kind in kinds for name, field in kind.model_fields.items()}
    assert {key for key in keys if not re.search(rf"\b{key}\b", TEXT)} == set()


def test_every_why_is_explained() -> None:
    assert {why for why in Why if f"`{why}`" not in TEXT} == set()


def test_the_schema_has_every_key_and_no_other() -> None:
    whole = json.loads(SCHEMA)
    for kind in models(Strategy):
        described = whole if kind is Strategy else whole["$defs"][kind.__name__]
        keys = {field.alias or name for name, field in kind.model_fields.items()}
        assert (set(described["properties"]), described["additionalProperties"]) == (keys, False)
    assert "null" not in SCHEMA
