"""Requests to Asterisk -> bytes for the manager socket, refused before anything is written when unfit."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field

from asterisk.touch_header import TOUCH_HEADER, touch_variable
from domain.errors import InputError
from domain.touch import TouchId

LONGEST_LINE_BYTES = 1000
"""Asterisk drops the whole action when a line is longer than about 1 KB."""

_CONTROL = re.compile(r"[\x00-\x1f\x7f]")
_VARIABLE = re.compile(r"_{0,2}[A-Za-z][A-Za-z0-9_]*(\([A-Za-z0-9_]+\))?")
_ESCAPED = str.maketrans({"\\": "\\\\", ",": "\\,", '"': '\\"'})


@dataclass(frozen=True, slots=True)
class OriginateRequest:
    """One call to place; ``timeout_s`` bounds the ringing, ``variables`` are given to the script.

    The carrier is told the touch in the SIP header ``touch_header``.
    """

    touch: TouchId
    channel: str
    context: str
    timeout_s: float
    caller_id: str = ""
    exten: str = "s"
    priority: int = 1
    variables: Mapping[str, str] = field(default_factory=dict)
    touch_header: str = TOUCH_HEADER


def render_originate(request: OriginateRequest) -> bytes:
    """The whole Originate action; InputError when a value cannot be sent safely."""
    headers = (
        ("Action", "Originate"),
        ("ActionID", request.touch),
        ("ChannelId", request.touch),
        ("Channel", request.channel),
        ("Context", request.context),
        ("Exten", request.exten),
        ("Priority", str(request.priority)),
        ("Timeout", str(int(request.timeout_s * 1000))),
        ("CallerID", request.caller_id),
        ("Async", "true"),
        ("Variable", touch_variable(request.touch, request.touch_header)),
    )
    return render_headers((*headers, *_variables(request)), where=f"call {request.touch}")


def render_headers(headers: Iterable[tuple[str, str]], *, where: str) -> bytes:
    """A message of these headers; InputError on a line break (it would inject a header) or a long line."""
    lines = [_line(name, value, where) for name, value in headers]
    return b"\r\n".join((*lines, b"", b""))


def _variables(request: OriginateRequest) -> Iterator[tuple[str, str]]:
    for name, value in request.variables.items():
        if not _VARIABLE.fullmatch(name):
            raise InputError(f"{name!r} is no channel variable's name", where=f"call {request.touch}")
        yield "Variable", f"{name}={value.translate(_ESCAPED)}"


def _line(name: str, value: str, where: str) -> bytes:
    label = f"{name} {value.partition('=')[0]}" if name == "Variable" else name
    if _CONTROL.search(value) or _CONTROL.search(name):
        raise InputError(f"header {label!r} holds a line break or control character", where=where)
    try:
        line = f"{name}: {value}".encode()
    except UnicodeEncodeError as error:
        raise InputError(f"header {label!r} is not valid Unicode text", where=where) from error
    if len(line) > LONGEST_LINE_BYTES:
        what = f"header {label!r} takes {len(line)} bytes of {LONGEST_LINE_BYTES}"
        raise InputError(what, where=where, remedy="shorten it or split it over several variables")
    return line
