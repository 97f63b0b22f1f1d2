"""Structured logs with static event names; numbers, names and sums are masked by one processor."""

from __future__ import annotations

import logging
import sys
from collections import deque
from collections.abc import Callable, MutableMapping
from pathlib import Path
from typing import Any, TextIO

import structlog

from domain.errors import InputError
from domain.phone import mask

MASKED: dict[str, Callable[[str], str]] = {
    "phone": mask,
    "number": mask,
    "debtor_name": lambda _: "***",
    "sum": lambda _: "***",
}


def mask_personal(_: Any, __: str, event: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    """Replace the marked fields; whoever logs personal data must use their names."""
    for field, masked in MASKED.items():
        if field in event:
            event[field] = masked(str(event[field]))
    return event


_errors: deque[dict[str, str]] = deque(maxlen=1)


def remember_error(_: Any, __: str, event: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    """Keep the static name of the last error, for whoever asks after this process."""
    if event.get("level") in ("error", "critical"):
        _errors.append({"event": str(event["event"]), "at": str(event["timestamp"])})
    return event


def last_error() -> dict[str, str] | None:
    """The last error that this process logged: its name and when (UTC); None when there was none."""
    return _errors[-1] if _errors else None


def configure_logs(level: str, file: Path | None = None) -> None:
    """JSON lines to a file, or readable lines to standard error. InputError when the file cannot be written."""
    stream: TextIO = _opened(file) if file else sys.stderr
    structlog.configure(
        processors=[
            structlog.contextvars.merge_contextvars,
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            mask_personal,
            remember_error,
            structlog.processors.JSONRenderer(ensure_ascii=False)
            if file
            else structlog.dev.ConsoleRenderer(colors=stream.isatty()),
        ],
        wrapper_class=structlog.make_filtering_bound_logger(logging.getLevelNamesMapping()[level.upper()]),
        logger_factory=structlog.PrintLoggerFactory(stream),
    )
    logging.basicConfig(level=logging.WARNING, stream=stream)
    logging.getLogger("panoramisk").setLevel(logging.CRITICAL)


def _opened(file: Path) -> TextIO:
    try:
        return file.open("a", encoding="utf-8")
    except OSError as error:
        raise InputError(f"cannot be written: {error.strerror}", where=str(file)) from error
