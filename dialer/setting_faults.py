"""What is wrong with the environment, in one line that names the variable."""

from __future__ import annotations

import os
import re
from collections.abc import Collection
from difflib import get_close_matches
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from pydantic import ValidationError

from domain.errors import InputError

PREFIX = "DOZVON_"
NOT_OURS = frozenset({"DOZVON_CACHE"})
"""Read where programs are looked for, which may be before there are settings."""
REDIS = ("redis", "rediss", "unix")


def refuse_unknown(known: Collection[str]) -> None:
    """InputError for a variable that no setting has: a mistyped limit must not be passed over in silence."""
    ours = {name.split("__")[0] for name in known} | NOT_OURS
    for variable in sorted(os.environ):
        if variable.startswith(PREFIX) and variable.split("__")[0] not in ours:
            raise _no_such(variable, known)


def fault_of(error: ValueError, known: Collection[str]) -> InputError:
    """The first fault that pydantic found: a value that is wrong or, where JSON was to be, is none."""
    if not isinstance(error, ValidationError):
        named = re.search(r'field "(\w+)"', str(error))
        return _wrong(named[1] if named else "", "is not JSON")
    fault = error.errors(include_url=False, include_input=False)[0]
    name = "__".join(map(str, fault["loc"])) or "nodes"
    if fault["type"] == "extra_forbidden":
        return _no_such(PREFIX + name.upper(), known)
    return _wrong(name, fault["msg"].removeprefix("Value error, "))


def redis_address(url: str) -> str:
    """A URL that Redis may be found at; ValueError for another."""
    parts = urlsplit(url)
    if parts.scheme not in REDIS or not (parts.path if parts.scheme == "unix" else parts.hostname):
        raise ValueError("is no address of a Redis: redis://127.0.0.1:6379/0 or unix:///run/redis.sock")
    if parts.scheme != "unix" and parts.port == 0:  # which itself raises for what is no port
        raise ValueError("has a port that is none")
    return url


def zone_name(zone: str) -> str:
    """The name of a time zone; ValueError for another word."""
    try:
        return ZoneInfo(zone).key
    except (ZoneInfoNotFoundError, ValueError, OSError) as error:
        raise ValueError(f"no zone {zone!r}, e.g. Europe/Moscow") from error


def _wrong(name: str, what: str) -> InputError:
    return InputError(what, where=f"setting {PREFIX}{name.upper()}", remedy="see docs/settings.md")


def _no_such(variable: str, known: Collection[str]) -> InputError:
    near = get_close_matches(variable.removeprefix(PREFIX), [name.removeprefix(PREFIX) for name in known], 1)
    remedy = f"did you mean {PREFIX}{near[0]}?" if near else "docs/settings.md has all; unset it"
    return InputError("there is no such setting", where=variable, remedy=remedy)
