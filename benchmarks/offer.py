"""From the debtor's answer to the ringing of an operator's phone: our whole chain, beside a bare Originate to Queue.

    python -m benchmarks.offer --calls 300 --json

Both sides play on the same pair of Asterisks, one after the other, with the same robot operators, of whom some are
always free. Both are measured by a third: the town, which plays debtors and operators, and writes down when it answered
the one call and when the other reached it. Bar: p99 <= 150 ms.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import shutil
import tempfile
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from dialer.demo.stage import Stage
from dialer.demo.team import Team
from dialer.ids import new_touch_id
from tests.asterisk.raw_ami import raw_ami
from tests.e2e.floor_play import FloorPlay, floor_of, operators, town
from tests.e2e.play import CAMPAIGN, open_play, ordinary
from tests.polling import until

OPERATORS = 20
TALK_S = 2.0
WRAP_UP_S = 1
CPS = 3.0
"""Nine of the operators are busy at that rate."""

BAR_MS = 150.0
BARE = "bare"
DIALPLAN = f"""[{BARE}]
exten = s,1,Queue(desk-operators,b({BARE}-offer^s^1(${{UNIQUEID}})),,,20)
[{BARE}-offer]
exten = s,1,Set(PJSIP_HEADER(add,X-Touch-Id)=${{ARG1}})
 same = n,Return()
"""


@dataclass(frozen=True, slots=True)
class Delays:
    """Milliseconds from answer to ringing; ``lost`` calls were answered and reached no operator."""

    calls: int
    p50: float
    p99: float
    longest: float
    lost: int


async def measure(folder: Path, calls: int) -> dict[str, Any]:
    """Both sides; the document that --json prints."""
    people = town(answers=1.0, ring=(0.1, 0.3), longest_call=30.0)
    team = Team(OPERATORS, talk_s=TALK_S, talk_cv=0.5, wrap_up_s=WRAP_UP_S)
    async with open_play(
        folder,
        Path("var/prompts").resolve(),
        ordinary(calls),
        town=people,
        cps=CPS,
        strategy=operators("progressive"),
        team=team,
    ) as play:
        await play.cli("campaign", "pause", CAMPAIGN)
        async with play.dialler(), floor_of(play) as floor:
            await floor.sign_in()
            bare = await _bare(floor, calls)
            await play.cli("campaign", "resume", CAMPAIGN)
            await until(
                lambda: play.placed() == calls and not play.open(), 600, "the campaign's last call is over"
            )
        ours = {row.id for row in play.touches()}
        return _document(_delays(play.stage, bare), _delays(play.stage, ours))


async def _bare(floor: FloorPlay, calls: int) -> set[str]:
    """Originates on a bare socket, without any logic of ours."""
    stage = floor.play.stage
    touches = [new_touch_id() for _ in range(calls)]
    await stage.node.install_script(BARE, DIALPLAN)
    async with raw_ami(stage.node.plan) as ami:
        for nth, touch in enumerate(touches):
            await ami.originate(touch, f"7900{nth:07}", BARE)
            await asyncio.sleep(1 / CPS)

    async def all_written() -> bool:
        return set(touches) <= {call.touch_id for call in stage.record()}

    await until(all_written, 60, "the last bare call is over")
    return set(touches)


def _delays(stage: Stage, touches: set[str]) -> Delays:
    answered = {call.touch_id: call.answered for call in stage.record() if call.answered}
    rung = {talk.touch_id: talk.started for talk in reversed(stage.talks())}
    mine = {touch: at for touch, at in answered.items() if touch in touches}
    reached = mine.keys() & rung.keys()
    waits = sorted((rung[touch] - mine[touch]).total_seconds() * 1000 for touch in reached)
    if not waits:
        raise AssertionError("no call reached an operator")
    p50, p99 = (round(waits[min(len(waits) - 1, int(len(waits) * share))], 1) for share in (0.5, 0.99))
    return Delays(len(waits), p50, p99, round(waits[-1], 1), len(mine) - len(waits))


def _document(bare: Delays, ours: Delays) -> dict[str, Any]:
    return {
        "bar_ms": BAR_MS,
        "held": ours.p99 <= BAR_MS,
        "bare": asdict(bare),
        "ours": asdict(ours),
        "ratio_p50": round(ours.p50 / bare.p50, 2),
        "ratio_p99": round(ours.p99 / bare.p99, 2),
    }


def main() -> None:
    """Run and print."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--json", action="store_true", help="one JSON document on standard output")
    parser.add_argument("--calls", type=int, default=300, help="of each side")
    arguments = parser.parse_args()
    folder = Path(tempfile.mkdtemp(prefix="dz-"))
    try:
        document = asyncio.run(measure(folder, arguments.calls))
    finally:
        shutil.rmtree(folder, ignore_errors=True)
    if arguments.json:
        print(json.dumps(document, indent=2))
        return
    for side in ("bare", "ours"):
        told = document[side]
        print(
            f"{side}: p50 {told['p50']:.1f} ms, p99 {told['p99']:.1f} ms, longest {told['longest']:.1f} ms"
            f" of {told['calls']} calls; {told['lost']} reached nobody"
        )
    print(f"bar: p99 <= {BAR_MS:g} ms, {'held' if document['held'] else 'NOT held'}")


if __name__ == "__main__":
    main()
