"""The live terminal board of a campaign."""

from __future__ import annotations

from typing import Any

from rich.console import Group, RenderableType
from rich.panel import Panel
from rich.progress_bar import ProgressBar
from rich.table import Table
from rich.text import Text

from dialer.cli.figures import clock
from domain.touch import LIVE_ANSWERS

ANSWERED = frozenset(outcome.value for outcome in LIVE_ANSWERS)
BLOCKS = " ▁▂▃▄▅▆▇█"
BAR_WIDTH = 30
COLOURS = {
    "msg_delivered": "green",
    "answered_short": "yellow",
    "talk_wrong_person": "magenta",
    "no_answer": "blue",
    "busy": "cyan",
    "rejected": "red",
}


def sparkline(values: list[int]) -> str:
    """Counts as a line of blocks, the highest count filling a block."""
    most = max(values, default=0)
    return "".join(BLOCKS[round(value / most * 8)] if most else " " for value in values)


def render_board(board: dict[str, Any], elapsed_s: float, note: str = "") -> RenderableType:
    """The board as published in Redis, after so many seconds."""
    rows = Table.grid(padding=(0, 2))
    rows.add_column(style="dim", justify="right")
    rows.add_column()
    rate, cap = board["calls_per_second"], board["max_calls_per_second"]
    rows.add_row(
        "calls per second", Text.assemble((f"{rate:5.1f}", "bold"), f" of {cap:g}  ", _minute(board))
    )
    rows.add_row("channels", _level(board["in_flight"], board["max_channels"]))
    rows.add_row("answer rate", _answer_rate(board))
    rows.add_row("progress", _progress(board, elapsed_s))
    rows.add_row("held back by", board["reason"])
    if board["refusals"]:
        rows.add_row("refused by rules", ", ".join(f"{name} {n:,}" for name, n in board["refusals"].items()))
    down = [name for name, up in board["nodes"].items() if not up]
    if down:
        rows.add_row("nodes down", Text(", ".join(down), style="bold red"))
    parts: list[RenderableType] = [rows, Text(), _outcomes(board)]
    if note:
        parts.append(Text(note, style="dim"))
    title = f"campaign {board['campaign']}: {board['status']}, {clock(elapsed_s)}"
    return Panel(Group(*parts), title=Text(title), border_style="cyan", width=86)


def board_line(board: dict[str, Any], elapsed_s: float) -> str:
    """The same in one line, for output that is not a terminal."""
    return (
        f"{clock(elapsed_s)}  {board['placed']:,} calls placed, {board['ended']:,} ended, {board['in_flight']} up, "
        f"{board['calls_per_second']:.1f} calls/s, {board['answered']:,} answered"
    )


def _minute(board: dict[str, Any]) -> Text:
    return Text(sparkline(board["last_minute"][-40:]), style="cyan")


def _level(value: int, most: int) -> RenderableType:
    grid = Table.grid(padding=(0, 1))
    grid.add_row(ProgressBar(total=most, completed=value, width=BAR_WIDTH), f"{value} of {most}")
    return grid


def _answer_rate(board: dict[str, Any]) -> str:
    answered = board["answered"]
    unanswered = sum(count for name, count in board["outcomes"].items() if name not in ANSWERED)
    decided = answered + unanswered
    return (
        f"{answered / decided:.0%} ({answered:,} answered of {decided:,} that rang to an end)"
        if decided
        else "-"
    )


def _progress(board: dict[str, Any], elapsed_s: float) -> RenderableType:
    limit, ended = board["call_limit"], board["ended"]
    if not limit:
        return f"{ended:,} calls ended"
    left = limit - board["placed"]
    rate = board["calls_per_second"] or (board["placed"] / elapsed_s if elapsed_s else 0)
    eta = f"ETA {clock(left / rate)}" if left > 0 and rate else "last calls are ending" if left <= 0 else ""
    grid = Table.grid(padding=(0, 1))
    grid.add_row(ProgressBar(total=limit, completed=ended, width=BAR_WIDTH), f"{ended:,} of {limit:,}  {eta}")
    return grid


def _outcomes(board: dict[str, Any]) -> RenderableType:
    grid = Table.grid(padding=(0, 2))
    grid.add_column(justify="right", min_width=18)
    total = board["ended"] or 1
    for name, count in sorted(board["outcomes"].items(), key=lambda item: -item[1]):
        bar = Text("█" * max(1, round(count / total * BAR_WIDTH)), style=COLOURS.get(name, "white"))
        grid.add_row(name.replace("_", " "), bar, f"{count:,} ({count / total:.0%})")
    return grid
