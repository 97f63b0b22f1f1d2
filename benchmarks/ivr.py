"""What a call through a menu costs: 200 at once with audio, beside a bare Playback of the same length.

    python -m benchmarks.ivr --json

The town's debtors press, stay silent and err; every call must have gone the way that the script says, or it counts as
failed. CPU is that of our Asterisk alone, in per cent of one core for each call that is up. Also printed is how long
after an answer the script begins to speak (the 95th percentile; the message of an abandoned call has two seconds).
"""

from __future__ import annotations

import argparse
import asyncio
import json
import shutil
import sys
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from asterisk.install import find_installation
from benchmarks.flood import cpu_seconds
from ivr_scripts.conversation import Event, Heard
from ivr_scripts.language import Script
from ivr_scripts.load import shipped_script
from ivr_scripts.prompts.store import PromptStore
from tests.asterisk.raw_ami import RawAmi, raw_ami
from tests.ivr_scripts.branches import branches, spoken, told
from tests.ivr_scripts.stage import CALLS_S, World, call, hurried, spoken_in_tones, touch_of, world
from tests.ivr_scripts.telephone import clip_seconds, folded, typing
from tests.ivr_scripts.test_dialplan import reported

APART_S = 0.02
BARE = "bare"
A_SECOND = 8_000
"""Bytes of A-law."""


async def measure(calls: int, folder: Path) -> dict[str, Any]:
    """Both levels on one pair of Asterisks."""
    script = hurried(shipped_script("debt_informer"))
    store = spoken_in_tones(folder, [script])
    ways = [branch.events(script) for branch in branches(script)]
    bare, seconds = bare_script(script, store, ways)
    silent = [*(typing(way, store) for way in ways), ""]
    async with world(folder, find_installation(), store, silent, records=False) as here:
        await here.install(script)
        await here.node.install_script(BARE, bare)
        menu = await level(here, script, calls, ways)
        baseline = await level(here, script.model_copy(update={"name": BARE}), calls, None)
    return {
        "calls": calls,
        "failed": menu.failed,
        "seconds_a_call": round(seconds, 1),
        "begins_to_speak_after_s": round(menu.begins_s, 3),
        "menu_cpu_percent_a_channel": round(menu.cpu, 3),
        "bare_playback_cpu_percent_a_channel": round(baseline.cpu, 3),
        "ratio": round(menu.cpu / baseline.cpu, 2),
    }


def bare_script(script: Script, store: PromptStore, ways: list[list[Event]]) -> tuple[str, float]:
    """A dialplan that plays one clip as long as the calls through the menu last on the average."""
    waits = [event.waits_s for way in ways for event in way if isinstance(event, Heard) and not event.what]
    seconds = sum(clip_seconds(store, spoken(way)) for way in ways) / len(ways) + sum(waits) / len(ways)
    clip = store.path(spoken(ways[0])[0]).read_bytes()
    whole = clip * (round(seconds * A_SECOND) // len(clip) + 1)
    store.put(BARE, whole[: round(seconds * A_SECOND)])
    lines = [f"[ivr-{BARE}-v{script.version}]", "exten => s,1,Answer()"]
    return "\n".join(
        [*lines, f" same => n,Playback({store.reference(BARE)})", " same => n,Hangup(16)", ""]
    ), seconds


@dataclass(frozen=True, slots=True)
class Level:
    """Per cent of a core for each channel that is up, how many calls went another way than they should, and the 95th
    percentile of the seconds from the answer to the first step."""

    cpu: float
    failed: int
    begins_s: float


async def level(here: World, script: Script, calls: int, ways: list[list[Event]] | None) -> Level:
    """Place the calls, and wait until the last one has ended."""
    pid = here.node.pid
    assert pid is not None
    before = cpu_seconds(pid)
    async with raw_ami(here.node.plan) as ami:
        for place in range(calls):
            entry = place % len(ways) if ways else len(here.town.plan.typings) - 1
            await call(ami, place, script, here.store, entry=entry)
            await asyncio.sleep(APART_S)
        await ami.until(calls, seconds=CALLS_S, Event="Hangup")
    spent = cpu_seconds(pid) - before
    talked = sum(folded(messages_of(ami, place), touch_of(place)).talk_s for place in range(calls))
    waits = sorted(wait for place in range(calls) for wait in begins(messages_of(ami, place)))
    wrong = [
        place
        for place in range(calls)
        if ways and reported(ami, touch_of(place)) != told(ways[place % len(ways)])
    ]
    return Level(100 * spent / talked, len(wrong), waits[len(waits) * 95 // 100] if waits else 0.0)


def begins(messages: list[dict[str, str]]) -> Iterator[float]:
    """Seconds from the answer to the first step, if the call came to one."""
    answered = (float(told["Timestamp"]) for told in messages if told.get("ChannelStateDesc") == "Up")
    steps = (float(told["Timestamp"]) for told in messages if told.get("UserEvent") == "DozvonStep")
    if (at := next(answered, None)) is not None and (step := next(steps, None)) is not None:
        yield step - at


def messages_of(ami: RawAmi, place: int) -> list[dict[str, str]]:
    """What was told of one call."""
    return ami.matching(Uniqueid=touch_of(place))


def main() -> int:
    """Runs the benchmark; 1 when a call failed."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--calls", type=int, default=200, help="calls at once (default 200)")
    parser.add_argument("--json", action="store_true", help="print one JSON document")
    arguments = parser.parse_args()
    folder = Path(tempfile.mkdtemp(prefix="dz-"))
    try:
        found = asyncio.run(measure(arguments.calls, folder))
    finally:
        shutil.rmtree(folder)
    print(json.dumps(found, indent=2) if arguments.json else "\n".join(f"{k}: {v}" for k, v in found.items()))
    return 1 if found["failed"] else 0


if __name__ == "__main__":
    sys.exit(main())
