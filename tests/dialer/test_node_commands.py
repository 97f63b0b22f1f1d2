"""`dozvon node write` and `check` with a real Asterisk on what was written: it passes, and what is broken is told."""

from __future__ import annotations

import asyncio
import json
import tempfile
from collections.abc import Callable, Iterator, Mapping
from datetime import timedelta
from pathlib import Path
from shutil import rmtree
from typing import Any

import pytest

from asterisk.install.installation import installed
from asterisk.local_asterisk import LocalAsterisk
from asterisk.ports import free_port
from dialer.cli.main import run
from dialer.clock import SystemClock
from tests.polling import PATIENCE_S, wait_until

pytestmark = pytest.mark.integration

POINTS = "manager version name rights modules dialplan trunk clock scripts events sounds recordings operators"


class WrittenAsterisk(LocalAsterisk):
    """An Asterisk on the configuration that the command wrote."""

    def _configure(self) -> None:
        pass

    def _ports(self) -> Mapping[str, tuple[str, int]]:
        return {}


def settings_of(root: Path) -> dict[str, Any]:
    """A node that differs from the demo's wherever it can on one machine."""
    return {
        "name": "pbx-1",
        "ami_user": "robot",
        "ami_port": free_port("tcp"),
        "ami_secret": "long-made-up",
        "ami_permit": ["10.1.0.0/16"],
        "trunk": "volga",
        "carrier": "127.0.0.1:5999",
        "carrier_transport": "tcp",
        "carrier_networks": ["203.0.113.0/24"],
        "sip_bind": f"127.0.0.1:{free_port('tcp')}",
        "external_address": "203.0.113.7",
        "phones_bind": f"127.0.0.1:{free_port()}",
        "browsers_bind": f"127.0.0.1:{free_port('tcp')}",
        "browsers_address": "wss://pbx.example/ws",
        "rtp_first": 30000,
        "rtp_last": 30999,
        "scripts_folder": str(root / "scripts"),
        "operators_folder": str(root / "operators"),
        "channel_log": str(root / "log" / "cel-custom" / "cel.json"),
        "recordings_folder": str(root / "spool" / "monitor"),
        "state_folder": str(root / "db"),
        "run_folder": str(root / "run"),
    }


def use(monkeypatch: pytest.MonkeyPatch, root: Path, **node: Any) -> None:
    """Set the environment of a process."""
    monkeypatch.setenv("DOZVON_PROMPTS__FOLDER", str(root / "prompts"))
    monkeypatch.setenv("DOZVON_NODES", json.dumps([node]))


@pytest.fixture(scope="module")
def asterisk() -> Iterator[tuple[WrittenAsterisk, dict[str, Any]]]:
    """The running node, and its settings."""
    root = Path(tempfile.mkdtemp(prefix="dz-"))
    settings = settings_of(root)
    with pytest.MonkeyPatch.context() as monkeypatch:
        use(monkeypatch, root, **settings)
        assert run(["node", "write", str(root / "etc")]) == 0
    node = WrittenAsterisk("pbx-1", root, installed())
    asyncio.run(node.start())
    lines = node.folder.messages.read_text().splitlines()
    assert [line for line in lines if "WARNING" in line or "ERROR" in line] == []
    yield node, settings
    asyncio.run(node.stop())
    rmtree(root)


@pytest.fixture
def check(
    asterisk: tuple[WrittenAsterisk, dict[str, Any]],
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> Callable[..., dict[str, str]]:
    """Runs the command with some settings changed: point -> fault, empty for what is in order."""
    node, settings = asterisk
    monkeypatch.setattr("dialer.node_check.LOGIN_S", PATIENCE_S)

    def checked(**changed: Any) -> dict[str, str]:
        use(monkeypatch, node.folder.root, **settings | changed)
        capsys.readouterr()
        status = run(["node", "check", "--json"])
        found = json.loads(capsys.readouterr().out)
        assert status == (1 if any(one["fault"] for one in found) else 0)
        assert all(one["remedy"] for one in found if one["fault"])
        return {one["point"]: one["fault"] for one in found}

    return checked


def faults(found: dict[str, str]) -> dict[str, str]:
    return {point: fault for point, fault in found.items() if fault}


def test_what_was_written_runs_and_passes(
    asterisk: tuple[WrittenAsterisk, dict[str, Any]], check: Callable[..., dict[str, str]]
) -> None:
    node, settings = asterisk
    found = check()
    assert faults(found) == {}
    assert set(found) == {*POINTS.split(), "channel log"}
    left = (path.name for folder in ("scripts", "prompts") for path in (node.folder.root / folder).iterdir())
    assert list(left) == []
    assert list(Path(settings["recordings_folder"]).iterdir()) == []


def test_what_is_broken_in_asterisk_is_told_and_written_anew(
    asterisk: tuple[WrittenAsterisk, dict[str, Any]],
    check: Callable[..., dict[str, str]],
    capsys: pytest.CaptureFixture[str],
) -> None:
    node, _ = asterisk
    etc = node.folder.etc
    sounds = etc / "data" / "sounds" / "dz"
    replace(etc / "extensions.conf", "[dozvon-desk]", "[our-desk]")
    replace(etc / "manager.conf", "eventfilter", ";")
    replace(etc / "manager.conf", "write = originate,call,agent,", "write = originate,call,")
    sounds.unlink()
    found: dict[str, str] = {}

    def told(*commands: str) -> set[str]:
        """What is at fault after these; a busy node may not have taken a command the first time."""
        for command in (*commands, "dialplan reload", "manager reload"):
            asyncio.run(node.cli(command))
        found.update(faults(now := check()))
        return set(faults(now))

    broken = {"dialplan", "events", "modules", "rights", "sounds"}
    wait_until(lambda: told("module unload app_amd.so") == broken, "each fault is told")
    assert found["dialplan"] == "without dozvon-desk"
    assert found["events"].endswith("too: a busy node drowns the dialler in those")
    assert found["modules"] == "not loaded: app_amd"
    assert found["rights"] == "the manager user lacks agent"
    assert "is not found as dz/" in found["sounds"]

    assert run(["node", "write", str(etc)]) == 2
    assert "not as we wrote them: extensions.conf, manager.conf;" in capsys.readouterr().err
    assert run(["node", "write", str(etc), "--diff"]) == 0
    assert "-[our-desk]\n+[dozvon-desk]\n" in capsys.readouterr().out
    assert run(["node", "write", str(etc), "--force"]) == 0
    wait_until(lambda: told("module load app_amd.so") == set(), "all is in order again")


def replace(file: Path, old: str, new: str) -> None:
    """An engineer's edit."""
    file.write_text(file.read_text().replace(old, new))


def test_settings_that_are_not_the_nodes_are_told(
    check: Callable[..., dict[str, str]], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("dialer.node_check.SystemClock", lambda: SystemClock(timedelta(minutes=-5)))
    found = faults(
        check(
            name="pbx-2",
            trunk="don",
            channel_log=str(tmp_path / "cel-custom" / "cel.json"),
            recordings_folder=str(tmp_path / "monitor"),
        )
    )
    assert found.keys() == {"name", "trunk", "channel log", "recordings", "clock"}
    assert found["name"].startswith("the node calls itself 'pbx-1'")
    assert found["trunk"] == "there is no endpoint 'don'"
    assert found["clock"].startswith("the node's clock is ")


def test_a_folder_of_scripts_that_asterisk_does_not_read(
    check: Callable[..., dict[str, str]], tmp_path: Path
) -> None:
    found = check(scripts_folder=str(tmp_path), carrier_user="us", carrier_password="made-up")
    assert faults(found).keys() == {"scripts", "trunk"}
    assert "sounds" not in found, "no call can be made without it"
    assert list(tmp_path.iterdir()) == []
    assert "no registration is configured" in found["trunk"]


def test_a_wrong_secret_is_all_that_can_be_told(
    check: Callable[..., dict[str, str]], capsys: pytest.CaptureFixture[str]
) -> None:
    (fault,) = check(ami_secret="another").values()
    assert "the user or the secret is wrong" in fault
    assert run(["node", "check"]) == 1
    printed = capsys.readouterr()
    assert printed.out.startswith("fault pbx-1 manager ")
    assert printed.err == "error: points at fault: 1 of 1\n"


class TestWrongInput:
    @pytest.fixture
    def two(self, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
        """Two nodes in the settings."""
        settings = settings_of(tmp_path)
        nodes = [settings, settings | {"name": "pbx-2", "channel_log": "cel.json"}]
        monkeypatch.setenv("DOZVON_NODES", json.dumps(nodes))
        return tmp_path / "etc"

    @pytest.mark.parametrize(
        ("options", "line"),
        [
            (["write", "etc"], "--node: say which node; there are pbx-1, pbx-2"),
            (["write", "etc", "--node", "pbx-3"], "--node: no node 'pbx-3'; there are pbx-1, pbx-2"),
            (["check", "--node", "pbx-3"], "--node: no node 'pbx-3'; there are pbx-1, pbx-2"),
            (
                ["write", "etc", "--node", "pbx-2"],
                "node pbx-2, channel_log: does not end in cel-custom/cel.json",
            ),
        ],
    )
    def test_one_line(
        self, two: Path, options: list[str], line: str, capsys: pytest.CaptureFixture[str]
    ) -> None:
        assert run(["node", *options]) == 2
        assert capsys.readouterr().err.startswith(f"error: {line}")
        assert not two.exists()

    def test_without_nodes(self, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
        monkeypatch.delenv("DOZVON_NODES", raising=False)
        assert run(["node", "check"]) == 2
        assert capsys.readouterr().err == "error: DOZVON_NODES: no nodes are set; see docs/settings.md\n"
