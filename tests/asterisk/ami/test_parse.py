"""Bytes to messages, cut at any place, and bytes that are no messages."""

from __future__ import annotations

import pytest

from asterisk.ami.messages import AmiMessage
from asterisk.ami.parse import MOST_UNFINISHED_BYTES, MessageReader, NotAmi

pytestmark = pytest.mark.unit

BANNER = b"Asterisk Call Manager/11.0.0\r\n"
TALK = (
    BANNER + b"Response: Success\r\nMessage: Authentication accepted\r\n\r\n"
    + "Event: Newchannel\r\nCallerIDName: Иванов: Пётр\r\nAccountCode: \r\nExten:\r\n\r\n".encode()
    + b"Event: Status\r\nChanVariable: A=1\r\nChanVariable: B=2\r\n\r\n"
)  # fmt: skip
TOLD = [
    {"Response": "Success", "Message": "Authentication accepted"},
    {"Event": "Newchannel", "CallerIDName": "Иванов: Пётр", "AccountCode": "", "Exten": ""},
    {"Event": "Status", "ChanVariable": "A=1\nB=2"},
]


def read(*pieces: bytes) -> tuple[list[AmiMessage], int]:
    """All messages of the pieces, and the count of malformed ones."""
    reader = MessageReader()
    return [message for piece in pieces for message in reader.feed(piece)], reader.malformed


def test_in_one_piece() -> None:
    assert read(TALK) == (TOLD, 0)


@pytest.mark.parametrize("cut", range(1, len(TALK)))
def test_cut_anywhere(cut: int) -> None:
    assert read(TALK[:cut], TALK[cut:]) == (TOLD, 0)


def test_byte_by_byte() -> None:
    assert read(*(bytes([byte]) for byte in TALK)) == (TOLD, 0)


@pytest.mark.parametrize("junk", [b"\x00\xff\xfe\r\n\r\n", b"no colon\r\n\r\n", b"A: neither\r\n\r\n"])
def test_junk_between_messages_is_counted_and_skipped(junk: bytes) -> None:
    messages, malformed = read(BANNER, junk, b"Event: A\r\n\r\n")
    assert messages == [{"Event": "A"}]
    assert malformed >= 1


def test_one_line_without_colon_costs_only_that_line() -> None:
    assert read(BANNER + b"Event: A\r\nbroken\r\nB: 1\r\n\r\n") == ([{"Event": "A", "B": "1"}], 1)


def test_invalid_utf8_is_replaced() -> None:
    assert read(BANNER + b"Event: A\r\nName: \xd0\r\n\r\n")[0] == [{"Event": "A", "Name": "\ufffd"}]


@pytest.mark.parametrize(
    "greeting", [b"HTTP/1.1 400 Bad Request\r\n\r\n", b"\x00" * 64, b"Asterisk? No.\r\n"]
)
def test_a_foreign_greeting(greeting: bytes) -> None:
    with pytest.raises(NotAmi, match="greeting"):
        read(greeting)


@pytest.mark.parametrize("piece", [1000, 65_536, 2_000_000])
def test_endless_message_is_bounded(piece: int) -> None:
    endless = (b"x" * piece for _ in range(0, 10_000_000, piece))
    with pytest.raises(NotAmi, match=str(MOST_UNFINISHED_BYTES)):
        read(BANNER, *endless)


def test_endless_greeting_is_bounded() -> None:
    with pytest.raises(NotAmi, match="did not end"):
        read(b"Asterisk Call Manager/" + b"1" * (MOST_UNFINISHED_BYTES + 1))
