"""The post office behind its two doors: it takes letters, hands them over, and tells their senders."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Callable, Coroutine
from dataclasses import asdict, dataclass, field
from datetime import datetime
from enum import StrEnum
from pathlib import Path
from typing import Any

from dialer.clock import Clock
from dialer.demo.post_office.addressees import (
    REPLIES,
    Addressee,
    Stage,
    State,
    addressee_of,
    draw,
    fate_of,
)
from dialer.demo.post_office.alphabet import whole
from dialer.demo.post_office.plan import PostPlan
from dialer.demo.post_office.record import Record, Row, read_rows
from domain.touch import Channel

ORDER = list(State)


class Door(StrEnum):
    """By which protocol a letter came."""

    SMPP = "smpp"
    HTTP = "http"


@dataclass(frozen=True, slots=True)
class Letter:
    """What a customer wants sent. ``part`` is (reference, of how many, which) when it is a part of a long one."""

    door: Door
    kind: str
    """sms, or the name of a messenger."""
    to: str
    sender: str
    text: str
    key: str = ""
    """The customer's own: an idempotency key, or four hexadecimal digits of SMPP's user_message_reference."""
    part: tuple[int, int, int] | None = None
    wants_receipt: bool = True

    @property
    def channel(self) -> Channel:
        """SMS, or else a messenger."""
        return Channel.SMS if self.kind == Channel.SMS else Channel.MESSENGER


@dataclass(slots=True)
class Item:
    """A letter that was taken, and how far it has come."""

    id: str
    letter: Letter
    at: datetime
    state: State = State.ACCEPTED
    error: str = ""
    taken: asyncio.Event = field(default_factory=asyncio.Event)
    """Set when it is in the record."""


@dataclass(frozen=True, slots=True)
class Receipt:
    """What the sender is told of an item."""

    item: Item
    state: State
    error: str
    at: datetime


@dataclass(frozen=True, slots=True)
class Reply:
    """What the owner of a phone answers to the sender of ``letter``."""

    id: str
    letter: Letter
    text: str
    at: datetime


Note = Receipt | Reply


class Refusal(Exception):
    """The letter was not taken; ``code`` says why."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


class LostAnswer(Exception):
    """The letter was taken, and the customer shall not hear of it on this connection."""


class Office:
    """Letters in, notes out. ``tell`` of each door returns when the customer has confirmed the note."""

    def __init__(self, plan: PostPlan, path: Path, clock: Clock) -> None:
        self.plan, self.clock = plan, clock
        self.tell: dict[Door, Callable[[Note], Coroutine[Any, Any, None]]] = {}
        self.items: dict[str, Item] = {}
        self.by_key: dict[str, Item] = {}
        self._handed = Counter[str]()
        self._parts: dict[tuple[str, str, int, int], dict[int, Item]] = {}
        self._asked, self._tasks = 0, set[asyncio.Task[None]]()
        self._recall(path)
        self._record = Record(path)
        self._since = asyncio.get_running_loop().time()
        self._allowance = dict.fromkeys(Door, (self._since, plan.messages_per_s or 0.0))

    async def take(self, letter: Letter) -> Item:
        """Put it on record and on its way. Raises Refusal, or LostAnswer when it was taken all the same."""
        await asyncio.sleep(self.plan.answer_s)
        self._asked += 1
        known = self.by_key.get(letter.key) if letter.key and letter.door is Door.HTTP else None
        if known and self.plan.honours_keys:
            await known.taken.wait()
            return known
        code = self._refuses(letter)
        if code:
            row = {"refused": code, "at": self._stamp(), **asdict(letter)}
            await self._record.write(row)
            raise Refusal(code)
        item = self._enter(Item(str(1_000_001 + len(self.items)), letter, self.clock.now()))
        await self._record.write({"taken": item.id, "at": item.at.isoformat(), **asdict(letter)})
        item.taken.set()
        self._start(self._deliver(item))
        if draw(self.plan.habits.seed, "answer", str(self._asked)) < self.plan.lost_answers:
            raise LostAnswer
        return item

    async def close(self) -> None:
        """Nothing is delivered any more."""
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        await self._record.close()

    def resume(self) -> None:
        """Go on with what an office before this one has left; to be called when both doors are open."""
        for item in self.items.values():
            if not item.state.is_final:
                self._start(self._deliver(item))

    def _refuses(self, letter: Letter) -> str:
        """Why it is not taken; empty when it is."""
        loop_now = asyncio.get_running_loop().time() - self._since
        if any(start <= loop_now < end for start, end in self.plan.down):
            return "down"
        if not self._within_rate(letter.door):
            return "too_many"
        if draw(self.plan.habits.seed, "fault", str(self._asked)) < self.plan.faults:
            return "fault"
        who = addressee_of(letter.to, self.plan.habits)
        if who is Addressee.UNKNOWN_NUMBER:
            return "invalid_number"
        messenger = letter.channel is Channel.MESSENGER
        return "no_such_user" if messenger and self._is_known_to_lack(who) else ""

    def _is_known_to_lack(self, who: Addressee) -> bool:
        return self.plan.knows_messengers and who in {Addressee.NO_MESSENGER, Addressee.LANDLINE}

    def _within_rate(self, door: Door) -> bool:
        rate = self.plan.messages_per_s
        if rate is None:
            return True
        now = asyncio.get_running_loop().time()
        since, left = self._allowance[door]
        left = min(rate, left + (now - since) * rate)
        self._allowance[door] = (now, left - 1 if left >= 1 else left)
        return left >= 1

    def _enter(self, item: Item) -> Item:
        self.items[item.id] = item
        if item.letter.key:
            self.by_key[item.letter.key] = item
        return item

    def _start(self, work: Coroutine[Any, Any, None]) -> None:
        task = asyncio.create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _deliver(self, item: Item) -> None:
        letter, waited = item.letter, 0.0
        nth = self._handed[letter.to] + 1
        for stage in fate_of(letter.to, letter.channel, nth, self.plan.habits):
            await asyncio.sleep(stage.after - waited)
            waited = stage.after
            await self._reach(item, stage)

    async def _reach(self, item: Item, stage: Stage) -> None:
        if ORDER.index(stage.state) > ORDER.index(item.state):
            item.state, item.error = stage.state, stage.error
            await self._record.write({"of": item.id, "state": stage.state, "error": stage.error})
            if stage.state is State.DELIVERED:
                await self._hand_over(item)
        receipt = Receipt(item, stage.state, stage.error, self.clock.now())
        for _ in range(stage.told):
            self._start(self._tell(receipt))

    async def _tell(self, receipt: Receipt) -> None:
        id, state = receipt.item.id, receipt.state
        if draw(self.plan.habits.seed, "receipt", id, state) < self.plan.lost_receipts:
            return
        await self.tell[receipt.item.letter.door](receipt)
        await self._record.write({"told": id, "state": state, "at": self._stamp()})

    async def asked(self, item: Item) -> tuple[State, str]:
        """What the customer is answered when he asks for it: its state, and why it failed. He may not hear of it."""
        state, error = item.state, item.error
        await self._record.write({"asked": item.id, "state": state, "at": self._stamp()})
        return state, error

    async def _hand_over(self, item: Item) -> None:
        """To the owner of the phone, who sees a long message when all its parts are there."""
        letter, pieces = item.letter, {1: item}
        if letter.part:
            reference, of, nth = letter.part
            pieces = self._parts.setdefault((letter.sender, letter.to, reference, of), {})
            pieces[nth] = item
            if len(pieces) < of:
                return
            del self._parts[letter.sender, letter.to, reference, of]
        ordered = [pieces[nth] for nth in sorted(pieces)]
        self._handed[letter.to] += 1
        text = whole([piece.letter.text for piece in ordered])
        ids = [piece.id for piece in ordered]
        row = {"handed": ids, "at": self._stamp(), "to": letter.to, "text": text}
        await self._record.write(row)
        said = REPLIES.get(addressee_of(letter.to, self.plan.habits), "")
        if said and self._handed[letter.to] == 1:
            self._start(self._reply(letter, said))

    async def _reply(self, letter: Letter, text: str) -> None:
        await asyncio.sleep(self.plan.habits.replies_after)
        reply = Reply(f"r{letter.to.lstrip('+')}", letter, text, self.clock.now())
        await self._record.write({"replied": reply.id, "at": self._stamp(), "from": letter.to, "text": text})
        await self.tell[letter.door](reply)

    def _stamp(self) -> str:
        return self.clock.now().isoformat()

    def _recall(self, path: Path) -> None:
        """What the record of an office before this one says."""
        for row in read_rows(path):
            if "taken" in row:
                self._enter(_item(row)).taken.set()
            elif "of" in row and row["of"] in self.items:
                item = self.items[row["of"]]
                item.state, item.error = State(row["state"]), row["error"]
            elif "handed" in row:
                self._handed[row["to"]] += 1


def _item(row: Row) -> Item:
    letter = Letter(
        Door(row["door"]),
        row["kind"],
        row["to"],
        row["sender"],
        row["text"],
        row["key"],
        tuple(row["part"]) if row["part"] else None,
        row["wants_receipt"],
    )
    return Item(row["taken"], letter, datetime.fromisoformat(row["at"]))
