"""Scripts on the screen: checked at their lines, played through with answers, and heard."""

from __future__ import annotations

import io
from collections.abc import AsyncIterator

import pytest
import soundfile
from httpx import AsyncClient

from domain.user import Role
from ivr_scripts.load import script_text, shipped_scripts
from tests.agent_console.stage import Console

pytestmark = pytest.mark.integration

NAME = "debt_informer"
TEXT = script_text(NAME)[0]


@pytest.fixture
async def anna(console: Console) -> AsyncIterator[AsyncClient]:
    """A supervisor at her screen."""
    console.user("anna", Role.SUPERVISOR)
    async with console.signed_in("anna") as client:
        yield client


async def test_every_script_has_its_page(anna: AsyncClient) -> None:
    listed = (await anna.get("/scripts")).text
    for name in shipped_scripts():
        assert f"/scripts/{name}" in listed
        assert (await anna.get(f"/scripts/{name}")).status_code == 200
    for name in ("pyproject.toml", "nothing"):
        assert (await anna.get(f"/scripts/{name}")).status_code == 422


async def test_a_fault_is_told_with_its_line(anna: AsyncClient) -> None:
    bad = TEXT + "\nnonsense: 1\n"
    told = (await anna.post("/scripts/check", data={"name": NAME, "text": bad})).json()
    assert not told["ok"]
    assert told["findings"][0]["line"] == bad[: bad.index("nonsense")].count("\n") + 1
    assert (await anna.post("/scripts/check", data={"name": NAME, "text": TEXT})).json()["ok"]
    assert (await anna.post("/scripts/play", data={"name": NAME, "text": bad})).status_code == 422


async def test_played_through_with_answers_as_text_and_as_sound(anna: AsyncClient) -> None:
    asked = {"name": NAME, "text": TEXT, "answers": "1"}
    assert 'class="ours"' in (await anna.post("/scripts/play", data=asked)).text
    heard = await anna.post("/scripts/listen", data=asked)
    assert heard.headers["content-type"] == "audio/wav"
    samples, rate = soundfile.read(io.BytesIO(heard.content))
    assert len(samples) / rate > 3
    assert abs(samples).max() > 0.05
