"""What every test may ask for, and the rule that every test module declares its category."""

from __future__ import annotations

import asyncio
import shutil
import tempfile
from collections.abc import Callable, Coroutine, Iterator
from pathlib import Path
from typing import Any

import pytest
import structlog

from asterisk.install import Program, find_postgresql, find_program, root_folder_path
from dialer.private.postgres import PrivatePostgres
from dialer.private.redis import PrivateRedis
from domain.errors import EnvironmentFault
from ledger.books import Books
from ledger.migrate import upgrade
from tests.polling import PATIENCE_S
from tests.virtual_time import run_on_virtual_time

CATEGORIES = {"unit", "integration", "e2e"}
MIGRATED = "migrated"
MEMORY = Path("/dev/shm")
CLUSTER_BYTES = 1 << 30
"""What the cluster of one worker may come to need."""


class CategorisedModule(pytest.Module):
    """A test module that does not collect until it says what it needs.

    The reason: `make unit` must be trusted to need nothing, and a test whose cost nobody stated ends up there.
    """

    def collect(self) -> Any:
        items = super().collect()
        if not CATEGORIES & {marker.name for marker in self.iter_markers()}:
            raise self.CollectError(
                f"{self.path.name}: declare a category, e.g. `pytestmark = pytest.mark.unit`"
                f" (one of {', '.join(sorted(CATEGORIES))}; CONTRIBUTING.md tells which)"
            )
        return items


def pytest_pycollect_makemodule(module_path: Path, parent: pytest.Collector) -> pytest.Module:
    """Collect every test module as one that declares its category."""
    module: pytest.Module = CategorisedModule.from_parent(parent, path=module_path)
    return module


@pytest.fixture(autouse=True)
def own_log() -> Iterator[None]:
    """A test that runs a command leaves its log on a stream that is closed when the test is over."""
    yield
    structlog.reset_defaults()


@pytest.fixture
def virtual_time() -> Callable[[Coroutine[Any, Any, Any]], Any]:
    """Runs a coroutine on virtual time: `virtual_time(scenario())` waits hours in milliseconds."""
    return run_on_virtual_time


@pytest.fixture
def folder() -> Iterator[Path]:
    """A short path: a socket's name may have 107 bytes, and pytest's own folders are deep."""
    path = Path(tempfile.mkdtemp(prefix="dz-"))
    yield path
    shutil.rmtree(path)


@pytest.fixture(scope="session")
def root_folder() -> Path:
    """Where `make setup` put the programs that this machine's PATH lacks; a test never downloads."""
    return root_folder_path()


@pytest.fixture(scope="session")
def espeak_command(root_folder: Path) -> tuple[tuple[str, ...], dict[str, str]]:
    """The command prefix of espeak-ng and the environment it needs."""
    program = needed(find_program("espeak-ng", root_folder), "espeak-ng")
    return program.command, program.environment


@pytest.fixture(scope="session")
def redis_server(root_folder: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The URL (unix socket) of an empty Redis of this worker's own; it ends with the worker's session."""
    program = needed(find_program("redis-server", root_folder), "redis-server")
    server = PrivateRedis(tmp_path_factory.mktemp("redis"), program)
    try:
        asyncio.run(server.start())
        yield f"{server.url}?socket_timeout={PATIENCE_S}"
    finally:
        server.stop()


@pytest.fixture(scope="session")
def cluster_base() -> Path | None:
    """Where clusters of databases are put: in memory if there is room, since one database is 300 files."""
    roomy = MEMORY.is_dir() and shutil.disk_usage(MEMORY).free > CLUSTER_BYTES
    return MEMORY if roomy else None


@pytest.fixture(scope="session")
def postgres(root_folder: Path, cluster_base: Path | None) -> Iterator[PrivatePostgres]:
    """A running PostgreSQL of this worker's own: a test makes databases in it, and drops them."""
    try:
        program = find_postgresql(root=root_folder)
    except EnvironmentFault as fault:
        pytest.fail(str(fault), pytrace=False)
    folder = Path(tempfile.mkdtemp(prefix="dz-pg-", dir=cluster_base))
    server = PrivatePostgres(folder, program, durable=False)
    try:
        server.start()
        yield server
    finally:
        server.stop()
        shutil.rmtree(folder)


@pytest.fixture(scope="session")
def migrated_postgres(postgres: PrivatePostgres) -> PrivatePostgres:
    """The worker's server with a migrated database to copy: migrating costs ten times as much."""
    migrate(postgres.create_database(MIGRATED))
    return postgres


def migrate(url: str) -> None:
    """Bring the schema up, and leave nobody connected."""
    opened = Books.open(url)
    upgrade(opened.engine)
    opened.close()


def needed(program: Program | None, name: str) -> Program:
    """The program, or a failure that says how to get it: a test that cannot run is not a test that passes."""
    if program is None:
        pytest.fail(f"{name} is neither in PATH nor in the root folder: run `make setup`", pytrace=False)
    return program
