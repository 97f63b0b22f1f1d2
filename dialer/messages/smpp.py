"""An SMSC over SMPP 3.4: one connection, bound as transceiver, kept up for ever. The only importer of smpplib.

smpplib is the codec; its own client blocks, so the connection is asyncio's. Requests are pipelined, and answers are
matched by their sequence numbers.
"""

from __future__ import annotations

import asyncio
import struct
from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Any

import structlog
from smpplib import consts, exceptions, smpp
from smpplib.client import SimpleSequenceGenerator

from dialer.messages.provider import Answer, Arrival, Arrived, Heard, Outgoing, Unsure
from dialer.messages.settings import ProviderSettings
from dialer.messages.smpp_parts import NOT_CONNECTED, NotWritten, may_be_taken_later, states_of, sum_up
from dialer.messages.smpp_words import (
    UDH_INDICATOR,
    Assembly,
    header_of,
    read_piece,
    read_receipt,
    reply_of,
)
from domain.gsm import decode, encode
from domain.message import Receipt

log = structlog.get_logger(__name__)

ENQUIRE_S = 20.0
AGAIN_S = 1.0
LONGEST_PDU = 70_000
PART_PAUSES_S = (0.5, 1.0, 2.0, 4.0)
"""When a part is submitted again that was refused for now, while other parts of its message were taken."""

PIECES_WITHIN_S = 60.0
"""How long the parts of a long reply are waited for; then what is there is the reply."""

READ_ERRORS = (
    exceptions.PDUError,
    exceptions.UnknownCommandError,
    KeyError,
    ValueError,
    struct.error,
    IndexError,
)


class SmppFault(Exception):
    """The SMSC does not do what the standard says, or not what we hoped for; the session is over."""


class SmppProvider:
    """An SMSC. While it is not bound everything is refused, to be tried later."""

    by_part = True

    def __init__(self, settings: ProviderSettings, now: Callable[[], datetime]) -> None:
        self.name, self.kinds = settings.name, settings.kinds
        self._settings, self._now = settings, now
        self._sequence = SimpleSequenceGenerator()
        self._asked: dict[int, asyncio.Future[Any]] = {}
        self._pieces: dict[tuple[str, int], tuple[Assembly, list[int]]] = {}
        self._writer: asyncio.StreamWriter | None = None
        self.bound = asyncio.Event()

    async def run(self, arrived: Arrived) -> None:
        """Be bound, for ever; a session that ends is begun anew a second later."""
        while True:
            try:
                await self._session(arrived)
            except (OSError, SmppFault, TimeoutError, asyncio.IncompleteReadError) as fault:
                log.warning("provider_lost", provider=self.name, fault=str(fault) or type(fault).__name__)
            await asyncio.sleep(AGAIN_S)

    async def send(self, message: Outgoing) -> Answer:
        """Give it the text, in as many parts as it needs; it is taken as soon as one of them is."""
        if not self.bound.is_set():
            return NOT_CONNECTED
        sms = encode(message.text)
        total = len(sms.parts)
        parts = [
            header_of(message.echo, total, number) + part if total > 1 else part
            for number, part in enumerate(sms.parts, start=1)
        ]

        async def submit(numbers: list[int]) -> list[Any]:
            asked = [self._submit(message, sms.alphabet, parts[number], total) for number in numbers]
            return await self._answers(asked)

        answers = dict(enumerate(await submit(list(range(total)))))
        for pause in PART_PAUSES_S:
            refused = [number for number, answer in answers.items() if may_be_taken_later(answer)]
            if not refused or len(refused) == total:
                break
            await asyncio.sleep(pause)  # the debtor shall not read half a text
            answers |= zip(refused, await submit(refused), strict=True)
        return sum_up(list(answers.values()))

    async def ask(self, message: Outgoing) -> Receipt | Unsure | None:
        """An SMSC knows a message by its own id only, which is just what we do not know: its receipt will tell."""
        del message
        return Unsure("an SMSC cannot be asked by our id")

    async def query(self, message: Outgoing, refs: Sequence[str]) -> Sequence[Receipt] | Unsure:
        """By query_sm, one for each part."""
        asked, source = [ref for ref in refs if ref.isascii()], self._source()
        if not asked or not self.bound.is_set():
            return Unsure(NOT_CONNECTED.reason if asked else "no id that could be asked for")
        queries = [self._ask("query_sm", message_id=ref, **source) for ref in asked]
        told = states_of(asked, await self._answers(queries))
        if told is None:
            return Unsure("query_sm was not answered with a state")
        return [Receipt(self.name, one.ref, one.state, self._now(), one.reason) for one in told]

    async def _session(self, arrived: Arrived) -> None:
        settings = self._settings
        async with asyncio.timeout(settings.answer_s):
            reader, writer = await asyncio.open_connection(settings.host, settings.port)
        self._writer = writer
        try:
            async with asyncio.TaskGroup() as group:
                group.create_task(self._read(reader, arrived))
                await self._bind()
                log.info("provider_bound", provider=self.name)
                self.bound.set()
                group.create_task(self._enquire(arrived))
        except* (OSError, SmppFault, TimeoutError, asyncio.IncompleteReadError) as faults:
            raise faults.exceptions[0] from None
        finally:
            self.bound.clear()
            self._pieces.clear()
            writer.close()
            for waiting in self._asked.values():
                if not waiting.done():
                    waiting.set_exception(ConnectionError("the connection ended before the answer"))

    async def _bind(self) -> None:
        settings = self._settings
        answer = await self._request(
            "bind_transceiver",
            system_id=settings.user,
            password=settings.secret.get_secret_value(),
            interface_version=consts.SMPP_VERSION_34,
        )
        if answer.is_error():
            why = consts.DESCRIPTIONS.get(answer.status, hex(answer.status))
            raise SmppFault(f"the bind was refused: {why}")

    async def _enquire(self, arrived: Arrived) -> None:
        while True:
            await asyncio.sleep(ENQUIRE_S)
            await self._request("enquire_link")
            for key in [key for key, (one, _) in self._pieces.items() if self._tardy(one)]:
                self._assembled(key, arrived)

    def _source(self) -> dict[str, Any]:
        """The sender's name or number; a message is asked for by the same."""
        sender = self._settings.sender
        return {
            "source_addr_ton": consts.SMPP_TON_INTL if sender.isdigit() else consts.SMPP_TON_ALNUM,
            "source_addr_npi": consts.SMPP_NPI_ISDN if sender.isdigit() else consts.SMPP_NPI_UNK,
            "source_addr": sender,
        }

    def _submit(self, message: Outgoing, coding: int, octets: bytes, total: int) -> int:
        return self._ask(
            "submit_sm",
            **self._source(),
            dest_addr_ton=consts.SMPP_TON_INTL,
            dest_addr_npi=consts.SMPP_NPI_ISDN,
            destination_addr=message.phone.lstrip("+"),
            esm_class=UDH_INDICATOR if total > 1 else 0,
            data_coding=int(coding),
            registered_delivery=1,
            short_message=octets,
            user_message_reference=message.echo,
        )

    async def _request(self, command: str, **fields: Any) -> Any:
        """Ask and wait for the answer. OSError when the connection ends, TimeoutError when no answer comes in time."""
        (answer,) = await self._answers([self._ask(command, **fields)])
        if isinstance(answer, BaseException):
            raise answer
        return answer

    def _ask(self, command: str, **fields: Any) -> int:
        """The sequence number by which its answer is known."""
        pdu = smpp.make_pdu(command, client=self._sequence, **fields)
        answered = self._asked[pdu.sequence] = asyncio.get_running_loop().create_future()
        try:
            self._write(pdu)
        except NotWritten as fault:
            answered.set_exception(fault)
        return int(pdu.sequence)

    async def _answers(self, sequences: Sequence[int]) -> list[Any]:
        """The answers in this order; where none came in time, or the connection has ended, its fault."""
        asked = [self._asked[sequence] for sequence in sequences]
        try:
            await asyncio.wait(asked, timeout=self._settings.answer_s)
        finally:
            for sequence in sequences:
                del self._asked[sequence]
        late = TimeoutError("no answer came in time")
        return [(one.exception() or one.result()) if one.done() else late for one in asked]

    def _write(self, pdu: Any) -> None:
        if self._writer is None or self._writer.is_closing():
            raise NotWritten("not connected")
        self._writer.write(pdu.generate())

    async def _read(self, reader: asyncio.StreamReader, arrived: Arrived) -> None:
        while True:
            head = await reader.readexactly(4)
            length = int.from_bytes(head)
            if not 16 <= length <= LONGEST_PDU:
                raise SmppFault(f"a PDU of {length} octets")
            raw = head + await reader.readexactly(length - 4)
            try:
                pdu = smpp.parse_pdu(raw, client=self._sequence, allow_unknown_opt_params=True)
            except READ_ERRORS as error:
                log.warning("pdu_unreadable", provider=self.name, error=type(error).__name__)
                self._answer("generic_nack", int.from_bytes(raw[12:16]))
                continue
            self._take(pdu, arrived)

    def _take(self, pdu: Any, arrived: Arrived) -> None:
        waiting = self._asked.get(pdu.sequence)
        match pdu.command:
            case "deliver_sm":
                self._delivered(pdu, arrived)
            case "enquire_link":
                self._answer("enquire_link_resp", pdu.sequence)
            case "unbind":
                self._answer("unbind_resp", pdu.sequence)
                raise SmppFault("the SMSC has unbound us")
            case _ if waiting is not None and not waiting.done():
                waiting.set_result(pdu)

    def _answer(self, command: str, sequence: int, status: int = consts.SMPP_ESME_ROK) -> None:
        pdu = smpp.make_pdu(command, client=self._sequence, status=status)
        pdu.sequence = sequence
        self._write(pdu)

    def _delivered(self, pdu: Any, arrived: Arrived) -> None:
        """A receipt, a reply, or a part of one; what cannot be read is thanked for, since it would come for ever."""
        phone = f"+{(pdu.source_addr or b'').decode('ascii', 'replace').lstrip('+')}"
        octets: bytes = pdu.short_message or pdu.message_payload or b""
        receipt = self._receipt(pdu, phone, octets) if pdu.esm_class & 0x3C else None
        if receipt is not None:
            self._tell(receipt, [pdu.sequence], arrived)
            return
        if pdu.esm_class & 0x3C:
            log.warning("receipt_unreadable", provider=self.name)
            self._answer("deliver_sm_resp", pdu.sequence)
            return
        piece, body = read_piece(phone, octets) if pdu.esm_class & UDH_INDICATOR else (None, octets)
        if piece is None:
            text = decode(body, pdu.data_coding)
            self._tell(reply_of(self.name, phone, text, self._now()), [pdu.sequence], arrived)
            return
        now = asyncio.get_running_loop().time()
        one, sequences = self._pieces.setdefault(piece.key, (Assembly(piece.total, pdu.data_coding, now), []))
        sequences.append(pdu.sequence)
        if one.add(piece):
            self._assembled(piece.key, arrived)

    def _assembled(self, key: tuple[str, int], arrived: Arrived) -> None:
        one, sequences = self._pieces.pop(key)
        self._tell(reply_of(self.name, key[0], one.text, self._now()), sequences, arrived)

    def _tell(self, heard: Heard, sequences: Sequence[int], arrived: Arrived) -> None:
        """The SMSC is thanked when it is in the books; where it has no room, it is asked to come again."""
        writer = self._writer

        def answer(status: int = consts.SMPP_ESME_ROK) -> None:
            if writer is self._writer and writer is not None and not writer.is_closing():
                for sequence in sequences:
                    self._answer("deliver_sm_resp", sequence, status)

        if not arrived(Arrival(heard, answer)):
            answer(consts.SMPP_ESME_RX_T_APPN)

    def _tardy(self, one: Assembly) -> bool:
        return asyncio.get_running_loop().time() - one.since > PIECES_WITHIN_S

    def _receipt(self, pdu: Any, phone: str, octets: bytes) -> Receipt | None:
        ref = (pdu.receipted_message_id or b"").decode("ascii", "replace")
        told = read_receipt(octets.decode("latin-1"), ref, pdu.message_state)
        if told is None:
            return None
        echo = pdu.user_message_reference
        return Receipt(self.name, told.ref, told.state, self._now(), told.reason, phone=phone, echo=echo)
