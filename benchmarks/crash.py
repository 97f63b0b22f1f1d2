"""Kill -9 of every part of a running campaign, many times at random moments; afterwards both sides are compared.

    python -m benchmarks.crash --rounds 20 --json [--parts dialler,node,town,redis,postgresql] [--seed 1]

Each part gets a campaign of its own on a real stage: two Asterisks, Redis, a dialler process, books on SQLite (for
``postgresql``: on a private PostgreSQL with durable commits). When calls flow again after a kill the next one is drawn.
At the end the carrier's record holds one touch for each INVITE and no INVITE twice, every outcome is true or `unknown`,
no touch is open, the books are sound, and a naive count of the journal finds no limit broken. Exit status 1 when one of
these does not hold. ``unrecorded`` are touches that say a call was placed which the carrier has no line of.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import shutil
import sys
import tempfile
from collections.abc import AsyncIterator, Iterator
from contextlib import AsyncExitStack, asynccontextmanager, contextmanager, suppress
from dataclasses import asdict, dataclass
from pathlib import Path
from random import Random
from typing import Any

from asterisk.install import find_postgresql
from benchmarks.contention import count_breaches
from dialer.demo.truth import compare
from dialer.private.postgres import PrivatePostgres
from domain.touch import Outcome
from ledger.audit import verify
from tests.e2e.play import BRIEF_TOWN, DiallerProcess, Play, open_play, ordinary
from tests.polling import until

PARTS = ("dialler", "node", "town", "redis", "postgresql")
LOSES_ITS_OWN = frozenset({"node", "town"})
"""A killed town loses the lines of its live calls, and a node that dies with an INVITE in hand never sends it."""

DEBTORS = 6_000
CPS = 15.0
PAUSE_S = (2.0, 6.0)
"""Between two kills, from the moment when calls flow again."""

FLOWING = 10
"""So many new calls show that they do."""

FLOWS_AGAIN_S = 60.0
ENDS_S = 180.0
LAST_LINES_S = 30.0
"""No call outlives 20 s, so the carrier has written its last line by then."""


@dataclass(frozen=True, slots=True)
class Result:
    """What a campaign with kills came to."""

    kills: int
    invites: int
    touches: int
    lost: int
    doubled: int
    unrecorded: int
    different: int
    open: int
    unknown: int
    breaches: int
    sound: bool

    def holds(self, part: str) -> bool:
        """Whether the promise was kept when it was ``part`` that died."""
        kept = self.sound and not (self.lost or self.doubled or self.different or self.open or self.breaches)
        return kept and (part in LOSES_ITS_OWN or not self.unrecorded)


class Scene:
    """A campaign in play, its dialler, and the part that is killed."""

    def __init__(self, play: Play, server: PrivatePostgres | None) -> None:
        self.play, self._server = play, server
        self._opened = AsyncExitStack()
        self.dialler: DiallerProcess

    async def strike(self, part: str) -> None:
        """Kill it and start it again."""
        match part:
            case "dialler":
                await self.dialler.kill()
                await self.start_dialler()
            case "node" | "town":
                asterisk = self.play.stage.node if part == "node" else self.play.stage.town
                await asterisk.kill()
                await asterisk.start()
            case "redis":
                self.play.stage.redis.stop()
                await self.play.stage.redis.start()
            case "postgresql" if self._server is not None:
                self._server.kill()
                await asyncio.sleep(1.0)  # else nobody notices but those who are just talking to it
                self._server.start()

    async def start_dialler(self) -> None:
        """A new one; all end with the scene."""
        self.dialler = await self._opened.enter_async_context(self.play.dialler("--until-finished"))

    async def flows(self) -> None:
        """Return when new calls are placed."""
        before = self.play.placed()
        await until(lambda: self.play.placed() >= before + FLOWING, FLOWS_AGAIN_S, "new calls")

    async def finish(self) -> None:
        """No new calls; return when the dialler has followed the last one to its end."""
        await self.play.cli("campaign", "stop", "play")
        await self.dialler.ended(ENDS_S)

    async def aclose(self) -> None:
        """End what is left."""
        await self._opened.aclose()


@asynccontextmanager
async def open_scene(folder: Path, prompts: Path, part: str) -> AsyncIterator[Scene]:
    """The running stage of one part."""
    folder.mkdir(parents=True)
    phones = ordinary(DEBTORS)
    with _server(folder, part) as server:
        url = server.create_database("books") if server else ""
        async with open_play(folder, prompts, phones, town=BRIEF_TOWN, cps=CPS, database_url=url) as play:
            scene = Scene(play, server)
            try:
                await scene.start_dialler()
                yield scene
            finally:
                await scene.aclose()


@contextmanager
def _server(folder: Path, part: str) -> Iterator[PrivatePostgres | None]:
    if part != "postgresql":
        yield None
        return
    server = PrivatePostgres(folder / "pg", find_postgresql(), durable=True)
    server.start()
    try:
        yield server
    finally:
        server.stop()


async def campaign(folder: Path, prompts: Path, part: str, rounds: int, seed: int) -> Result:
    """Kill the part ``rounds`` times, let all calls end, and compare."""
    random = Random(f"{seed} {part}")
    async with open_scene(folder, prompts, part) as scene:
        await scene.flows()
        for nth in range(rounds):
            await asyncio.sleep(random.uniform(*PAUSE_S))
            await scene.strike(part)
            await scene.flows()
            print(f"{part}: kill {nth + 1} of {rounds}", file=sys.stderr, flush=True)
        await scene.finish()
        await _last_lines(scene.play)
        return _judge(scene.play, rounds)


async def _last_lines(play: Play) -> None:
    """Wait until the carrier has written every call that we know of, or can write no more."""
    placed = {touch.id for touch in play.touches() if touch.outcome != Outcome.NOT_PLACED}
    with suppress(AssertionError):
        await until(
            lambda: placed <= {call.touch_id for call in play.stage.record()}, LAST_LINES_S, "the last line"
        )


def _judge(play: Play, kills: int) -> Result:
    with play.books.read() as tx:
        comparison = compare(play.stage.record(), tx.touches.outcomes(play.campaign_id), from_log=True)
        sound = verify(tx.connection).sound
    outcomes = [touch.outcome for touch in play.touches()]
    for difference in comparison.different:
        print(difference, file=sys.stderr)
    return Result(
        kills=kills,
        invites=comparison.invites,
        touches=comparison.touches,
        lost=len(comparison.lost),
        doubled=len(comparison.doubled),
        unrecorded=len(comparison.phantom) + comparison.unseen,
        different=len(comparison.different),
        open=outcomes.count(None),
        unknown=outcomes.count(Outcome.UNKNOWN),
        breaches=sum(count_breaches(play.books).values()),
        sound=sound,
    )


def main() -> None:
    """Run and print."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--json", action="store_true", help="one JSON document on standard output")
    parser.add_argument("--rounds", type=int, default=20, help="kills of each part")
    parser.add_argument("--parts", default=",".join(PARTS))
    parser.add_argument("--seed", type=int, default=1)
    arguments = parser.parse_args()
    parts = arguments.parts.split(",")
    if strange := set(parts) - set(PARTS):
        parser.error(f"no such part: {', '.join(sorted(strange))}; there are {', '.join(PARTS)}")
    folder = Path(tempfile.mkdtemp(prefix="dz-"))
    document: dict[str, dict[str, Any]] = {}
    kept = True
    try:
        for part in parts:
            played = campaign(folder / part, folder / "prompts", part, arguments.rounds, arguments.seed)
            result = asyncio.run(played)
            kept = kept and result.holds(part)
            document[part] = asdict(result)
            print(f"{part}: {document[part]}", file=sys.stderr, flush=True)
    finally:
        shutil.rmtree(folder, ignore_errors=True)
    if arguments.json:
        print(json.dumps(document, indent=2))
    sys.exit(0 if kept else 1)


if __name__ == "__main__":
    main()
