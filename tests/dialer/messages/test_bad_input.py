"""What nobody should send us, through the real port into real books: told clearly, nothing lost, nobody let in."""

from __future__ import annotations

import hmac
import json
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from hashlib import sha256

import httpx
import pytest

from dialer.handlers.receipts import take_receipts
from dialer.handlers.replies import take_replies
from dialer.messages.provider import Heard
from dialer.messages.server import listening
from dialer.messages.settings import MessageSettings, ProviderSettings
from dialer.messages.webhooks import Webhooks
from domain.message import MessageState, Receipt
from domain.reply import LONGEST, Reply
from ledger.audit import verify
from ledger.books import Books
from tests.dialer.messages.post import HUB, PHONE, SECOND, Post
from tests.ledger.rows import NOON

pytestmark = pytest.mark.integration

SECRET = "private"


@pytest.fixture
def post(books: Books) -> Post:
    return Post(books)


class Hub:
    """Whoever posts to the port."""

    def __init__(self, client: httpx.AsyncClient) -> None:
        self._client = client

    async def tells(self, kind: str, document: object, **headers: str) -> int:
        """Unless headers are given, it is signed as it should be; answers the status."""
        body = document if isinstance(document, bytes) else json.dumps(document).encode()
        signed = {"X-Signature": hmac.new(SECRET.encode(), body, sha256).hexdigest()}
        answer = await self._client.post(f"/providers/hub/{kind}", content=body, headers=headers or signed)
        return answer.status_code


@asynccontextmanager
async def port(post: Post) -> AsyncIterator[Hub]:
    """The port of `dozvon messages`, over the books of the post."""

    async def keep(heard: Sequence[Heard]) -> None:
        now = NOON + SECOND
        receipts = [one for one in heard if isinstance(one, Receipt)]
        take_receipts(post.books, post.works, receipts, now)
        take_replies(post.books, [one for one in heard if isinstance(one, Reply)], post.new_id, now)

    settings = ProviderSettings.model_validate(HUB | {"webhook_secret": SECRET})
    webhooks = Webhooks([settings], keep, lambda: NOON + SECOND)
    async with (
        listening(MessageSettings(port=0), webhooks) as bound,
        httpx.AsyncClient(base_url=f"http://127.0.0.1:{bound}", trust_env=False, timeout=60.0) as client,
    ):
        yield Hub(client)


RECEIPT = {"id": "r1", "status": "delivered"}
REPLY = {"id": "m1", "from": PHONE, "text": "Сколько платить?"}


def stored(post: Post) -> tuple[int, int, int, int]:
    """How many replies, stray receipts, lines of the journal and calls owed there are."""
    tables = ("reply", "stray_receipt", "touch_event", "callback")
    with post.books.read() as tx:
        one, two, three, four = (
            tx.connection.exec_driver_sql(f"SELECT count(*) FROM {table}").scalar_one() for table in tables
        )
    return one, two, three, four


async def test_who_does_not_sign_stores_nothing(post: Post) -> None:
    post.sent(post.add("A"), "r1")
    before = stored(post)
    wrong = ("", "0" * 64, "sha256=" + "0" * 64, "x" * 10_000)
    async with port(post) as hub:
        for kind, document in (("receipts", RECEIPT), ("replies", REPLY)):
            assert await hub.tells(kind, document, **{"X-Other": "1"}) == 401
            for signature in wrong:
                assert await hub.tells(kind, document, **{"X-Signature": signature}) == 401, signature
    assert stored(post) == before
    assert post.outcomes() == [None]


async def test_a_signature_is_of_one_body_only(post: Post) -> None:
    body = json.dumps(RECEIPT).encode()
    signature = hmac.new(SECRET.encode(), body, sha256).hexdigest()
    async with port(post) as hub:
        assert await hub.tells("receipts", body + b" ", **{"X-Signature": signature}) == 401
        assert await hub.tells("receipts", body, **{"X-Signature": signature.upper()}) == 200


async def test_whoever_sends_it_again_changes_nothing(post: Post) -> None:
    post.sent(post.add("A"), "r1")
    async with port(post) as hub:
        assert await hub.tells("receipts", RECEIPT) == 200
        assert await hub.tells("replies", REPLY) == 200
        once = stored(post)
        for _ in range(3):
            assert await hub.tells("receipts", RECEIPT) == 200
            assert await hub.tells("replies", REPLY) == 200
    assert stored(post) == once
    assert post.outcomes()[0] == "msg_delivered"
    with post.books.read() as tx:
        assert verify(tx.connection).differences == 0


async def test_a_receipt_for_an_id_that_nobody_knows_waits_for_its_message(post: Post) -> None:
    debtor = post.add("A")
    async with port(post) as hub:
        assert await hub.tells("receipts", [RECEIPT, RECEIPT | {"id": "never"}]) == 200
        assert stored(post)[:2] == (0, 2)
        post.sent(debtor, "r1", now=NOON + SECOND)
    assert post.outcomes() == ["msg_delivered"]
    assert stored(post)[:2] == (0, 1)


async def test_odd_replies_are_kept(post: Post) -> None:
    odd = {
        "10 kB": ("🙏" * 10_000, "🙏" * LONGEST + "… [6000 more characters were not kept]"),
        "families": ("👩‍👩‍👧" * 700, "👩‍👩‍👧" * 700),
        "half": ("\ud83d", "?"),
        "cut": ("спасибо\ud83d", "спасибо?"),
        "NUL": ("a\0b", "ab"),
        "nothing": ("", ""),
    }
    post.add("A")
    async with port(post) as hub:
        for name, (text, _) in odd.items():
            assert await hub.tells("replies", REPLY | {"id": name, "text": text}) == 200, name
    with post.books.read() as tx:
        kept = {one.reply.ref: one.reply.text for one in tx.replies.new(10)}
    assert kept == {name: text for name, (_, text) in odd.items()}


async def test_a_time_that_cannot_be_is_now(post: Post) -> None:
    post.sent(post.add("A"), "r1")
    times = (
        "0001-01-01T00:00:00+14:00",
        "9999-12-31T23:59:59-12:00",
        "1999-01-01",
        "soon",
        "",
        17,
        None,
        "\0",
    )
    async with port(post) as hub:
        for number, at in enumerate(times):
            assert await hub.tells("replies", REPLY | {"id": number, "at": at}) == 200, at
            assert await hub.tells("receipts", RECEIPT | {"at": at}) == 200, at
    with post.books.read() as tx:
        assert {one.reply.at for one in tx.replies.new(10)} == {NOON + SECOND}
    assert post.outcomes()[0] == "msg_delivered"


async def test_a_reply_that_cannot_be_read(post: Post) -> None:
    unreadable: tuple[object, ...] = (
        *(b"", b"{", b"[" * 100_000, b'{"id": "m1", "from": 7, "text": 7}', [], [REPLY, 1]),
        *(REPLY | {"from": ""}, REPLY | {"id": True}, REPLY | {"text": None}),
    )
    async with port(post) as hub:
        for document in unreadable:
            assert await hub.tells("replies", document) == 422, str(document)[:80]
    assert stored(post)[0] == 0


async def test_a_failure_with_a_reason_that_no_database_keeps(post: Post) -> None:
    post.sent(post.add("A"), "r1")
    async with port(post) as hub:
        failed = {"id": "r1", "status": "failed", "error": "no\0such\ud83d" + "x" * 500}
        assert await hub.tells("receipts", failed) == 200
    message = post.message(_only(post))
    assert message.state is MessageState.FAILED
    assert message.reason.startswith("nosuch?x")
    assert len(message.reason) == 200


def _only(post: Post) -> str:
    with post.books.read() as tx:
        (message,) = tx.messages.of_campaign(post.campaign.id)
    return message.touch_id
