"""The switchboard: doubled events, calls that cannot be written, and calls found again after a lost link."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

import pytest

from asterisk.ami.messages import AmiMessage, LinkEvent, LinkLost, LinkUp
from asterisk.ami.render import OriginateRequest
from dialer.board import Stats
from dialer.handlers.reconcile import Traces
from dialer.handlers.settle import Ended
from dialer.recorder import Recorder
from dialer.running import Running
from dialer.settings import NodeSettings
from dialer.switchboard import NodeLink, Switchboard
from domain.call import Call
from domain.call_events import Answered, AnyCallEvent, Created, HungUp, NotPlaced
from domain.campaign import Plan
from domain.errors import LinkDown
from domain.touch import Outcome, TouchId
from ledger.journal import Entry

pytestmark = pytest.mark.unit

NOON = datetime(2026, 3, 10, 12, tzinfo=UTC)
T = TouchId("01a200bb715f72ddb91035d9aa69f43b")
OF_T = {"Uniqueid": T}
BORN = {"Event": "Newchannel", **OF_T}
RINGS = {"Event": "Newstate", "ChannelStateDesc": "Ringing", **OF_T}
UP = {"Event": "Newstate", "ChannelStateDesc": "Up", **OF_T}
DIGIT = {"Event": "UserEvent", "UserEvent": "DozvonDigit", "Node": "choice", "Digit": "2", **OF_T}
BYE = {"Event": "Hangup", "Cause": "16", **OF_T}


@dataclass
class FakeLink:
    """A link that is up or not; ``answers`` are what surveys find, one after another, the last again and again."""

    connected: bool = True
    written: list[TouchId] = field(default_factory=list)
    answers: list[Traces | LinkDown] = field(default_factory=lambda: [Traces(frozenset(), {})])
    surveys: int = 0

    def originate(self, request: OriginateRequest) -> None:
        if not self.connected:
            raise LinkDown("the manager link is down")
        self.written.append(request.touch)

    def survey(self) -> Traces:
        answer = self.answers[min(self.surveys, len(self.answers) - 1)]
        self.surveys += 1
        if isinstance(answer, LinkDown):
            raise answer
        return answer


@dataclass
class Notes:
    """Stands for the recorder."""

    entries: list[str] = field(default_factory=list)
    ends: list[Ended] = field(default_factory=list)

    def seen(self, entry: Entry) -> None:
        self.entries.append(entry.kind)

    def ended(self, ended: Ended) -> None:
        self.ends.append(ended)

    @property
    def outcomes(self) -> list[Outcome]:
        return [end.verdict.outcome for end in self.ends]


class Scene:
    """A switchboard of one node."""

    def __init__(self, folder: Path) -> None:
        self.inbox: asyncio.Queue[AmiMessage | LinkEvent] = asyncio.Queue()
        self.link, self.notes, self.stats = FakeLink(), Notes(), Stats()
        self.came_up: list[str] = []
        settings = NodeSettings(
            name="n1", ami_secret=cast(Any, "s"), scripts_folder=folder, channel_log=folder / "cel.json"
        )
        self.board = Switchboard(
            {"n1": NodeLink(settings, cast(Any, self.link))},
            self.inbox,
            cast(Recorder, self.notes),
            self.stats,
            SimpleNamespace(now=lambda: NOON),
            on_up=self._on_up,
            on_lost=lambda _: None,
            ring_timeout_s=25.0,
        )

    async def _on_up(self, node: NodeLink) -> None:
        self.came_up.append(node.settings.name)

    def running(self, touch: TouchId = T, node: str = "n1") -> Running:
        since = asyncio.get_running_loop().time()
        return Running(Call(touch), Plan(1, NOON), "+79350000000", 1, node, since)

    async def hear(self, *items: AmiMessage | LinkEvent, seconds: float = 0.1) -> None:
        """Let the node say this, and let some time pass."""
        for item in items:
            self.inbox.put_nowait(item)
        work = asyncio.create_task(self.board.run())
        await asyncio.sleep(seconds)
        work.cancel()
        await asyncio.gather(work, return_exceptions=True)


Play = Callable[[Callable[[Scene], Coroutine[Any, Any, None]]], Scene]


@pytest.fixture
def play(tmp_path: Path, virtual_time: Any, monkeypatch: pytest.MonkeyPatch) -> Play:
    """Plays a scenario on virtual time."""

    async def survey(link: FakeLink, *_: object) -> Traces:
        return link.survey()

    monkeypatch.setattr("dialer.switchboard.survey", survey)

    def played(scenario: Callable[[Scene], Coroutine[Any, Any, None]]) -> Scene:
        async def whole() -> Scene:
            scene = Scene(tmp_path)
            await scenario(scene)
            return scene

        scene: Scene = virtual_time(whole())
        return scene

    return played


def request(touch: TouchId = T) -> OriginateRequest:
    return OriginateRequest(touch, "PJSIP/+7935@carrier", "ivr-hello-v1", 25.0)


def found(*logged: AnyCallEvent, live: bool = False) -> Traces:
    return Traces(frozenset({T} if live else ()), {T: list(logged)})


class TestEvents:
    def test_a_call_from_its_writing_to_its_end(self, play: Play) -> None:
        async def scenario(scene: Scene) -> None:
            scene.board.place(scene.running(), request())
            assert scene.board.calls.in_campaign(1) == 1
            await scene.hear(BORN, RINGS, UP, DIGIT, BYE)
            assert scene.board.calls.none

        scene = play(scenario)
        assert scene.link.written == [T]
        assert scene.notes.entries == ["ringing", "answered", "digit"]
        assert scene.notes.outcomes == [Outcome.MSG_DELIVERED]
        board = scene.stats.snapshot(1, 0.0)
        assert (board["answered"], board["outcomes"]) == (1, {"msg_delivered": 1})

    def test_events_that_come_twice_count_once(self, play: Play) -> None:
        async def scenario(scene: Scene) -> None:
            scene.board.place(scene.running(), request())
            await scene.hear(*(message for message in (BORN, RINGS, UP, DIGIT, BYE) for _ in range(2)))

        scene = play(scenario)
        assert scene.notes.entries == ["ringing", "answered", "digit"]
        assert scene.stats.of(1).answered == 1
        assert len(scene.notes.ends) == 1

    def test_strangers_and_nonsense_are_passed_over(self, play: Play) -> None:
        async def scenario(scene: Scene) -> None:
            scene.board.place(scene.running(), request())
            await scene.hear(
                {**BYE, "Uniqueid": "01a200bb715f72ddb91035d9aa69f43c"},
                {**BYE, "Uniqueid": "1773140400.7"},
                {"Event": "Hangup", **OF_T},
                {"Event": "Newstate", **OF_T},
                {},
            )
            assert not scene.board.calls.none

        assert play(scenario).notes.ends == []


class TestPlacing:
    def test_a_call_that_cannot_be_written_was_not_placed(self, play: Play) -> None:
        async def scenario(scene: Scene) -> None:
            scene.link.connected = False
            scene.board.place(scene.running(), request())
            assert scene.board.calls.none

        (end,) = play(scenario).notes.ends
        assert (end.verdict.outcome, end.verdict.reason) == (Outcome.NOT_PLACED, "the manager link is down")

    def test_a_call_that_cannot_be_rendered_was_not_placed(self, play: Play) -> None:
        async def scenario(scene: Scene) -> None:
            scene.board.refuse(scene.running(), NotPlaced(T, NOON, "a sum of 10 digits cannot be spoken"))

        assert play(scenario).notes.outcomes == [Outcome.NOT_PLACED]

    def test_the_node_with_the_fewest_calls_is_free(self, play: Play, tmp_path: Path) -> None:
        async def scenario(scene: Scene) -> None:
            other = NodeSettings(
                name="n2", ami_secret=cast(Any, "s"), scripts_folder=tmp_path, channel_log=tmp_path / "2"
            )
            second = NodeLink(other, cast(Any, FakeLink()))
            scene.board.nodes["n2"] = second
            assert scene.board.free_node() is None  # no dialplan is loaded yet
            await scene.hear(LinkUp("n1", 1), LinkUp("n2", 1))
            scene.board.place(scene.running(), request())
            assert scene.board.free_node() is second
            second.link.connected = False  # type: ignore[misc]
            assert scene.board.free_node() is scene.board.nodes["n1"]
            scene.link.connected = False
            assert scene.board.free_node() is None

        play(scenario)


class TestLostLink:
    def test_a_call_that_ended_meanwhile_ends_as_the_log_saw_it(self, play: Play) -> None:
        async def scenario(scene: Scene) -> None:
            scene.board.place(scene.running(), request())
            scene.link.answers = [found(Created(T, NOON), HungUp(T, NOON, 17))]
            await scene.hear(BORN, LinkLost("n1", 1, "reset"), LinkUp("n1", 2))

        scene = play(scenario)
        assert scene.notes.outcomes == [Outcome.BUSY]
        assert scene.came_up == ["n1"]

    def test_a_call_that_is_up_is_followed_on(self, play: Play) -> None:
        async def scenario(scene: Scene) -> None:
            scene.board.place(scene.running(), request())
            scene.link.answers = [found(Created(T, NOON), live=True)]
            await scene.hear(BORN, LinkUp("n1", 2), seconds=9.0)
            assert scene.notes.ends == []
            await scene.hear({**BYE, "Cause": "17", "TechCause": "486 Busy Here"})

        assert play(scenario).notes.outcomes == [Outcome.BUSY]

    def test_a_channel_that_comes_up_between_the_two_looks_is_not_lost(self, play: Play) -> None:
        """The node listed its channels, then the channel was born, then its log was read."""

        async def scenario(scene: Scene) -> None:
            scene.board.place(scene.running(), request())
            scene.link.answers = [found(Created(T, NOON)), found(Created(T, NOON), live=True)]
            await scene.hear(LinkUp("n1", 2), seconds=9.0)
            assert scene.notes.ends == []
            await scene.hear({**BYE, "Cause": "17", "TechCause": "486 Busy Here"})

        assert play(scenario).notes.outcomes == [Outcome.BUSY]

    def test_a_channel_that_died_with_its_node_is_unknown(self, play: Play) -> None:
        async def scenario(scene: Scene) -> None:
            scene.board.place(scene.running(), request())
            scene.link.answers = [found(Created(T, NOON))]
            await scene.hear(BORN, LinkUp("n1", 2), seconds=9.0)

        assert play(scenario).notes.outcomes == [Outcome.UNKNOWN]

    def test_a_call_that_never_got_there_was_not_placed(self, play: Play) -> None:
        async def scenario(scene: Scene) -> None:
            scene.board.place(scene.running(), request())
            await scene.hear(LinkUp("n1", 2), seconds=9.0)

        assert play(scenario).notes.outcomes == [Outcome.NOT_PLACED]

    def test_a_link_lost_again_while_looking_decides_nothing(self, play: Play) -> None:
        async def scenario(scene: Scene) -> None:
            scene.board.place(scene.running(), request())
            scene.link.answers = [found(), LinkDown("lost again")]
            await scene.hear(LinkUp("n1", 2), seconds=9.0)
            assert scene.notes.ends == []
            scene.link.answers = [found(Created(T, NOON), HungUp(T, NOON, 21))]
            await scene.hear(LinkUp("n1", 3))

        assert play(scenario).notes.outcomes == [Outcome.REJECTED]


class TestOtherOwners:
    def test_an_answer_that_nobody_heard_counts_though_the_end_was_heard(self, play: Play) -> None:
        """The debtor answered while no dialler ran, and hung up before the new one had read the log."""

        async def scenario(scene: Scene) -> None:
            answered = Answered(T, NOON - timedelta(seconds=30))
            scene.link.answers = [
                found(Created(T, NOON - timedelta(seconds=40)), answered, HungUp(T, NOON, 16))
            ]
            scene.board.adopt([scene.running()])
            scene.board._hear(BYE)
            assert scene.notes.outcomes == []
            await scene.hear()

        assert play(scenario).notes.outcomes == [Outcome.MSG_DELIVERED]

    def test_an_adopted_call_is_examined_at_once(self, play: Play) -> None:
        async def scenario(scene: Scene) -> None:
            scene.link.answers = [found(Created(T, NOON), HungUp(T, NOON, 17))]
            scene.board.adopt([scene.running()])
            await scene.hear()

        assert play(scenario).notes.outcomes == [Outcome.BUSY]

    def test_a_forgotten_campaign_s_calls_are_left_to_its_new_owner(self, play: Play) -> None:
        async def scenario(scene: Scene) -> None:
            scene.board.place(scene.running(), request())
            scene.link.answers = [found(Created(T, NOON), HungUp(T, NOON, 17))]
            scene.inbox.put_nowait(LinkUp("n1", 2))
            work = asyncio.create_task(scene.board.run())
            await asyncio.sleep(0)
            scene.board.forget(1)
            await asyncio.sleep(9.0)
            work.cancel()
            await asyncio.gather(work, return_exceptions=True)
            await scene.hear(BYE)

        assert play(scenario).notes.ends == []


class TestSilence:
    def test_a_call_whose_end_was_never_heard_is_looked_for(self, play: Play) -> None:
        async def scenario(scene: Scene) -> None:
            scene.board.place(scene.running(), request())
            scene.link.answers = [found(Created(T, NOON), HungUp(T, NOON, 19))]
            await scene.hear(BORN, RINGS, seconds=30.0)
            assert scene.notes.ends == []
            await scene.hear(seconds=30.0)

        assert play(scenario).notes.outcomes == [Outcome.NO_ANSWER]

    def test_a_long_talk_is_no_silence(self, play: Play) -> None:
        async def scenario(scene: Scene) -> None:
            scene.board.place(scene.running(), request())
            await scene.hear(BORN, RINGS, UP, seconds=600.0)
            assert scene.link.surveys == 0

        assert play(scenario).notes.ends == []
