"""A campaign of messages played without a telephone: books, a dialler, the process that sends, and the post office."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any

from sqlalchemy import select

from dialer.cli.campaign import begin_campaign
from dialer.clock import SystemClock
from dialer.demo.message_truth import Logged, MessageComparison, compare_messages
from dialer.demo.post_office.plan import PostPlan
from dialer.demo.post_office.process import PostOffice
from dialer.demo.stage import StagePlan
from dialer.demo.world import SimulatedWorld, open_simulated
from dialer.handlers.publish import review
from dialer.handlers.start_campaign import CampaignOrder
from domain.campaign import PlanState
from domain.touch import Outcome
from ledger.books import Books
from ledger.migrate import upgrade
from ledger.tables import TouchRow, table
from tests.e2e.play import CALLER, CAMPAIGN, MORNING, PORTFOLIO, DiallerProcess, import_debtors_of, process
from tests.polling import until

STRATEGY = """
name: play-messages
title: Only messages
regime: ru-230fz-agency
segments:
  - id: everybody
    title: Everybody
    when: {{sum: {{at_least: 1}}}}
    steps:
      - id: sms
        message: {{kind: sms, segments: 4, within: {within}, text: "{text}"}}
    split:
      salt: play
      variants:
        texts: {{share: {sms}}}
        writes:
          share: {messenger}
          steps:
            - id: write
              message: {{kind: messenger, within: {within}, text: "{text}"}}
            - id: instead
              fallback: true
              message: {{kind: sms, segments: 4, within: {within}, text: "{text}"}}
"""
TEXT = "{creditor}: долг {debt} руб. Оплатите или позвоните: {callback}"


def strategy(*, sms: int = 50, within: str = "10m", text: str = TEXT) -> str:
    """So many of a hundred get an SMS at once, the others a message and an SMS only where there is no messenger."""
    return STRATEGY.format(sms=sms, messenger=100 - sms, within=within, text=text)


@dataclass(frozen=True)
class MessagePlay:
    """A running world without calls, and one campaign in it."""

    world: SimulatedWorld
    books: Books
    campaign_id: int

    @property
    def post(self) -> PostOffice:
        assert self.world.post
        return self.world.post

    @asynccontextmanager
    async def process(self, *arguments: str) -> AsyncIterator[DiallerProcess]:
        """``dozvon`` with these arguments; it does not outlive the block."""
        log = self.world.settings.home / f"{arguments[0]}.log"
        async with process(self.world.settings, log, *arguments) as running:
            yield running

    async def kill_in_the_middle(self, letters: int, within: float) -> None:
        """Start the process that sends, and kill it -9 when the office has got so many letters more, or all of them."""
        wanted = self.post.taken() + letters
        async with self.process("messages") as sender:
            await until(lambda: self.post.taken() >= wanted or self.idle(), within, f"{letters} letters more")
            await sender.kill()

    def touches(self) -> list[Any]:
        """All rows of the log."""
        with self.books.read() as tx:
            return list(tx.connection.execute(select(table(TouchRow)).order_by(table(TouchRow).c.id)))

    def log(self) -> dict[str, Outcome | None]:
        """Outcomes of all touches."""
        with self.books.read() as tx:
            return {str(touch): outcome for touch, outcome in tx.touches.outcomes(self.campaign_id).items()}

    def idle(self) -> bool:
        """Whether every debtor has had his turn, and no touch is open."""
        with self.books.read() as tx:
            left = tx.plans.counts(self.campaign_id)
            return not (left.get(PlanState.DUE) or left.get(PlanState.IN_TOUCH)) and not tx.touches.open(
                self.campaign_id
            )

    def compared(self) -> MessageComparison:
        """The office's record against the log."""
        with self.books.read() as tx:
            outcomes = tx.touches.outcomes(self.campaign_id)
            messages = tx.messages.of_campaign(self.campaign_id)
        log = {one.touch_id: Logged(one.phone, one.text, outcomes[one.touch_id]) for one in messages}
        return compare_messages(self.post.rows(), log)


@asynccontextmanager
async def open_message_play(
    folder: Path, phones: Sequence[str], *, post: PostPlan, text: str, database_url: str = ""
) -> AsyncIterator[MessagePlay]:
    """A campaign over debtors with these phones, worked by nobody yet."""
    ahead = timedelta(seconds=round((MORNING - SystemClock().now()).total_seconds()))
    plan = StagePlan(folder, folder / "prompts", clock_ahead=ahead, database_url=database_url, post=post)
    async with open_simulated(plan) as world:
        books = Books.open(world.settings.database_url)
        try:
            upgrade(books.engine)
            import_debtors_of(books, folder, phones)
            reviewed = review(text, "messages.yaml", MORNING)
            order = CampaignOrder(CAMPAIGN, PORTFOLIO, reviewed, CALLER, 600, 500.0, None)
            yield MessagePlay(world, books, begin_campaign(world.settings, order).campaign.id)
        finally:
            books.close()
