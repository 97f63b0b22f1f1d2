"""Kill -9 of the process that sends messages, many times in the middle of sending; afterwards both sides are compared.

    python -m benchmarks.message_crash --rounds 20 --json [--debtors 3000] [--seed 1]

The stage has no telephone: a dialler reserves, ``dozvon messages`` sends SMS by SMPP and messengers by HTTP to a post
office that answers slowly, throttles, fails, loses answers, tells twice or in the wrong order. Each kill comes when a
drawn number of letters was taken since the last one. At the end the office's record holds one touch for each letter and
no letter twice, every outcome is true or ``unknown``, no touch is open, the books are sound, and a naive count of the
journal finds no limit broken. Exit status 1 when one of these does not hold.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import shutil
import sys
import tempfile
from dataclasses import asdict, dataclass
from pathlib import Path
from random import Random

from benchmarks.contention import count_breaches
from dialer.demo.post_office.addressees import Habits
from dialer.demo.post_office.plan import PostPlan
from domain.campaign import PlanState, Why
from ledger.audit import verify
from tests.e2e.message_play import MessagePlay, open_message_play, strategy
from tests.e2e.play import ordinary
from tests.polling import until

BAD_DAY = PostPlan(
    habits=Habits(delay=(0.1, 1.5)), answer_s=0.05, faults=0.02, lost_answers=0.005, messages_per_s=80.0
)
PARTS = 60
"""The most letters between two kills."""

FLOWS_S, ENDS_S = 120.0, 1_800.0
"""The second is long: what could not be sent at all is planned anew some minutes later."""


@dataclass(frozen=True, slots=True)
class Result:
    """What a campaign with kills came to."""

    kills: int
    taken: int
    touches: int
    lost: int
    doubled: int
    phantom: int
    torn: int
    different: int
    open: int
    unknown: int
    breaches: int
    sound: bool

    @property
    def holds(self) -> bool:
        """Whether the promise was kept. A letter torn by a kill stands as unknown, which the comparison asks for."""
        wrong = (self.lost, self.doubled, self.phantom, self.different, self.open, self.breaches)
        return self.sound and not any(wrong)


async def campaign(folder: Path, debtors: int, rounds: int, seed: int) -> Result:
    """Kill ``rounds`` times, let all messages end, and compare."""
    text = strategy(sms=50, within="30s")
    async with (
        open_message_play(folder, ordinary(debtors), post=BAD_DAY, text=text) as play,
        play.process("dialer", "--campaign", "play"),
    ):
        random = Random(seed)
        for nth in range(rounds):
            await play.kill_in_the_middle(random.randint(1, PARTS), FLOWS_S)
            print(f"kill {nth + 1} of {rounds}: {play.post.taken()} letters", file=sys.stderr, flush=True)
        async with play.process("messages"):
            await until(lambda: settled(play), ENDS_S, "the last message settled")
        return judge(play, rounds)


async def settled(play: MessagePlay) -> bool:
    """Whether every debtor has had his turn but those who have asked for silence since, and nothing is open."""
    await asyncio.sleep(1.0)
    with play.books.read() as tx:
        debtors = {one.debtor_id for one in tx.messages.of_campaign(play.campaign_id)}
        plans = tx.plans.load(play.campaign_id, sorted(debtors)).values()
        held_back = sum(plan.why is Why.HELD_BACK for plan in plans)
        left = tx.plans.counts(play.campaign_id)
        due, in_touch = left.get(PlanState.DUE, 0), left.get(PlanState.IN_TOUCH, 0)
    return due == held_back and not in_touch and None not in play.log().values()


def judge(play: MessagePlay, kills: int) -> Result:
    """Both sides, and the books."""
    comparison = play.compared()
    for name in ("lost", "doubled", "phantom", "torn", "different"):
        for line in getattr(comparison, name):
            print(f"{name}: {line}", file=sys.stderr)
    with play.books.read() as tx:
        sound = verify(tx.connection).sound
    return Result(
        kills=kills,
        taken=comparison.taken,
        touches=comparison.touches,
        lost=len(comparison.lost),
        doubled=len(comparison.doubled),
        phantom=len(comparison.phantom),
        torn=len(comparison.torn),
        different=len(comparison.different),
        open=comparison.open,
        unknown=comparison.unknown,
        breaches=sum(count_breaches(play.books).values()),
        sound=sound,
    )


def main() -> None:
    """Run and print."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--json", action="store_true", help="one JSON document on standard output")
    parser.add_argument("--rounds", type=int, default=20, help="kills")
    parser.add_argument("--debtors", type=int, default=3_000)
    parser.add_argument("--seed", type=int, default=1)
    asked = parser.parse_args()
    folder = Path(tempfile.mkdtemp(prefix="dz-"))
    try:
        result = asyncio.run(campaign(folder, asked.debtors, asked.rounds, asked.seed))
    finally:
        shutil.rmtree(folder, ignore_errors=True)
    print(json.dumps(asdict(result), indent=2) if asked.json else result)
    sys.exit(0 if result.holds else 1)


if __name__ == "__main__":
    main()
