"""PDUs of SMPP 3.4 as the office reads and writes them. Written apart from the engine's library, as its other side."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from enum import IntEnum
from struct import Struct

HEAD = Struct(">LLLL")
LONGEST = 65_536 + 1_024
ANSWER = 0x80000000


class Command(IntEnum):
    """What a PDU asks for; its answer has the highest bit set."""

    GENERIC_NACK = 0x80000000
    BIND_RECEIVER = 0x01
    BIND_TRANSMITTER = 0x02
    QUERY_SM = 0x03
    SUBMIT_SM = 0x04
    DELIVER_SM = 0x05
    UNBIND = 0x06
    BIND_TRANSCEIVER = 0x09
    ENQUIRE_LINK = 0x15


class Status(IntEnum):
    """command_status."""

    OK = 0x00
    INVALID_MESSAGE = 0x01
    INVALID_LENGTH = 0x02
    INVALID_COMMAND = 0x03
    NOT_BOUND = 0x04
    ALREADY_BOUND = 0x05
    SYSTEM_ERROR = 0x08
    INVALID_DESTINATION = 0x0B
    INVALID_PASSWORD = 0x0E
    INVALID_SYSTEM_ID = 0x0F
    QUEUE_FULL = 0x14
    THROTTLED = 0x58
    QUERY_FAILED = 0x67


class Tag(IntEnum):
    """Optional parameters."""

    RECEIPTED_MESSAGE_ID = 0x001E
    USER_MESSAGE_REFERENCE = 0x0204
    SC_INTERFACE_VERSION = 0x0210
    SAR_REFERENCE = 0x020C
    SAR_TOTAL = 0x020E
    SAR_NUMBER = 0x020F
    MESSAGE_PAYLOAD = 0x0424
    MESSAGE_STATE = 0x0427


class Malformed(Exception):
    """The octets are no PDU; the connection cannot be read on."""


@dataclass(frozen=True, slots=True)
class Pdu:
    """One PDU, its body unread."""

    command: int
    status: int
    sequence: int
    body: bytes = b""

    def octets(self) -> bytes:
        """As it goes over the wire."""
        return HEAD.pack(HEAD.size + len(self.body), self.command, self.status, self.sequence) + self.body

    def answer(self, status: Status = Status.OK, body: bytes = b"") -> Pdu:
        """The answer to it."""
        return Pdu(self.command | ANSWER, status, self.sequence, body)


async def read_pdu(reader: asyncio.StreamReader) -> Pdu | None:
    """The next one; None when the other end has hung up. Raises Malformed."""
    try:
        length, command, status, sequence = HEAD.unpack(await reader.readexactly(HEAD.size))
        if not HEAD.size <= length <= LONGEST:
            raise Malformed(f"a PDU of {length} octets")
        return Pdu(command, status, sequence, await reader.readexactly(length - HEAD.size))
    except (asyncio.IncompleteReadError, ConnectionError):
        return None


class Body:
    """Reads a body from its start. ValueError where it is too short."""

    def __init__(self, octets: bytes) -> None:
        self._octets, self._at = octets, 0

    def text(self) -> str:
        """A string that ends with a zero."""
        end = self._octets.index(0, self._at)
        value, self._at = self._octets[self._at : end], end + 1
        return value.decode("latin-1")

    def octet(self) -> int:
        """A number of one octet."""
        return self.take(1)[0]

    def take(self, count: int) -> bytes:
        """So many octets."""
        value = self._octets[self._at : self._at + count]
        if len(value) < count:
            raise ValueError("the body is cut short")
        self._at += count
        return value

    def options(self) -> dict[int, bytes]:
        """The optional parameters behind all else."""
        found: dict[int, bytes] = {}
        while self._at < len(self._octets):
            tag, length = int.from_bytes(self.take(2)), int.from_bytes(self.take(2))
            found[tag] = self.take(length)
        return found


@dataclass(frozen=True, slots=True)
class ShortMessage:
    """The body of a submit_sm or deliver_sm."""

    source: str
    destination: str
    esm_class: int
    registered: bool
    coding: int
    octets: bytes
    options: dict[int, bytes]

    @property
    def has_header(self) -> bool:
        """Whether a user data header comes before the text."""
        return bool(self.esm_class & 0x40)


def read_message(octets: bytes) -> ShortMessage:
    """ValueError when it is none."""
    body = Body(octets)
    body.text()  # service_type
    body.take(2)
    source = body.text()
    body.take(2)
    destination = body.text()
    esm_class, _protocol, _priority = body.take(3)
    body.text(), body.text()  # schedule_delivery_time, validity_period
    registered, _replace, coding, _default, length = body.take(5)
    text, options = body.take(length), body.options()
    text = options.get(Tag.MESSAGE_PAYLOAD, text)
    return ShortMessage(source, destination, esm_class, bool(registered & 1), coding, text, options)


def write_message(message: ShortMessage) -> bytes:
    """The body of a deliver_sm; its source is a telephone."""
    short = message.octets if len(message.octets) <= 254 else b""
    return b"".join(
        (
            b"\0\x01\x01" + string(message.source),
            b"\x05\0" + string(message.destination),
            bytes((message.esm_class, 0, 0)) + b"\0\0",
            bytes((int(message.registered), 0, message.coding, 0, len(short))) + short,
            *(option(tag, value) for tag, value in message.options.items()),
        )
    )


def string(text: str) -> bytes:
    """With its zero behind."""
    return text.encode("latin-1", "replace") + b"\0"


def option(tag: int, value: bytes) -> bytes:
    """One optional parameter."""
    return tag.to_bytes(2) + len(value).to_bytes(2) + value
