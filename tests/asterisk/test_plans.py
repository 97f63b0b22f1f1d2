"""Ports and plans: what goes into configuration files is checked before it gets there."""

from __future__ import annotations

import socket
from dataclasses import replace
from pathlib import Path

import pytest

from asterisk.node import NodePlan
from asterisk.ports import LOOPBACK, PortRange, free_port, require_free
from asterisk.touch_header import touch_variable
from domain.errors import EnvironmentFault, InputError

pytestmark = pytest.mark.unit


def plan() -> NodePlan:
    return NodePlan("node1", Path("n"), sip_port=1, ami_port=2, carrier_port=3, prompt_store=Path("p"))


@pytest.mark.parametrize(
    ("where", "value"),
    [
        ("name", "a b"),
        ("name", ""),
        ("ami_user", "x]\nsecret=y"),
        ("carrier_host", "a;b"),
        ("ami_secret", "a b;c"),
    ],
)
def test_a_plan_with_text_that_would_change_the_configuration_is_refused(where: str, value: str) -> None:
    with pytest.raises(InputError, match=f"node {where}"):
        replace(plan(), **{where: value})  # type: ignore[arg-type]


def test_two_plans_never_share_a_secret() -> None:
    assert plan().ami_secret != plan().ami_secret


@pytest.mark.parametrize(("first", "last"), [(80, 90), (20000, 10000), (60000, 70000)])
def test_an_impossible_port_range_is_refused(first: int, last: int) -> None:
    with pytest.raises(InputError, match="no port range"):
        PortRange(first, last)


@pytest.mark.parametrize(("kind", "socket_kind"), [("udp", socket.SOCK_DGRAM), ("tcp", socket.SOCK_STREAM)])
def test_a_taken_port_is_told_from_a_free_one(kind: str, socket_kind: socket.SocketKind) -> None:
    port = free_port(kind)
    require_free(port, kind, "a test")
    with socket.socket(socket.AF_INET, socket_kind) as holder:
        holder.bind((LOOPBACK, port))
        if kind == "tcp":
            holder.listen()
        with pytest.raises(EnvironmentFault, match=f"port {port} .* wanted for a test"):
            require_free(port, kind, "a test")
    require_free(port, kind, "a test")


def test_the_touch_id_travels_in_a_header() -> None:
    assert touch_variable("t1", "X-Call") == "PJSIP_HEADER(add,X-Call)=t1"
