"""``dozvon demo``: the main job on a virtual town, in one command."""

from __future__ import annotations

import asyncio
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from dialer.logs import configure_logs
from domain.errors import InputError


class Switch(StrEnum):
    """What the demo dials through."""

    REAL = "real"
    SIMULATED = "simulated"


WithScreens = Annotated[
    bool,
    typer.Option("--screens", help="Serve the desk and the floor to your browser, and go on until Ctrl-C."),
]
OwnStrategy = Annotated[
    str | None,
    typer.Option(help="A file, or the name of a shipped strategy; else calls, messengers and SMS in turn."),
]
WithCallers = Annotated[bool, typer.Option("--callers", help="Debtors ring back, and operators serve them.")]
Held = Annotated[
    bool, typer.Option("--held", help="Hold the robot back for those who ring back, as it would be; slow.")
]


def demo(
    calls: Annotated[int, typer.Option(min=1, help="How many calls to place.")] = 1500,
    cps: Annotated[float, typer.Option(min=0.1, max=200.0, help="Most calls per second.")] = 12.0,
    channels: Annotated[int, typer.Option(min=1, max=2000, help="Most calls at once.")] = 400,
    debtors: Annotated[
        int, typer.Option(min=1, max=1_000_000, help="Size of the made-up portfolio.")
    ] = 36_260,
    seed: Annotated[int, typer.Option(help="Same seed, same portfolio and same town.")] = 1,
    strategy: OwnStrategy = None,
    switch: Annotated[Switch, typer.Option(help="Two real Asterisks, or the AMI simulator.")] = Switch.REAL,
    operators: Annotated[
        int,
        typer.Option(min=0, max=100, help="Robot operators, who talk to the debtors of a second campaign."),
    ] = 0,
    screens: WithScreens = False,
    callers: WithCallers = False,
    held: Held = False,
    keep: Annotated[bool, typer.Option("--keep", help="Leave everything running until Ctrl-C.")] = False,
    folder: Annotated[Path, typer.Option(help="Where the demo keeps its files.")] = Path("var/demo"),
) -> None:
    """Place real SIP calls to a virtual town, watch them live, and compare the log with the carrier's record."""
    from dialer.demo.plan import STRATEGY, DemoPlan
    from dialer.demo.run import run_demo

    configure_logs("warning")
    simulated = switch is Switch.SIMULATED
    _check(simulated, operators=operators, screens=screens, callers=callers or held)
    strategy = strategy or STRATEGY
    plan = DemoPlan(
        *(folder, calls, cps, channels, seed, debtors, strategy, simulated, keep, operators, screens),
        *(callers or held, held),
    )
    raise typer.Exit(asyncio.run(run_demo(plan)))


def _check(simulated: bool, *, operators: int, screens: bool, callers: bool) -> None:
    if simulated and (operators or screens):
        where = "--operators" if operators else "--screens"
        raise InputError(
            "operators need a real Asterisk", where=where, remedy="leave --switch simulated away"
        )
    if callers and not (operators or screens):
        raise InputError("callers need somebody to talk to", where="--callers", remedy="add --operators 5")
