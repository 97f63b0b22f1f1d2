"""A YAML file -> a checked pydantic model, or one clear line naming file, line, column and field."""

from __future__ import annotations

from pathlib import Path
from typing import TypeVar

from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails

from domain.errors import InputError
from domain.said import said
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
        raise InputError(said("is a mapping of %(fields)s...", fields=fields), where=source.where(()))
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
            what: str = said("the field %(field)r is missing", field=path[-1])
        case "extra_forbidden":
            what = said("unknown key %(key)r", key=path[-1])
        case "value_error":
            (what,) = detail["ctx"]["error"].args
        case "tuple_type" | "list_type":
            what = said("a list is expected")
        case "too_short" if (least := detail["ctx"]["min_length"]) > 1:
            what = said("needs at least %(least)s items", least=least)
        case "too_short":
            what = said("needs at least 1 item")
        case "dict_type" | "model_type":
            what = said("a mapping is expected")
        case "union_tag_not_found":
            what = said("the field 'kind' is missing")
        case "union_tag_invalid":
            what = said("unknown kind %(tag)r, expected one of %(expected_tags)s", **detail["ctx"])
        case _:
            what = _in_pydantic_words(detail)
    return InputError(what, where=source.where(path))


def _in_pydantic_words(detail: ErrorDetails) -> str:
    """Its own sentence; of the faults that people make most, one that can be said in any language."""
    facts = detail.get("ctx", {})
    match detail["type"]:
        case "enum" | "literal_error":
            return said("input should be %(expected)s", **facts)
        case "int_parsing" | "int_type":
            return said("input should be a valid integer")
        case "float_parsing" | "float_type" | "decimal_parsing":
            return said("input should be a valid number")
        case "bool_parsing" | "bool_type":
            return said("input should be a valid boolean")
        case "string_type":
            return said("input should be a valid string")
        case "greater_than":
            return said("input should be greater than %(gt)s", **facts)
        case "greater_than_equal":
            return said("input should be greater than or equal to %(ge)s", **facts)
        case "less_than":
            return said("input should be less than %(lt)s", **facts)
        case "less_than_equal":
            return said("input should be less than or equal to %(le)s", **facts)
        case "string_pattern_mismatch":
            return said("string should match pattern '%(pattern)s'", **facts)
        case "string_too_short":
            return said("input should be a string of at least %(min_length)s characters", **facts)
        case "string_too_long":
            return said("input should be a string of at most %(max_length)s characters", **facts)
        case _:
            return detail["msg"][:1].lower() + detail["msg"][1:]
