"""A predictive campaign to robot operators over the real Asterisk, beside the simulator's shift of the same scenario.

    python -m benchmarks.floor --minutes 15 --operators 20 --json

The town plays debtors (25 % answer, 20 % busy, the rest rings out) and operators (talks of 20 s, lognormal; 5 s of
wrap-up). Abandons come from the touches, utilisation from the operators' log and once more from the robots' own record.
The simulator plays the scenario as planned and, to explain what differs, as it came (answer rate, talks, and the
seconds that an operator's phone rings, which no scenario knows). At the end: every call that the carrier saw is in the
log, every talk that a robot had too and at the same time, no channel is left and nobody is stuck. Exit status 1 when
one of these does not hold, or a bar: abandons <= 3 % and their sampling error, utilisation within 5 points of the
simulator's.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import shutil
import sys
import tempfile
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import pairwise
from math import sqrt
from pathlib import Path
from statistics import mean, pstdev
from typing import Any

from asterisk.town import CarrierCall, RobotTalk
from dialer.clock import SystemClock
from dialer.demo.team import Team
from dialer.pacing import make_pacer
from dialer.pacing.scenario import Scenario
from dialer.pacing.simulator import simulate
from domain.operator import OperatorState, StateChange
from domain.touch import Outcome
from tests.e2e.floor_play import FloorPlay, floor_of, operators, town
from tests.e2e.play import CAMPAIGN, open_play, ordinary
from tests.polling import until

BUSY_SHARE = 0.2
RING_S = (2.0, 16.0)
RING_TIMEOUT_S = 25.0
PATIENCE_S = 2.0
TARGET = 0.03
ONE_SIDED_95 = 1.645
SEEDS = 20
MOST_APART = 0.05
AT_WORK = frozenset(OperatorState) - {OperatorState.OFFLINE}
BUSY = frozenset({OperatorState.TALKING, OperatorState.WRAP_UP})
ENDS_S = 180.0


@dataclass(frozen=True, slots=True)
class Plan:
    """What is played."""

    minutes: float
    operators: int
    answers: float
    talk_s: float
    wrap_s: int
    mode: str

    @property
    def debtors(self) -> int:
        """More than can be called in that time: a list that ends would be another scenario."""
        return (
            round(1.6 * self.operators * self.minutes * 60 / (self.talk_s + self.wrap_s) / self.answers) + 200
        )

    def scenario(self) -> dict[str, Any]:
        """The same for the simulator; the gamma part has the mean and the spread of the town's even one."""
        low, high = RING_S
        spread = (high - low) / sqrt(12)
        scale = spread**2 / ((high - low) / 2)
        ring = {"setup": low, "gamma_shape": (high - low) / 2 / scale, "gamma_scale": scale}
        return {
            "hours": self.minutes / 60,
            "agents": self.operators,
            "answer_rate": self.answers,
            "fast_fail_rate": BUSY_SHARE,
            "ring_s": ring,
            "ring_timeout_s": RING_TIMEOUT_S,
            "talk_s": self.talk_s,
            "wrap_s": self.wrap_s,
            "wrap_cv": 0.0,
            "patience_s": PATIENCE_S,
            "target_abandon": TARGET,
        }


@dataclass(frozen=True, slots=True)
class Window:
    """From the sign-in of the last operator to the end of dialling, by the clock of our log."""

    begin: datetime
    end: datetime

    @property
    def seconds(self) -> float:
        """How long it is."""
        return (self.end - self.begin).total_seconds()

    def overlap_s(self, begin: datetime, end: datetime) -> float:
        """Seconds of a span that lie within."""
        return max(0.0, (min(end, self.end) - max(begin, self.begin)).total_seconds())


async def measure(folder: Path, plan: Plan) -> dict[str, Any]:
    """Play it and compare; the document that --json prints."""
    async with (
        open_play(
            folder,
            Path("var/prompts").resolve(),
            ordinary(plan.debtors),
            town=town(answers=plan.answers, busy=BUSY_SHARE, ring=RING_S, longest_call=600.0),
            cps=50.0,
            strategy=operators(plan.mode),
            team=Team(plan.operators, talk_s=plan.talk_s, wrap_up_s=plan.wrap_s),
            ring_timeout_s=RING_TIMEOUT_S,
        ) as play,
        play.dialler() as dialler,
        floor_of(play) as floor,
    ):
        window = await _shift(floor, plan.minutes * 60)
        left = await _end(floor)
        dialler.terminate()
        await dialler.ended(ENDS_S)
        return await _document(floor, plan, window, left)


async def _shift(floor: FloorPlay, seconds: float) -> Window:
    clock = SystemClock(floor.play.settings.clock_ahead)
    await floor.sign_in()
    begin = clock.now()
    for minute in range(round(seconds / 60)):
        _say(f"minute {minute}: {floor.play.placed()} calls, operators {dict(await floor.states())}")
        await asyncio.sleep(min(60.0, seconds))
    return Window(begin, clock.now())


async def _end(floor: FloorPlay) -> dict[str, Any]:
    """Stop dialling, let the calls end, and look for what is left."""
    await floor.play.cli("campaign", "stop", CAMPAIGN)
    await until(lambda: not floor.play.open(), ENDS_S, "every touch has its outcome")

    async def all_ready() -> bool:
        return await floor.states() == {"ready": floor.team.operators}

    try:
        await until(all_ready, 30, "every operator is ready again")
    except AssertionError:
        _say(f"stuck: {dict(await floor.states())}")
    return {"states": dict(await floor.states()), "channels": await floor.channels()}


async def _document(floor: FloorPlay, plan: Plan, window: Window, left: dict[str, Any]) -> dict[str, Any]:
    calls, talks = await floor.play.compared(), await floor.talks_compared()
    ahead = floor.play.settings.clock_ahead
    record = [call for call in floor.play.stage.record() if window.overlap_s(*_answer(call, ahead))]
    real = _real(floor, plan, window, record)
    came = _came(plan, record, floor.play.stage.talks(), real)
    planned, as_it_came = _simulated(plan.mode, plan.scenario()), _simulated(plan.mode, came)
    abandon_bar = TARGET + ONE_SIDED_95 * sqrt(TARGET * (1 - TARGET) / max(1, real["answers"]))
    apart = abs(real["utilisation"] - planned["utilisation"])
    sound = {
        "carrier_equals_log": calls.equal,
        "robots_equal_log": talks.equal,
        "no_channel_left": left["channels"] == 0,
        "everybody_ready": left["states"] == {"ready": plan.operators},
    }
    return {
        "real": real,
        "simulated": planned,
        "simulated_as_it_came": as_it_came,
        "came": came,
        "abandon_bar": round(abandon_bar, 4),
        "utilisation_apart": round(apart, 4),
        "sound": sound,
        "differences": {"calls": calls.different + calls.lost + calls.doubled + calls.phantom}
        | {"talks": talks.different + talks.lost + talks.phantom + talks.at_once},
        "log_apart_s_longest": round(max(talks.apart_s, default=0.0), 3),
        "held": all(sound.values()) and real["abandon"] <= abandon_bar and apart <= MOST_APART,
    }


def _answer(call: CarrierCall, ahead: timedelta) -> tuple[datetime, datetime]:
    """An instant's span at the answer, by the clock of our log; nothing for a call that nobody answered."""
    at = (call.answered or call.started) + ahead
    return at, at + timedelta(seconds=bool(call.answered) * 1e-3)


def _real(floor: FloorPlay, plan: Plan, window: Window, record: list[CarrierCall]) -> dict[str, Any]:
    answered = {call.touch_id for call in record}
    outcomes = {row.id: row.outcome for row in floor.play.touches()}
    abandoned = sum(outcomes.get(touch) == Outcome.ABANDONED for touch in answered)
    share = abandoned / max(1, len(answered))
    states = seconds_in_states(floor.log(), window)
    present = sum(states[state] for state in AT_WORK)
    ahead = floor.play.settings.clock_ahead
    talked = sum(
        window.overlap_s(talk.answered + ahead, talk.ended + ahead)
        for talk in floor.play.stage.talks()
        if talk.answered
    )
    wrapped = states[OperatorState.WRAP_UP]
    return {
        "utilisation": round(sum(states[state] for state in BUSY) / present, 4),
        "utilisation_by_robots": round((talked + wrapped) / (plan.operators * window.seconds), 4),
        "abandon": round(share, 4),
        "abandon_standard_error": round(sqrt(share * (1 - share) / max(1, len(answered))), 4),
        "answers": len(answered),
        "abandoned": abandoned,
        "dials": len(outcomes),
        "share_of_time": {state.value: round(states[state] / present, 4) for state in OperatorState},
    }


def seconds_in_states(log: Iterable[StateChange], window: Window) -> dict[OperatorState, float]:
    """How long all operators together were in each state within the window."""
    by_operator: Mapping[int, list[StateChange]] = defaultdict(list)
    for line in log:
        by_operator[line.operator].append(line)
    total: dict[OperatorState, float] = defaultdict(float)
    for lines in by_operator.values():
        for state, begin, end in _spans(lines, window.end):
            total[state] += window.overlap_s(begin, end)
    return total


def _spans(lines: list[StateChange], end: datetime) -> Iterator[tuple[OperatorState, datetime, datetime]]:
    for before, after in pairwise(lines):
        yield before.state, before.at, after.at
    if lines:
        yield lines[-1].state, lines[-1].at, max(end, lines[-1].at)


def _came(
    plan: Plan, record: list[CarrierCall], talks: list[RobotTalk], real: dict[str, Any]
) -> dict[str, Any]:
    """The scenario as it was drawn. An operator whose phone rings is as lost to others as one who talks."""
    lengths = [(talk.ended - talk.answered).total_seconds() for talk in talks if talk.answered]
    rings = [(talk.answered - talk.started).total_seconds() for talk in talks if talk.answered]
    if len(lengths) < 2 or not real["dials"]:
        raise AssertionError("nobody talked")
    talk_s = mean(lengths)
    return plan.scenario() | {
        "answer_rate": round(len(record) / real["dials"], 4),
        "talk_s": round(talk_s + mean(rings), 3),
        "talk_cv": round(pstdev(lengths) / (talk_s + mean(rings)), 3),
    }


def _simulated(mode: str, scenario: dict[str, Any]) -> dict[str, Any]:
    """The mean of some shifts, and how far one of them may be from it."""
    shifts = [
        simulate(
            Scenario.model_validate(scenario),
            make_pacer(mode, target_abandon=TARGET, patience=PATIENCE_S),
            seed,
        ).to_json()
        for seed in range(SEEDS)
    ]
    figures: dict[str, Any] = {}
    for name in ("utilisation", "abandon"):
        values = [shift[name] for shift in shifts]
        figures |= {name: round(mean(values), 4), f"{name}_deviation": round(pstdev(values), 4)}
    return figures


def main() -> None:
    """Run and print."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--json", action="store_true", help="one JSON document on standard output")
    parser.add_argument("--minutes", type=float, default=15.0)
    parser.add_argument("--operators", type=int, default=20)
    parser.add_argument("--answers", type=float, default=0.25, help="share of the calls that are answered")
    parser.add_argument("--talk", type=float, default=20.0, help="mean seconds")
    parser.add_argument("--wrap", type=int, default=5, help="seconds of wrap-up")
    parser.add_argument("--mode", default="predictive", choices=["predictive", "progressive"])
    given = parser.parse_args()
    plan = Plan(given.minutes, given.operators, given.answers, given.talk, given.wrap, given.mode)
    folder = Path(tempfile.mkdtemp(prefix="dz-"))
    try:
        document = asyncio.run(measure(folder, plan))
    finally:
        shutil.rmtree(folder, ignore_errors=True)
    if given.json:
        print(json.dumps(document, indent=2))
    else:
        _table(document)
    sys.exit(0 if document["held"] else 1)


def _table(document: dict[str, Any]) -> None:
    real = document["real"]
    print(f"{real['dials']} calls, {real['answers']} answers, {real['abandoned']} abandoned")
    print("                      utilisation  abandon")
    for name in ("real", "simulated", "simulated_as_it_came"):
        told = document[name]
        print(f"{name:21} {told['utilisation']:11.1%} {told['abandon']:8.2%}")
    print(f"by the robots' record {real['utilisation_by_robots']:11.1%}")
    print(
        f"bars: abandons <= {document['abandon_bar']:.2%}, utilisation {document['utilisation_apart']:.1%} apart (5 %)"
    )
    print(f"operators' time: {real['share_of_time']}")
    print(f"at the end: {document['sound']}; {document['differences']}")


def _say(line: str) -> None:
    print(line, file=sys.stderr, flush=True)


if __name__ == "__main__":
    main()
