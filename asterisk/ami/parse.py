"""Bytes from a manager socket -> messages.

Only complete messages are decoded, so a UTF-8 letter split over two reads stays whole, and what never
completes is bounded. (Grammar: lines ``Header: value`` ended by CR LF, a message ended by an empty line.)
"""

from __future__ import annotations

from asterisk.ami.messages import AmiMessage

BANNER = b"Asterisk Call Manager/"
MOST_UNFINISHED_BYTES = 1_000_000
_LINE = b"\r\n"
_BLANK = b"\r\n\r\n"


class NotAmi(Exception):
    """The far end does not speak the manager protocol (any more); the connection is of no further use."""


class MessageReader:
    """Collects the bytes of one connection; ``malformed`` counts the lines and messages it had to skip."""

    def __init__(self) -> None:
        self.malformed = 0
        self._buffer = bytearray()
        self._greeted = False

    def feed(self, data: bytes) -> list[AmiMessage]:
        """The messages that `data` completes; NotAmi on a foreign banner or an endless message."""
        buffer = self._buffer
        searched = max(0, len(buffer) - len(_BLANK) + 1)
        buffer += data
        if not self._greeted:
            if not self._take_banner():
                return []
            searched = 0
        end = buffer.rfind(_BLANK, searched)
        if end < 0:
            self._refuse_endless()
            return []
        blocks = buffer[:end].decode("utf-8", "replace").split("\r\n\r\n")
        del buffer[: end + len(_BLANK)]
        self._refuse_endless()
        return [message for block in blocks if (message := self._parse(block))]

    def _take_banner(self) -> bool:
        if not self._buffer.startswith(BANNER[: len(self._buffer)]):
            raise NotAmi("the greeting is not Asterisk's")
        end = self._buffer.find(_LINE)
        if end < 0:
            self._refuse_endless()
            return False
        del self._buffer[: end + len(_LINE)]
        self._greeted = True
        return True

    def _refuse_endless(self) -> None:
        if len(self._buffer) > MOST_UNFINISHED_BYTES:
            raise NotAmi(f"a message did not end within {MOST_UNFINISHED_BYTES} bytes")

    def _parse(self, block: str) -> AmiMessage | None:
        message, malformed = headers_of(block)
        self.malformed += malformed
        if "Event" in message or "Response" in message:
            return message
        self.malformed += 1
        return None


def headers_of(block: str) -> tuple[AmiMessage, int]:
    """The headers of one message and how many of its lines are none."""
    message: AmiMessage = {}
    malformed = 0
    for line in block.split("\r\n"):
        name, colon, value = line.partition(":")
        if not colon:
            malformed += bool(line)
        elif name in message:
            message[name] += "\n" + value.lstrip(" ")
        else:
            message[name] = value.lstrip(" ")
    return message, malformed
