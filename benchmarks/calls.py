"""How many calls per second the engine holds, beside a raw AMI flood on the same pair of Asterisks.

    python -m benchmarks.calls --json

(a) raw: Originates on a bare socket, no logic, nothing kept; (b) engine: `dozvon dialer`, every touch reserved
before it is originated, and logged. Both place the same calls (script, town, mix of debtors). A rate is held
when Asterisk makes at least 95 % of the offered channels in the steady part of a level and the carrier gets
95 % of the INVITEs within a second; channels are counted from the node's event log, INVITEs from the carrier's
record, so both sides are measured by a third. Each side goes up by steps from a rate it holds to one it does not.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import shutil
import sys
import tempfile
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from benchmarks.flood import Level, Measured, flood
from benchmarks.world import Ground, open_ground

START_CPS = 90.0
STEP = 1.25
FINE_STEP = 1.08
ENGINE_START = 0.72

Play = Callable[[Level], Awaitable[Measured]]


@dataclass(frozen=True, slots=True)
class Climb:
    """What a side held, and all its levels."""

    best: Measured
    levels: list[Measured]


async def climb(name: str, play: Play, rate: float, step: float, seconds: float) -> Climb:
    """Raise the rate until it is not held twice running (one miss may be the machine's neighbour)."""
    levels: list[Measured] = []
    best: Measured | None = None
    misses = 0
    while misses < 2:
        measured = await play(Level(rate, seconds))
        levels.append(measured)
        _say(f"{name}: offered {rate:.0f}/s, made {measured.made_cps:.1f}/s, held: {measured.held}")
        if measured.held:
            best, misses, rate = measured, 0, rate * step
        else:
            misses += 1
        if best is None and misses == 2:
            rate, misses = rate / 1.5, 0
    if best is None:
        raise AssertionError("unreachable: a rate is lowered until one is held")
    return Climb(best, levels)


async def measure(ground: Ground, seconds: float) -> dict[str, Any]:
    """Both sides; the document that --json prints."""
    raw = await climb("raw", lambda level: flood(ground, level), START_CPS, STEP, seconds)
    fine = await climb(
        "raw", lambda level: flood(ground, level), raw.best.offered_cps * FINE_STEP, FINE_STEP, seconds
    )
    best_raw = max(raw.best, fine.best, key=lambda one: one.made_cps)
    start = best_raw.offered_cps * ENGINE_START
    engine = await climb("engine", ground.engine_level, start, FINE_STEP, seconds)
    comparison = ground.comparison()
    return {
        "raw_cps": round(best_raw.made_cps, 1),
        "engine_cps": round(engine.best.made_cps, 1),
        "ratio": round(engine.best.made_cps / best_raw.made_cps, 3),
        "lost": len(comparison.lost),
        "doubled": len(comparison.doubled),
        "phantom": len(comparison.phantom),
        "different": len(comparison.different),
        "calls_of_engine": comparison.touches,
        "raw_cpu_ms_per_call": best_raw.cpu_ms,
        "engine_cpu_ms_per_call": engine.best.cpu_ms,
        "due_to_ami_write_ms": engine.best.due_to_write_ms,
        "levels": {
            "raw": [one.to_json() for one in raw.levels + fine.levels],
            "engine": [one.to_json() for one in engine.levels],
        },
    }


def main() -> None:
    """Run and print."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--json", action="store_true", help="one JSON document on standard output")
    parser.add_argument("--seconds", type=float, default=12.0, help="length of a level")
    arguments = parser.parse_args()
    folder = Path(tempfile.mkdtemp(prefix="dz-"))
    try:
        document = asyncio.run(_run(folder, arguments.seconds))
    finally:
        shutil.rmtree(folder, ignore_errors=True)
    if arguments.json:
        print(json.dumps(document, indent=2))
    else:
        _table(document)


async def _run(folder: Path, seconds: float) -> dict[str, Any]:
    async with open_ground(folder) as ground:
        return await measure(ground, seconds)


def _table(document: dict[str, Any]) -> None:
    print(f"raw flood     {document['raw_cps']:8.1f} calls/s")
    print(f"engine        {document['engine_cps']:8.1f} calls/s, ratio {document['ratio']:.3f} (bar 0.80)")
    print(f"lost {document['lost']}, doubled {document['doubled']} of {document['calls_of_engine']} touches")
    print(f"CPU ms a call, raw:    {document['raw_cpu_ms_per_call']}")
    print(f"CPU ms a call, engine: {document['engine_cpu_ms_per_call']}")
    print(f"due -> AMI write, ms:  {document['due_to_ami_write_ms']}")


def _say(line: str) -> None:
    print(line, file=sys.stderr, flush=True)


if __name__ == "__main__":
    main()
