"""What a desk refuses: another operator's call, a debtor who is not on the line, marks that only the server makes."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from httpx import AsyncClient, Response

from agent_console.desk.drafts import IDENTIFIED, LONGEST, LONGEST_NAME
from dialer.clock import SystemClock
from domain.audit import AuditAction
from domain.touch import TouchId
from ledger.audit_log import AuditSearch
from ledger.books import Books
from tests.agent_console.desks import TOUCH, DeskStage, desk_stage
from tests.agent_console.stage import HTML, csrf_of, sign_in
from tests.agent_console.talks import talked
from tests.polling import PATIENCE_S

pytestmark = pytest.mark.integration
OTHER = TOUCH[:-1] + "2"


@pytest.fixture
async def desk(books: Books, tmp_path: Path, redis_server: str) -> AsyncIterator[DeskStage]:
    async with desk_stage(books, tmp_path, redis_server) as stage:
        yield stage


@pytest.fixture
async def anna(desk: DeskStage) -> AsyncIterator[AsyncClient]:
    """Her browser, signed in."""
    async with AsyncClient(base_url=desk.url, headers=HTML, timeout=PATIENCE_S) as client:
        await sign_in(client, "anna")
        client.headers["X-CSRF-Token"] = csrf_of(await client.get("/password"))
        yield client


def draft(desk: DeskStage, touch: str = TOUCH) -> dict[str, str]:
    with desk.books.read() as tx:
        found = tx.drafts.of(desk.floor.operator, TouchId(touch))
    return dict(found.fields) if found else {}


def logged(desk: DeskStage, action: AuditAction) -> list[str]:
    with desk.books.read() as tx:
        lines = tx.audit_log.page(AuditSearch(action=action))
    return [line.subject.id for line in lines if line.subject]


async def identify(anna: AsyncClient, debtor: int, touch: str = TOUCH) -> Response:
    return await anna.post("/desk/identify", data={"touch": touch, "debtor": str(debtor)})


async def test_only_who_is_on_the_line_is_identified_and_it_is_logged(
    desk: DeskStage, anna: AsyncClient
) -> None:
    mine, other = desk.debtors
    await desk.floor.call("talking", mine.id)
    assert (await identify(anna, other.id)).status_code == 422
    assert (await identify(anna, mine.id, OTHER)).status_code == 403
    assert IDENTIFIED not in draft(desk)
    assert (await identify(anna, mine.id)).status_code == 204
    assert draft(desk)[IDENTIFIED] == str(mine.id)
    assert logged(desk, AuditAction.IDENTITY_CONFIRMED) == [mine.external_id]


async def test_one_of_several_is_taken_and_another_one_must_be_asked_anew(
    desk: DeskStage, anna: AsyncClient
) -> None:
    first, second = desk.debtors
    await desk.floor.call("talking", first.id, second.id, caller="several")
    shown = (await anna.get("/desk")).text
    assert 'id="card"' not in shown
    assert shown.count("/desk/choose") >= 2
    for one in (first, second):
        await anna.post("/desk/choose", data={"touch": TOUCH, "debtor": str(one.id)})
        assert draft(desk) == {"debtor": str(one.id), "identified": ""}
        await identify(anna, one.id)
    assert f'data-debtor="{second.id}"' in (await anna.get("/desk")).text


async def test_an_account_is_found_in_own_portfolios_only(desk: DeskStage, anna: AsyncClient) -> None:
    await desk.floor.call("talking", caller="unknown", number="+79350000077")
    account = {"touch": TOUCH, "account": f"account {desk.debtors[0].external_id}"}
    assert (await anna.post("/desk/choose", data=account)).status_code == 422
    with desk.books.write() as tx:
        user = next(one for one in tx.users.all() if one.login == "anna")
        tx.users.set_portfolios(user.id, [desk.debtors[0].portfolio_id])
    assert (await anna.post("/desk/choose", data=account)).status_code == 204
    assert draft(desk)["debtor"] == str(desk.debtors[0].id)
    nobody = {"touch": TOUCH, "account": "<script>" * 7}
    assert (await anna.post("/desk/choose", data=nobody)).status_code == 422


async def test_a_draft_holds_what_was_typed_and_no_marks_of_the_server(
    desk: DeskStage, anna: AsyncClient
) -> None:
    typed = {"touch": TOUCH, "note": "я" * 2 * LONGEST, IDENTIFIED: "7", "debtor": "7", "csrf": "x"}
    assert (await anna.post("/desk/draft", data=typed)).status_code == 204
    assert draft(desk) == {"note": "я" * LONGEST}
    await anna.post("/desk/draft", data={"touch": TOUCH, "sum": "100"})
    assert set(draft(desk)) == {"note", "sum"}
    await anna.post("/desk/draft", data={"touch": TOUCH, "note": "a\0b", "x" * 200: "1"})
    assert draft(desk) == {"note": "ab", "sum": "100", "x" * LONGEST_NAME: "1"}
    assert (await anna.post("/desk/draft", data={"touch": "9" * 33})).status_code == 422


async def test_what_is_refused_is_kept_as_it_was_typed(desk: DeskStage, anna: AsyncClient) -> None:
    mine = desk.debtors[0]
    talked(desk.books, mine, TOUCH, desk.floor.operator, SystemClock().now())
    await desk.floor.call("wrap_up", mine.id)
    await identify(anna, mine.id)
    typed = {"code": "promise.once", "sum": "9000000", "date": "yesterday"}
    assert (await anna.post(f"/desk/talks/{TOUCH}", data=typed)).status_code == 422
    assert draft(desk) == {"debtor": str(mine.id), IDENTIFIED: str(mine.id), **typed}


@pytest.mark.parametrize("offered", ["", "yesterday", "2026-03-10T10:00:00", "9" * 400])
async def test_only_an_instant_can_have_been_waited_since(
    desk: DeskStage, anna: AsyncClient, offered: str
) -> None:
    del desk
    assert (await anna.post("/desk/painted", data={"offered": offered})).status_code == 422


async def test_a_command_is_done_or_the_reason_is_told(desk: DeskStage, anna: AsyncClient) -> None:
    assert (await anna.post("/desk/do/ready")).status_code == 204
    assert (await anna.post("/desk/do/pause", data={"argument": "lunch"})).status_code == 204
    assert desk.floor.asked == [("ready", ""), ("pause", "lunch")]
    assert (await anna.post("/desk/do/shout")).status_code == 422
    desk.floor.refuses = {"refused": "no colleague has picked up", "input": True}
    answer = await anna.post("/desk/do/complete")
    assert (answer.status_code, answer.headers["HX-Reswap"]) == (422, "none")
    assert "no colleague has picked up" in answer.headers["HX-Trigger"]
    await desk.floor.leave()
    assert (await anna.post("/desk/do/ready")).status_code == 503


async def test_a_supervisor_has_no_desk_and_a_phone_no_page(desk: DeskStage, anna: AsyncClient) -> None:
    assert (await anna.get("/desk/phone")).status_code == 422
    assert (await anna.post("/desk/do/ready", headers={"X-CSRF-Token": "x"})).status_code == 403
    async with AsyncClient(base_url=desk.url, headers=HTML, timeout=PATIENCE_S) as stranger:
        assert (
            await stranger.get("/desk/events", headers={"Accept": "text/event-stream"})
        ).status_code == 401
