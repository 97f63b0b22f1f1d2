"""Calls in among calls out, over the real Asterisk: robots ring debtors with a script, debtors ring operators.

    python -m benchmarks.inbound --calls 300 --operators 15 --json

The town rings one line of ours, most callers from their own phones (every fifth twice), others from a phone that two
debtors share, from a bailiff's, from unknown numbers, or hiding theirs; some are just being rung by us. At the end each
call must be one touch, of the right debtor or with the right reason, at the right desk, and answered or abandoned; no
channel is left, and every operator is ready. Exit status 1 when one of these does not hold.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import re
import shutil
import sys
import tempfile
from collections import Counter
from dataclasses import dataclass
from pathlib import Path
from random import Random
from statistics import quantiles
from typing import Any

from asterisk.town import Role, TownPlan
from dialer.demo.team import Team
from domain.campaign import DEFAULT_DESK
from domain.inbound import BAILIFFS_DESK, Line
from domain.touch import Direction, Outcome
from tests.e2e.floor_play import FloorPlay, floor_of
from tests.e2e.play import CAMPAIGN, PORTFOLIO, open_play, ordinary
from tests.polling import until

LINE, BAILIFF = "+78005553535", "+73432223344"
STRATEGY = """\
name: inform
title: Робот сообщает о долге
regime: ru-230fz-agency
policies: [attempts-3-a-day]
segments:
  - id: everybody
    when: {sum: {at_least: 1}}
    steps:
      - {id: inform, ivr: debt_informer}
"""
PROCEEDINGS = (
    "Номер ИП;Код должника;Дата возбуждения;Исполнительный документ;ОСП;Пристав;Телефон пристава;Остаток\n"
    f"1/26-ИП;D00000;01.02.2026;судебный приказ 2-5/2026;ОСП 1;Петров П. П.;{BAILIFF};480,10\n"
)
TOWN = TownPlan(
    seed="inbound",
    shares={Role.LISTENS_TO_END: 0.2, Role.HANGS_UP_EARLY: 0.2, Role.BUSY: 0.2, Role.RINGS_OUT: 0.4},
    ring=(2.0, 8.0),
    ring_out=20.0,
    longest_call=60.0,
)
FAMILIES = 15
AT_ONCE = 4
ENDS_S = 240.0


@dataclass(frozen=True, slots=True)
class Caller:
    """Who rings, and what our log must say of it."""

    number: str
    debtor_id: int | None
    why: str
    desk: str = DEFAULT_DESK


def callers_of(phones: list[str], calls: int, draw: Random) -> list[Caller]:
    """A fixed mix, shuffled: 65 % alone on their phones, 15 % families, 5 % bailiffs, 10 % unknown, 5 % hidden."""
    alone = [
        Caller(phones[nth], nth + 1, "unverified phone") for nth in range(2 * FAMILIES, 2 * FAMILIES + calls)
    ]
    families = [Caller(phones[2 * nth], None, "2 debtors have this number") for nth in range(FAMILIES)]
    once = [alone[nth] for nth in range(round(calls * 0.52))]
    mix = once + once[: round(calls * 0.13)]
    mix += [families[nth % FAMILIES] for nth in range(round(calls * 0.15))]
    mix += [Caller(BAILIFF, None, "the bailiff's phone", BAILIFFS_DESK)] * round(calls * 0.05)
    mix += [Caller("", None, "the number is not shown")] * round(calls * 0.05)
    strangers = calls - len(mix)
    mix += [Caller(f"+7903{nth:07}", None, "nobody has this number") for nth in range(strangers)]
    draw.shuffle(mix)
    return mix


async def measure(folder: Path, calls: int, operators: int, per_second: float) -> dict[str, Any]:
    """Play it; the document that --json prints."""
    own = ordinary(FAMILIES + calls)
    phones = [phone for phone in own[:FAMILIES] for _ in range(2)] + own[FAMILIES:]
    team = Team(operators, skills=(BAILIFFS_DESK,), talk_s=6.0, wrap_up_s=2)
    prompts = Path("var/prompts").resolve()
    strategy = (STRATEGY, "inform.yaml")
    async with (
        open_play(folder, prompts, phones, town=TOWN, cps=2.0, strategy=strategy, team=team) as play,
        floor_of(play) as floor,
    ):
        (folder / "proceedings.csv").write_text(PROCEEDINGS)
        await play.cli("import", "proceedings", str(folder / "proceedings.csv"), "--portfolio", PORTFOLIO)
        with play.books.write() as tx:
            tx.lines.put(Line(LINE, portfolio=PORTFOLIO))
        pacing = play.settings.pacing.model_copy(update={"callbacks": False})
        async with play.dialler(settings=play.settings.model_copy(update={"pacing": pacing})) as dialler:
            await floor.sign_in()
            await until(lambda: play.placed() > 0, 60, "the robot rings people")
            callers = callers_of(phones, calls, Random(7))
            await _ring(floor, callers, per_second)
            left = await _end(floor, calls)
            dialler.terminate()
            await dialler.ended(ENDS_S)
        return _document(floor, callers, left)


async def _ring(floor: FloorPlay, callers: list[Caller], per_second: float) -> None:
    stage, few = floor.play.stage, asyncio.Semaphore(AT_ONCE)

    async def ring(caller: Caller) -> None:
        async with few:
            await stage.town.call_in(caller.number, LINE, stage.node.plan.sip_port)

    async with asyncio.TaskGroup() as group:
        for nth, caller in enumerate(callers):
            group.create_task(ring(caller))
            if nth % 50 == 0:
                _say(f"{nth} calls in, {floor.play.placed()} out, operators {dict(await floor.states())}")
            await asyncio.sleep(1 / per_second)


async def _end(floor: FloorPlay, calls: int) -> dict[str, Any]:
    """No more calls out; what came in is served, and what is left is counted."""
    await floor.play.cli("campaign", "stop", CAMPAIGN)

    async def all_over() -> bool:
        came = _inbound(floor)
        return len(came) >= calls and all(row.outcome for row in floor.play.touches())

    async def all_ready() -> bool:
        return await floor.states() == {"ready": floor.team.operators} and await floor.channels() == 0

    for what, condition in (("every call has ended", all_over), ("everybody is ready", all_ready)):
        try:
            await until(condition, ENDS_S, what)
        except AssertionError as stuck:
            _say(str(stuck))
    queues = await floor.play.stage.node.cli("queue show")
    waiting = sum(map(int, re.findall(r"^\S+ has (\d+) calls", queues, re.MULTILINE)))
    return {"channels": await floor.channels(), "waiting": waiting, "states": dict(await floor.states())}


def _document(floor: FloorPlay, callers: list[Caller], left: dict[str, Any]) -> dict[str, Any]:
    came, calls = _inbound(floor), floor.calls()
    expected = {caller.number: caller for caller in callers}
    wrong = [
        (row.phone[-4:], row.debtor_id, row.why, calls[row.id].desk)
        for row in came
        if not _right(row, calls[row.id].desk, expected.get(row.phone))
    ]
    numbers, told = Counter(caller.number for caller in callers), Counter(row.phone for row in came)
    sent_ms = sorted(
        (call.queued_at - row.reserved_at).total_seconds() * 1000
        for row in came
        if (call := calls[row.id]).queued_at
    )
    ours = [row for row in floor.play.touches() if row.direction == Direction.OUT]
    sound = {
        "one_touch_a_call": numbers == told,
        "right_debtor_reason_and_desk": not wrong,
        "every_touch_ended": all(row.outcome for row in came),
        "no_channel_left": left["channels"] == 0 and left["waiting"] == 0,
        "everybody_ready": left["states"] == {"ready": floor.team.operators},
    }
    return {
        "calls_in": len(callers),
        "calls_out": len(ours),
        "outcomes": Counter(Outcome(row.outcome).value for row in came if row.outcome),
        "rung_while_ringing": len(
            [row for row in ours if row.cause == 16 and row.outcome == Outcome.NO_ANSWER]
        ),
        "first_ring_to_queue_ms": {
            "p50": round(quantiles(sent_ms, n=100)[49], 1),
            "p99": round(quantiles(sent_ms, n=100)[98], 1),
        },
        "left": left,
        "sound": sound,
        "wrong": wrong[:20],
        "held": all(sound.values()),
    }


def _right(row: Any, desk: str, caller: Caller | None) -> bool:
    """Whether a touch is of whom it must be; one who is gone before he waited has no desk."""
    if caller is None or row.debtor_id != caller.debtor_id or not row.why.startswith(caller.why):
        return False
    return desk in ("", caller.desk)


def _inbound(floor: FloorPlay) -> list[Any]:
    return [row for row in floor.play.touches() if row.direction == Direction.IN]


def main() -> None:
    parser = argparse.ArgumentParser(description="Calls in among calls out.")
    parser.add_argument("--calls", type=int, default=300)
    parser.add_argument("--operators", type=int, default=15)
    parser.add_argument("--per-second", type=float, default=1.0)
    parser.add_argument("--json", action="store_true")
    options = parser.parse_args()
    folder = Path(tempfile.mkdtemp(prefix="dz-"))
    try:
        document = asyncio.run(measure(folder, options.calls, options.operators, options.per_second))
    finally:
        shutil.rmtree(folder)
    if options.json:
        print(json.dumps(document, ensure_ascii=False, indent=2))
    else:
        for name, value in document.items():
            print(f"{name:24} {value}")
    sys.exit(not document["held"])


def _say(line: str) -> None:
    print(line, file=sys.stderr, flush=True)


if __name__ == "__main__":
    main()
