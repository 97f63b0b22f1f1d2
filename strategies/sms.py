"""How many SMS a text fills (3GPP TS 23.038, 23.040).

A text of the GSM 7-bit alphabet has room for 160 characters, 153 each when it needs several; any other letter, a
Russian one say, makes all of it UCS-2: 70 and 67. Characters of two units are never torn apart.
"""

from __future__ import annotations

GSM_7 = frozenset(
    "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§"
    "¿abcdefghijklmnopqrstuvwxyzäöñüà"
)
GSM_7_EXTENSION = frozenset("\f^{}\\[~]|€")
"""Characters that take an escape before them: two units."""


def sms_segments(text: str) -> int:
    """The number of SMS, at least 1."""
    if set(text) <= GSM_7 | GSM_7_EXTENSION:
        return _segments([2 if char in GSM_7_EXTENSION else 1 for char in text], 160, 153)
    return _segments([2 if ord(char) > 0xFFFF else 1 for char in text], 70, 67)


def _segments(units: list[int], alone: int, joined: int) -> int:
    if sum(units) <= alone:
        return 1
    count, used = 1, 0
    for size in units:
        if used + size > joined:
            count, used = count + 1, 0
        used += size
    return count
