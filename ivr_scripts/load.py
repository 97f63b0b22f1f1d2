"""A script file -> a checked `Script`, or one clear line naming file, line and field."""

from __future__ import annotations

from pathlib import Path

from pydantic import ValidationError
from pydantic_core import ErrorDetails

from domain.errors import InputError
from ivr_scripts.check import problems
from ivr_scripts.language import Script
from ivr_scripts.source import Source, read_source

SHIPPED = Path(__file__).parent / "shipped"


def load_script(path: Path) -> Script:
    """Reads and checks a script file; raises InputError at the first fault."""
    try:
        text = path.read_text(encoding="utf-8")
    except OSError as error:
        raise InputError(f"cannot be read: {error.strerror}", where=str(path)) from error
    except UnicodeDecodeError as error:
        raise InputError("is not UTF-8", where=str(path), remedy="save the file as UTF-8") from error
    return parse_script(text, str(path))


def shipped_script(name: str) -> Script:
    """A script that comes with Dozvon, e.g. ``debt_informer``."""
    path = SHIPPED / f"{name}.yaml"
    if path not in SHIPPED.glob("*.yaml"):
        known = ", ".join(sorted(file.stem for file in SHIPPED.glob("*.yaml")))
        raise InputError(f"there is no shipped script {name!r}", remedy=f"take one of: {known}")
    return load_script(path)


def parse_script(text: str, file: str) -> Script:
    """Checks the text of a script; ``file`` is the name that errors show."""
    source = read_source(text, file)
    if not isinstance(source.data, dict):
        raise InputError("a script is a mapping of name, version, nodes...", where=source.where(()))
    try:
        script = Script.model_validate(source.data)
    except ValidationError as error:
        details = error.errors(include_url=False)
        # A mistyped key is the cause; the missing field that it leaves behind is only its effect.
        mistyped = (detail for detail in details if detail["type"] == "extra_forbidden")
        raise _input_error(next(mistyped, details[0]), source) from error
    for problem in problems(script):
        raise InputError(problem.what, where=source.where(problem.path), remedy=problem.remedy)
    return script


def _input_error(detail: ErrorDetails, source: Source) -> InputError:
    path = [str(step) for step in detail["loc"]]
    match detail["type"]:
        case "missing":
            what = f"the field {path[-1]!r} is missing"
        case "extra_forbidden":
            what = f"unknown key {path[-1]!r}"
        case "value_error":
            what = str(detail["ctx"]["error"])
        case "union_tag_not_found":
            what = "the field 'kind' is missing"
        case "union_tag_invalid":
            what = f"unknown kind {detail['ctx']['tag']!r}, expected one of {detail['ctx']['expected_tags']}"
        case _:
            what = detail["msg"][:1].lower() + detail["msg"][1:]
    return InputError(what, where=source.where(path))
