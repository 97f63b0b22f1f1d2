"""Ports of the loopback interface: which are free, and which are taken."""

from __future__ import annotations

import socket
from dataclasses import dataclass

from domain.errors import EnvironmentFault, InputError

LOOPBACK = "127.0.0.1"
_KINDS = {"udp": socket.SOCK_DGRAM, "tcp": socket.SOCK_STREAM}


@dataclass(frozen=True, slots=True)
class PortRange:
    """Ports ``first`` to ``last``, both included; a call takes two of them for its audio."""

    first: int
    last: int

    def __post_init__(self) -> None:
        if not 1024 <= self.first < self.last <= 65535:
            raise InputError(f"{self.first}-{self.last} is no port range", remedy="use 1024 to 65535")


NODE_RTP = PortRange(10000, 19999)
TOWN_RTP = PortRange(20000, 29999)
"""Apart from each other and below the ports that the kernel gives to clients."""


def free_port(kind: str = "udp") -> int:
    """A port that is free now; ``kind`` is udp or tcp. Another program may take it before you do."""
    with socket.socket(socket.AF_INET, _KINDS[kind]) as probe:
        probe.bind((LOOPBACK, 0))
        port: int = probe.getsockname()[1]
    return port


def require_free(port: int, kind: str, purpose: str) -> None:
    """Raises EnvironmentFault when another program holds the port: Asterisk itself would start without it."""
    with socket.socket(socket.AF_INET, _KINDS[kind]) as probe:
        if kind == "tcp":
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((LOOPBACK, port))
        except OSError as error:
            raise EnvironmentFault(
                f"{kind.upper()} port {port} of {LOOPBACK}, wanted for {purpose}, cannot be used ({error.strerror})",
                remedy="stop the program that holds it or choose another port",
            ) from error
