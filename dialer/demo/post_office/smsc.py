"""The office's first door: an SMSC that speaks SMPP 3.4 over TCP, as a carrier's does."""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine
from contextlib import suppress
from itertools import count, cycle
from typing import Any

from dialer.demo.post_office.addressees import State
from dialer.demo.post_office.alphabet import Part, decode, split_reply, take_header
from dialer.demo.post_office.office import Door, Letter, LostAnswer, Note, Office, Receipt, Refusal, Reply
from dialer.demo.post_office.pdu import (
    ANSWER,
    Body,
    Command,
    Malformed,
    Pdu,
    ShortMessage,
    Status,
    Tag,
    option,
    read_message,
    read_pdu,
    string,
    write_message,
)

CONFIRMED_S = 10.0
"""How long a deliver_sm_resp is waited for before the note goes to whoever is bound then."""

IN_FLIGHT = 100
"""Notes that go out at the same time."""

ENQUIRE_S = 15.0
STATUSES = {
    "invalid_number": Status.INVALID_DESTINATION,
    "too_many": Status.THROTTLED,
    "fault": Status.SYSTEM_ERROR,
    "down": Status.QUEUE_FULL,
}
WORDS = {
    State.ACCEPTED: ("ACCEPTD", 6),
    State.SENT: ("ENROUTE", 1),
    State.DELIVERED: ("DELIVRD", 2),
    State.READ: ("DELIVRD", 2),
    State.FAILED: ("UNDELIV", 5),
}
"""What a receipt says, and message_state."""

EXPIRED = ("EXPIRED", 3)
ERRORS = {"": "000", "absent": "001", "expired": "002", "landline": "011"}


class Session:
    """One connection; bound when the customer has said who he is."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.reader, self.writer = reader, writer
        self.receives = self.sends = False
        self._sequence = count(1)
        self._asked: dict[int, asyncio.Future[None]] = {}

    def send(self, pdu: Pdu) -> None:
        """Put it on the wire."""
        if not self.writer.is_closing():
            self.writer.write(pdu.octets())

    async def ask(self, command: Command, body: bytes = b"") -> None:
        """Return when it is answered. TimeoutError, or ConnectionError when the connection ends before."""
        sequence = next(self._sequence)
        answered: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._asked[sequence] = answered
        try:
            self.send(Pdu(command, Status.OK, sequence, body))
            async with asyncio.timeout(CONFIRMED_S):
                await answered
        finally:
            del self._asked[sequence]

    def heard(self, answer: Pdu) -> None:
        """An answer; one that refuses confirms nothing."""
        waiting = self._asked.get(answer.sequence)
        if waiting and not waiting.done() and answer.status == Status.OK:
            waiting.set_result(None)

    def close(self) -> None:
        """Hang up; whoever waits for an answer hears of it."""
        self.receives = self.sends = False
        self.writer.close()
        for waiting in self._asked.values():
            if not waiting.done():
                waiting.set_exception(ConnectionError("the customer has hung up"))


class Smsc:
    """Takes letters by submit_sm and tells of them by deliver_sm, to any session that is bound to receive."""

    def __init__(self, office: Office) -> None:
        self._office = office
        self._sessions: list[Session] = []
        self._bound = asyncio.Condition()
        self._turns, self._places = cycle(range(1 << 30)), asyncio.Semaphore(IN_FLIGHT)
        self._tasks: set[asyncio.Task[None]] = set()
        office.tell[Door.SMPP] = self.tell

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """One connection, to its end."""
        session = Session(reader, writer)
        self._sessions.append(session)
        asking = asyncio.create_task(self._enquire(session))
        try:
            while (pdu := await read_pdu(reader)) and not writer.is_closing():
                await self._answer(session, pdu)
                await writer.drain()
        except Malformed:
            session.send(Pdu(Command.GENERIC_NACK, Status.INVALID_LENGTH, 0))
        except ConnectionError:
            pass
        finally:
            asking.cancel()
            self._sessions.remove(session)
            session.close()

    async def tell(self, note: Note) -> None:
        """Return when somebody bound has confirmed it; what nobody confirms is sent again."""
        if isinstance(note, Receipt) and not _is_told(note):
            return
        for body in _receipt(note) if isinstance(note, Receipt) else _reply(note):
            async with self._places:
                while not await self._delivered(body):
                    pass

    async def _delivered(self, body: bytes) -> bool:
        async with self._bound:
            await self._bound.wait_for(self._receivers)
        receivers = self._receivers()
        session = receivers[next(self._turns) % len(receivers)]
        with suppress(TimeoutError, ConnectionError):
            await session.ask(Command.DELIVER_SM, body)
            return True
        return False

    def _receivers(self) -> list[Session]:
        return [session for session in self._sessions if session.receives]

    async def _enquire(self, session: Session) -> None:
        with suppress(TimeoutError, ConnectionError):
            while True:
                await asyncio.sleep(ENQUIRE_S)
                await session.ask(Command.ENQUIRE_LINK)
        session.close()

    async def _answer(self, session: Session, pdu: Pdu) -> None:
        match pdu.command:
            case Command.BIND_TRANSCEIVER | Command.BIND_TRANSMITTER | Command.BIND_RECEIVER:
                await self._bind(session, pdu)
            case Command.SUBMIT_SM:
                self._start(self._submit(session, pdu))
            case Command.QUERY_SM if self._office.plan.answers_queries:
                self._start(self._query(session, pdu))
            case Command.ENQUIRE_LINK:
                session.send(pdu.answer())
            case Command.UNBIND:
                session.send(pdu.answer())
                session.close()
            case command if command & ANSWER:
                session.heard(pdu)
            case _:
                session.send(Pdu(Command.GENERIC_NACK, Status.INVALID_COMMAND, pdu.sequence))

    def _start(self, work: Coroutine[Any, Any, None]) -> None:
        task = asyncio.create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _bind(self, session: Session, pdu: Pdu) -> None:
        plan, status = self._office.plan, Status.OK
        try:
            body = Body(pdu.body)
            user, password = body.text(), body.text()
        except ValueError:
            user, password, status = "", "", Status.INVALID_LENGTH
        if session.sends or session.receives:
            status = Status.ALREADY_BOUND
        elif status is Status.OK and user != plan.system_id:
            status = Status.INVALID_SYSTEM_ID
        elif status is Status.OK and password != plan.password:
            status = Status.INVALID_PASSWORD
        if status is not Status.OK:
            session.send(pdu.answer(status))
            return
        session.send(pdu.answer(body=string("post-office") + option(Tag.SC_INTERFACE_VERSION, b"\x34")))
        session.sends = pdu.command != Command.BIND_RECEIVER
        session.receives = pdu.command != Command.BIND_TRANSMITTER
        async with self._bound:
            self._bound.notify_all()

    async def _submit(self, session: Session, pdu: Pdu) -> None:
        if not session.sends:
            session.send(pdu.answer(Status.NOT_BOUND))
            return
        try:
            letter = _letter(read_message(pdu.body))
        except (ValueError, LookupError):
            session.send(pdu.answer(Status.INVALID_MESSAGE))
            return
        try:
            item = await self._office.take(letter)
        except Refusal as refusal:
            session.send(pdu.answer(STATUSES[refusal.code]))
        except LostAnswer:
            session.close()
        else:
            session.send(pdu.answer(body=string(item.id)))

    async def _query(self, session: Session, pdu: Pdu) -> None:
        """He must name the sender as he did when he submitted it."""
        if not session.sends:
            session.send(pdu.answer(Status.NOT_BOUND))
            return
        try:
            body = Body(pdu.body)
            item, _, sender = self._office.items.get(body.text()), body.take(2), body.text()
        except ValueError:
            session.send(pdu.answer(Status.INVALID_LENGTH))
            return
        if item is None or item.letter.sender != sender:
            session.send(pdu.answer(Status.QUERY_FAILED))
            return
        state, error = await self._office.asked(item)
        done = string(f"{self._office.clock.now():%y%m%d%H%M%S}000+") if state.is_final else b"\0"
        told = bytes((_words(state, error)[1], int(ERRORS[error])))
        session.send(pdu.answer(body=string(item.id) + done + told))


def _letter(message: ShortMessage) -> Letter:
    """ValueError when it cannot be read."""
    part, octets, options = None, message.octets, message.options
    if message.has_header:
        part, octets = take_header(octets)
    elif Tag.SAR_TOTAL in options:
        part = Part(
            *(int.from_bytes(options[tag]) for tag in (Tag.SAR_REFERENCE, Tag.SAR_TOTAL, Tag.SAR_NUMBER))
        )
    return Letter(
        Door.SMPP,
        "sms",
        f"+{message.destination.lstrip('+')}",
        message.source,
        decode(message.coding, octets),
        options.get(Tag.USER_MESSAGE_REFERENCE, b"").hex(),
        part,
        message.registered,
    )


def _is_told(receipt: Receipt) -> bool:
    """Final receipts, if they were asked for; one of an earlier state only when it is late."""
    return receipt.item.letter.wants_receipt and (receipt.state.is_final or receipt.item.state.is_final)


def _words(state: State, error: str) -> tuple[str, int]:
    return EXPIRED if error == "expired" else WORDS[state]


def _receipt(receipt: Receipt) -> list[bytes]:
    item = receipt.item
    letter, (stat, state) = item.letter, _words(receipt.state, receipt.error)
    good = receipt.state is State.DELIVERED
    said = (
        f"id:{item.id} sub:001 dlvrd:{good:03} submit date:{item.at:%y%m%d%H%M} done date:{receipt.at:%y%m%d%H%M}"
        f" stat:{stat} err:{ERRORS[receipt.error]} text:"
    )
    options = {Tag.RECEIPTED_MESSAGE_ID: string(item.id), Tag.MESSAGE_STATE: bytes((state,))}
    if letter.key:
        options[Tag.USER_MESSAGE_REFERENCE] = bytes.fromhex(letter.key)
    return [_deliver(letter, 0x04, 0, said.encode("ascii"), options)]


def _reply(reply: Reply) -> list[bytes]:
    pieces = split_reply(reply.text, int(reply.letter.to[-2:]))
    return [_deliver(reply.letter, 0x40 if len(pieces) > 1 else 0, 8, piece, {}) for piece in pieces]


def _deliver(letter: Letter, esm_class: int, coding: int, octets: bytes, options: dict[Tag, bytes]) -> bytes:
    known = {int(tag): value for tag, value in options.items()}
    source = letter.to.lstrip("+")
    return write_message(ShortMessage(source, letter.sender, esm_class, False, coding, octets, known))
