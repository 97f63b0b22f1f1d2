"""Campaigns on the screen: their state and caps are changed, and the funnel leads to the debtor."""

from __future__ import annotations

import re
from datetime import timedelta
from html import unescape
from pathlib import Path

import orjson
import pytest
from redis.asyncio import Redis

from domain.campaign import CampaignStatus
from domain.errors import InputError
from domain.said import as_data, said
from domain.user import Language, Role
from tests.agent_console.stage import Console
from tests.dialer.work import Desk
from tests.ledger.rows import CALLER
from tests.polling import until

pytestmark = pytest.mark.integration

CAPS = {"max_channels": "7", "max_calls_per_second": "2.5", "call_limit": ""}
IDLE = said("nobody is due")


@pytest.fixture(autouse=True)
def desk(console: Console) -> Desk:
    """The campaign `spring`, and a supervisor."""
    console.user("anna", Role.SUPERVISOR)
    return Desk(console.books)


async def test_listed_with_what_is_in_its_way(console: Console) -> None:
    async with console.signed_in("anna") as anna:
        listed = (await anna.get("/campaigns")).text
        assert "spring" in listed
        assert "no dialler works it" in listed
        shown = (await anna.get("/campaigns/spring")).text
        assert "strategy of spring@1" in shown
        assert (await anna.get("/campaigns/autumn")).status_code == 422


async def test_why_it_is_so_fast_is_told_in_the_language_of_the_visitor(
    console: Console, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def shown(*_: object) -> list[bytes]:
        return [orjson.dumps({"reason": IDLE, "why": as_data(IDLE)})]

    monkeypatch.setattr(Redis, "mget", shown)
    console.user("vera", Role.SUPERVISOR, language=Language.RU)
    for login, words in (("anna", "nobody is due"), ("vera", "звонить сейчас некому")):
        async with console.signed_in(login) as visitor:
            for path in ("/campaigns", "/campaigns/spring"):
                assert words in (await visitor.get(path)).text


async def test_paused_resumed_and_stopped(console: Console) -> None:
    async with console.signed_in("anna") as anna:
        for status in ("paused", "running", "stopped"):
            assert (await anna.post(f"/campaigns/spring/status/{status}")).status_code == 303
            with console.books.read() as tx:
                assert tx.campaigns.named("spring").status is CampaignStatus(status)
        assert (await anna.post("/campaigns/spring/status/finished")).status_code == 422
        assert (await anna.post("/campaigns/spring/status/asleep")).status_code == 404
        with console.books.read() as tx:
            assert [one.login for one in tx.audit_log.page() if one.action.startswith("campaign")] == [
                "anna"
            ] * 3


async def test_caps_change_live_and_wrong_ones_say_so(console: Console) -> None:
    async with console.signed_in("anna") as anna:
        assert (await anna.post("/campaigns/spring/caps", data=CAPS)).status_code == 204
        with console.books.read() as tx:
            found = tx.campaigns.named("spring")
        assert (found.max_channels, found.max_calls_per_second, found.call_limit) == (7, 2.5, None)
        for name, value, fault in [
            ("max_channels", "0", "At least 1 is needed"),
            ("max_channels", "1e99", "A whole number is needed"),
            ("max_calls_per_second", "nan", "field wrong"),
            ("call_limit", "-5", "At least 1 is needed"),
        ]:
            answer = await anna.post("/campaigns/spring/caps", data={**CAPS, name: value})
            assert answer.status_code == 422
            assert fault in answer.text


async def test_the_funnel_leads_to_the_debtor(console: Console, desk: Desk) -> None:
    debtor = desk.add("A1")
    async with console.signed_in("anna") as anna:
        counted = (await anna.get("/campaigns/spring/funnel")).text
        assert "1 debtor" in counted
        (bucket,) = re.findall(r'href="(/campaigns/spring/debtors[^"]+)"', counted)
        assert f"/debtors/{debtor.id}" in (await anna.get(unescape(bucket))).text
        assert (await anna.get("/campaigns/spring/debtors", params={"stage": "nowhere"})).status_code == 422


async def test_a_campaign_that_cannot_be_says_why_before_anything_is_made(console: Console) -> None:
    async with console.signed_in("anna") as anna:
        wanted = {"name": "spring", "portfolio": "none", "strategy": "utilities-soft", "caller_number": "1"}
        answer = await anna.post("/campaigns", data={**wanted, **CAPS})
        assert answer.status_code == 422
        assert "no portfolio" in answer.text
        answer = await anna.post("/campaigns", data={**wanted, **CAPS, "name": "../x"})
        assert "This is not written as it must be" in answer.text


async def test_a_campaign_follows_no_file_of_the_machine(console: Console, tmp_path: Path) -> None:
    secret = tmp_path / "secret.yaml"
    secret.write_text("wallet: of the house")
    wanted = {"name": "mine", "portfolio": "spring", "strategy": str(secret), "caller_number": "1"}
    async with console.signed_in("anna") as anna:
        answer = await anna.post("/campaigns", data={**wanted, **CAPS})
    assert (answer.status_code, "there is no strategy" in answer.text) == (422, True)
    assert "wallet" not in answer.text


async def test_a_start_that_breaks_is_not_told_as_done(
    console: Console, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_: object, **__: object) -> None:
        raise OSError("the disk is full")

    monkeypatch.setattr("agent_console.floor.starting.create", broken)
    wanted = {"name": "summer", "portfolio": "heat", "strategy": "utilities-soft"}
    wanted["caller_number"] = CALLER.number
    async with console.signed_in("anna") as anna:
        assert (await anna.post("/campaigns", data={**wanted, **CAPS})).status_code == 303
        start = console.app.state.starts.of("summer")
        await until(lambda: start.finished)
        assert "not started" in (await anna.get("/campaigns")).text
        assert (await anna.post("/campaigns/starting/summer/dismiss")).status_code == 303
        assert "not started" not in (await anna.get("/campaigns")).text


async def test_a_start_that_failed_is_listed_for_a_day(
    console: Console, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refused(*_: object, **__: object) -> None:
        raise InputError("the prompts cannot be made")

    monkeypatch.setattr("agent_console.floor.starting.create", refused)
    wanted = {"name": "summer", "portfolio": "heat", "strategy": "utilities-soft"}
    wanted["caller_number"] = CALLER.number
    async with console.signed_in("anna") as anna:
        await anna.post("/campaigns", data={**wanted, **CAPS})
        starts = console.app.state.starts
        await until(lambda: starts.of("summer").finished)
        assert "the prompts cannot be made" in (await anna.get("/campaigns")).text
    assert [one.name for one in starts.going(console.clock.now())] == ["summer"]
    assert starts.going(console.clock.now() + timedelta(days=1)) == []
