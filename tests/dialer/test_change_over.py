"""A new version while calls are up: it takes over whole or not at all, and no call is lost or doubled by it."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
from redis.asyncio import Redis
from sqlalchemy import select

from asterisk.town.roles import Role
from dialer import change_over, switchboard
from dialer.board import fetch
from dialer.handlers.publish import publish as publish_text
from dialer.handlers.publish import put_back
from dialer.handlers.review_script import review_script
from dialer.scripts import ScriptBook, prepare_scripts
from domain.campaign import CampaignStatus
from domain.errors import EnvironmentFault
from domain.inbound import Line
from domain.version import PublicationKind, Version, VersionKind
from ivr_scripts.load import script_text
from ledger.books import Books
from ledger.tables import TouchRow, table
from tests.dialer.test_dialler import Stage, number
from tests.dialer.work import BODY
from tests.ledger.rows import NOON
from tests.polling import until

pytestmark = pytest.mark.integration

TOUCH = table(TouchRow)
RENAMED = BODY.replace("- id: inform\n        ivr", "- id: tell\n        ivr")
"""The step that everybody is in has another id: as if it was gone, and a new one came."""


@pytest.fixture
async def stage(
    tmp_path: Path, redis_server: str, books: Books, monkeypatch: pytest.MonkeyPatch
) -> AsyncIterator[Stage]:
    monkeypatch.setattr(switchboard, "GRACE_S", 0.2)
    async with Redis.from_url(redis_server) as redis:
        await redis.flushdb()
    one = Stage(tmp_path, redis_server, books)
    one.change(lambda campaigns: campaigns.set_caps("spring", max_channels=2))
    async with one.simulator:
        yield one


def publish(stage: Stage, body: str = RENAMED) -> Version:
    with stage.books.write() as tx:
        name = tx.versions.get(stage.campaign.strategy_version_id).name
        version = tx.versions.put(name, body, author="Иванова", now=NOON)
        tx.versions.put_in_force(version, kind=PublicationKind.PUBLISH, author="Иванова", now=NOON)
    return version


def versions_and_steps(stage: Stage) -> list[tuple[int, str]]:
    """Of every touch, in the order of reservation."""
    columns = (TOUCH.c.strategy_version_id, TOUCH.c.step)
    with stage.books.read() as tx:
        return [
            (version, step) for version, step in tx.connection.execute(select(*columns).order_by(TOUCH.c.id))
        ]


def runs(stage: Stage) -> int:
    with stage.books.read() as tx:
        return tx.campaigns.named("spring").strategy_version_id


def listeners(count: int, first: int = 0) -> list[str]:
    return [number(Role.LISTENS_TO_END, nth) for nth in range(first, first + count)]


async def board_of(stage: Stage) -> dict[str, Any]:
    async with Redis.from_url(stage.redis_url) as redis:
        return await fetch(redis, "spring") or {}


async def test_in_mid_campaign(stage: Stage) -> None:
    assert RENAMED != BODY
    stage.add(*listeners(2))
    async with stage.dialler(until_finished=False):
        await until(lambda: len(stage.outcomes) == 2)
        version = publish(stage)
        await until(lambda: runs(stage) == version.id)
        stage.add(*listeners(7, first=2))
        stage.change(lambda campaigns: campaigns.set_caps("spring", call_limit=9))
        await until(lambda: stage.status is CampaignStatus.FINISHED)
    outcomes, touches = stage.outcomes, versions_and_steps(stage)
    assert set(outcomes) == set(stage.carrier)
    assert len(outcomes) == 9
    assert {f"+{call.number}" for call in stage.carrier.values()} == set(listeners(9)), (
        "nobody twice, nobody left out"
    )
    old, new = (1, "inform"), (version.id, "tell")
    assert touches == sorted(touches), "none of the old version after the first of the new one"
    assert set(touches) == {old, new}


async def test_a_paused_campaign_has_taken_it_before_it_is_resumed(stage: Stage) -> None:
    stage.change(lambda campaigns: campaigns.set_caps("spring", call_limit=1))
    async with stage.dialler(until_finished=False):
        await until(lambda: board_of_version(stage, "strategy of spring@1"))
        stage.change(lambda campaigns: campaigns.set_status("spring", CampaignStatus.PAUSED))
        version = publish(stage)
        await until(lambda: board_of_version(stage, version.label))
        stage.add(*listeners(1))
        stage.change(lambda campaigns: campaigns.set_status("spring", CampaignStatus.RUNNING))
        await until(lambda: stage.status is CampaignStatus.FINISHED)
    assert versions_and_steps(stage) == [(version.id, "tell")]


async def board_of_version(stage: Stage, label: str) -> bool:
    return (await board_of(stage)).get("version") == label


def publish_script(stage: Stage, body: str) -> None:
    with stage.books.write() as tx:
        reviewed = review_script(tx, body, "own.yaml")
        assert publish_text(tx, reviewed, author="Иванова", now=NOON).campaigns == ["spring"]


def spoken(stage: Stage) -> list[str]:
    """The script of every touch, in the order of reservation."""
    with stage.books.read() as tx:
        return list(tx.connection.scalars(select(TOUCH.c.script).order_by(TOUCH.c.id)))


async def scripts_of_board(stage: Stage, *labels: str) -> bool:
    return (await board_of(stage)).get("scripts") == list(labels)


async def test_a_published_script_is_taken_and_put_back_in_mid_campaign(stage: Stage) -> None:
    body = script_text("debt_informer")[0]
    own = body.replace("version: 2", "version: 3").replace("До свидания.", "Всего доброго.")
    stage.add(*listeners(2))
    async with stage.dialler(until_finished=False):
        await until(lambda: len(spoken(stage)) == 2)
        publish_script(stage, own)
        await until(lambda: scripts_of_board(stage, "debt_informer@3"))
        plans = {path.name for path in stage.folder.glob("ivr-debt_informer-*.conf")}
        assert plans == {"ivr-debt_informer-v2.conf", "ivr-debt_informer-v3.conf"}, "calls that are up go on"
        stage.add(*listeners(2, first=2))
        await until(lambda: len(spoken(stage)) == 4)
        publish_script(stage, body)
        await until(lambda: scripts_of_board(stage, "debt_informer@2"))
        stage.add(*listeners(1, first=4))
        await until(lambda: len(stage.outcomes) == 5 and None not in stage.outcomes.values())
    assert spoken(stage) == ["debt_informer@2"] * 2 + ["debt_informer@3"] * 2 + ["debt_informer@2"]
    assert set(stage.outcomes) == set(stage.carrier), "nobody twice, nobody left out"
    with stage.books.read() as tx:
        assert {one.body for one in tx.scripts.named(["debt_informer@2", "debt_informer@3"])} == {body, own}


async def test_a_line_takes_what_is_published_of_its_scripts(stage: Stage) -> None:
    body = script_text("closed")[0]
    with stage.books.write() as tx:
        tx.lines.put(Line("+78005553535", portfolio="heat", closed_script="closed"))
    async with stage.dialler(until_finished=False):
        await until((stage.folder / "ivr-closed-v1.conf").exists)
        with stage.books.write() as tx:
            own = review_script(tx, body.replace("version: 1", "version: 2"), "own.yaml")
            publish_text(tx, own, author="Иванова", now=NOON)
        await until((stage.folder / "ivr-closed-v2.conf").exists)
    assert (stage.folder / "ivr-closed-v1.conf").exists(), "callers who hear it go on"


async def test_a_script_that_the_law_refuses_by_now_is_not_taken(stage: Stage) -> None:
    body = script_text("debt_informer")[0]
    silent = body.replace("version: 2", "version: 3").replace("    says: [agency, creditor]\n", "")
    stage.add(*listeners(1))
    async with stage.dialler(until_finished=False):
        await until(lambda: len(stage.outcomes) == 1)
        with stage.books.write() as tx:
            scripts = tx.versions_of(VersionKind.SCRIPT)
            version = scripts.put("debt_informer", silent, author="x", number=3, now=NOON)
            put_back(tx, version, author="by timer", now=NOON)

        async def is_told() -> bool:
            fault = (await board_of(stage)).get("version_fault", "")
            return "script debt_informer@3, line" in fault and "regime ru-230fz-agency demands it" in fault

        await until(is_told)
        stage.add(*listeners(1, first=1))
        await until(lambda: len(stage.outcomes) == 2 and None not in stage.outcomes.values())
    assert spoken(stage) == ["debt_informer@2"] * 2


async def test_a_missing_prompt_keeps_the_old_version_at_work_and_is_told(
    stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(change_over, "AGAIN_S", 0.2)
    broken = False

    def prepare(*args: Any, **options: Any) -> ScriptBook:
        if broken:
            raise EnvironmentFault("the prompt cannot be made", remedy="install espeak-ng")
        return prepare_scripts(*args, **options)

    monkeypatch.setattr(change_over, "prepare_scripts", prepare)
    stage.add(*listeners(1))
    async with stage.dialler(until_finished=False):
        await until(lambda: len(stage.outcomes) == 1)
        broken = True
        version = publish(stage, RENAMED.replace("debt_informer", "reminder"))

        async def is_told() -> bool:
            return bool((await board_of(stage)).get("version_fault"))

        await until(is_told)
        stage.add(*listeners(1, first=1))
        await until(lambda: len(stage.outcomes) == 2)
        board = await board_of(stage)
        assert board["version_fault"] == "the prompt cannot be made; install espeak-ng"
        assert board["version"] == "strategy of spring@1"
        assert {number for number, _ in versions_and_steps(stage)} == {1}
        broken = False
        await until(lambda: runs(stage) == version.id)
        stage.add(*listeners(1, first=2))
        await until(lambda: len(stage.outcomes) == 3)
        await until(lambda: None not in stage.outcomes.values())
    assert versions_and_steps(stage)[2] == (version.id, "tell")


async def test_a_version_that_says_the_same_makes_nothing_anew(
    stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    prepared: list[ScriptBook] = []

    def prepare(*args: Any, **options: Any) -> ScriptBook:
        prepared.append(prepare_scripts(*args, **options))
        return prepared[-1]

    monkeypatch.setattr(change_over, "prepare_scripts", prepare)
    stage.add(*listeners(1))
    async with stage.dialler(until_finished=False):
        await until(lambda: len(stage.outcomes) == 1)
        version = publish(stage)
        await until(lambda: runs(stage) == version.id)
    assert len(prepared) == 1


async def test_a_new_dialler_without_the_prompts_goes_on_with_what_ran(
    stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    version = publish(stage)
    refused: list[int] = []

    def prepare(*args: Any, **options: Any) -> ScriptBook:
        if not refused:
            refused.append(version.id)
            raise EnvironmentFault("the prompt cannot be made")
        return prepare_scripts(*args, **options)

    monkeypatch.setattr(change_over, "prepare_scripts", prepare)
    stage.add(*listeners(1))
    async with stage.dialler(until_finished=False):
        await until(lambda: runs(stage) == version.id, what="it changes over when the prompts can be made")
    assert refused == [version.id]


async def test_new_caps_are_obeyed_though_all_channels_are_busy(stage: Stage) -> None:
    stage.add(*listeners(6))
    async with stage.dialler(until_finished=False):
        await until(lambda: len(stage.outcomes) >= 2)
        stage.change(lambda campaigns: campaigns.set_caps("spring", max_channels=6))

        async def wider() -> bool:
            return (await board_of(stage)).get("max_channels") == 6

        await until(wider)
        await until(lambda: len(stage.outcomes) == 6)
