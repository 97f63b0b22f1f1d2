"""What a carrier wants of a node: over which transport, with which account, and from where his own calls come."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import Literal

from domain.errors import InputError

Transport = Literal["udp", "tcp", "tls"]
_PLAIN = re.compile(r"[A-Za-z0-9_.-]+")
_USER = re.compile(r"[A-Za-z0-9_.+-]+")
_SECRET = re.compile(r"[!-~]+")


@dataclass(frozen=True, slots=True)
class CarrierTerms:
    """The defaults are those of a carrier who knows us by our address."""

    endpoint: str = "carrier"
    transport: Transport = "udp"
    """``tls`` checks his certificate against /etc/ssl/certs and offers encrypted audio, without insisting on it."""
    user: str = ""
    """The account at his side; empty: none."""
    password: str = field(default="", repr=False)
    registers: bool = True
    """Whether he has to be told where we are. Only with an account."""
    networks: tuple[str, ...] = ()
    """Where his calls come from, beside the address that ours go to."""

    def __post_init__(self) -> None:
        require_plain("trunk", self.endpoint)
        if self.user and not _USER.fullmatch(self.user):
            raise InputError("only letters, digits and . _ + - are allowed", where="node carrier_user")
        if self.user and not _SECRET.fullmatch(self.password):
            raise InputError(
                "a carrier's user needs a password without blanks", where="node carrier_password"
            )

    @property
    def written_password(self) -> str:
        """The password as a configuration file holds it, where a semicolon begins a comment."""
        return self.password.replace(";", r"\;")

    def uri(self, host: str, port: int) -> str:
        """Where our calls go, as a configuration file holds it."""
        way = "" if self.transport == "udp" else rf"\;transport={self.transport}"
        return f"sip:{host}:{port}{way}"


def require_plain(name: str, value: str) -> None:
    """InputError for what would change the meaning of the file into which it goes as it is."""
    if not _PLAIN.fullmatch(value):
        raise InputError("only letters, digits and . _ - are allowed", where=f"node {name}")
