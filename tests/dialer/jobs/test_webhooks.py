"""Webhooks: everything under a seal is told once it is, in order, whatever the receiver does for an hour or a week."""

from __future__ import annotations

import hmac
import threading
from collections.abc import Iterator, Mapping
from datetime import datetime, timedelta
from hashlib import sha256
from http.server import BaseHTTPRequestHandler, HTTPServer
from typing import Any

import httpx
import orjson
import pytest

from dialer.handlers.webhooks import add_webhook, remove_webhook
from dialer.jobs.webhooks import SIGNATURE, _poster, deliver_now, signature
from domain.call import Call, advance
from domain.call_events import HungUp
from domain.campaign import Campaign
from domain.errors import InputError
from domain.touch import Outcome, TouchId
from domain.user import COMMAND_LINE
from domain.verdict import Verdict
from domain.webhook import LONGEST_PAUSE, Webhook, given_up, pause_after
from ledger.books import Books
from ledger.touches import Closing
from tests.ledger.rows import BASIS, CALLER, NOON, add_campaign, add_debtor, request, rules_of

pytestmark = pytest.mark.unit

SECOND, HOUR = timedelta(seconds=1), timedelta(hours=1)


class Receiver:
    """Somebody's server as long as it is ``up``; a clock that goes on from try to try."""

    def __init__(self) -> None:
        self.up, self.refuses = True, frozenset[int]()
        self.now = NOON
        self.told: list[dict[str, Any]] = []
        self.tries = 0

    def post(self, url: str, body: bytes, headers: Mapping[str, str]) -> int:
        self.tries += 1
        if not self.up:
            raise OSError("ConnectError")
        events = orjson.loads(body)["events"]
        if self.refuses & {event["id"] for event in events}:
            return 500
        assert headers[SIGNATURE] == signature("secret", body, self.now)
        self.told += events
        return 200

    def clock(self) -> datetime:
        return self.now

    @property
    def ids(self) -> list[int]:
        return [event["id"] for event in self.told]


@pytest.fixture
def receiver() -> Receiver:
    return Receiver()


@pytest.fixture
def campaign(books: Books) -> Campaign:
    with books.write() as tx:
        tx.numbers.put(CALLER)
        portfolio = tx.portfolios.put("heat", creditor="Тепло", contact_phone="", basis=None)
        return add_campaign(tx, portfolio.id)


def webhook(books: Books, *kinds: str) -> Webhook:
    with books.write() as tx:
        return add_webhook(tx, "https://example.org/dozvon", kinds, COMMAND_LINE, NOON, "secret")


def call(books: Books, campaign: Campaign, *keys: str) -> None:
    """A busy call to each of these new debtors, under a seal."""
    with books.write() as tx:
        for key in keys:
            debtor = add_debtor(tx, campaign.portfolio_id, key, "+79160000001")
            tx.touches.reserve([request(debtor, f"t{key}", campaign)], rules_of(), BASIS, NOON)
            ended = advance(Call(TouchId(f"t{key}")), HungUp(TouchId(f"t{key}"), NOON, 17, 486))
            tx.touches.close([Closing(ended, Verdict(Outcome.BUSY, "486"), NOON)])
        tx.seals.seal(NOON)


def try_for(books: Books, hook: Webhook, receiver: Receiver, how_long: timedelta) -> None:
    """Whenever it is due, as the workers do, with a clock that jumps to the next time."""
    end = receiver.now + how_long
    while receiver.now < end:
        deliver_now(books, hook.id, receiver.post, receiver.clock)
        with books.read() as tx:
            receiver.now = max(receiver.now + SECOND, tx.webhooks.get(hook.id).next_at)


class TestDeliver:
    def test_what_happened_is_told_in_order(
        self, books: Books, campaign: Campaign, receiver: Receiver
    ) -> None:
        hook = webhook(books)
        call(books, campaign, "D1", "D2")
        assert deliver_now(books, hook.id, receiver.post, receiver.clock) == 4
        assert [event["event"] for event in receiver.told] == ["touch.reserved", "touch.closed"] * 2
        closed = receiver.told[1]
        assert (closed["debtor"], closed["portfolio"], closed["campaign"]) == ("D1", "heat", "spring")
        assert (closed["touch"], closed["phone"]) == ("tD1", "+79160000001")
        assert closed["facts"]["outcome"] == "busy"
        assert "debtor_id" not in receiver.told[0]["facts"]
        assert deliver_now(books, hook.id, receiver.post, receiver.clock) == 0

    def test_only_what_was_asked_for_and_only_from_now_on(
        self, books: Books, campaign: Campaign, receiver: Receiver
    ) -> None:
        call(books, campaign, "D1")
        hook = webhook(books, "touch.closed")
        call(books, campaign, "D2")
        assert deliver_now(books, hook.id, receiver.post, receiver.clock) == 1
        assert [event["debtor"] for event in receiver.told] == ["D2"]

    def test_what_no_seal_covers_waits(self, books: Books, campaign: Campaign, receiver: Receiver) -> None:
        hook = webhook(books)
        with books.write() as tx:
            debtor = add_debtor(tx, campaign.portfolio_id, "D1", "+79160000001")
            tx.touches.reserve([request(debtor, "t1", campaign)], rules_of(), BASIS, NOON)
            assert tx.webhooks.due(NOON) == []
        assert deliver_now(books, hook.id, receiver.post, receiver.clock) == 0
        with books.write() as tx:
            tx.seals.seal(NOON)
            assert tx.webhooks.due(NOON) == [hook.id]
            assert tx.webhooks.behind() == {hook.id: 1}
        assert deliver_now(books, hook.id, receiver.post, receiver.clock) == 1

    def test_each_has_its_own_place(self, books: Books, campaign: Campaign, receiver: Receiver) -> None:
        first, second = webhook(books), webhook(books)
        call(books, campaign, "D1")
        deliver_now(books, first.id, receiver.post, receiver.clock)
        call(books, campaign, "D2")
        deliver_now(books, second.id, receiver.post, receiver.clock)
        deliver_now(books, first.id, receiver.post, receiver.clock)
        assert len(receiver.told) == 8

    def test_more_than_a_batch(
        self, books: Books, campaign: Campaign, receiver: Receiver, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr("dialer.jobs.webhooks.BATCH", 3)
        hook = webhook(books)
        call(books, campaign, "D1", "D2", "D3", "D4")
        assert deliver_now(books, hook.id, receiver.post, receiver.clock) == 8
        assert (receiver.tries, receiver.ids) == (3, sorted(receiver.ids))

    def test_two_workers_do_not_both_move_it(
        self, books: Books, campaign: Campaign, receiver: Receiver
    ) -> None:
        hook = webhook(books)
        call(books, campaign, "D1")

        def beaten(url: str, body: bytes, headers: Mapping[str, str]) -> int:
            deliver_now(books, hook.id, receiver.post, receiver.clock)
            return 200

        assert deliver_now(books, hook.id, beaten, receiver.clock) == 0
        assert len(receiver.told) == 2


class TestFaults:
    def test_a_receiver_that_is_down_for_an_hour_loses_nothing(
        self, books: Books, campaign: Campaign, receiver: Receiver
    ) -> None:
        hook = webhook(books)
        call(books, campaign, "D1", "D2", "D3")
        receiver.up = False
        try_for(books, hook, receiver, HOUR)
        assert 8 < receiver.tries < 20
        with books.read() as tx:
            assert tx.webhooks.get(hook.id).fault == "no answer (ConnectError)"
        call(books, campaign, "D4")
        receiver.up = True
        try_for(books, hook, receiver, LONGEST_PAUSE)
        assert len(receiver.told) == 8
        assert receiver.ids == sorted(set(receiver.ids))
        with books.read() as tx:
            found = tx.webhooks.get(hook.id)
            assert (found.failures, found.fault, tx.webhooks.dead_letters(hook.id)) == (0, "", [])

    def test_within_a_day_nothing_is_given_up(
        self, books: Books, campaign: Campaign, receiver: Receiver
    ) -> None:
        hook = webhook(books)
        call(books, campaign, "D1")
        receiver.up = False
        try_for(books, hook, receiver, 24 * HOUR)
        with books.read() as tx:
            assert tx.webhooks.dead_letters(hook.id) == []
        receiver.up = True
        try_for(books, hook, receiver, LONGEST_PAUSE)
        assert len(receiver.told) == 2

    def test_what_is_not_taken_for_a_day_is_put_aside_and_the_rest_goes_on(
        self, books: Books, campaign: Campaign, receiver: Receiver
    ) -> None:
        hook = webhook(books)
        call(books, campaign, "D1", "D2")
        receiver.refuses = frozenset({2})
        try_for(books, hook, receiver, 25 * HOUR)
        assert receiver.ids == [1, 3, 4]
        with books.read() as tx:
            (dead,) = tx.webhooks.dead_letters(hook.id)
            assert tx.webhooks.get(hook.id).failures == 0
        assert (dead.event, dead.fault) == (2, "answered 500")
        assert NOON + 24 * HOUR < dead.at < NOON + 25 * HOUR

    def test_pauses_double_up_to_a_quarter_of_an_hour(self) -> None:
        assert [pause_after(n).total_seconds() for n in (1, 2, 3, 8, 9, 99)] == [5, 10, 20, 640, 900, 900]
        tried = timedelta()
        failures = 0
        while not given_up(failures):
            failures += 1
            tried += pause_after(failures)
        assert tried - pause_after(failures) >= timedelta(hours=24)


class TestHandlers:
    @pytest.mark.parametrize("url", ["", "example.org", "ftp://example.org", "https://"])
    def test_an_address_that_is_none(self, books: Books, url: str) -> None:
        with books.write() as tx, pytest.raises(InputError, match="no address of a web server"):
            add_webhook(tx, url, (), COMMAND_LINE, NOON)

    def test_an_event_that_is_none(self, books: Books) -> None:
        with books.write() as tx, pytest.raises(InputError, match="no event 'touch.lost'; events: touch.res"):
            add_webhook(tx, "https://example.org", ["touch.lost"], COMMAND_LINE, NOON)

    def test_a_secret_is_made_and_both_ends_are_audited(self, books: Books) -> None:
        with books.write() as tx:
            made = add_webhook(tx, "https://example.org", [], COMMAND_LINE, NOON)
            remove_webhook(tx, made.id, COMMAND_LINE, NOON)
            assert [entry.action for entry in tx.audit_log.page()] == ["webhook removed", "webhook added"]
            with pytest.raises(InputError, match=f"no webhook {made.id}"):
                tx.webhooks.get(made.id)
        assert len(made.secret) > 40


class _Handler(BaseHTTPRequestHandler):
    bodies: list[tuple[bytes, str]]

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        self.bodies.append((body, self.headers[SIGNATURE]))
        self.send_response(204)
        self.end_headers()

    def log_message(self, *_: Any) -> None:
        return


@pytest.fixture
def server() -> Iterator[HTTPServer]:
    """A real web server on this machine."""
    _Handler.bodies = []
    served = HTTPServer(("127.0.0.1", 0), _Handler)
    thread = threading.Thread(target=served.serve_forever)
    thread.start()
    yield served
    served.shutdown()
    thread.join()
    served.server_close()


def test_over_a_real_connection_the_signature_holds(
    books: Books, campaign: Campaign, server: HTTPServer
) -> None:
    with books.write() as tx:
        url = f"http://127.0.0.1:{server.server_port}/in"
        hook = add_webhook(tx, url, ["touch.closed"], COMMAND_LINE, NOON, "key")
    call(books, campaign, "D1")
    with httpx.Client(trust_env=False, timeout=60.0) as client:
        assert deliver_now(books, hook.id, _poster(client), lambda: NOON) == 1
    ((body, signed),) = _Handler.bodies
    at, _, hex = signed.removeprefix("t=").partition(",v1=")
    assert hex == hmac.new(b"key", f"{at}.".encode() + body, sha256).hexdigest()


def test_nobody_there_is_a_fault_and_no_crash(books: Books, campaign: Campaign) -> None:
    with books.write() as tx:
        hook = add_webhook(tx, "http://127.0.0.1:9/", [], COMMAND_LINE, NOON)
    call(books, campaign, "D1")
    with httpx.Client(trust_env=False) as client:
        assert deliver_now(books, hook.id, _poster(client), lambda: NOON) == 0
    with books.read() as tx:
        assert tx.webhooks.get(hook.id).fault == "no answer (ConnectError)"
