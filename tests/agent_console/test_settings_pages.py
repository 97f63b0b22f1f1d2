"""Health and what is in force: true, without a secret, and changed only by who may."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest
from pydantic import SecretStr

from agent_console.app import create_app
from agent_console.services import Services
from dialer.settings import MailSettings, NodeSettings, Settings, shown_settings
from domain.user import Role
from tests.agent_console.stage import Console
from tests.dialer.work import Desk
from tests.ledger.rows import add_campaign

pytestmark = pytest.mark.integration

SECRET = "made-up-secret-77"


@pytest.fixture(autouse=True)
def people(console: Console) -> Desk:
    """A supervisor and an administrator over the campaign `spring`."""
    console.user("zoya", Role.SUPERVISOR)
    console.user("boris", Role.ADMINISTRATOR)
    return Desk(console.books)


async def test_health_tells_what_does_not_work_first(console: Console) -> None:
    async with console.signed_in("zoya") as zoya:
        whole = (await zoya.get("/health")).text
        part = (await zoya.get("/health", headers={"HX-Request": "true"})).text
    for text in (whole, part):
        assert "does not work" in text
        assert text.index("Redis") < text.index("Ledger")
    assert "<html" not in part


async def test_what_is_in_force(console: Console) -> None:
    async with console.signed_in("zoya") as zoya:
        shown = (await zoya.get("/settings")).text
        assert "A lawyer must confirm these rules" in shown
        assert "ru-230fz-agency@" in shown
        assert "DOZVON_CONSOLE__FOUR_EYES=true" in shown
        assert "New webhook" not in shown, "an administrator's"
        assert (await zoya.post("/settings/webhooks", data={"url": "https://a.test/"})).status_code == 403


async def test_a_strategy_that_cannot_be_read_is_one_faulty_row(console: Console, people: Desk) -> None:
    with console.books.write() as tx:
        add_campaign(tx, people.portfolio.id, "autumn", body="name: autumn\nregime: of another release\n")
    async with console.signed_in("zoya") as zoya:
        answer = await zoya.get("/settings")
    assert answer.status_code == 200
    assert "the strategy cannot be read" in answer.text
    assert "ru-230fz-agency@" in answer.text, "of the other campaign"


async def test_no_secret_is_shown(console: Console, tmp_path: Path) -> None:
    secret = SecretStr(SECRET)
    node = NodeSettings(name="n", ami_secret=secret, scripts_folder=tmp_path, channel_log=tmp_path)
    url = f"redis://:{SECRET}@127.0.0.1:1/0"
    base = f"postgresql+psycopg://dozvon:{SECRET}@db/dozvon"
    settings = Settings(
        demo=True, nodes=(node,), mail=MailSettings(password=secret), redis_url=url, database_url=base
    )
    app = create_app(Services(settings, console.books, _nobody(tmp_path), console.clock))
    async with Console(console.books, app, settings, console.clock).signed_in("zoya") as zoya:
        shown = (await zoya.get("/settings")).text
    assert "dozvon:***@db/dozvon" in shown
    assert SECRET not in shown
    assert not any(SECRET in value for value in shown_settings(settings).values())


def _nobody(folder: Path) -> Any:
    from redis.asyncio import Redis

    return Redis.from_url(f"unix://{folder / 'nobody.sock'}")


async def test_webhooks_are_added_and_removed(console: Console) -> None:
    async with console.signed_in("boris") as boris:
        assert (await boris.post("/settings/webhooks", data={"url": ""})).status_code == 422
        for url in ("ftp://a.test/", "a.test"):
            answer = await boris.post("/settings/webhooks", data={"url": url})
            assert answer.status_code == 422
            assert "An address like https://host/path" in answer.text
        assert (
            await boris.post("/settings/webhooks", data={"url": "https://a.test/", "kinds": "no.such"})
        ).status_code == 422
        made = (
            await boris.post("/settings/webhooks", data={"url": "https://a.test/", "kinds": "touch.closed"})
        ).text
        with console.books.read() as tx:
            (hook,) = tx.webhooks.all()
        assert hook.secret in made, "shown once"
        listed = (await boris.get("/settings")).text
        assert hook.secret not in listed
        assert "a touch has ended" in listed
        assert (await boris.post(f"/settings/webhooks/{hook.id}/remove")).status_code == 303
        assert (await boris.post(f"/settings/webhooks/{hook.id}/remove")).status_code == 422
    with console.books.read() as tx:
        assert not tx.webhooks.all()


async def test_reports_are_scheduled(console: Console) -> None:
    wanted = {"report": "operators", "period": "week", "format": "pdf", "target": "reports", "hour": "7"}
    async with console.signed_in("zoya") as zoya:
        for wrong, said in [
            ({"hour": "24"}, "At most 23"),
            ({"report": "progress"}, "choose it"),
            ({"report": "weather"}, "no report"),
            ({"target": "anna@agency.test"}, "There is no mail server"),
            ({"target": "../elsewhere"}, "not a path"),
            ({"target": "/etc"}, "not a path"),
            ({"period": "age"}, "Choose one from the list"),
        ]:
            answer = await zoya.post("/settings/reports", data=wanted | wrong)
            assert answer.status_code == 422
            assert said in answer.text
        assert (await zoya.post("/settings/reports", data=wanted)).status_code == 303
        listed = (await zoya.get("/settings")).text
        assert "each week, pdf" in listed
        (id,) = re.findall(r"/settings/reports/(\d+)/remove", listed)
        assert (await zoya.post(f"/settings/reports/{id}/remove")).status_code == 303
    with console.books.read() as tx:
        assert not tx.schedules.all()
