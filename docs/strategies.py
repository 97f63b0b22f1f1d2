"""Prints docs/strategy.schema.json: `make schema` writes it, a test compares it with the language.

Also the table of facts in docs/strategies.md, which a test compares too.
"""

from __future__ import annotations

import json
from typing import Any

from pydantic.json_schema import GenerateJsonSchema, JsonSchemaValue
from pydantic_core import core_schema

from strategies.facts import FACTS, Fact
from strategies.language import Strategy
from strategies.regime import shipped_policies, shipped_regimes


class _AsWritten(GenerateJsonSchema):
    """No nulls and no made-up titles: a key is given, or left out."""

    def nullable_schema(self, schema: core_schema.NullableSchema) -> JsonSchemaValue:
        return self.generate_inner(schema["schema"])

    def default_schema(self, schema: core_schema.WithDefaultSchema) -> JsonSchemaValue:
        written = super().default_schema(schema)
        if written.get("default") in (None, "", []) or isinstance(written["default"], dict):
            written.pop("default", None)
        return written

    def field_title_should_be_set(self, schema: Any) -> bool:
        return False


def schema() -> str:
    """The JSON Schema of a strategy file, for editors that complete and check while one writes."""
    described = Strategy.model_json_schema(schema_generator=_AsWritten)
    described["properties"]["regime"]["enum"] = shipped_regimes()
    described["properties"]["policies"]["items"]["enum"] = shipped_policies()
    described = {"$schema": "https://json-schema.org/draft/2020-12/schema", **described}
    return json.dumps(described, ensure_ascii=False, indent=2) + "\n"


def facts_table() -> str:
    """The table of facts in Markdown."""
    rows = [f"| `{fact.name}` | {_form(fact)} | {fact.meaning} |" for fact in FACTS.values()]
    return "\n".join(["| fact | written as | meaning |", "|---|---|---|", *rows]) + "\n"


def _form(fact: Fact) -> str:
    unit = f", {fact.unit}" if fact.unit and fact.unit != fact.form else ""
    choices = ": " + ", ".join(f"`{choice}`" for choice in fact.choices) if fact.form == "names" else ""
    return f"{fact.form}{unit}{choices if fact.choices else ''}"


if __name__ == "__main__":
    print(schema(), end="")
