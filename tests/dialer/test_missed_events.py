"""What is made of a call whose events came in the wrong order, or while no dialler listened."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

import pytest

from asterisk.ami.messages import AmiMessage, LinkEvent
from dialer.board import Stats
from dialer.handlers.reconcile import Traces, settle_by_traces
from dialer.handlers.settle import Ended
from dialer.recorder import Recorder
from dialer.running import Running
from dialer.settings import NodeSettings
from dialer.switchboard import NodeLink, Switchboard
from domain.call import Call, advance
from domain.call_events import HungUp
from domain.campaign import Plan
from domain.touch import Outcome, TouchId
from domain.verdict import judge
from tests.virtual_time import run_on_virtual_time

pytestmark = pytest.mark.unit

NOON = datetime(2026, 3, 10, 12, tzinfo=UTC)
TOUCH = TouchId("01a200bb715f72ddb91035d9aa69f43b")
OF_CHANNEL = {"Uniqueid": TOUCH}
FAILURE = {"Event": "OriginateResponse", "ActionID": TOUCH, "Response": "Failure", "Reason": "0"}
BORN = {"Event": "Newchannel", **OF_CHANNEL}
BUSY = {"Event": "Hangup", "Cause": "17", "TechCause": "486 Busy Here", **OF_CHANNEL}
REFUSAL = {"Response": "Error", "ActionID": TOUCH, "Message": "Extension does not exist."}


class Ends(list[Outcome]):
    """Stands for the recorder."""

    def seen(self, entry: object) -> None: ...

    def ended(self, ended: Ended) -> None:
        self.append(ended.verdict.outcome)


@pytest.fixture(autouse=True)
def no_traces(monkeypatch: pytest.MonkeyPatch) -> None:
    """Neither the node's channels nor its log know the call."""

    async def survey(*_: object) -> Traces:
        return Traces(frozenset(), {})

    monkeypatch.setattr("dialer.switchboard.survey", survey)


def outcomes_of(tmp_path: Path, *messages: dict[str, str]) -> list[Outcome]:
    """How a call ends about which the node says this and then no more."""

    async def scenario() -> list[Outcome]:
        inbox: asyncio.Queue[AmiMessage | LinkEvent] = asyncio.Queue()
        settings = NodeSettings(
            name="node1",
            ami_secret=cast(Any, "s"),
            scripts_folder=tmp_path,
            channel_log=tmp_path / "cel.json",
        )
        ends = Ends()
        switchboard = Switchboard(
            {"node1": NodeLink(settings, cast(Any, SimpleNamespace(connected=True)))},
            inbox,
            cast(Recorder, ends),
            Stats(),
            SimpleNamespace(now=lambda: NOON),
            on_up=cast(Any, None),
            on_lost=lambda _: None,
            ring_timeout_s=25.0,
        )
        now = asyncio.get_running_loop().time()
        switchboard.calls.add(Running(Call(TOUCH), Plan(1, NOON), "+79350000000", 1, "node1", now))
        for message in messages:
            inbox.put_nowait(message)
        work = asyncio.create_task(switchboard.run())
        await asyncio.sleep(30)
        work.cancel()
        await asyncio.gather(work, return_exceptions=True)
        return list(ends)

    answer: list[Outcome] = run_on_virtual_time(scenario())
    return answer


def test_a_failure_told_before_the_channel_leaves_the_outcome_to_the_channel(tmp_path: Path) -> None:
    assert outcomes_of(tmp_path, FAILURE, BORN, BUSY) == [Outcome.BUSY]


def test_a_failure_without_any_trace_of_a_channel_was_not_placed(tmp_path: Path) -> None:
    assert outcomes_of(tmp_path, FAILURE) == [Outcome.NOT_PLACED]


def test_a_refusal_is_final(tmp_path: Path) -> None:
    assert outcomes_of(tmp_path, REFUSAL) == [Outcome.NOT_PLACED]


@pytest.mark.parametrize(
    ("ringing", "outcome"),
    [(frozenset({TOUCH}), Outcome.NO_ANSWER), (frozenset(), Outcome.UNAVAILABLE)],
)
def test_a_channel_found_ringing_is_no_phone_switched_off(
    ringing: frozenset[TouchId], outcome: Outcome
) -> None:
    """A new dialler did not hear it begin to ring, and both end with SIP 480."""
    found = settle_by_traces(Call(TOUCH), Traces(frozenset({TOUCH}), {}, ringing), final=False, at=NOON)
    ended = advance(found, HungUp(TOUCH, NOON, 19, 480))
    assert judge(ended).outcome is outcome
