"""How Asterisk calls an operator's phone: the endpoint ``op<id>``."""

from __future__ import annotations

import re

LISTENS = "listens-"
"""The ids of channels by which somebody listens to another one's talk begin so: such a leg is no talk of his."""

_PHONE = re.compile(r"PJSIP/op([0-9]+)(?:-[0-9a-f]+)?")


def user_of(operator: int) -> str:
    """The name by which his phone registers."""
    return f"op{operator}"


def operator_phone(operator: int) -> str:
    """The interface by which queues and dials know an operator."""
    return f"PJSIP/{user_of(operator)}"


def operator_of(interface: str) -> int | None:
    """The operator of an interface or of one of its channels (``PJSIP/op7-0000002a``); None for any other."""
    found = _PHONE.fullmatch(interface)
    return int(found[1]) if found else None


def operator_of_leg(channel: str, id: str) -> int | None:
    """The operator who rings or talks in a channel of that name and id; None for any other, and while he listens."""
    return None if id.startswith(LISTENS) else operator_of(channel)
