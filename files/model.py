"""A YAML file -> a checked pydantic model, or one clear line naming file, line, column and field."""

from __future__ import annotations

from pathlib import Path
from typing import TypeVar

from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails

from domain.errors import InputError
from files.source import Source, read_source

M = TypeVar("M", bound=BaseModel)

LONGEST = 50_000_000
"""No file that a person writes has so many characters."""


def read_text(path: Path) -> str:
    """The text of a UTF-8 file, without the mark that some editors begin it with; InputError when it cannot be read."""
    try:
        with path.open(encoding="utf-8-sig") as file:
            text = file.read(LONGEST + 1)
    except OSError as error:
        raise InputError(f"cannot be read: {error.strerror}", where=str(path)) from error
    except UnicodeDecodeError as error:
        raise InputError("is not UTF-8", where=str(path), remedy="save the file as UTF-8") from error
    if len(text) > LONGEST:  # a device has no end
        raise InputError(
            f"is longer than {LONGEST:,} characters", where=str(path), remedy="is it the right file?"
        )
    return text


def read_model(path: Path, model: type[M]) -> M:
    """Read and check a file; raises InputError at the first fault."""
    return parse_model(read_text(path), model, str(path))[0]


def parse_model(text: str, model: type[M], file: str) -> tuple[M, Source]:
    """Check a text; ``file`` is the name that errors show. The source tells later checks where a field is."""
    checked, source, faults = check_model(text, model, file)
    if checked is None:
        raise faults[0]
    return checked, source


def check_model(text: str, model: type[M], file: str) -> tuple[M | None, Source, list[InputError]]:
    """As `parse_model`, with all faults, the one to mend first before the others.

    Raises InputError for a text that is no YAML mapping.
    """
    source = read_source(text, file)
    if not isinstance(source.data, dict):
        fields = ", ".join(list(model.model_fields)[:3])
        raise InputError(f"is a mapping of {fields}...", where=source.where(()))
    try:
        return model.model_validate(source.data), source, []
    except ValidationError as error:
        return None, source, [_line(detail, source) for detail in _faults(error)]


def input_error(error: ValidationError, source: Source) -> InputError:
    """The one fault to mend first, as a line."""
    return _line(_faults(error)[0], source)


def _faults(error: ValidationError) -> list[ErrorDetails]:
    """What is wrong, the causes before their consequences. A list is not called too short for its wrong items."""
    details = error.errors(include_url=False)
    within = {detail["loc"][:depth] for detail in details for depth in range(len(detail["loc"]))}
    own = [detail for detail in details if detail["type"] != "too_short" or detail["loc"] not in within]
    return sorted(own, key=_is_consequence)


def _is_consequence(detail: ErrorDetails) -> bool:
    """Whether another fault may be the cause: a field is missing where its name is mistyped."""
    return detail["type"] != "extra_forbidden"


def _line(detail: ErrorDetails, source: Source) -> InputError:
    path = [str(step) for step in detail["loc"]]
    match detail["type"]:
        case "missing":
            what = f"the field {path[-1]!r} is missing"
        case "extra_forbidden":
            what = f"unknown key {path[-1]!r}"
        case "value_error":
            what = str(detail["ctx"]["error"])
        case "tuple_type" | "list_type":
            what = "a list is expected"
        case "too_short":
            least = detail["ctx"]["min_length"]
            what = f"needs at least {least} item{'s' if least > 1 else ''}"
        case "dict_type" | "model_type":
            what = "a mapping is expected"
        case "union_tag_not_found":
            what = "the field 'kind' is missing"
        case "union_tag_invalid":
            what = f"unknown kind {detail['ctx']['tag']!r}, expected one of {detail['ctx']['expected_tags']}"
        case _:
            what = detail["msg"][:1].lower() + detail["msg"][1:]
    return InputError(what, where=source.where(path))
