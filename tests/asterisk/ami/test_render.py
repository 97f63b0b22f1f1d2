"""The bytes of an Originate, and values that must not be sent."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

import pytest

from asterisk.ami.render import LONGEST_LINE_BYTES, OriginateRequest, render_originate
from domain.errors import InputError
from domain.touch import TouchId

pytestmark = pytest.mark.unit

TOUCH = TouchId("0199d3c2-7a1b-7cde-8f00-0123456789ab")
CALL = OriginateRequest(TOUCH, "PJSIP/+79160000001@carrier", "ivr-hello-v1", 30.5, caller_id="+74950000000")


def with_variables(variables: Mapping[str, str]) -> list[str]:
    """The Variable lines of a call with these variables."""
    lines = render_originate(replace(CALL, variables=variables)).decode().split("\r\n")
    return [line for line in lines if line.startswith("Variable") and "PJSIP_HEADER" not in line]


def test_whole_action() -> None:
    request = replace(CALL, variables={"TOUCH": TOUCH, "DZ_SUM": "dz/a&dz/b"})
    assert render_originate(request).decode().split("\r\n") == [
        "Action: Originate",
        f"ActionID: {TOUCH}",
        f"ChannelId: {TOUCH}",
        "Channel: PJSIP/+79160000001@carrier",
        "Context: ivr-hello-v1",
        "Exten: s",
        "Priority: 1",
        "Timeout: 30500",
        "CallerID: +74950000000",
        "Async: true",
        f"Variable: PJSIP_HEADER(add,X-Touch-Id)={TOUCH}",
        f"Variable: TOUCH={TOUCH}",
        "Variable: DZ_SUM=dz/a&dz/b",
        "",
        "",
    ]


def test_asterisk_must_not_split_or_strip_values() -> None:
    assert with_variables({"DZ_A": 'ул. "Мира", 1\\2'}) == ['Variable: DZ_A=ул. \\"Мира\\"\\, 1\\\\2']


@pytest.mark.parametrize("value", ["a\r\nAction: Logoff", "a\nb", "a\rb", "a\x00b", "\x1b[2J"])
def test_control_characters_are_refused(value: str) -> None:
    with pytest.raises(InputError, match="DZ_NAME"):
        with_variables({"DZ_NAME": value})
    for unfit in (replace(CALL, channel=value), replace(CALL, caller_id=value), replace(CALL, exten=value)):
        with pytest.raises(InputError):
            render_originate(unfit)


@pytest.mark.parametrize("name", ["", "A=B", "A B", "1A", "A\r\nB", "A,B", "Имя"])
def test_names_are_checked(name: str) -> None:
    with pytest.raises(InputError, match="channel variable"):
        with_variables({name: "1"})


@pytest.mark.parametrize("name", ["TOUCH", "__CALLID", "CDR(callid)"])
def test_names_that_asterisk_knows(name: str) -> None:
    assert with_variables({name: "1"}) == [f"Variable: {name}=1"]


def test_line_length_counts_bytes_after_escaping() -> None:
    room = LONGEST_LINE_BYTES - len("Variable: A=")
    assert with_variables({"A": "x" * room})
    for value in ("x" * (room + 1), "я" * (room // 2 + 1), "," * (room // 2 + 1)):
        with pytest.raises(InputError, match="of 1000"):
            with_variables({"A": value})


def test_text_that_is_not_unicode() -> None:
    with pytest.raises(InputError, match="Unicode"):
        with_variables({"A": "\ud800"})


def test_errors_do_not_tell_the_value() -> None:
    with pytest.raises(InputError) as error:
        with_variables({"DZ_NAME": "Иванов\n"})
    assert "Иванов" not in str(error.value)
