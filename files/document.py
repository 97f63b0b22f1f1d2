"""A JSON file -> a checked pydantic model, or one clear line naming file, line and field."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TypeVar

from pydantic import BaseModel, ValidationError

from domain.errors import InputError
from files.model import input_error, read_text
from files.source import Source, read_source

M = TypeVar("M", bound=BaseModel)


def read_document(path: Path, model: type[M]) -> tuple[M, Source]:
    """Read and check a JSON file. The source tells later checks where a field is (JSON is YAML too)."""
    text = read_text(path)
    try:
        data = json.loads(text)
    except json.JSONDecodeError as error:
        raise InputError(f"not JSON: {error.msg}", where=f"{path}, line {error.lineno}") from error
    source = read_source(text, str(path))
    try:
        return model.model_validate(data), source
    except ValidationError as error:
        raise input_error(error, source) from error
