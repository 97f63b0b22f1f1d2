"""A JSON file -> a checked pydantic model, or one clear line naming file, line and field."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any, TypeVar

from pydantic import BaseModel, ValidationError

from domain.errors import InputError
from files.model import input_error, read_text
from files.source import Source, read_source

M = TypeVar("M", bound=BaseModel)


@dataclass(frozen=True)
class Places:
    """Where the fields of a JSON text are; it is read for lines only when somebody asks, which is slow."""

    file: str
    text: str

    @cached_property
    def source(self) -> Source:
        """The text read as YAML, which JSON is but for tabs."""
        return read_source(self.text.replace("\t", " "), self.file)

    def where(self, path: Sequence[str]) -> str:
        """File, line and field of a path."""
        return self.source.where(path)


class _GivenTwice(ValueError):
    """A key stands twice in one object."""


def read_document(path: Path, model: type[M]) -> tuple[M, Places]:
    """Read and check a JSON file. The places tell later checks where a field is."""
    places = Places(str(path), read_text(path))
    try:
        data = json.loads(places.text, object_pairs_hook=_distinct)
    except json.JSONDecodeError as error:
        raise InputError(f"not JSON: {error.msg}", where=f"{path}, line {error.lineno}") from error
    except RecursionError as error:
        raise InputError("lists or mappings stand in one another too deep", where=str(path)) from error
    except _GivenTwice as error:
        raise InputError("a key is given twice", where=places.where(())) from error  # finding it tells which
    try:
        return model.model_validate(data), places
    except ValidationError as error:
        raise input_error(error, places.source) from error


def _distinct(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) < len(pairs):
        raise _GivenTwice
    return found
