"""Calls that come in, as the node tells them: whose touch a channel is, who rings, and the dialplan of our lines."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from asterisk.caller_log import read_callers
from asterisk.channel_log import read_channel_log
from asterisk.events import to_call_event
from asterisk.inbound import Ring, e164, inbound_touch, lines_text, ring_of, touch_of_call
from domain.call_events import Connected, Created, HungUp
from domain.touch import TouchId

pytestmark = pytest.mark.unit

CHANNEL = "node1-1795330800.42"
NOW = datetime.fromtimestamp(1795330800, UTC)
OURS = TouchId("019aa7c0010070008000000000000001")


def test_the_touch_of_a_channel_is_always_the_same_and_sorts_by_time() -> None:
    touch = inbound_touch(CHANNEL)
    assert len(touch) == 32
    assert touch == inbound_touch(CHANNEL)
    assert touch[12] == "7", "it looks like any other touch"
    assert datetime.fromtimestamp(int(touch[:12], 16) // 1000, UTC) == NOW
    later = [inbound_touch(f"node1-{1795330800 + second}.{second}") for second in range(1, 9)]
    assert sorted([touch, *later]) == [touch, *later]
    assert (
        len({inbound_touch(f"node{node}-1795330800.{nth}") for node in range(3) for nth in range(99)}) == 297
    )


@pytest.mark.parametrize(
    ("channel", "touch"), [(OURS, OURS), (CHANNEL, inbound_touch(CHANNEL)), ("", ""), ("<unknown>", "")]
)
def test_the_touch_of_a_call(channel: str, touch: str) -> None:
    assert touch_of_call(channel) == touch


def test_events_of_a_call_that_came_in_name_its_touch() -> None:
    touch = inbound_touch(CHANNEL)
    his = {"Channel": "PJSIP/carrier-0000002a", "Uniqueid": CHANNEL, "Linkedid": CHANNEL}
    assert to_call_event({"Event": "Newchannel", **his}, NOW) == Created(touch, NOW)
    assert to_call_event({"Event": "Hangup", **his, "Cause": "16"}, NOW) == HungUp(touch, NOW, 16)
    leg = {"Channel": "PJSIP/op7-0000002b", "Uniqueid": "node1-1795330801.43", "Linkedid": CHANNEL}
    up = {"Event": "Newstate", **leg, "ChannelStateDesc": "Up"}
    assert to_call_event(up, NOW) == Connected(touch, NOW, 7)


def test_who_rings() -> None:
    told = {"Event": "UserEvent", "UserEvent": "DozvonCaller", "SystemName": "node1", "Uniqueid": CHANNEL}
    ring = ring_of(told | {"Line": "78005553535", "From": "89161234567"})
    assert ring == Ring(CHANNEL, "node1", "+78005553535", "+79161234567")
    assert ring_of(told | {"Line": "78005553535", "From": ""}) == Ring(CHANNEL, "node1", "+78005553535", "")
    assert ring_of({"Event": "UserEvent", "UserEvent": "DozvonStep"}) is None
    assert ring_of({"Event": "Hangup"}) is None


@pytest.mark.parametrize(
    ("told", "number"),
    [
        ("89161234567", "+79161234567"),
        ("9161234567", "+79161234567"),
        ("79161234567", "+79161234567"),
        ("+77011234567", "+77011234567"),
        ("anonymous", ""),
        ("", ""),
    ],
)
def test_numbers_as_carriers_tell_them(told: str, number: str) -> None:
    assert e164(told) == number


def test_the_dialplan_of_our_lines() -> None:
    text = lines_text({"+78005553535": "heat"})
    assert text.startswith("[dozvon-lines](+)\n")
    assert "exten = 78005553535,1,Set(DZ_DESK=heat)\n" in text


def record(eventtype: str, second: float, extra: str = "", channel: str = CHANNEL) -> str:
    line = {
        "eventtype": eventtype,
        "eventtime": 1795330800 + second,
        "uniqueid": channel,
        "linkedid": channel,
    }
    return json.dumps(line | {"channame": "PJSIP/carrier-1", "eventextra": {"extra": extra}}) + "\n"


def test_callers_whom_nobody_heard_stand_in_the_nodes_log(tmp_path: Path) -> None:
    log, other = tmp_path / "cel.json", "node1-1795330900.50"
    log.write_text(
        record("CHAN_START", 0)
        + record("DozvonCaller", 0.1, "78005553535 79161234567")
        + record("CHAN_START", 100, channel=other)
        + record("DozvonCaller", 100, "78005553535 ", channel=other)
        + '{"eventtype": "DozvonCal\n'
        + record("HANGUP", 101)
    )
    line, ahead = "+78005553535", timedelta(hours=1)
    assert read_callers(log, "node1", NOW + ahead, ahead) == [
        (Ring(CHANNEL, "node1", line, "+79161234567"), NOW + ahead + timedelta(seconds=0.1)),
        (Ring(other, "node1", line, ""), NOW + ahead + timedelta(seconds=100)),
    ]
    assert [ring.channel for ring, _ in read_callers(log, "node1", NOW + timedelta(seconds=50))] == [other]
    touch = inbound_touch(CHANNEL)
    kinds = [type(event) for event in read_channel_log(log, [touch])[touch]]
    assert kinds == [Created, HungUp]
