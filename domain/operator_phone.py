"""What an operator talks on."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum


class PhoneKind(StrEnum):
    """A telephone (or a program that is one) registers over UDP, a browser over its WebSocket. Each speaks media of its
    own kind, so an operator has one or the other, and can change it.
    """

    TELEPHONE = "telephone"
    BROWSER = "browser"


@dataclass(frozen=True, slots=True)
class OperatorPhone:
    """The phone of one operator: its kind and its password."""

    secret: str = field(repr=False)
    kind: PhoneKind = PhoneKind.TELEPHONE
