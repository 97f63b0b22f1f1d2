"""From the settings to a node's configuration: what is told stands in it, what cannot be meant is one line."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from asterisk.install import Installation
from asterisk.node import node_files
from dialer.node_plan import folders_of, plan_of
from dialer.settings import NodeSettings, load_settings
from domain.errors import InputError

pytestmark = pytest.mark.unit

LEAST = {
    "name": "pbx-1",
    "ami_secret": "long-made-up",
    "scripts_folder": "/srv/scripts",
    "channel_log": "/srv/log/cel-custom/cel.json",
    "carrier": "sip.volga.example",
}
OPERATORS = {"operators_folder": "/srv/operators", "browsers_address": "wss://pbx.example/ws"}


@pytest.fixture
def installation(tmp_path: Path) -> Installation:
    (tmp_path / "modules").mkdir()
    return Installation(("asterisk",), tmp_path / "modules", tmp_path / "data", (20, 0, 0))


@pytest.fixture
def told(installation: Installation, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Any:
    """The files of a node with these settings."""

    def files(**settings: Any) -> dict[str, str]:
        node, plan = planned(monkeypatch, tmp_path, **settings)
        return node_files(plan, folders_of(node, tmp_path / "etc"), installation)

    return files


def planned(monkeypatch: pytest.MonkeyPatch, folder: Path, **settings: Any) -> tuple[NodeSettings, Any]:
    """A node of the environment, and its plan."""
    monkeypatch.setenv("DOZVON_NODES", json.dumps([LEAST | settings]))
    loaded = load_settings()
    return loaded.nodes[0], plan_of(loaded.nodes[0], loaded, folder / "etc")


def test_a_carrier_who_knows_our_address_needs_no_account(told: Any) -> None:
    pjsip = told()["pjsip.conf"]
    assert "contact = sip:sip.volga.example:5060\n" in pjsip
    assert "bind = 0.0.0.0:5060\n" in pjsip
    for absent in ("registration", "media_address", "phones", "local_net"):
        assert absent not in pjsip


def test_an_account_registers_and_its_password_is_no_comment(told: Any) -> None:
    pjsip = told(trunk="volga", carrier_user="+74950000000", carrier_password="a;b#[c]")["pjsip.conf"]
    assert "[volga]\ntype = registration\n" in pjsip
    assert "password = a\\;b#[c]\n" in pjsip
    assert "client_uri = sip:+74950000000@sip.volga.example\n" in pjsip
    assert "[carrier]" not in pjsip


def test_an_account_that_is_known_by_its_address_does_not_register(told: Any) -> None:
    pjsip = told(carrier_user="us", carrier_password="made-up", carrier_registers=False)["pjsip.conf"]
    assert "outbound_auth = carrier\n" in pjsip
    assert "registration" not in pjsip


@pytest.mark.parametrize(("transport", "port"), [("tcp", 5060), ("tls", 5061)])
def test_another_transport_has_its_port_and_is_known_by_address_alone(
    told: Any, transport: str, port: int
) -> None:
    files = told(carrier_transport=transport, carrier_networks=["203.0.113.7"])
    pjsip = files["pjsip.conf"]
    assert f"contact = sip:sip.volga.example:{port}\\;transport={transport}\n" in pjsip
    assert "match = sip.volga.example\nmatch = 203.0.113.7/32\n" in pjsip
    assert ("media_encryption = sdes" in pjsip) == (transport == "tls")


def test_behind_a_translation_every_transport_knows_the_address_outside(told: Any) -> None:
    pjsip = told(**OPERATORS, external_address="203.0.113.7", local_networks=["10.0.0.0/8"])["pjsip.conf"]
    assert pjsip.count("external_media_address = 203.0.113.7\n") == 3
    assert pjsip.count("local_net = 10.0.0.0/8\n") == 3


def test_the_browsers_certificate(told: Any, tmp_path: Path) -> None:
    (tmp_path / "a.pem").touch()
    files = told(**OPERATORS, browsers_bind="0.0.0.0:8089", browsers_certificate=str(tmp_path / "a.pem"))
    assert f"tlsbindaddr = 0.0.0.0:8089\ntlscertfile = {tmp_path}/a.pem\n" in files["http.conf"]
    assert "protocol = wss\nbind = 0.0.0.0\n" in files["pjsip.conf"]


def test_a_dialler_on_another_machine(told: Any) -> None:
    assert "bindaddr = 127.0.0.1\n" in told()["manager.conf"]
    manager = told(ami_permit=["10.1.2.3/32"], ami_port=5039, ami_user="robot")["manager.conf"]
    assert "bindaddr = 0.0.0.0\nport = 5039\n" in manager
    assert "permit = 127.0.0.1/255.255.255.255\npermit = 10.1.2.3/32\n" in manager
    assert "[robot]\nsecret = long-made-up\n" in manager


def test_folders_and_ports_are_those_of_the_settings(told: Any) -> None:
    files = told(recordings_folder="/srv/spool/monitor", rtp_first=30000, rtp_last=30999, **OPERATORS)
    for line in ("astspooldir = /srv/spool", "astlogdir = /srv/log", "astrundir = /run/asterisk"):
        assert f"{line}\n" in files["asterisk.conf"]
    assert '#tryinclude "/srv/scripts/*.conf"' in files["extensions.conf"]
    assert '#tryinclude "/srv/operators/queues.conf"' in files["queues.conf"]
    assert "rtpstart = 30000\nrtpend = 30999" in files["rtp.conf"]
    assert "systemname = pbx-1\n" in files["asterisk.conf"]


WRONG = [
    ({"carrier": ""}, "node pbx-1, carrier: is not set; e.g."),
    ({"carrier": "a:99999"}, "node pbx-1, carrier: 99999 is no port; use 1 to 65535"),
    ({"carrier_user": "us"}, "node pbx-1, carrier_password: a carrier's user needs a password"),
    (
        {"carrier_user": "us", "carrier_password": "a b"},
        "node pbx-1, carrier_password: a carrier's user needs",
    ),
    ({"carrier_user": "u@s", "carrier_password": "b"}, "node pbx-1, carrier_user: only letters, digits and"),
    ({"trunk": "a]"}, "node pbx-1, trunk: only letters, digits and . _ - are allowed"),
    ({"ami_secret": "semi;colon"}, "node pbx-1, ami_secret: only letters, digits and . _ - are allowed"),
    ({"external_address": "a b"}, "node pbx-1, external_address: only letters"),
    ({"sip_bind": "0.0.0.0:0"}, "node pbx-1, sip_bind: 0 is no port"),
    ({"speech_url": "http://x"}, "node pbx-1, speech_url: not an address of the form ws://host:port"),
    ({"rtp_first": 30000, "rtp_last": 20000}, "node pbx-1: 30000-20000 is no port range"),
    ({"channel_log": "/srv/cel.json"}, "node pbx-1, channel_log: does not end in cel-custom/cel.json"),
    ({"recordings_folder": "/srv/talks"}, "node pbx-1, recordings_folder: does not end in monitor"),
    ({"scripts_folder": "/srv/a;b"}, "node pbx-1: '/srv/a;b' cannot stand in Asterisk's files"),
    ({**OPERATORS, "browsers_certificate": "/nowhere.pem"}, "node pbx-1: there is no file /nowhere.pem"),
    ({"carrier": "a b"}, "setting DOZVON_NODES__0__CARRIER: String should match pattern"),
    ({"ami_permit": ["10.0.0.300"]}, "setting DOZVON_NODES__0__AMI_PERMIT__0: '10.0.0.300' does not appear"),
    ({"sip_bind": "5060"}, "setting DOZVON_NODES__0__SIP_BIND: String should match pattern"),
    ({"rtp_first": 80}, "setting DOZVON_NODES__0__RTP_FIRST: Input should be greater than 1023"),
]


@pytest.mark.parametrize(("settings", "line"), WRONG, ids=[line for _, line in WRONG])
def test_what_cannot_be_meant_is_named(told: Any, settings: dict[str, Any], line: str) -> None:
    with pytest.raises(InputError) as refused:
        told(**settings)
    assert str(refused.value).startswith(line)
