"""Pacers by name."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

from dialer.pacing.facts import Pacer
from dialer.pacing.predictive import Predictive
from dialer.pacing.steady import Ratio
from domain.errors import InputError

LEVELS = (1.0, 20.0)


def make_pacer(name: str, *, target_abandon: float = 0.03, patience: float = 2.0, **options: Any) -> Pacer:
    """A pacer at the start of its shift.

    ``target_abandon`` is the most abandoned of the live answers, ``patience`` how many seconds an answer may wait.
    ``ratio`` takes ``level`` (dials per idle operator); raises InputError for a name, value or option unknown.
    """
    if not 0 < target_abandon < 1:
        raise InputError(f"{target_abandon} is no share between 0 and 1", where="target_abandon")
    if not 0 <= patience < math.inf:
        raise InputError(f"{patience} is no number of seconds", where="patience")
    make = PACERS.get(name)
    if make is None:
        raise InputError(f"unknown pacer {name!r}", remedy=f"one of {', '.join(PACERS)}")
    return make(target_abandon, patience, options)


def _progressive(target_abandon: float, patience: float, options: dict[str, Any]) -> Pacer:
    _refuse("progressive", options)
    return Ratio()


def _ratio(target_abandon: float, patience: float, options: dict[str, Any]) -> Pacer:
    level = options.pop("level", 2.0)
    _refuse("ratio", options)
    least, most = LEVELS
    if not least <= level <= most:
        raise InputError(f"{level} is not between {least:g} and {most:g}", where="level")
    return Ratio(level)


def _predictive(target_abandon: float, patience: float, options: dict[str, Any]) -> Pacer:
    _refuse("predictive", options)
    return Predictive(target_abandon, patience)


def _refuse(name: str, options: dict[str, Any]) -> None:
    if options:
        raise InputError(f"the pacer {name} has no option {', '.join(sorted(options))}")


PACERS: dict[str, Callable[[float, float, dict[str, Any]], Pacer]] = {
    "progressive": _progressive,
    "ratio": _ratio,
    "predictive": _predictive,
}
