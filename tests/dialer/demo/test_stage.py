"""The stage stands, tells its settings, falls without a rest, and says which port is taken."""

from __future__ import annotations

import re
import socket
from pathlib import Path

import pytest

from asterisk.operators import phones_text
from dialer.demo.post_office.plan import PostPlan
from dialer.demo.stage import Stage, StagePlan, build_stage, open_stage
from dialer.demo.team import Team
from dialer.settings import Settings, environment_of
from domain.errors import EnvironmentFault
from ledger.books import Books
from tests.asterisk.phones import registered
from tests.polling import until

pytestmark = pytest.mark.integration


def pids(stage: Stage) -> list[int | None]:
    return [stage.redis.pid, stage.node.pid, stage.town.pid]


async def test_all_three_run_within_and_none_behind(folder: Path) -> None:
    async with open_stage(StagePlan(folder, folder / "prompts")) as stage:
        assert None not in pids(stage)
        assert stage.record() == []
    assert pids(stage) == [None, None, None]


async def test_a_team_is_in_the_books_and_its_phones_register(folder: Path) -> None:
    async with open_stage(StagePlan(folder, folder / "prompts", team=Team(2, ("court", "soft")))) as stage:
        books = Books.open(stage.settings.database_url)
        with books.read() as tx:
            team, phones = tx.operators.all(), tx.operators.phones()
        books.close()
        assert [(one.login, one.skills) for one in team] == [
            ("robot1", ("court", "soft")),
            ("robot2", ("court", "soft")),
        ]
        (stage.node.folder.operators / "phones.conf").write_text(phones_text(phones))
        await stage.node.cli("module reload res_pjsip.so")

        async def all_registered() -> bool:
            return await registered(stage.node) == {f"op{one.id}" for one in team}

        await until(all_registered, what="both phones registered")
        assert stage.talks() == []


async def test_they_are_stopped_when_what_was_played_fails(folder: Path) -> None:
    with pytest.raises(ZeroDivisionError):
        async with open_stage(StagePlan(folder, folder / "prompts")) as stage:
            raise ZeroDivisionError
    assert pids(stage) == [None, None, None]


def test_its_settings_survive_the_way_through_an_environment(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    stage = build_stage(StagePlan(folder, folder / "prompts", ring_timeout_s=15.0, post=PostPlan()))
    for name, value in environment_of(stage.settings).items():
        monkeypatch.setenv(name, value)
    assert Settings() == stage.settings


@pytest.mark.parametrize(("kind", "part"), [("udp", "SIP of "), ("tcp", "the manager interface of node1")])
async def test_a_taken_port_is_named_and_nothing_is_left_running(
    folder: Path, monkeypatch: pytest.MonkeyPatch, kind: str, part: str
) -> None:
    stages: list[Stage] = []

    def on_a_taken_port(plan: StagePlan) -> Stage:
        stages.append(build_stage(plan))
        return stages[0]

    with socket.socket(type=socket.SOCK_DGRAM if kind == "udp" else socket.SOCK_STREAM) as holder:
        holder.bind(("127.0.0.1", 0))
        if kind == "tcp":
            holder.listen()
        taken = holder.getsockname()[1]
        monkeypatch.setattr("dialer.demo.stage.build_stage", on_a_taken_port)
        monkeypatch.setattr("dialer.demo.stage.free_port", lambda asked: taken if asked == kind else 0)
        what = f"{kind.upper()} port {taken} of 127.0.0.1, wanted for {re.escape(part)}"
        with pytest.raises(EnvironmentFault, match=what):
            async with open_stage(StagePlan(folder, folder / "prompts")):
                pytest.fail("it opened")
    assert pids(stages[0]) == [None, None, None]
