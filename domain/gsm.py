"""How a text travels as SMS: its alphabet, how many it fills, and the octets of each (3GPP TS 23.038, 23.040).

A text of the GSM 7-bit alphabet has room for 160 characters, 153 each when it needs several; any other letter, a
Russian one say, makes all of it UCS-2: 70 and 67. Characters of two units are never torn apart.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from enum import IntEnum

GSM_7 = (
    "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞ\x1bÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§"
    "¿abcdefghijklmnopqrstuvwxyzäöñüà"
)
"""The default alphabet by code; 0x1B is no character but the escape to the extension."""
ESCAPE = 0x1B
EXTENSION = {"\f": 0x0A, "^": 0x14, "{": 0x28, "}": 0x29, "\\": 0x2F} | {
    "[": 0x3C, "~": 0x3D, "]": 0x3E, "|": 0x40, "€": 0x65,
}  # fmt: skip
"""Characters that take an escape before them: two units."""

_OCTETS = {char: bytes([code]) for code, char in enumerate(GSM_7) if code != ESCAPE} | {
    char: bytes([ESCAPE, code]) for char, code in EXTENSION.items()
}


class Alphabet(IntEnum):
    """The alphabet of a text, by its SMPP ``data_coding``."""

    GSM_7 = 0
    UCS_2 = 8


ROOM = {Alphabet.GSM_7: (160, 153), Alphabet.UCS_2: (140, 134)}
"""Octets of a text that goes alone, and of each part of one that needs several; GSM-7 has one octet a septet here."""


@dataclass(frozen=True, slots=True)
class Sms:
    """A text as it travels: the octets of each part, without headers."""

    alphabet: Alphabet
    parts: tuple[bytes, ...]


def sms_segments(text: str) -> int:
    """The number of SMS, at least 1."""
    return len(encode(text).parts)


def encode(text: str) -> Sms:
    """The text in the alphabet that takes the least room."""
    gsm = all(char in _OCTETS for char in text)
    alphabet, write = (Alphabet.GSM_7, _in_gsm_7) if gsm else (Alphabet.UCS_2, _in_ucs_2)
    alone, joined = ROOM[alphabet]
    whole = write(text)
    parts = [whole] if len(whole) <= alone else _parts(map(write, text), joined)
    return Sms(alphabet, tuple(parts))


def decode(octets: bytes, alphabet: int) -> str:
    """The text of octets in any ``data_coding`` that replies come in; what cannot be read is shown as such."""
    if alphabet == Alphabet.UCS_2:
        return octets.decode("utf-16-be", "replace")
    if alphabet == Alphabet.GSM_7:
        return "".join(_characters(octets))
    return octets.decode("latin-1" if alphabet == 3 else "utf-8", "replace")


def _in_gsm_7(text: str) -> bytes:
    return b"".join(_OCTETS[char] for char in text)


def _in_ucs_2(text: str) -> bytes:
    return text.encode("utf-16-be", "replace")


def _parts(units: Iterable[bytes], room: int) -> Iterator[bytes]:
    part = b""
    for unit in units:
        if len(part) + len(unit) > room:
            yield part
            part = b""
        part += unit
    yield part


def _characters(octets: bytes) -> Iterator[str]:
    extension = {code: char for char, code in EXTENSION.items()}
    escaped = False
    for octet in octets:
        if octet == ESCAPE and not escaped:
            escaped = True
            continue
        yield extension.get(octet, " ") if escaped else GSM_7[octet] if octet < len(GSM_7) else "\ufffd"
        escaped = False
