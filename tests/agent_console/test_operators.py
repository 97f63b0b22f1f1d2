"""The operators on a supervisor's screen: what they do, what is done for them, and that each deed is written down."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path

import orjson
import pytest
from httpx import AsyncClient
from pydantic import SecretStr

from agent_console.app import create_app
from agent_console.services import Services
from dialer.floor.feed import FeedKind
from dialer.floor.screens import read_feed
from dialer.settings import ConsoleSettings, NodeSettings, Settings
from domain.audit import AuditEntry
from domain.operator_phone import PhoneKind
from domain.user import Role
from ledger.books import Books
from tests.agent_console.desks import DeskStage, desk_stage
from tests.agent_console.stage import Console

pytestmark = pytest.mark.integration

NODE = NodeSettings(
    name="node1",
    ami_secret=SecretStr("made-up-secret"),
    scripts_folder=Path("/nowhere"),
    channel_log=Path("/nowhere"),
    browsers_address="ws://127.0.0.1:8188/ws",
)


@pytest.fixture
async def desk(books: Books, tmp_path: Path, redis_server: str) -> AsyncIterator[DeskStage]:
    """Anna, an operator, on a floor that does what the test says."""
    async with desk_stage(books, tmp_path, redis_server) as stage:
        yield stage


@pytest.fixture
def floor(desk: DeskStage, console: Console) -> Console:
    """The console over that floor, with the supervisor zoya; she is heard listening."""
    shows = ConsoleSettings(show_listening=True)
    settings = Settings(home=console.settings.home, demo=True, nodes=(NODE,), console=shows)
    services = Services(settings, console.books, desk.floor.redis, console.clock)
    console.user("zoya", Role.SUPERVISOR)
    return replace(console, app=create_app(services), settings=settings)


def deeds(console: Console) -> list[AuditEntry]:
    """What zoya did to operators, the first first."""
    with console.books.read() as tx:
        lines = tx.audit_log.page()
    return [one for one in reversed(lines) if one.subject and one.subject.kind == "operator"]


async def listening(zoya: AsyncClient) -> None:
    assert (await zoya.post("/operators/phone")).status_code == 303


async def test_the_grid_says_what_each_does_and_hides_who_only_listens(
    floor: Console, desk: DeskStage
) -> None:
    async with floor.signed_in("zoya") as zoya:
        assert "Offline" in (await zoya.get("/operators")).text
        await desk.floor.call("talking", desk.debtors[0].id, campaign="spring")
        await listening(zoya)
        grid = (await zoya.get("/operators")).text
        assert "Talking" in grid
        assert "spring" in grid
        assert f"/debtors/{desk.debtors[0].id}" in grid
        assert "/operators/anna/hear/whisper" in grid
        assert "/operators/zoya/panel" not in grid
        await desk.floor.leave()
        assert "not known" in (await zoya.get("/operators")).text


async def test_asked_in_his_name(floor: Console, desk: DeskStage) -> None:
    async with floor.signed_in("zoya") as zoya:
        assert (await zoya.post("/operators/anna/do/pause", data={"argument": "lunch"})).status_code == 204
        assert (await zoya.post("/operators/anna/do/ready")).status_code == 204
        assert desk.floor.asked == [("pause", "lunch"), ("ready", "")]
        refused = await zoya.post("/operators/anna/do/fly")
        assert refused.status_code == 422
        desk.floor.refuses = {"refused": "he is in no call; `dozvon operator list` shows", "input": True}
        answer = await zoya.post("/operators/anna/do/hang_up")
        assert (answer.status_code, answer.text) == (422, "he is in no call")
        await desk.floor.leave()
        assert (await zoya.post("/operators/anna/do/ready")).status_code == 503
    assert [one.detail["state"] for one in deeds(floor)] == ["pause", "ready"], "only what was done"


async def test_a_word_to_his_screen(floor: Console, desk: DeskStage) -> None:
    async with floor.signed_in("zoya") as zoya:
        assert (await zoya.post("/operators/anna/message", data={"text": ""})).status_code == 422
        assert (await zoya.post("/operators/anna/message", data={"text": "x" * 501})).status_code == 422
        sent = await zoya.post("/operators/anna/message", data={"text": "Speak slower"})
        assert "notice" in sent.headers["HX-Trigger-After-Swap"]
        assert (await zoya.post("/operators/nobody/message", data={"text": "hello"})).status_code == 422
    heard = [entry async for entry in _so_far(desk, 1)]
    assert heard == [{"text": "Speak slower", "author": "Zoya"}]
    assert [one.action for one in deeds(floor)] == ["operator told"]


async def _so_far(desk: DeskStage, count: int) -> AsyncIterator[dict[str, str]]:
    """The first messages on anna's screen."""
    async for entry in read_feed(desk.floor.redis, desk.floor.operator, "0-0"):
        if entry.kind is FeedKind.MESSAGE:
            yield {name: str(entry.facts[name]) for name in ("text", "author")}
            count -= 1
        if not count:
            return


async def test_skills(floor: Console) -> None:
    async with floor.signed_in("zoya") as zoya:
        changed = await zoya.post("/operators/anna/skills", data={"skills": "court, heat  heat"})
        assert "court, heat" in changed.text
        wrong = await zoya.post("/operators/anna/skills", data={"skills": "Суд"})
        assert wrong.status_code == 422
        assert "small Latin letters" in wrong.text
        assert (await zoya.post("/operators/nobody/skills", data={"skills": "heat"})).status_code == 422
    with floor.books.read() as tx:
        assert tx.operators.find("anna").skills == ("court", "heat")
    assert [one.detail for one in deeds(floor)] == [{"skills": ["court", "heat"]}]


async def test_who_listens_has_a_phone_of_his_own(floor: Console) -> None:
    async with floor.signed_in("zoya") as zoya:
        assert (await zoya.get("/operators/phone")).status_code == 403
        assert (await zoya.post("/operators/anna/hear/listen")).status_code == 403
        for _ in range(2):
            await listening(zoya)
        account = (await zoya.get("/operators/phone")).json()
        assert account["servers"] == ["ws://127.0.0.1:8188/ws"]
    with floor.books.read() as tx:
        zoyas = tx.operators.find("zoya")
        assert tx.operators.phones()[zoyas.id].kind is PhoneKind.BROWSER
        assert (tx.users.find("zoya").operator, tx.users.find("zoya").role) == (zoyas.id, Role.SUPERVISOR)
        assert len(tx.operators.all()) == 2


async def test_listening_is_asked_for_written_down_and_shown(floor: Console, desk: DeskStage) -> None:
    await desk.floor.call("talking")
    async with floor.signed_in("zoya") as zoya:
        await listening(zoya)
        for ear in ("listen", "whisper"):
            assert (await zoya.post(f"/operators/anna/hear/{ear}")).status_code == 204
        assert (await zoya.post("/operators/anna/hear/shout")).status_code == 404
        assert (await zoya.post("/operators/anna/take-over")).status_code == 204
        assert (await zoya.post("/operators/silence")).status_code == 204
    asked = [(verb, orjson.loads(what) if verb == "spy" else what) for verb, what in desk.floor.asked]
    assert asked == [
        ("spy", {"login": "anna", "ear": "listen"}),
        ("spy", {"login": "anna", "ear": "whisper"}),
        ("take_over", "anna"),
        ("unspy", ""),
    ]
    of_talk = [one for one in deeds(floor) if one.action.startswith("talk")]
    assert [(one.action, one.detail.get("ear")) for one in of_talk] == [
        ("talk heard", "listen"),
        ("talk heard", "whisper"),
        ("talk taken over", None),
    ]
    assert all(one.detail["touch"] == desk.floor.row["touch"] for one in of_talk)
    told = [one["text"] async for one in _so_far(desk, 2)]
    assert told == ["A supervisor is in your talk: listens", "A supervisor is in your talk: whispers"]


async def test_refused_listening_is_not_written_down_nor_shown(floor: Console, desk: DeskStage) -> None:
    async with floor.signed_in("zoya") as zoya:
        await listening(zoya)
        desk.floor.refuses = {"refused": "he talks to nobody; list", "input": True}
        answer = await zoya.post("/operators/anna/hear/listen")
    assert (answer.status_code, answer.text) == (422, "he talks to nobody")
    assert [one.action for one in deeds(floor)] == ["phone given"]
