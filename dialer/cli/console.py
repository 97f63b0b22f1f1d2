"""What every command prints through, and with which bars."""

from __future__ import annotations

import re
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from string import Formatter
from typing import Any

import orjson
from rich.console import Console
from rich.markup import escape
from rich.progress import BarColumn, Progress, TaskProgressColumn, TextColumn, TimeRemainingColumn
from rich.text import Text

from domain.errors import EnvironmentFault

console = Console(highlight=False, markup=False, emoji=False)
errors = Console(stderr=True, highlight=False, markup=False, emoji=False)

END = "\ue000"
"""Behind a value, until all of them are in their places; nobody's name has this character."""


class _Literally(Formatter):
    def format_field(self, value: Any, spec: str) -> str:
        return escape(super().format_field(value, spec) + END)


def styled(template: str, *values: object, **named: object) -> Text:
    """A line with styles such as [bold]...[/]; what fills its {} stands as it is, for names may hold brackets, too."""
    line = _Literally().vformat(template, values, named)
    line = re.sub(rf"(\\+){END}(?=\[)", r"\1\1", line)  # such a backslash must not escape our own style
    return Text.from_markup(line.replace(END, ""), emoji=False)


def print_json(document: Any) -> None:
    """One JSON document on standard output."""
    write_out(orjson.dumps(document, option=orjson.OPT_INDENT_2 | orjson.OPT_APPEND_NEWLINE))


def write_out(data: bytes) -> None:
    """To standard output as it is; whoever reads its beginning only may leave. EnvironmentFault when it is full."""
    try:
        sys.stdout.flush()
        sys.stdout.buffer.write(data)
        sys.stdout.buffer.flush()
    except BrokenPipeError:
        console.on_broken_pipe()
    except OSError as error:
        raise EnvironmentFault(f"cannot be written: {error.strerror}", where="standard output") from error


def warn(text: str) -> None:
    """One line on standard error about what was done and may surprise."""
    errors.print(styled("[yellow]warning:[/] {}", text), soft_wrap=True)


@contextmanager
def bar(title: str) -> Iterator[Callable[[int, int], None]]:
    """A progress bar on standard error, so that JSON on standard output stays clean; call it with done and total."""
    what = TextColumn("{task.description}", markup=False)
    columns = (what, BarColumn(), TaskProgressColumn(), TimeRemainingColumn())
    with Progress(*columns, console=errors, transient=True, disable=not errors.is_terminal) as progress:
        task = progress.add_task(title, total=None)

        def show(done: int, total: int) -> None:
            progress.update(task, completed=done, total=total)

        yield show
