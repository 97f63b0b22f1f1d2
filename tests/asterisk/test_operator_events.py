"""What manager messages mean for operators; the messages are those that Asterisk 22 sends."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from asterisk.inbound import inbound_touch
from asterisk.operator_events import to_operator_event
from asterisk.operators import phones_text, queue_of, queues_text
from domain.errors import InputError
from domain.operator_events import (
    AnyOperatorEvent,
    Called,
    LegEnded,
    OfferMissed,
    OperatorId,
    PhoneSeen,
    PickedUp,
)
from domain.operator_phone import OperatorPhone, PhoneKind

pytestmark = pytest.mark.unit

NOW = datetime(2026, 3, 10, 9, 0, tzinfo=UTC)
ID = OperatorId(1)
TOUCH = "019aa7c00100700080000000000000aa"
LEG = {"Channel": "PJSIP/op1-00000002", "Uniqueid": "node1-1795328447.2", "Linkedid": TOUCH}


@pytest.mark.parametrize(
    ("message", "event"),
    [
        ({"Event": "Newchannel", **LEG}, Called(ID, NOW, LEG["Uniqueid"], TOUCH)),
        (
            {"Event": "Newstate", "ChannelStateDesc": "Up", **LEG},
            PickedUp(ID, NOW, LEG["Uniqueid"], TOUCH),
        ),
        ({"Event": "Newstate", "ChannelStateDesc": "Ringing", **LEG}, None),
        ({"Event": "Newchannel", **LEG, "Uniqueid": "listens-0a", "Linkedid": "listens-0a"}, None),
        (
            {"Event": "Hangup", "ChannelStateDesc": "Up", "Cause": "17", **LEG},
            LegEnded(ID, NOW, LEG["Uniqueid"], TOUCH),
        ),
        (
            {"Event": "Hangup", "ChannelStateDesc": "Ringing", "Cause": "0", **LEG},
            LegEnded(ID, NOW, LEG["Uniqueid"], TOUCH),
        ),
        (
            {"Event": "Hangup", "ChannelStateDesc": "Down", "Cause": "17", **LEG},
            LegEnded(ID, NOW, LEG["Uniqueid"], TOUCH, refused=True),
        ),
        (
            {"Event": "AgentRingNoAnswer", "Interface": "PJSIP/op1", "RingTime": "2000"},
            OfferMissed(ID, NOW),
        ),
        ({"Event": "AgentRingNoAnswer", "Interface": "PJSIP/op1", "RingTime": "400"}, None),
        ({"Event": "DeviceStateChange", "Device": "PJSIP/op1", "State": "BUSY"}, PhoneSeen(ID, NOW, True)),
        (
            {"Event": "DeviceStateChange", "Device": "PJSIP/op1", "State": "UNAVAILABLE"},
            PhoneSeen(ID, NOW, False),
        ),
        ({"Event": "DeviceStateChange", "Device": "PJSIP/carrier", "State": "INUSE"}, None),
        ({"Event": "Newchannel", **LEG, "Channel": "PJSIP/carrier-00000002"}, None),
        ({"Event": "QueueCallerJoin", "Queue": "desk-debt"}, None),
        ({"Response": "Success"}, None),
    ],
)
def test_each_message(message: dict[str, str], event: AnyOperatorEvent | None) -> None:
    assert to_operator_event(message, NOW) == event


def test_a_call_that_came_in_names_its_touch() -> None:
    inbound = {"Event": "Newchannel", **LEG, "Linkedid": "node1-1795328440.1"}
    touch = inbound_touch("node1-1795328440.1")
    assert to_operator_event(inbound, NOW) == Called(ID, NOW, LEG["Uniqueid"], touch)


def test_a_call_without_an_id_of_a_call_names_none() -> None:
    strange = {"Event": "Newchannel", **LEG, "Linkedid": "whatever"}
    assert to_operator_event(strange, NOW) == Called(ID, NOW, LEG["Uniqueid"], "")


@pytest.mark.parametrize("gone", ["Uniqueid", "Linkedid"])
def test_a_message_that_lacks_a_field_is_passed_over(gone: str) -> None:
    message = {"Event": "Newchannel", **LEG}
    del message[gone]
    assert to_operator_event(message, NOW) is None


def test_a_ring_time_that_is_no_number_is_passed_over() -> None:
    message = {"Event": "AgentRingNoAnswer", "Interface": "PJSIP/op1", "RingTime": "long"}
    assert to_operator_event(message, NOW) is None


def test_files_stand_in_order_and_nothing_in_a_name_can_leave_its_line() -> None:
    assert queues_text(["operators", "debt"]) == "[desk-debt](desk)\n[desk-operators](desk)\n"
    text = phones_text(
        {OperatorId(2): OperatorPhone("b", PhoneKind.BROWSER), OperatorId(1): OperatorPhone("a")}
    )
    assert text.index("[op1](telephone)") < text.index("[op2](browser)")
    for wrong in ("", "Debt", "долг", "a]\n[x", "a" * 41, "1a"):
        with pytest.raises(InputError, match="cannot be a skill's name"):
            queue_of(wrong)
