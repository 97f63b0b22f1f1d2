"""What SMPP 3.4 says, in our words: refusals of submit_sm, receipts, states, replies and their parts. Pure."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from datetime import datetime
from hashlib import blake2b

from dialer.messages.provider import Refused
from domain.gsm import decode
from domain.message import BLOCKED, INVALID_NUMBER, MessageState
from domain.reply import Reply

UDH_INDICATOR = 0x40
_RECEIPT = re.compile(r"\bid:([^\s\0]+)", re.IGNORECASE)
_STAT = re.compile(r"\bstat:(\w+)", re.IGNORECASE)
_ERR = re.compile(r"\berr:(\w+)", re.IGNORECASE)

_STATES = {
    "ENROUTE": MessageState.SENT,
    "ACCEPTD": MessageState.SENT,
    "DELIVRD": MessageState.DELIVERED,
    "EXPIRED": MessageState.FAILED,
    "DELETED": MessageState.FAILED,
    "UNDELIV": MessageState.FAILED,
    "REJECTD": MessageState.FAILED,
}
_BY_NUMBER = {
    1: "ENROUTE",
    2: "DELIVRD",
    3: "EXPIRED",
    4: "DELETED",
    5: "UNDELIV",
    6: "ACCEPTD",
    8: "REJECTD",
}
"""message_state, the same as a number."""

_REFUSALS = {
    0x01: Refused("message too long"),
    0x0B: Refused(INVALID_NUMBER),
    0x0A: Refused("the sender's name is not accepted"),
    0x14: Refused("the queue is full", retry=True),
    0x58: Refused("throttled", retry=True),
    0x08: Refused("system error", retry=True, down=True),
    0x04: Refused("not bound", retry=True, down=True),
    0x45: Refused("submit_sm failed"),
    0xFF: Refused("unknown error", retry=True, down=True),
    0x40E: Refused(BLOCKED),
}


def refusal(status: int) -> Refused:
    """Why a submit_sm was not taken (command_status); a status that says no better is final."""
    return _REFUSALS.get(status) or Refused(f"refused with status 0x{status:08X}")


@dataclass(frozen=True, slots=True)
class Told:
    """What a delivery receipt says of one message id."""

    ref: str
    state: MessageState
    reason: str


def read_receipt(text: str, ref: str, state: int | None) -> Told | None:
    """A receipt by its text (SMPP 3.4, appendix B) and its optional parameters, which weigh more; None for neither.

    UNKNOWN and anything that we do not know are no news: it is on its way.
    """
    found, stat, err = _RECEIPT.search(text), _STAT.search(text), _ERR.search(text)
    id = ref or (found[1] if found else "")
    word = _BY_NUMBER.get(state or 0) or (stat[1].upper() if stat else "")
    if not id or not word:
        return None
    return _told(id, word, err[1] if err else "")


def read_state(ref: str, state: int, error: int) -> Told | None:
    """The answer to a query_sm about ``ref`` (SMPP 3.4, 4.8.2 and 5.2.28); None where it is no news.

    That is UNKNOWN, which the standard explains as a message in an invalid state, and what is not in the standard.
    """
    word = _BY_NUMBER.get(state)
    return _told(ref, word, f"{error:03}") if word else None


def _told(ref: str, word: str, error: str) -> Told:
    state = _STATES.get(word, MessageState.SENT)
    reason = f"{word} {error}".strip() if state is MessageState.FAILED else ""
    return Told(ref, state, reason)


def reply_of(provider: str, phone: str, text: str, at: datetime) -> Reply:
    """SMPP gives replies no id: the same text from the same phone within an hour is the same reply."""
    digest = blake2b(text.encode("utf-8", "replace"), digest_size=6).hexdigest()
    return Reply(provider, f"{phone}:{at:%Y%m%d%H}:{digest}", phone, text, at)


@dataclass(frozen=True, slots=True)
class Piece:
    """One part of a long message that came in: of which message it is, and how many there are."""

    key: tuple[str, int]
    number: int
    total: int
    octets: bytes


def read_piece(phone: str, octets: bytes) -> tuple[Piece | None, bytes]:
    """The part that a user data header names (3GPP TS 23.040, 9.2.3.24.1 and .8), and the octets without the header."""
    if not octets or octets[0] + 1 > len(octets):
        return None, octets
    end = octets[0] + 1
    header, body, place = octets[1:end], octets[end:], 0
    while place + 2 <= len(header):
        kind, length = header[place], header[place + 1]
        value = header[place + 2 : place + 2 + length]
        if kind == 0 and len(value) == 3:
            return _piece(phone, value[0], value[1], value[2], body), body
        if kind == 8 and len(value) == 4:
            return _piece(phone, value[0] << 8 | value[1], value[2], value[3], body), body
        place += 2 + length
    return None, body


def _piece(phone: str, reference: int, total: int, number: int, octets: bytes) -> Piece | None:
    return Piece((phone, reference), number, total, octets) if 1 <= number <= total else None


def header_of(reference: int, total: int, number: int) -> bytes:
    """The user data header of a part."""
    return bytes((5, 0, 3, reference & 0xFF, total, number))


@dataclass
class Assembly:
    """The parts of one long message that came in so far; ``since`` is when the first did, in seconds."""

    total: int
    coding: int
    since: float
    parts: dict[int, bytes] = field(default_factory=dict)

    def add(self, piece: Piece) -> bool:
        """Answers whether it is whole now."""
        self.parts[piece.number] = piece.octets
        return len(self.parts) == self.total

    @property
    def text(self) -> str:
        """What is there, in order; a character may be torn over two parts."""
        octets = b"".join(self.parts[number] for number in sorted(self.parts))
        return decode(octets, self.coding)
