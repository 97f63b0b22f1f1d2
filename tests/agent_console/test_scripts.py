"""Scripts on the screen: checked at their lines, played through with answers, and heard."""

from __future__ import annotations

import io
from collections.abc import AsyncIterator

import pytest
import soundfile
from httpx import AsyncClient, Response

from domain.user import Language, Role
from domain.version import VersionKind
from ivr_scripts.load import script_text, shipped_scripts
from tests.agent_console.stage import Console

pytestmark = pytest.mark.integration

NAME = "debt_informer"
TEXT = script_text(NAME)[0]
CHANGED = TEXT.replace("version: 2", "version: 3").replace("До свидания.", "Всего доброго.")


@pytest.fixture(autouse=True)
def boris(console: Console) -> None:
    """The second pair of eyes."""
    console.user("boris", Role.SUPERVISOR)


async def hand_in(client: AsyncClient, text: str = CHANGED, **fields: str) -> Response:
    return await client.post(
        "/scripts/submit", data={"name": NAME, "text": text, "note": "kinder", "hours": "0", **fields}
    )


def in_force(console: Console, name: str = NAME) -> int | None:
    with console.books.read() as tx:
        present = tx.versions_of(VersionKind.SCRIPT).in_force(name)
    return present.number if present else None


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


async def test_what_changes_is_told_in_words_and_the_ways_are_shown(anna: AsyncClient) -> None:
    told = (await anna.post("/scripts/check", data={"name": NAME, "text": CHANGED})).json()
    assert told["ok"]
    assert "node promise: text" in told["html"] or "node goodbye: text" in told["html"]
    assert 'href="#node-wrong_person"' in told["html"]
    same = (await anna.post("/scripts/check", data={"name": NAME, "text": TEXT})).json()
    assert "Both do the same." in same["html"]


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        ("", "is a mapping of"),
        ("name: [", "not YAML"),
        ("\x00", "is a mapping of"),
        ("a: &a [*a]", "references"),
        (CHANGED.replace("version: 3", "version: 2"), "version 2 is taken by another text; write version: 3"),
        (CHANGED.replace(f"name: {NAME}", "name: other"), "the text is called 'other'"),
        (CHANGED.replace("interrupted_by: choice", "interrupted_by: nobody", 1), "there is no node"),
    ],
)
async def test_any_text_is_answered(anna: AsyncClient, text: str, fault: str) -> None:
    told = (await anna.post("/scripts/check", data={"name": NAME, "text": text})).json()
    assert not told["ok"]
    assert fault in told["findings"][0]["text"]


async def test_faults_and_changes_in_the_language_of_the_visitor(console: Console) -> None:
    console.user("vera", Role.SUPERVISOR, language=Language.RU)
    wrong = CHANGED.replace("interrupted_by: choice", "interrupted_by: nobody", 1)
    async with console.signed_in("vera") as vera:
        told = (await vera.post("/scripts/check", data={"name": NAME, "text": wrong})).json()
        assert told["findings"][0]["text"] == "нет узла 'nobody'; назовите узел этого сценария"
        assert "нет узла &#39;nobody&#39;" in told["html"]


async def test_somebody_else_approves_and_everybody_can_go_back(console: Console, anna: AsyncClient) -> None:
    async with console.signed_in("boris") as boris:
        assert (await hand_in(anna)).headers["HX-Redirect"] == f"/scripts/{NAME}"
        assert in_force(console) is None
        assert "who wrote it may not approve it" in (await anna.post("/proposals/1/approve")).text
        assert (await boris.post("/proposals/1/approve")).headers["location"] == f"/scripts/{NAME}"
        assert in_force(console) == 3
        page = (await anna.get(f"/scripts/{NAME}")).text
        assert "version 3 is in force" in page
        assert "Всего доброго." in page
        assert "До свидания." in (await anna.get(f"/scripts/{NAME}?version=2")).text
        assert (await anna.post(f"/scripts/{NAME}/rollback/2")).status_code == 303
        assert in_force(console) == 2
        assert (await anna.post(f"/scripts/{NAME}/rollback/9")).status_code == 422
        with console.books.read() as tx:
            entries = tx.audit_log.page()
        actions = {entry.action for entry in entries}
        assert {"script proposed", "script published", "script rolled back"} <= actions
        assert {
            entry.subject.kind for entry in entries if entry.action.startswith("script") and entry.subject
        } == {"script"}


async def test_back_by_itself_shows_its_timer_until_it_is_kept(console: Console, anna: AsyncClient) -> None:
    async with console.signed_in("boris") as boris:
        await hand_in(anna, hours="2")
        await boris.post("/proposals/1/approve")
        assert "goes back by itself" in (await anna.get(f"/scripts/{NAME}")).text
        await anna.post(f"/scripts/{NAME}/keep")
        assert "goes back by itself" not in (await anna.get(f"/scripts/{NAME}")).text


async def test_sent_back_with_the_reason(console: Console, anna: AsyncClient) -> None:
    async with console.signed_in("boris") as boris:
        await hand_in(anna)
        assert (await boris.post("/proposals/1/refuse", data={"answer": " "})).status_code == 422
        sent = await boris.post("/proposals/1/refuse", data={"answer": "<b>too kind</b>"})
        assert sent.headers["location"] == f"/scripts/{NAME}"
        assert "&lt;b&gt;too kind&lt;/b&gt;" in (await anna.get(f"/scripts/{NAME}")).text


async def test_a_script_of_the_house_begins_like_another_one(console: Console, anna: AsyncClient) -> None:
    begun = await anna.post("/scripts", data={"name": "own", "like": "reminder"})
    assert begun.headers["location"] == "/scripts/own?like=reminder"
    page = await anna.get(begun.headers["location"])
    assert "name: own" in page.text
    assert "a new script" in page.text
    assert "Against the version in force" not in page.text
    assert in_force(console, "own") is None
    text = script_text("reminder")[0].replace("name: reminder", "name: own")
    assert (await hand_in(anna, text, name="own")).status_code == 204
    assert "waits for approval" in (await anna.get("/scripts/own")).text
    async with console.signed_in("boris") as boris:
        await boris.post("/proposals/1/approve")
    assert in_force(console, "own") == 1
    assert "/scripts/own" in (await anna.get("/scripts")).text


@pytest.mark.parametrize("name", ["", "../etc", "Own", "x" * 40, "own script", "<b>"])
async def test_what_cannot_be_a_name(anna: AsyncClient, name: str) -> None:
    answer = await anna.post("/scripts", data={"name": name, "like": "reminder"})
    assert answer.status_code == 422
    assert 'aria-invalid="true"' in answer.text


@pytest.mark.parametrize(
    ("field", "value", "fault"),
    [
        ("note", "", "Fill this in"),
        ("hours", "-1", "At least 0 is needed"),
        ("hours", "soon", "A whole number"),
    ],
)
async def test_a_wrong_field_says_so_beside_it(
    console: Console, anna: AsyncClient, field: str, value: str, fault: str
) -> None:
    answer = await hand_in(anna, **{field: value})
    assert (answer.status_code, fault in answer.text) == (422, True)
    with console.books.read() as tx:
        assert tx.proposals_of(VersionKind.SCRIPT).open() == []


async def test_a_text_with_errors_is_not_handed_in(anna: AsyncClient) -> None:
    assert (await hand_in(anna, text="nodes: []")).status_code == 422
    assert (await hand_in(anna, text=TEXT)).status_code == 422
    assert (await hand_in(anna, text=CHANGED.replace("version: 3", "version: 2"))).status_code == 422


async def test_operators_have_no_say(console: Console) -> None:
    console.user("olga", Role.OPERATOR)
    async with console.signed_in("olga") as olga:
        assert (await olga.get("/scripts")).status_code == 403
        assert (await hand_in(olga)).status_code == 403
