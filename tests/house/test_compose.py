"""docker-compose.yml hangs together: what it names exists, settings are settings, and nothing is published beyond this
machine.

`docker compose config` needs the Docker command line, which a machine for tests may lack; this needs YAML only.
"""

from __future__ import annotations

import re
from typing import Any

import pytest
import yaml

from dialer.cli.main import COMMANDS
from dialer.settings import load_settings
from tests.house.tree import ROOT

pytestmark = pytest.mark.unit

TEXT = (ROOT / "docker-compose.yml").read_text()
EXAMPLE = dict(re.findall(r"^(\w+)=(.*)$", (ROOT / ".env.example").read_text(), re.MULTILINE))


@pytest.fixture(scope="module")
def services() -> dict[str, Any]:
    loaded: dict[str, Any] = yaml.safe_load(TEXT)["services"]
    return loaded


def test_every_image_is_named_or_built_from_a_file_that_exists(services: dict[str, Any]) -> None:
    for name, service in services.items():
        if "build" in service:
            assert (ROOT / service["build"]["dockerfile"]).is_file(), name
        else:
            assert re.fullmatch(r"[a-z]+:\d[\w.-]*", service["image"]), f"{name}: pin the image's release"


def test_every_variable_is_explained_in_the_example() -> None:
    assert set(re.findall(r"\$\{(\w+)", TEXT)) == {name for name in EXAMPLE if not name.startswith("DOZVON_")}


def test_every_process_of_the_house_is_a_command(services: dict[str, Any]) -> None:
    started = {
        name: service["command"]
        for name, service in services.items()
        if service.get("profiles") in (["house"], ["messages"])
    }
    assert started == {
        name: [".venv/bin/dozvon", name] for name in ("dialer", "console", "messages", "worker")
    }
    assert started.keys() <= COMMANDS.keys()


def test_the_processes_can_read_their_settings(
    services: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    given = {name: value for name, value in EXAMPLE.items() if name.startswith("DOZVON_")}
    given |= {name: filled(value) for name, value in services["dialer"]["environment"].items()}
    for name, value in given.items():
        monkeypatch.setenv(name, value)
    settings = load_settings()
    assert settings.database_url == "postgresql+psycopg://dozvon:@127.0.0.1:5432/dozvon"
    assert settings.redis_url == "redis://127.0.0.1:6379/0"
    mounted = {volume.split(":")[-1] for volume in services["dialer"]["volumes"]}
    assert mounted == {str(settings.home)}
    assert settings.home in settings.prompts.folder.parents


def filled(value: str) -> str:
    """A value as docker compose fills it where .env is empty."""
    return re.sub(r"\$\{\w+:-([^}]*)\}", r"\1", value)


def test_every_published_port_is_on_the_loopback(services: dict[str, Any]) -> None:
    published = [port for service in services.values() for port in service.get("ports", [])]
    assert published
    assert all(port.startswith("127.0.0.1:") for port in published)


def test_the_container_runs_a_target_of_the_makefile() -> None:
    dockerfile = (ROOT / "docker" / "Dockerfile").read_text()
    targets = set(re.findall(r"^([a-z]+):", (ROOT / "Makefile").read_text(), re.MULTILINE))
    assert {"programs", "demo"} <= targets
    assert "RUN make programs" in dockerfile
    assert 'CMD ["make", "demo"]' in dockerfile
