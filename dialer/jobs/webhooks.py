"""Telling other programs what happens to touches: in order, signed, again and again until they take it.

Somebody may be told the same twice (a worker dies between his answer and our note of it): events have ids for that.
"""

from __future__ import annotations

import hmac
from collections.abc import Callable, Mapping
from datetime import datetime
from hashlib import sha256

import httpx
import orjson
import structlog

from dialer.clock import SystemClock
from dialer.settings import load_settings
from domain.webhook import Webhook, given_up, pause_after
from ledger.books import Books

log = structlog.get_logger(__name__)

BATCH = 100
MOST_BATCHES = 50
"""In one job: others wait for the worker too."""
ANSWER_S = 5.0
SIGNATURE = "X-Dozvon-Signature"

Post = Callable[[str, bytes, Mapping[str, str]], int]
"""Posts a body with headers to a URL and answers the status; OSError when nobody answers."""


def deliver(webhook: int) -> int:
    """The job: tells one webhook what it has not been told yet; answers how many events."""
    settings = load_settings()
    books = Books.open(settings.database_url)
    try:
        with httpx.Client(timeout=ANSWER_S, trust_env=False) as client:
            return deliver_now(books, webhook, _poster(client), SystemClock(settings.clock_ahead).now)
    finally:
        books.close()


def deliver_now(books: Books, id: int, post: Post, clock: Callable[[], datetime]) -> int:
    """Tell one webhook batch by batch, until he has everything or does not take it. InputError when there is none."""
    told = 0
    for _ in range(MOST_BATCHES):
        with books.read() as tx:
            webhook = tx.webhooks.get(id)
            batch = tx.webhooks.batch(webhook, 1 if webhook.failures else BATCH)
        if not webhook.active or webhook.next_at > clock() or batch.to == webhook.sent_to:
            break
        fault = _told(webhook, batch.events, post, clock()) if batch.events else ""
        if fault:
            _note_fault(books, webhook, int(batch.events[0]["id"]), fault, clock())
            break
        with books.write() as tx:
            if not tx.webhooks.told(webhook, batch.to, clock()):
                break  # another process is at it
        told += len(batch.events)
    return told


def signature(secret: str, body: bytes, now: datetime) -> str:
    """What proves that a body is ours, and how old it is: ``t=<seconds>,v1=<hex of HMAC-SHA256 over t.body>``."""
    at = int(now.timestamp())
    return f"t={at},v1={hmac.new(secret.encode(), b'%d.' % at + body, sha256).hexdigest()}"


def _told(webhook: Webhook, events: object, post: Post, now: datetime) -> str:
    """Why he did not take it; empty when he did."""
    body = orjson.dumps({"webhook": webhook.id, "events": events})
    headers = {"Content-Type": "application/json", SIGNATURE: signature(webhook.secret, body, now)}
    try:
        status = post(webhook.url, body, headers)
    except OSError as error:
        return f"no answer ({error})"
    return "" if 200 <= status < 300 else f"answered {status}"


def _note_fault(books: Books, webhook: Webhook, event: int, fault: str, now: datetime) -> None:
    """Try him later; whom we have tried for a day loses the event that he does not take, and no other."""
    failures = webhook.failures + 1
    log.warning("webhook_not_told", webhook=webhook.id, fault=fault, failures=failures)
    with books.write() as tx:
        if not tx.webhooks.failed(webhook, fault, now + pause_after(failures)):
            return
        if given_up(failures):
            tx.webhooks.give_up(webhook, event, fault, now)


def _poster(client: httpx.Client) -> Post:
    def post(url: str, body: bytes, headers: Mapping[str, str]) -> int:
        try:
            return client.post(url, content=body, headers=dict(headers)).status_code
        except (httpx.HTTPError, httpx.InvalidURL) as error:
            raise OSError(type(error).__name__) from error

    return post
