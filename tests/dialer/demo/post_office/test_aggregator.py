"""The aggregator as its customers see it."""

from __future__ import annotations

import asyncio
from pathlib import Path

import httpx
import pytest

from dialer.demo.post_office.addressees import REPLIES, Addressee
from tests.dialer.demo.post_office.offices import Town, open_town, phone
from tests.polling import until

pytestmark = pytest.mark.integration


def told(town: Town, kind: str = "receipts") -> list[str]:
    return [document["status" if kind == "receipts" else "text"] for of, document in town.told if of == kind]


async def test_a_letter_is_taken_handed_over_and_told(tmp_path: Path) -> None:
    async with open_town(tmp_path / "r") as town:
        said = await town.post(phone(Addressee.RECEIVES), "touch-1")
        assert said.status_code == 202
        assert (said.json()["client_id"], said.json()["status"]) == ("touch-1", "accepted")
        await until(lambda: "delivered" in told(town))
        (taken,) = town.rows("taken")
        assert (taken["key"], taken["kind"], taken["text"]) == ("touch-1", "messenger", "привет")
        found = await town.http.get("/v1/messages", params={"client_id": "touch-1"})
        assert found.json()["id"] == said.json()["id"]
        assert found.json()["status"] in {"delivered", "read"}
        assert (await town.http.get(f"/v1/messages/{said.json()['id']}")).json() == found.json()


async def test_a_known_key_is_taken_once(tmp_path: Path) -> None:
    async with open_town(tmp_path / "r") as town:
        answers = await asyncio.gather(*(town.post(phone(Addressee.RECEIVES)) for _ in range(5)))
        assert len({answer.json()["id"] for answer in answers}) == 1
        assert len(town.rows("taken")) == 1


async def test_some_aggregators_do_not_know_keys(tmp_path: Path) -> None:
    async with open_town(tmp_path / "r", honours_keys=False) as town:
        await town.post(phone(Addressee.RECEIVES))
        await town.post(phone(Addressee.RECEIVES))
        assert len(town.rows("taken")) == 2


async def test_a_messenger_that_is_not_there(tmp_path: Path) -> None:
    async with open_town(tmp_path / "late") as town:
        await town.post(phone(Addressee.NO_MESSENGER))
        await until(lambda: town.told)
        assert (town.told[0][1]["status"], town.told[0][1]["error"]) == ("failed", "no_such_user")
        await town.post(phone(Addressee.NO_MESSENGER), "k2", channel="sms")
        await until(lambda: "delivered" in told(town))
    async with open_town(tmp_path / "at once", knows_messengers=True) as town:
        said = await town.post(phone(Addressee.NO_MESSENGER))
        assert (said.status_code, said.json()) == (400, {"error": "no_such_user"})


async def test_webhooks_are_repeated_until_they_are_kept(tmp_path: Path) -> None:
    async with open_town(tmp_path / "r") as town:
        town.webhook_statuses[:] = [503, 422, 401]
        await town.post(phone(Addressee.SAYS_STOP))
        await until(lambda: told(town, "replies"))
        await until(lambda: {"sent", "delivered"} <= set(told(town)))
        assert told(town, "replies") == [REPLIES[Addressee.SAYS_STOP]]


@pytest.mark.parametrize(
    ("plan", "to", "status", "error"),
    [
        ({}, phone(Addressee.UNKNOWN_NUMBER), 400, "invalid_number"),
        ({}, "12", 400, "invalid_number"),
        ({"faults": 1.0}, phone(Addressee.RECEIVES), 500, "fault"),
        ({"down": ((0, 600),)}, phone(Addressee.RECEIVES), 503, "down"),
        ({"messages_per_s": 0.0}, phone(Addressee.RECEIVES), 429, "too_many"),
    ],
)
async def test_refusals(tmp_path: Path, plan: dict[str, object], to: str, status: int, error: str) -> None:
    async with open_town(tmp_path / "r", **plan) as town:
        said = await town.post(to)
        assert (said.status_code, said.json()["error"]) == (status, error)
        assert not town.rows("taken")
        missing = await town.http.get("/v1/messages", params={"client_id": "k1"})
        assert (missing.status_code, missing.json()) == (404, {"error": "no_such_message"})


async def test_a_lost_answer_leaves_the_letter_taken(tmp_path: Path) -> None:
    async with open_town(tmp_path / "r", lost_answers=1.0) as town:
        said = await town.post(phone(Addressee.RECEIVES))
        assert said.content == b""
        assert (await town.http.get("/v1/messages", params={"client_id": "k1"})).status_code == 200


async def test_strangers_stay_outside(tmp_path: Path) -> None:
    async with open_town(tmp_path / "r") as town:
        town.http.headers["Authorization"] = "Bearer other"
        said: list[httpx.Response] = [
            await town.post(phone(Addressee.RECEIVES)),
            await town.http.get("/v1/messages", params={"client_id": "k1"}),
            await town.http.get("/v1/messages/1"),
        ]
        assert [one.status_code for one in said] == [401, 401, 401]
        assert not town.rows("taken")
