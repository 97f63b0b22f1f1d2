"""Where operators' phones register, and what a page is told to be one."""

from __future__ import annotations

from pathlib import Path

import pytest
from pydantic import SecretStr, ValidationError

from dialer.phones import browser_account, phone_servers
from dialer.settings import NodeSettings
from domain.errors import InputError
from domain.operator_events import OperatorId
from domain.operator_phone import OperatorPhone, PhoneKind

pytestmark = pytest.mark.unit

ANNA = OperatorId(7)
IN_BROWSER = OperatorPhone("fresh", PhoneKind.BROWSER)


def node(name: str, **facts: str) -> NodeSettings:
    return NodeSettings(
        name=name, ami_secret=SecretStr("s"), scripts_folder=Path(), channel_log=Path(), **facts
    )


def test_a_page_is_told_the_nodes_that_take_browsers_in_their_order() -> None:
    nodes = [
        node("a", phones_address="a.example:5070", browsers_address="wss://a.example/ws"),
        node("b"),
        node("c", browsers_address="ws://127.0.0.1:8188/ws"),
    ]
    assert browser_account(nodes, ANNA, IN_BROWSER) == {
        "uri": "sip:op7@dozvon.invalid",
        "servers": ["wss://a.example/ws", "ws://127.0.0.1:8188/ws"],
        "user": "op7",
        "password": "fresh",
    }
    assert phone_servers(nodes, PhoneKind.TELEPHONE) == ["a.example:5070"]


def test_who_has_no_phone_in_the_page_is_told_why() -> None:
    with pytest.raises(InputError, match="talks on a telephone; `dozvon operator phone LOGIN --browser`"):
        browser_account([], ANNA, OperatorPhone("fresh"))
    with pytest.raises(InputError, match="set browsers_address of a node"):
        browser_account([node("a")], ANNA, IN_BROWSER)


def test_a_password_is_in_no_log() -> None:
    assert "fresh" not in repr(IN_BROWSER)


@pytest.mark.parametrize(
    "wrong", ["a.example:5070", "http://a.example/ws", "wss://a b/ws", "wss://a.example/ws?x='"]
)
def test_an_address_that_no_browser_could_use(wrong: str) -> None:
    with pytest.raises(ValidationError, match="browsers_address"):
        node("a", browsers_address=wrong)
