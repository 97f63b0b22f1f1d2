"""How the library is started and spoken to."""

from __future__ import annotations

import asyncio
import ctypes
import os
import socket
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pjsua2 as pj

from domain.errors import EnvironmentFault

TELEPHONE_HZ = 8000
REGISTERED_S, RETRY_S = 60, 5
"""After how long a phone registers again, and after how long again when the exchange did not answer."""
ANSWER_S = 10.0
"""How long the other end may take to agree to what we ask."""


@dataclass(frozen=True, slots=True)
class SipAccount:
    """Where a phone registers, and as whom."""

    user: str
    secret: str = field(repr=False)
    host: str
    port: int


class News:
    """Lets those wait who need the library to have said something."""

    def __init__(self, user: str) -> None:
        self._user = user
        self._event = asyncio.Event()

    def tell(self) -> None:
        """Something has happened."""
        self._event.set()

    async def next(self) -> None:
        """Return when something has happened from now on."""
        self._event.clear()
        await self._event.wait()

    async def until(self, look: Callable[[], object], within_s: float, what: str) -> None:
        """Return when ``look()`` is true; EnvironmentFault when it is not ``within_s``."""
        try:
            async with asyncio.timeout(within_s):
                while not look():
                    await self.next()
        except TimeoutError:
            where = f"softphone {self._user}"
            raise EnvironmentFault(f"waited {within_s:g} s in vain for {what}", where=where) from None


def start_library(address: str) -> Any:
    """The process's endpoint: no threads of its own, no sound card, no word on the terminal."""
    endpoint = pj.Endpoint()
    config = pj.EpConfig()
    config.uaConfig.threadCnt, config.uaConfig.mainThreadOnly = 0, True
    config.uaConfig.userAgent = "Dozvon softphone"
    config.medConfig.clockRate = TELEPHONE_HZ
    config.logConfig.level = config.logConfig.consoleLevel = 0
    transport = pj.TransportConfig()
    transport.boundAddress = address
    try:
        with _muted():
            endpoint.libCreate()
        endpoint.libInit(config)
        endpoint.transportCreate(pj.PJSIP_TRANSPORT_UDP, transport)
        endpoint.libStart()
        endpoint.audDevManager().setNullDev()
    except pj.Error as error:
        raise EnvironmentFault(f"the softphone cannot start: {told(error)}") from error
    return endpoint


@contextmanager
def _muted() -> Iterator[None]:
    """Until it is configured, the library logs to standard output, where other programs read our JSON."""
    flush = ctypes.CDLL(None).fflush
    kept = os.dup(1)
    with Path(os.devnull).open("w") as nowhere:
        os.dup2(nowhere.fileno(), 1)
    try:
        yield
    finally:
        flush(None)
        os.dup2(kept, 1)
        os.close(kept)


def account_config(account: SipAccount, address: str) -> Any:
    """What the library must know of an account; sound goes by ``address`` too."""
    config = pj.AccountConfig()
    config.idUri = f"sip:{account.user}@{account.host}"
    config.regConfig.registrarUri = f"sip:{account.host}:{account.port}"
    config.regConfig.timeoutSec, config.regConfig.retryIntervalSec = REGISTERED_S, RETRY_S
    config.sipConfig.authCreds.append(pj.AuthCredInfo("digest", "*", account.user, 0, account.secret))
    config.mediaConfig.transportConfig.boundAddress = address
    return config


def status(code: int) -> Any:
    """The argument of a call's methods that makes them send this SIP code."""
    answer = pj.CallOpParam()
    answer.statusCode = code
    return answer


def own_address(account: SipAccount) -> str:
    """The address of this machine that the exchange sees."""
    with closing(socket.socket(socket.AF_INET, socket.SOCK_DGRAM)) as probe:
        try:
            probe.connect((account.host, account.port))
        except OSError as error:
            raise EnvironmentFault(
                f"there is no way to the exchange ({error})", where=f"{account.host}:{account.port}"
            ) from error
        address: str = probe.getsockname()[0]
    return address


def told(error: Any) -> str:
    """The library's exceptions keep their text where str() does not look."""
    return str(error.info()).strip().splitlines()[0]
