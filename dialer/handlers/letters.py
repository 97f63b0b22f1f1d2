"""Letters: what a touch will say is written in the transaction that reserves it, so that nothing changes it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from dialer.handlers.payment_link import new_link, new_token
from dialer.messages.stationery import Letter
from dialer.work import Work
from domain.campaign import POST_DESK, Plan
from domain.debtor import Debtor
from domain.message import echo_of
from ledger.books import Transaction
from ledger.messages import Message
from ledger.touches import TouchRequest
from strategies.chances import Prices
from strategies.steps import Message as StepMessage
from strategies.steps import Step

UNSENT_FOR = timedelta(seconds=15)
"""After so long without a process that has taken it, a message is looked for."""

UNREACHED_AFTER = 3
"""How many messages in a row must have failed at a phone before it gets no more of their kind."""


@dataclass(frozen=True, slots=True)
class Written:
    """A letter of a touch that is about to be reserved."""

    request: TouchRequest
    message: StepMessage
    letter: Letter


def write_letter(work: Work, step: Step, debtor: Debtor, now: datetime) -> Letter | None:
    """What the debtor will read; None where the step writes nothing. InputError for a text that is not there."""
    if step.message is None:
        return None
    wording = work.stationery.wording(step.message, debtor)
    today = now.astimezone(ZoneInfo(debtor.zones[0] if debtor.zones else "UTC")).date()
    return work.stationery.letter(wording, debtor, work.portfolio, today, new_token)


def unreached(
    tx: Transaction, work: Work, due: Sequence[Plan], debtors: Mapping[int, Debtor]
) -> frozenset[tuple[str, str]]:
    """The phones of those who are due at which messages of the kinds that they are due for never arrive."""
    phones: defaultdict[str, set[str]] = defaultdict(set)
    for plan in due:
        if plan.desk == POST_DESK and (segment := work.strategy.segment(plan.segment)):
            mine = (step.message for step in segment.steps_of(plan.variant) if step.id == plan.step)
            for kind in (message.kind for message in mine if message):
                phones[kind].update(phone.number for phone in debtors[plan.debtor_id].phones)
    deaf = ((kind, tx.messages.unreached(numbers, kind, UNREACHED_AFTER)) for kind, numbers in phones.items())
    return frozenset((kind, number) for kind, numbers in deaf for number in numbers)


def post(tx: Transaction, prices: Prices, letters: Iterable[Written], now: datetime) -> None:
    """Put letters of reserved touches where a sender finds them."""
    messages, links = [], []
    for request, message, letter in ((one.request, one.message, one.letter) for one in letters):
        touch, debtor = request.id, request.debtor.id
        messages.append(
            Message(
                touch_id=touch,
                campaign_id=request.campaign_id,
                debtor_id=debtor,
                kind=message.kind,
                phone=request.phone,
                text=letter.text,
                segments=letter.segments,
                kopecks=round(prices.letter(message.channel, letter.segments) * 100),
                within_s=round(message.within.total_seconds()),
                echo=echo_of(touch),
                made_at=now,
                due_at=now + UNSENT_FOR,
            )
        )
        if letter.token:
            links.append(new_link(debtor, touch, now, letter.token))
    tx.messages.add(messages)
    tx.payment_links.add(links)
