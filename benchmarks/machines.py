"""Who answered? How answering-machine detection tells people, machines and announcements apart.

    python -m benchmarks.machines --json

Every sound of `benchmarks.voices` answers a call of the town, a real AMD() and a wait for the beep judge it, once with
Asterisk's own settings (the baseline) and once with ours. Printed: the verdicts by kind, the share of people who would
be taken for a machine, and how long a person waits in silence.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import shutil
import sys
import tempfile
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from statistics import median
from typing import Any

import soundfile

from asterisk.ami import AmiAddress, AmiLink, OriginateRequest
from asterisk.channel_log import read_channel_log
from asterisk.install import find_installation
from asterisk.machines import MachineDetection
from asterisk.node import Node, NodePlan
from asterisk.ports import LOOPBACK, free_port
from asterisk.town import Town, TownPlan
from asterisk.town.roles import SPEAKING_BLOCK
from benchmarks.voices import RATE_HZ, Sample, samples
from dialer.ids import new_touch_id
from dialer.logs import configure_logs
from domain.call_events import Answered, AnyCallEvent, HungUp, MachineJudged

ASTERISKS_OWN = MachineDetection(after_greeting_silence_ms=800, words=2)
"""The values of amd.conf as it is delivered."""
WRONG = {"person": "machine", "voice mail": "human", "announcement": "human"}
VERDICTS = ("human", "unsure", "machine", "machine, beep")
CONTEXT = "benchmark-machines"
DIALPLAN = f"""[{CONTEXT}]
exten => s,1,Answer()
 same => n,Gosub(dozvon-machine,s,1)
 same => n,Hangup(16)
"""
APART_S = 0.2
LONGEST_S = 40.0


@asynccontextmanager
async def pair_of(folder: Path, says: Path, detection: MachineDetection) -> AsyncIterator[Node]:
    """A node with these settings, and the town whose people say the samples."""
    plan = TownPlan(ring=(0.1, 0.1), sayings=says, sends_silence=True, longest_call=LONGEST_S)
    town = Town(folder / "town", free_port(), plan, find_installation())
    ports = (free_port(), free_port("tcp"), town.sip_port)
    node = Node(
        NodePlan("node1", folder / "node", *ports, folder / "prompts", machines=detection),
        find_installation(),
    )
    try:
        await asyncio.gather(town.start(), node.start())
        await node.install_script(CONTEXT, DIALPLAN)
        yield node
    finally:
        await asyncio.gather(town.stop(), node.stop())


async def judged(node: Node, count: int) -> list[list[AnyCallEvent]]:
    """Call every saying once, and read from the channel log what was made of each."""
    plan = node.plan
    link = AmiLink(
        "node1", AmiAddress(LOOPBACK, plan.ami_port, plan.ami_user, plan.ami_secret), asyncio.Queue()
    )
    await link.open()
    touches = [new_touch_id() for _ in range(count)]
    try:
        for place, touch in enumerate(touches):
            channel = f"PJSIP/7916000{SPEAKING_BLOCK}{place:02d}@carrier"
            link.originate(OriginateRequest(touch, channel, CONTEXT, timeout_s=10))
            await asyncio.sleep(APART_S)
        async with asyncio.timeout(LONGEST_S + 20):
            while True:
                found = read_channel_log(node.cel_path, touches)
                if all(any(isinstance(event, HungUp) for event in events) for events in found.values()):
                    return [found[touch] for touch in touches]
                await asyncio.sleep(APART_S)
    finally:
        await link.aclose()


def table_of(heard: list[Sample], calls: list[list[AnyCallEvent]]) -> dict[str, Any]:
    """The confusion table, what was got wrong, and how long people waited."""
    table: dict[str, Counter[str]] = {sample.kind: Counter(dict.fromkeys(VERDICTS, 0)) for sample in heard}
    waits, wrong = list[float](), list[str]()
    for sample, events in zip(heard, calls, strict=True):
        answered = next(event for event in events if isinstance(event, Answered))
        verdict = next(event for event in events if isinstance(event, MachineJudged))
        table[sample.kind][f"{verdict.verdict}{', beep' if verdict.beep else ''}"] += 1
        if verdict.verdict == "human":
            waits.append((verdict.at - answered.at).total_seconds())
        if verdict.verdict == WRONG.get(sample.kind):
            wrong.append(f"{sample.kind}: {sample.name}: {verdict.verdict} ({verdict.cause})")
    people = table["person"]
    return {
        "table": {kind: dict(counts) for kind, counts in table.items()},
        "people_taken_for_machines": round((people["machine"] + people["machine, beep"]) / people.total(), 3),
        "voice_mails_proven_by_beep": round(
            table["voice mail"]["machine, beep"] / table["voice mail"].total(), 3
        ),
        "wait_of_a_person_s": round(median(waits), 2) if waits else None,
        "wrong": wrong,
    }


async def measure(folder: Path) -> dict[str, Any]:
    """Both settings on the same sounds; the document that --json prints."""
    heard, says = samples(), folder / "says"
    says.mkdir()
    for place, sample in enumerate(heard):
        soundfile.write(says / f"{place:02d}.wav", sample.sound, RATE_HZ, subtype="PCM_16")
    document: dict[str, Any] = {"samples": len(heard)}
    for name, detection in (("baseline", ASTERISKS_OWN), ("ours", MachineDetection())):
        print(f"{name}: {len(heard)} calls", file=sys.stderr, flush=True)
        (folder / name).mkdir()
        async with pair_of(folder / name, says, detection) as node:
            document[name] = table_of(heard, await judged(node, len(heard)))
    return document


def main() -> None:
    """Run and print."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--json", action="store_true", help="one JSON document on standard output")
    arguments = parser.parse_args()
    configure_logs("error")
    folder = Path(tempfile.mkdtemp(prefix="dz-"))
    try:
        document = asyncio.run(measure(folder))
    finally:
        shutil.rmtree(folder, ignore_errors=True)
    if arguments.json:
        print(json.dumps(document, indent=2, ensure_ascii=False))
        return
    for name in ("baseline", "ours"):
        _print(name, document[name])


def _print(name: str, found: dict[str, Any]) -> None:
    print(f"{name:<14}" + "".join(f"{verdict:>15}" for verdict in VERDICTS))
    for kind, counts in found["table"].items():
        print(f"{kind:<14}" + "".join(f"{counts[verdict]:>15}" for verdict in VERDICTS))
    print(
        f"people taken for machines {found['people_taken_for_machines']:.1%}, "
        f"voice mails proven by a beep {found['voice_mails_proven_by_beep']:.1%}, "
        f"a person waits {found['wait_of_a_person_s']} s\n"
    )


if __name__ == "__main__":
    main()
