"""How values are written in strategies and regimes: durations, hours, lists of words."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Annotated, Any

from pydantic import (
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    GetCoreSchemaHandler,
    GetJsonSchemaHandler,
)
from pydantic.json_schema import JsonSchemaValue
from pydantic_core import CoreSchema
from pydantic_core.core_schema import no_info_before_validator_function

from domain.said import said
from domain.window import Hours, parse_hours

UNITS = {"s": "seconds", "m": "minutes", "h": "hours", "d": "days"}
SECONDS = {"d": 86_400, "h": 3_600, "m": 60, "s": 1}


class Strict(BaseModel):
    """Frozen, and unknown keys are errors."""

    model_config = ConfigDict(extra="forbid", frozen=True, arbitrary_types_allowed=True)


def parse_duration(text: object) -> timedelta:
    """``90s``, ``15m``, ``3h`` or ``2d``."""
    if isinstance(text, timedelta):
        return text
    match = re.fullmatch(r"(\d{1,6})([smhd])", str(text))
    if match is None or int(match[1]) == 0:
        raise ValueError(said("%(text)r is not a duration such as 90s, 15m, 3h or 2d", text=text))
    return timedelta(**{UNITS[match[2]]: int(match[1])})


def duration_words(length: timedelta) -> str:
    """As it would be written, in the largest unit that divides it."""
    seconds = round(length.total_seconds())
    unit = next(unit for unit, of in SECONDS.items() if seconds % of == 0)
    return f"{seconds // SECONDS[unit]}{unit}"


def parse_moment(text: object) -> timedelta | date:
    """A duration (so long ago) or a date: ``2025-03``, ``2025-03-01``."""
    if re.fullmatch(r"\d{4}-\d\d(-\d\d)?", str(text)):
        try:
            return date.fromisoformat(f"{text}-01"[:10])
        except ValueError:
            raise ValueError(said("%(text)r is not a date of the calendar", text=text)) from None
    try:
        return parse_duration(text)
    except ValueError:
        what = said("%(text)r is neither a duration such as 90d nor a month such as 2025-03", text=text)
        raise ValueError(what) from None


def _hours(text: object) -> tuple[Hours, ...]:
    return parse_hours(str(text))


def hours_words(hours: tuple[Hours, ...]) -> str:
    """As it would be written."""
    return ", ".join(map(str, hours)) or "closed"


@dataclass(frozen=True)
class OneOrMore:
    """Lets a list of one be written as that one: ``stage: pre_court``."""

    def __get_pydantic_core_schema__(self, source: Any, handler: GetCoreSchemaHandler) -> CoreSchema:
        """The list's own schema, after a word is made a list."""
        return no_info_before_validator_function(_listed, handler(source))

    def __get_pydantic_json_schema__(
        self, schema: CoreSchema, handler: GetJsonSchemaHandler
    ) -> JsonSchemaValue:
        """An item, or the list."""
        many = handler(schema)
        return {"anyOf": [many["items"], many]}


def _listed(value: Any) -> Any:
    return [value] if isinstance(value, str) else value


def _text(pattern: str) -> Any:
    return Annotated[str, Field(pattern=pattern)]


_DURATION = r"\d{1,6}[smhd]"
_SPAN = r"\d\d:\d\d-\d\d:\d\d"
Duration = Annotated[
    timedelta, BeforeValidator(parse_duration, json_schema_input_type=_text(f"^{_DURATION}$"))
]
Moment = Annotated[
    timedelta | date,
    BeforeValidator(parse_moment, json_schema_input_type=_text(rf"^({_DURATION}|\d{{4}}-\d\d(-\d\d)?)$")),
]
Open = Annotated[
    tuple[Hours, ...],
    BeforeValidator(_hours, json_schema_input_type=_text(f"^(closed|{_SPAN}(, *{_SPAN})*)$")),
]
