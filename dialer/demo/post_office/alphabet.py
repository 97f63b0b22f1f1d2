"""Letters of short messages, as a telephone reads them (3GPP TS 23.038 and 23.040).

Written apart from the engine's own: what one side gets wrong the other shall see.
"""

from __future__ import annotations

from typing import NamedTuple

GSM_7 = (
    "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞ\x1bÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?"
    "¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà"
)
EXTENSION = {
    0x0A: "\f",
    0x14: "^",
    0x28: "{",
    0x29: "}",
    0x2F: "\\",
    0x3C: "[",
    0x3D: "~",
    0x3E: "]",
    0x40: "|",
    0x65: "€",
}
ESCAPE = 0x1B
JOINED_OCTETS = 134
"""Room for text in each part of a long message, behind a header of 6 octets."""


class Coding:
    """SMPP's data_coding, as far as it is known here."""

    GSM_7 = 0
    LATIN_1 = 3
    UCS_2 = 8


class Part(NamedTuple):
    """Which part of a long message this is."""

    reference: int
    of: int
    nth: int


def decode(coding: int, octets: bytes) -> str:
    """The text. ValueError when it is none in that coding."""
    match coding:
        case Coding.GSM_7:
            return _from_gsm_7(octets)
        case Coding.LATIN_1:
            return octets.decode("latin-1")
        case Coding.UCS_2:
            # Half a character at the edge of a part is put together with its other half when all parts are there.
            return octets.decode("utf-16-be", errors="surrogatepass")
    raise ValueError(f"coding {coding} is not known")


def _from_gsm_7(octets: bytes) -> str:
    letters: list[str] = []
    escaped = False
    for octet in octets:
        if escaped:
            letters.append(EXTENSION.get(octet, " "))
        elif octet != ESCAPE:
            letters.append(GSM_7[octet])  # an IndexError below: eight bits are no septet
        escaped = octet == ESCAPE and not escaped
    return "".join(letters)


def whole(pieces: list[str]) -> str:
    """Parts put together; halves of a character meet again."""
    return "".join(pieces).encode("utf-16-be", "surrogatepass").decode("utf-16-be", "replace")


def take_header(octets: bytes) -> tuple[Part | None, bytes]:
    """The user data header's word on parts, and the text behind it. ValueError when the header is broken."""
    if not octets or len(octets) < octets[0] + 1:
        raise ValueError("the user data header is longer than the message")
    header, text = octets[1 : octets[0] + 1], octets[octets[0] + 1 :]
    part: Part | None = None
    while len(header) >= 2:
        kind, length = header[0], header[1]
        value, header = header[2 : 2 + length], header[2 + length :]
        if len(value) != length:
            raise ValueError("an element of the user data header is cut short")
        if kind == 0x00 and length == 3:
            part = Part(value[0], value[1], value[2])
        elif kind == 0x08 and length == 4:
            part = Part(int.from_bytes(value[:2]), value[2], value[3])
    if part and not 1 <= part.nth <= part.of:
        raise ValueError(f"part {part.nth} of {part.of}")
    return part, text


def split_reply(text: str, reference: int) -> list[bytes]:
    """UCS-2 user data of a reply: one piece without a header, or up to 255 with one. The rest is cut off."""
    octets = text.encode("utf-16-be")
    if len(octets) <= 140:
        return [octets]
    pieces = [octets[at : at + JOINED_OCTETS] for at in range(0, len(octets), JOINED_OCTETS)][:255]
    head = bytes((5, 0, 3, reference % 256, len(pieces)))
    return [head + bytes((nth,)) + piece for nth, piece in enumerate(pieces, start=1)]
