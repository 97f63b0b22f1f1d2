"""Settings from the environment; a wrong one is named."""

from __future__ import annotations

import json
from datetime import timedelta
from pathlib import Path

import pytest

from dialer.settings import environment_of, load_settings
from domain.errors import InputError

pytestmark = pytest.mark.unit

SMSC = {"name": "smsc", "protocol": "smpp", "kinds": ["sms"], "user": "us", "secret": "made-up"}
NODE = {"name": "n1", "ami_secret": "long-and-private", "scripts_folder": "/a", "channel_log": "/b.json"}


@pytest.fixture(autouse=True)
def no_settings_of_this_machine(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.chdir(tmp_path)
    for name in (
        "NODES",
        "DEMO",
        "PROMPTS__FOLDER",
        "PROMPTS__ENGINE",
        "CLOCK_AHEAD",
        "RING_TIMEOUT_S",
        "HOME",
    ):
        monkeypatch.delenv(f"DOZVON_{name}", raising=False)


def test_nothing_set_is_a_single_machine(monkeypatch: pytest.MonkeyPatch) -> None:
    settings = load_settings()
    assert (settings.nodes, settings.demo, settings.clock_ahead) == ((), False, timedelta())
    assert settings.prompts.engine == "espeak"


def test_nodes_and_nested_values(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DOZVON_NODES", json.dumps([NODE, {**NODE, "name": "n2", "ami_port": 5039}]))
    monkeypatch.setenv("DOZVON_PROMPTS__ENGINE", "gtts")
    settings = load_settings()
    assert [(node.name, node.ami_port) for node in settings.nodes] == [("n1", 5038), ("n2", 5039)]
    assert settings.prompts.engine == "gtts"


def test_another_process_gets_the_same_settings(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DOZVON_NODES", json.dumps([NODE]))
    monkeypatch.setenv("DOZVON_CLOCK_AHEAD", "-PT3H30M")
    monkeypatch.setenv("DOZVON_PROMPTS__FOLDER", "clips")
    monkeypatch.setenv("DOZVON_PRICES__MINUTE", "0.85")
    monkeypatch.setenv("DOZVON_LEARN", "false")
    settings = load_settings()
    for name, value in environment_of(settings).items():
        monkeypatch.setenv(name, value)
    assert load_settings() == settings
    assert settings.clock_ahead == -timedelta(hours=3, minutes=30)
    assert (settings.prices.minute, settings.learn) == (0.85, False)


def test_secrets_are_not_printed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DOZVON_NODES", json.dumps([NODE]))
    assert "long-and-private" not in repr(load_settings())


@pytest.mark.parametrize(
    ("name", "value", "message"),
    [
        ("RING_TIMEOUT_S", "3", "setting DOZVON_RING_TIMEOUT_S: Input should be greater than or equal to 15"),
        ("RING_TIMEOUT_S", "soon", "setting DOZVON_RING_TIMEOUT_S: Input should be a valid number"),
        (
            "PROMPTS__ENGINE",
            "siri",
            "setting DOZVON_PROMPTS__ENGINE: Input should be 'espeak', 'gtts', 'recorded' or",
        ),
        ("PRICES__SMS", "-1", "setting DOZVON_PRICES__SMS: Input should be greater than or equal to 0"),
        ("LEARN", "perhaps", "setting DOZVON_LEARN: Input should be a valid boolean"),
        ("LOG_LEVEL", "loud", "setting DOZVON_LOG_LEVEL: Input should be"),
        (
            "NODES",
            json.dumps([{**NODE, "ami_port": 99999}]),
            "setting DOZVON_NODES__0__AMI_PORT: Input should",
        ),
        ("NODES", json.dumps([{**NODE, "prot": 1}]), "DOZVON_NODES__0__PROT: there is no such setting"),
        ("NODES", "[{name: n1}]", "setting DOZVON_NODES: is not JSON; see docs/settings.md"),
        ("REDIS_URL", "127.0.0.1:6379", "setting DOZVON_REDIS_URL: is no address of a Redis: redis://"),
        ("REDIS_URL", "unix:", "setting DOZVON_REDIS_URL: is no address of a Redis: redis://"),
        ("REDIS_URL", "redis://host:port/0", "setting DOZVON_REDIS_URL: Port could not be cast"),
        ("ZONE", "Moscow", "setting DOZVON_ZONE: no zone 'Moscow', e.g. Europe/Moscow"),
        ("ZONE", "/etc", "setting DOZVON_ZONE: no zone '/etc', e.g. Europe/Moscow"),
        ("REDIS_ULR", "x", "DOZVON_REDIS_ULR: there is no such setting; did you mean DOZVON_REDIS_URL?"),
        (
            "FROBNICATE",
            "x",
            "DOZVON_FROBNICATE: there is no such setting; docs/settings.md has all; unset it",
        ),
        (
            "CONSOLE__PROT",
            "1",
            "DOZVON_CONSOLE__PROT: there is no such setting; did you mean DOZVON_CONSOLE__PORT?",
        ),
        (
            "NODES",
            json.dumps([{**NODE, "ami_secret": "secret"}]),
            "setting DOZVON_NODES: node 'n1' has a default",
        ),
        ("NODES", json.dumps([{**NODE, "ami_secret": ""}]), "setting DOZVON_NODES: node 'n1' has a default"),
        ("PROVIDERS", json.dumps([SMSC, SMSC]), "setting DOZVON_PROVIDERS: two providers are called 'smsc'"),
    ],
)
def test_a_wrong_setting_is_one_line_with_its_name(
    monkeypatch: pytest.MonkeyPatch, name: str, value: str, message: str
) -> None:
    monkeypatch.setenv(f"DOZVON_{name}", value)
    with pytest.raises(InputError) as raised:
        load_settings()
    line = str(raised.value)
    assert line.startswith(message)
    assert "\n" not in line
    assert "long-and-private" not in line


def test_a_default_secret_is_enough_for_the_demo(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DOZVON_NODES", json.dumps([{**NODE, "ami_secret": "dozvon"}]))
    monkeypatch.setenv("DOZVON_DEMO", "true")
    assert load_settings().demo
