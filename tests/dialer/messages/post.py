"""A campaign of messages in real books, and what a post room does with them, step by step."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from datetime import datetime, timedelta
from itertools import count

from dialer.handlers.receipts import take_receipts
from dialer.handlers.reserve import Batch, reserve_batch
from dialer.handlers.sending import ASK_AFTER, Order, do_round
from dialer.handlers.take_over import work_of
from dialer.messages.provider import Answer, Taken
from dialer.messages.works import Works
from dialer.settings import Settings
from dialer.work import Work, equipped
from domain.campaign import POST_DESK, Plan
from domain.debtor import Debtor
from domain.message import MessageState, Receipt
from domain.touch import TouchId
from ledger.books import Books
from ledger.messages import Message
from strategies.evaluate import first_plan
from tests.ledger.rows import BASIS, CALLER, NOON, add_campaign, add_debtor

BODY = """\
name: test
regime: ru-230fz-agency
segments:
  - id: everybody
    steps:
      - id: write
        message: {kind: messenger, text: "{creditor}: {debt}, {callback}", within: 2h}
      - id: instead
        fallback: true
        message: {kind: sms, text: debt_sms, segments: 2, within: 2h}
      - {id: pause, wait: 3d}
      - id: link
        message: {kind: messenger, text: debt}
"""
SMSC = {"name": "smsc", "protocol": "smpp", "kinds": ["sms"], "user": "us", "secret": "made-up"}
HUB = {
    **{"name": "hub", "protocol": "http", "kinds": ["messenger"], "secret": "made-up"},
    **{"file": "messenger-hub", "base_url": "http://127.0.0.1:9"},
}
PHONE, LANDLINE = "+79160000001", "+74951234567"
SECOND = timedelta(seconds=1)


class Post:
    """A campaign called spring, and messages that are sent by hand."""

    def __init__(self, books: Books, body: str = BODY) -> None:
        self.books = books
        self.settings = Settings.model_validate(
            {"providers": [SMSC, HUB], "messages": {"links": "https://pay/"}}
        )
        self.works = Works(self.settings)
        self._ids = count(1)
        with books.write() as tx:
            tx.numbers.put(CALLER)
            self.portfolio = tx.portfolios.put(
                "heat", creditor="Тепловые сети", contact_phone="+78000000000", basis=BASIS
            )
            self.campaign = add_campaign(tx, self.portfolio.id, body=body)
            self.fence = tx.campaigns.take_over(self.campaign.id)

    def ask_after(self, provider: str, receipt_s: float) -> None:
        """This provider is asked for receipts that are late."""
        asked = {"status_query": True, "receipt_s": receipt_s}
        providers = [
            one.model_copy(update=asked) if one.name == provider else one for one in self.settings.providers
        ]
        self.works = Works(self.settings.model_copy(update={"providers": tuple(providers)}))

    @property
    def work(self) -> Work:
        """As the dialler has it."""
        with self.books.read() as tx:
            return equipped(work_of(tx, self.campaign), self.settings)

    def add(self, key: str, *phones: str) -> Debtor:
        """A debtor with the plan that the strategy gives him."""
        with self.books.write() as tx:
            debtor = add_debtor(tx, self.portfolio.id, key, *(phones or (PHONE,)))
            tx.plans.save(self.campaign.id, [first_plan(self.work.strategy, debtor, NOON)])
        return debtor

    def new_id(self) -> TouchId:
        """Ids that sort, and whose ends differ."""
        return TouchId(f"01a200bb715f72ddb91035d9{next(self._ids):08x}")

    def reserve(self, now: datetime = NOON, want: int = 10) -> Batch:
        """What the post desk of a dialler does."""
        asked = {"want": want, "node": "", "new_id": self.new_id, "now": now, "desk": POST_DESK}
        return reserve_batch(self.books, self.work, self.campaign.id, self.fence, **asked)  # type: ignore[arg-type]

    def claim(self, *touches: str, provider: str = "hub", now: datetime = NOON) -> list[Message]:
        """What a post room does before it sends."""
        order = Order(provider, touches, provider == "smsc", ASK_AFTER)
        (claimed,) = do_round(self.books, self.works, [], [], [order], now)
        return claimed

    def answered(self, message: Message, answer: Answer, now: datetime = NOON) -> None:
        """What it does after it has sent."""
        do_round(self.books, self.works, [(message, answer)], [], [], now)

    def sent(self, debtor: Debtor, *refs: str, now: datetime = NOON) -> Message:
        """His next message, taken by its provider by these ids."""
        (reserved,) = self.reserve(now).reserved
        assert reserved.request.debtor.id == debtor.id
        provider = "smsc" if reserved.step.performer == "sms" else "hub"
        (message,) = self.claim(reserved.request.id, provider=provider, now=now)
        self.answered(message, Taken(refs), now)
        return message

    def told(self, *receipts: Receipt, now: datetime = NOON) -> int:
        """Receipts come in."""
        return take_receipts(self.books, self.works, receipts, now)

    def message(self, touch: str) -> Message:
        """As the books have it."""
        with self.books.read() as tx:
            return next(one for one in tx.messages.of_campaign(self.campaign.id) if one.touch_id == touch)

    def plan(self, debtor: Debtor) -> Plan:
        """What is planned for him now."""
        with self.books.read() as tx:
            return tx.plans.load(self.campaign.id, [debtor.id])[debtor.id]

    def begin_again(self, step: str = "write") -> None:
        """Everybody is due for this step."""
        with self.books.write() as tx:
            tx.connection.exec_driver_sql(
                f"UPDATE plan SET state = 'due', desk = '{POST_DESK}', step = '{step}', touch_id = NULL, turn = 0"
            )

    def outcomes(self) -> list[str | None]:
        """Of every touch of the campaign, in their order."""
        with self.books.read() as tx:
            found = tx.touches.outcomes(self.campaign.id)
        return [outcome and outcome.value for _, outcome in sorted(found.items())]

    def reasons(self) -> list[str]:
        """The same of why."""
        with self.books.read() as tx:
            rows = tx.connection.exec_driver_sql("SELECT reason FROM touch ORDER BY id")
            return [row.reason for row in rows]

    def lines(self, touch: str) -> Counter[str]:
        """How many lines of each kind the journal has of a touch."""
        with self.books.read() as tx:
            rows = tx.connection.exec_driver_sql(f"SELECT kind FROM touch_event WHERE touch_id = '{touch}'")
            return Counter(row[0] for row in rows)


def receipt(
    ref: str, state: MessageState, *, provider: str = "hub", reason: str = "", **more: object
) -> Receipt:
    """What a provider tells a second after noon."""
    made = Receipt(provider, ref, state, NOON + SECOND, reason)
    return replace(made, **more)  # type: ignore[arg-type]
