"""Strategies on the screen: faults at their lines, four eyes, the way back, and nothing else from the disk."""

from __future__ import annotations

import pytest
from httpx import AsyncClient, Response

from dialer.handlers.publish import publish, review
from domain.user import Language, Role
from tests.agent_console.stage import MONDAY, Console

pytestmark = pytest.mark.integration

NAME = "spring"
TEXT = """\
name: spring
regime: ru-230fz-agency
segments:
  - {id: all, help: true, steps: [{id: inform, ivr: debt_informer}]}
"""
CHANGED = TEXT.replace("steps:", "priority: 7, steps:")


@pytest.fixture(autouse=True)
def published(console: Console) -> None:
    """One version is in force, and two supervisors have an eye each."""
    with console.books.write() as tx:
        publish(tx, review(TEXT, "f", MONDAY), author="anna", now=MONDAY)
    console.user("anna", Role.SUPERVISOR)
    console.user("boris", Role.SUPERVISOR)


async def hand_in(client: AsyncClient, text: str = CHANGED, **fields: str) -> Response:
    return await client.post(
        "/strategies/submit", data={"name": NAME, "text": text, "note": "rarer", "hours": "0", **fields}
    )


def in_force(console: Console) -> int:
    with console.books.read() as tx:
        present = tx.versions.in_force(NAME)
    assert present
    return present.number


async def test_what_there_is(console: Console) -> None:
    async with console.signed_in("anna") as anna:
        listed = (await anna.get("/strategies")).text
        assert NAME in listed
        assert "utilities-technical" in listed
        shown = (await anna.get(f"/strategies/{NAME}")).text
        assert "version 1 is in force" in shown
        assert "not published yet" in (await anna.get("/strategies/utilities-soft")).text


async def test_the_fault_is_told_with_its_line_and_column(console: Console) -> None:
    async with console.signed_in("anna") as anna:
        answer = await anna.post(
            "/strategies/check", data={"name": NAME, "text": TEXT.replace("debt_informer", "nothing")}
        )
        told = answer.json()
        assert not told["ok"]
        assert [(one["severity"], one["line"]) for one in told["findings"]] == [("error", 4)]
        assert told["findings"][0]["column"] > 1
        assert "no IVR script" in told["findings"][0]["text"]


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        ("", "is a mapping of"),
        ("name: [", "not YAML"),
        ("\x00", "is a mapping of"),
        (TEXT.replace("name: spring", "name: autumn"), "the text is called 'autumn'"),
        ("a: &a [*a]", ""),
    ],
)
async def test_any_text_is_answered(console: Console, text: str, fault: str) -> None:
    async with console.signed_in("anna") as anna:
        answer = await anna.post("/strategies/check", data={"name": NAME, "text": text})
        assert not answer.json()["ok"]
        assert fault in answer.json()["findings"][0]["text"]


async def test_all_is_told_in_the_language_of_the_visitor(console: Console) -> None:
    console.user("vera", Role.SUPERVISOR, language=Language.RU)
    wrong = CHANGED.replace("debt_informer", "nothing").replace("help: true", "when: {sum: {below: 5}}")
    async with console.signed_in("vera") as vera:
        told = (await vera.post("/strategies/check", data={"name": NAME, "text": wrong})).json()
        texts = [one["text"] for one in told["findings"]]
        assert any(text.startswith("нет сценария 'nothing'; возможны: ") for text in texts)
        assert any("часть уязвимых не попадает" in text for text in texts)
        assert "sum меньше 5 руб." in told["html"], "the picture says who is in a segment"
        broken = (await vera.post("/strategies/check", data={"name": NAME, "text": "name: ["})).json()
        assert broken["findings"][0]["text"].startswith("это не YAML: ")
        mistyped = CHANGED.replace("priority: 7", "priority: high")
        number = (await vera.post("/strategies/check", data={"name": NAME, "text": mistyped})).json()
        assert number["findings"][0]["text"] == "здесь нужно целое число"
        changed = (await vera.post("/strategies/check", data={"name": NAME, "text": CHANGED})).json()
        assert "segment all: priority 0 → 7" in changed["html"]


async def test_what_changes_is_told_in_words(console: Console) -> None:
    async with console.signed_in("anna") as anna:
        told = (await anna.post("/strategies/check", data={"name": NAME, "text": CHANGED})).json()
        assert told["ok"]
        assert "segment all: priority 0 -&gt; 7" in told["html"]


async def test_somebody_else_approves_and_everybody_can_go_back(console: Console) -> None:
    async with console.signed_in("anna") as anna, console.signed_in("boris") as boris:
        assert (await hand_in(anna)).headers["HX-Redirect"] == f"/strategies/{NAME}"
        assert in_force(console) == 1
        refused = await anna.post("/proposals/1/approve")
        assert refused.status_code == 422
        assert "who wrote it may not approve it" in refused.text
        assert (await boris.post("/proposals/1/approve")).status_code == 303
        assert in_force(console) == 2
        assert (await boris.post("/proposals/1/approve")).status_code == 422
        assert (await anna.post(f"/strategies/{NAME}/rollback/1")).status_code == 303
        assert in_force(console) == 1
        with console.books.read() as tx:
            actions = [entry.action for entry in tx.audit_log.page()]
    assert {"strategy proposed", "strategy published", "strategy rolled back"} <= set(actions)


async def test_a_proposal_is_sent_back_with_the_reason(console: Console) -> None:
    async with console.signed_in("anna") as anna, console.signed_in("boris") as boris:
        await hand_in(anna)
        assert (await boris.post("/proposals/1/refuse", data={"answer": " "})).status_code == 422
        await boris.post("/proposals/1/refuse", data={"answer": "<b>too rare</b>"})
        assert "&lt;b&gt;too rare&lt;/b&gt;" in (await anna.get(f"/strategies/{NAME}")).text


async def test_back_by_itself_shows_its_timer_until_it_is_kept(console: Console) -> None:
    async with console.signed_in("anna") as anna, console.signed_in("boris") as boris:
        await hand_in(anna, hours="2")
        await boris.post("/proposals/1/approve")
        assert "goes back by itself" in (await anna.get(f"/strategies/{NAME}")).text
        await anna.post(f"/strategies/{NAME}/keep")
        assert "goes back by itself" not in (await anna.get(f"/strategies/{NAME}")).text


@pytest.mark.parametrize(
    ("field", "value", "fault"),
    [
        ("note", "", "Fill this in"),
        ("hours", "-1", "At least 0 is needed"),
        ("hours", "100000", "At most 720 is possible"),
        ("hours", "soon", "A whole number is needed"),
    ],
)
async def test_a_wrong_field_says_so_beside_it(console: Console, field: str, value: str, fault: str) -> None:
    async with console.signed_in("anna") as anna:
        answer = await hand_in(anna, **{field: value})
        assert (answer.status_code, fault in answer.text) == (422, True)
        with console.books.read() as tx:
            assert tx.proposals.open() == []


async def test_a_text_with_errors_is_not_handed_in(console: Console) -> None:
    async with console.signed_in("anna") as anna:
        assert (await hand_in(anna, text="segments: []")).status_code == 422
        assert (await hand_in(anna, text=TEXT.replace("spring", "autumn"))).status_code == 422
        assert (await hand_in(anna, text=TEXT)).status_code == 422


@pytest.mark.parametrize("name", ["pyproject.toml", "..%2f..%2fetc%2fpasswd", "nothing", "README.md"])
async def test_no_other_file_is_shown(console: Console, name: str) -> None:
    async with console.signed_in("anna") as anna:
        assert (await anna.get(f"/strategies/{name}")).status_code in (404, 422)


async def test_operators_have_no_say(console: Console) -> None:
    console.user("olga", Role.OPERATOR)
    async with console.signed_in("olga") as olga:
        assert (await olga.get("/strategies")).status_code == 403
        assert (await hand_in(olga)).status_code == 403
