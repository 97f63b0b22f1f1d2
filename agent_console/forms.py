"""Forms: what was typed, as a pydantic model, or with a fault beside each field that is wrong."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any, Self, TypeVar, get_origin

from fastapi import Request
from pydantic import BaseModel, ValidationError
from starlette.datastructures import ImmutableMultiDict

from agent_console.named import N_
from agent_console.page import told

M = TypeVar("M", bound=BaseModel)

FAULTS = {
    "missing": N_("Fill this in"),
    "string_too_short": N_("Fill this in: at least %(min_length)s characters"),
    "string_too_long": N_("Too long: at most %(max_length)s characters"),
    "string_pattern_mismatch": N_("This is not written as it must be"),
    "enum": N_("Choose one from the list"),
    "literal_error": N_("Choose one from the list"),
    "too_short": N_("Choose at least %(min_length)s"),
    "too_long": N_("Choose at most %(max_length)s"),
    "int_parsing": N_("A whole number is needed"),
    "int_from_float": N_("A whole number is needed"),
    "int_parsing_size": N_("The number is too large"),
    "float_parsing": N_("A number is needed"),
    "decimal_parsing": N_("A number is needed"),
    "decimal_max_places": N_("At most %(decimal_places)s digits after the point"),
    "decimal_max_digits": N_("The number is too large"),
    "decimal_whole_digits": N_("The number is too large"),
    "finite_number": N_("A number is needed"),
    "greater_than": N_("More than %(gt)s is needed"),
    "greater_than_equal": N_("At least %(ge)s is needed"),
    "less_than": N_("Less than %(lt)s is needed"),
    "less_than_equal": N_("At most %(le)s is possible"),
    "date_parsing": N_("A date like 2026-03-10 is needed"),
    "date_from_datetime_parsing": N_("A date like 2026-03-10 is needed"),
    "datetime_parsing": N_("A date and a time are needed"),
    "datetime_from_date_parsing": N_("A date and a time are needed"),
    "time_parsing": N_("A time like 14:30 is needed"),
    "bool_parsing": N_("Choose yes or no"),
}
"""Faults by pydantic's names for them, with its own words for the limits."""
OTHER = N_("This cannot be")


@dataclass(frozen=True, slots=True)
class Form:
    """What a form shows: the text of each field, and what is wrong with it."""

    values: Mapping[str, Any] = field(default_factory=dict)
    faults: Mapping[str, str] = field(default_factory=dict)

    @classmethod
    def empty(cls, **values: Any) -> Self:
        """A form that nobody has sent yet."""
        return cls(values)

    def with_fault(self, name: str, message: str) -> Self:
        """Also wrong, in the visitor's words."""
        return replace(self, faults={**self.faults, name: message})


async def parsed(request: Request, model: type[M]) -> tuple[M | None, Form]:
    """The form of a request as that model; None where a field is wrong, which the form then tells.

    A ``ValueError`` of a validator of the model's must carry a message that is in the catalogues.
    """
    return _parsed(request, model, await request.form())


def asked(request: Request, model: type[M]) -> tuple[M | None, Form]:
    """The same of a form that is sent in the address: a search."""
    return _parsed(request, model, request.query_params)


def _parsed(request: Request, model: type[M], sent: ImmutableMultiDict[str, Any]) -> tuple[M | None, Form]:
    values = {name: _typed(sent, name, of.annotation) for name, of in model.model_fields.items()}
    given = {name: value for name, value in values.items() if value not in (None, "")}
    shown = {name: "" if value is None else value for name, value in values.items()}
    try:
        return model.model_validate(given), Form(shown)
    except ValidationError as error:
        faults = {str(one["loc"][0]) if one["loc"] else "": one for one in error.errors(include_url=False)}
        return None, Form(shown, {name: _said(request, one) for name, one in faults.items()})


def _typed(sent: ImmutableMultiDict[str, Any], name: str, annotation: Any) -> Any:
    """One text, or a list of them where the model has many; a file is no text, and no database takes a NUL."""
    texts = [one.replace("\0", "") for one in sent.getlist(name) if isinstance(one, str)]
    if get_origin(annotation) in (list, set, frozenset, tuple):
        return texts
    return texts[-1] if texts else None


def _said(request: Request, fault: Any) -> str:
    if fault["type"] == "value_error":
        return told(request, str(fault["ctx"]["error"]))
    limits: dict[str, object] = fault.get("ctx", {})
    return told(request, FAULTS.get(fault["type"], OTHER), **limits)
