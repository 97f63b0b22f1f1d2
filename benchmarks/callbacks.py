"""Robots held back for those who call back, beside no controller and the best rates that could be held all day.

    python -m benchmarks.callbacks --json

Every scenario that is shipped, on several days by seed. The baselines of the same run know the days beforehand: the
largest constant rate that keeps the service level over the day, and the largest one that keeps every half-hour as well
as the controller does. Half-hours are judged by the clock, the callers of all days taken together.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Sequence
from importlib.resources import files
from pathlib import Path
from time import perf_counter
from typing import Any

from dialer.pacing.callbacks.constant import best_constant
from dialer.pacing.callbacks.day import Day, mean_of, worst_half_hour
from dialer.pacing.callbacks.scenario import CallbackScenario, read_callback_scenario
from dialer.pacing.callbacks.simulator import simulate_callbacks

SCENARIOS = Path(str(files("dialer.pacing.callbacks") / "scenarios"))
SEEDS, QUICK_SEEDS = 8, 2
AS_GOOD = 0.01


def measure(scenario: CallbackScenario, seeds: Sequence[int]) -> dict[str, Any]:
    """Controller and baselines on the same days."""
    began = perf_counter()
    controlled = [simulate_callbacks(scenario, seed) for seed in seeds]
    took_ms = 1000 * (perf_counter() - began) / sum(len(day.minutes) for day in controlled)
    worst = worst_half_hour(controlled)
    day_rate, by_day = best_constant(
        scenario, seeds, lambda days: mean_of(days, "service_level") >= scenario.level
    )
    hour_rate, by_hour = best_constant(scenario, seeds, lambda days: worst_half_hour(days) >= worst - AS_GOOD)
    free = [simulate_callbacks(scenario, seed, scenario.max_rate) for seed in seeds]
    return {
        "controlled": _figures(controlled),
        "best_constant_by_day": _figures(by_day) | {"rate": round(day_rate, 3)},
        "best_constant_by_half_hour": _figures(by_hour) | {"rate": round(hour_rate, 3)},
        "not_controlled": _figures(free),
        "volume_to_best_constant_by_day": _ratio(controlled, by_day),
        "volume_to_best_constant_by_half_hour": _ratio(controlled, by_hour),
        "minute_ms": round(took_ms, 2),
    }


def _figures(days: Sequence[Day]) -> dict[str, float]:
    return {
        "calls_out": round(mean_of(days, "calls_out")),
        "service_level": round(mean_of(days, "service_level"), 3),
        "lowest_day": round(min(day.service_level for day in days), 3),
        "worst_half_hour": round(worst_half_hour(days), 3),
        "hung_up": round(mean_of(days, "hung_up"), 1),
        "late": round(mean_of(days, "late"), 1),
        "utilisation": round(mean_of(days, "utilisation"), 3),
    }


def _ratio(days: Sequence[Day], baseline: Sequence[Day]) -> float:
    calls = mean_of(baseline, "calls_out")
    return round(mean_of(days, "calls_out") / calls, 3) if calls else 0.0


def main() -> None:
    """Run and print."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--json", action="store_true", help="one JSON document on standard output")
    parser.add_argument("--quick", action="store_true", help=f"{QUICK_SEEDS} days instead of {SEEDS}")
    arguments = parser.parse_args()
    seeds = range(1, 1 + (QUICK_SEEDS if arguments.quick else SEEDS))
    document = {}
    for file in sorted(SCENARIOS.glob("*.json")):
        document[file.stem] = measure(read_callback_scenario(file), seeds)
        print(f"{file.stem}: {document[file.stem]}", file=sys.stderr, flush=True)
    if arguments.json:
        print(json.dumps(document, indent=2))
    else:
        _table(document)


def _table(document: dict[str, Any]) -> None:
    print("| day | who | calls out | service level | lowest day | worst half-hour | hung up | called late |")
    print("|---|---|---|---|---|---|---|---|")
    for name, found in document.items():
        for who in ("controlled", "best_constant_by_day", "best_constant_by_half_hour", "not_controlled"):
            row = found[who]
            rate = f" {row['rate']:.2f}/s" if "rate" in row else ""
            print(
                f"| {name} | {who.replace('_', ' ')}{rate} | {row['calls_out']:,} | {row['service_level']:.1%} | "
                f"{row['lowest_day']:.1%} | {row['worst_half_hour']:.1%} | {row['hung_up']:.0f} | {row['late']:.0f} |"
            )


if __name__ == "__main__":
    main()
