"""What the demo says of those who rang back: the town's word beside our log."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

import pytest

from asterisk.town import CallIn
from dialer.cli.console import console
from dialer.cli.main import run
from dialer.demo.callers import all_served, show_callers
from dialer.demo.people import talks_of_people
from dialer.demo.world import World
from domain.call import Call
from domain.call_events import Connected
from domain.caller import CallerKind
from domain.campaign import CampaignStatus
from domain.inbound import judge_inbound
from domain.touch import TouchId
from ledger.books import Books
from ledger.inbound import InboundCall
from ledger.journal import entry_of
from ledger.migrate import upgrade
from ledger.touches import Closing
from tests.ledger.rows import NOON, add_campaign

pytestmark = pytest.mark.integration

LINE, DEBTOR = "74950000000", "79161234567"


@dataclass
class Told:
    """A town that saw these calls in, and none of ours."""

    settings: Any
    rang: list[CallIn] = field(default_factory=list)

    def calls_in(self) -> list[CallIn]:
        return self.rang

    def record(self) -> list[Any]:
        return []


class Scene:
    """Books with one campaign, and the town."""

    def __init__(self, url: str) -> None:
        self.books = Books.open(url)
        upgrade(self.books.engine)
        self.town = Told(SimpleNamespace(database_url=url))
        with self.books.write() as tx:
            add_campaign(tx, tx.portfolios.put("heat", creditor="", contact_phone="", basis=None).id, "demo")

    @property
    def world(self) -> World:
        return cast(World, self.town)

    def rings(self, *, logged: bool = True) -> None:
        self.town.rang.append(CallIn(DEBTOR, LINE, True))
        if logged:
            touch = TouchId(f"{len(self.town.rang):032x}")
            call = Call(touch, created_at=NOON, ended_at=NOON)
            with self.books.write() as tx:
                tx.inbound.arrived(InboundCall(touch, f"+{DEBTOR}", f"+{LINE}", "node1", "test"), NOON)
                tx.touches.close([Closing(call, judge_inbound(call, CallerKind.DEBTOR), NOON)])


@pytest.fixture
def scene(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Scene]:
    monkeypatch.setattr(console, "width", 160)
    scene = Scene(f"sqlite:///{tmp_path / 'ledger.db'}")
    yield scene
    scene.books.close()


def test_each_call_in_is_in_the_log_once(scene: Scene, capsys: pytest.CaptureFixture[str]) -> None:
    scene.rings()
    scene.rings()
    assert show_callers(scene.world)
    assert "proof: 2 debtors' calls came in" in capsys.readouterr().out
    scene.rings(logged=False)
    assert not show_callers(scene.world)
    said = capsys.readouterr().out
    assert "...4567: rang 3 times, logged 2" in said
    assert DEBTOR not in said


def test_talks_of_people_are_told_from_those_of_robots(scene: Scene) -> None:
    scene.rings()
    scene.rings()
    first, second = (TouchId(f"{nth:032x}") for nth in (1, 2))
    with scene.books.write() as tx:
        robot, person = (tx.operators.add(login, "", (), "secret", 5) for login in ("robot1", "operator"))
        taken = [Connected(first, NOON, robot.id), Connected(second, NOON, person.id)]
        tx.journal.append([entry_of(event) for event in taken])
        assert talks_of_people(tx, [first, second]) == {second}


async def test_it_ends_with_the_campaigns_when_nobody_means_to_ring(scene: Scene) -> None:
    with scene.books.write() as tx:
        tx.campaigns.set_status("demo", CampaignStatus.FINISHED)
    await all_served(scene.world, ["demo"], "seed")


def test_callers_need_somebody_to_talk_to(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["demo", "--callers"]) == 2
    assert capsys.readouterr().err.strip() == (
        "error: --callers: callers need somebody to talk to; add --operators 5"
    )
