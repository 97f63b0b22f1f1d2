"""A post office in the process of the test, and customers of both kinds."""

from __future__ import annotations

import asyncio
import hmac
import json
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from hashlib import sha256
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import httpx
from smpplib import consts
from smpplib.client import Client
from smpplib.exceptions import ConnectionError as HungUp
from smpplib.exceptions import PDUError
from smpplib.smpp import make_pdu

from asterisk.town.roles import FORCING_BLOCK
from dialer.clock import SystemClock
from dialer.demo.post_office.addressees import Addressee, Habits
from dialer.demo.post_office.aggregator import Aggregator
from dialer.demo.post_office.office import Office
from dialer.demo.post_office.plan import PostPlan
from dialer.demo.post_office.record import Row, read_rows
from dialer.demo.post_office.smsc import Smsc

QUICK = Habits(delay=(0.0, 0.05), replies_after=0.0)
TRANSCEIVER = {"system_id": "dozvon", "password": "postal8"}


def phone(who: Addressee, nth: int = 0) -> str:
    """A number that always behaves so."""
    return f"+7935{nth:01}{FORCING_BLOCK}{list(Addressee).index(who):02}"


@dataclass
class Customer:
    """Reads what a bound smpplib client hears, in a thread of its own."""

    client: Client
    answers: dict[int, Any] = field(default_factory=dict)
    heard: list[Any] = field(default_factory=list)
    confirms: bool = True
    lost: bool = False

    def __enter__(self) -> Self:
        self.client.set_message_received_handler(lambda pdu: self._hear(pdu))
        self.client.set_message_sent_handler(lambda pdu: self._answered(pdu))
        self.client.set_query_resp_handler(lambda pdu: self._answered(pdu))
        self.client.set_error_pdu_handler(lambda pdu: self._answered(pdu))
        self._listening = asyncio.get_running_loop().run_in_executor(None, self._listen)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.hang_up()

    def hang_up(self) -> None:
        with suppress(OSError):
            if self.client._socket:
                self.client._socket.shutdown(socket.SHUT_RDWR)

    async def gone(self) -> None:
        """When its thread is over."""
        await self._listening
        self.client.state = consts.SMPP_CLIENT_STATE_OPEN
        self.client.disconnect()

    def submit(self, to: str, octets: bytes = b"hello", **options: Any) -> int:
        """The PDU's number, under which ``answers`` gets the answer."""
        plain = {"source_addr": "Dozvon", "source_addr_ton": 5, "dest_addr_ton": 1, "dest_addr_npi": 1}
        pdu = make_pdu(
            "submit_sm",
            client=self.client,
            destination_addr=to.lstrip("+"),
            short_message=octets,
            **{"registered_delivery": 1, **plain, **options},
        )
        self.client.send_pdu(pdu)
        return int(pdu.sequence)

    def _listen(self) -> None:
        try:
            self.client.listen()
        except (HungUp, PDUError, OSError):
            self.lost = True

    def _hear(self, pdu: Any) -> int:
        if not self.confirms:
            return int(consts.SMPP_ESME_RSYSERR)
        self.heard.append(pdu)
        return int(consts.SMPP_ESME_ROK)

    def _answered(self, pdu: Any) -> None:
        self.answers[pdu.sequence] = pdu


@dataclass
class Town:
    """An open office: its doors, and what its webhooks told."""

    office: Office
    path: Path
    smpp_port: int
    http: httpx.AsyncClient
    told: list[tuple[str, dict[str, Any]]]
    webhook_statuses: list[int]
    """The next answers of the webhook's receiver; 200 when there is none."""

    def rows(self, kind: str) -> list[Row]:
        return [row for row in read_rows(self.path) if kind in row]

    @asynccontextmanager
    async def customer(self, **bind: str) -> AsyncIterator[Customer]:
        """Bound by smpplib."""
        client = Client("127.0.0.1", self.smpp_port, timeout=60, allow_unknown_opt_params=True)
        await asyncio.to_thread(client.connect)
        try:
            await asyncio.to_thread(lambda: client.bind_transceiver(**(TRANSCEIVER | bind)))
        except PDUError:
            client.disconnect()
            raise
        with Customer(client) as customer:
            try:
                yield customer
            finally:
                customer.hang_up()
                await customer.gone()

    async def post(self, to: str, key: str = "k1", **fields: str) -> httpx.Response:
        order = {"client_id": key, "channel": "messenger", "to": to, "sender": "Dozvon", "text": "привет"}
        return await self.http.post(
            "/v1/messages", json=order | fields, headers={"Idempotency-Key": key} if key else {}
        )


@asynccontextmanager
async def open_town(path: Path, **plan: Any) -> AsyncIterator[Town]:
    """An office with this plan; its webhooks go to a list."""
    told: list[tuple[str, dict[str, Any]]] = []
    statuses: list[int] = []

    def receive(request: httpx.Request) -> httpx.Response:
        signature = hmac.new(b"made-up-secret", request.content, sha256).hexdigest()
        assert request.headers["X-Signature"] == signature
        status = statuses.pop(0) if statuses else 200
        if status == 200:
            told.append((request.url.path.rpartition("/")[2], json.loads(request.content)))
        return httpx.Response(status)

    settings = {"smpp_port": 0, "http_port": 0, "webhook": "http://us/providers/hub", "habits": QUICK} | plan
    office = Office(PostPlan.model_validate(settings), path, SystemClock())
    smsc, aggregator = Smsc(office), Aggregator(office, httpx.MockTransport(receive))
    server = await asyncio.start_server(smsc.serve, "127.0.0.1", 0)
    office.resume()
    transport = httpx.ASGITransport(aggregator.app(), raise_app_exceptions=False)
    key = {"Authorization": "Bearer made-up-key"}
    async with httpx.AsyncClient(transport=transport, base_url="http://post", headers=key) as http:
        try:
            yield Town(office, path, server.sockets[0].getsockname()[1], http, told, statuses)
        finally:
            server.close()
            await office.close()
            await aggregator.close()
