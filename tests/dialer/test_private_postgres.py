"""A private cluster: made once, kept through stop and kill, run by whoever we are, ended with us."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import pytest
from sqlalchemy import text

from asterisk.install import Postgresql, find_postgresql
from asterisk.install.postgresql import own_postgresql, postgresql_in
from dialer.private.postgres import PrivatePostgres
from dialer.private.unprivileged import NAMESPACE, NOBODY, OURSELVES, Account
from domain.errors import EnvironmentFault
from ledger.books import Books
from ledger.migrate import upgrade
from tests.polling import wait_until

pytestmark = pytest.mark.integration


@pytest.fixture
def folder(cluster_base: Path | None) -> Iterator[Path]:
    """A short path: a socket's name may have 107 bytes."""
    path = Path(tempfile.mkdtemp(prefix="dz-pg-", dir=cluster_base))
    yield path
    shutil.rmtree(path)


@contextmanager
def running(server: PrivatePostgres) -> Iterator[PrivatePostgres]:
    try:
        server.start()
        yield server
    finally:
        server.stop()


def write(url: str, name: str) -> None:
    books = Books.open(url)
    upgrade(books.engine)
    with books.write() as tx:
        tx.portfolios.put(name, creditor="", contact_phone="", basis=None)
    books.close()


def names(url: str) -> list[str]:
    books = Books.open(url)
    with books.read() as tx:
        found = [portfolio.name for portfolio in tx.portfolios.all()]
    books.close()
    return found


def alive(pid: int) -> bool:
    """Whether the process runs; one that nobody has waited for yet does not."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[0] != "Z"
    except (FileNotFoundError, ProcessLookupError):
        return False


def children_of(pid: int) -> list[int]:
    return [int(child) for child in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]


@pytest.fixture(params=["own", "root folder"])
def program(request: pytest.FixtureRequest, root_folder: Path) -> Postgresql:
    """Each PostgreSQL that this machine has: its own may be missing, that of the root folder too."""
    found = own_postgresql() if request.param == "own" else postgresql_in(root_folder)
    return found or find_postgresql(root=root_folder)


ACCOUNTS = {"namespace": NAMESPACE, "nobody": NOBODY} if os.geteuid() == 0 else {"ourselves": OURSELVES}


@pytest.fixture(params=list(ACCOUNTS))
def account(request: pytest.FixtureRequest) -> Account:
    """Each way for PostgreSQL not to be root; one that the machine forbids gives way to the other."""
    wanted = ACCOUNTS[request.param]
    return wanted if wanted.works else next(other for other in ACCOUNTS.values() if other.works)


class TestLife:
    def test_what_is_committed_outlives_stop_and_kill(
        self, folder: Path, program: Postgresql, account: Account
    ) -> None:
        server = PrivatePostgres(folder, program, account=account)
        with running(server):
            url = server.create_database("books")
            write(url, "before the stop")
            server.stop()
            server.start()
            write(url, "before the kill")
            server.kill()
            assert server.pid is None
            server.start()
            assert names(url) == ["before the kill", "before the stop"]

    def test_a_kill_leaves_no_process(self, folder: Path) -> None:
        server = PrivatePostgres(folder, find_postgresql(), durable=False)
        with running(server):
            pid = server.pid
            assert pid is not None
            family = [pid, *children_of(pid)]
            assert len(family) > 3
            server.kill()
            wait_until(lambda: not any(map(alive, family)), what="their end")

    def test_a_server_that_was_killed_by_others_starts_again_at_once(self, folder: Path) -> None:
        server = PrivatePostgres(folder, find_postgresql(), durable=False)
        with running(server):
            pid = server.pid
            assert pid is not None
            os.kill(pid, signal.SIGKILL)
            wait_until(lambda: not alive(pid), what="its end")
            server.start()
            write(server.create_database("books"), "heat")

    def test_it_ends_with_its_parent(self, folder: Path) -> None:
        script = (
            "import sys, time; from pathlib import Path\n"
            "from asterisk.install import find_postgresql\n"
            "from dialer.private.postgres import PrivatePostgres\n"
            "server = PrivatePostgres(Path(sys.argv[1]), find_postgresql(), durable=False)\n"
            "server.start(); print(server.pid, flush=True); time.sleep(60)\n"
        )
        with subprocess.Popen([sys.executable, "-c", script, folder], stdout=subprocess.PIPE) as parent:
            assert parent.stdout is not None
            pid = int(parent.stdout.readline())
            family = [pid, *children_of(pid)]
            parent.kill()
        wait_until(lambda: not any(map(alive, family)), what="their end")

    def test_stopping_twice_and_what_never_ran(self, folder: Path) -> None:
        server = PrivatePostgres(folder, find_postgresql(), durable=False)
        server.stop()
        server.kill()
        with running(server):
            server.start()
        assert server.pid is None
        server.stop()


class TestDatabases:
    def test_a_copy_has_what_its_template_has_and_goes_its_own_way(self, postgres: PrivatePostgres) -> None:
        write(postgres.create_database("one"), "heat")
        copy = postgres.create_database('the "copy"', template="one")
        write(copy, "water")
        assert (names(postgres.url_of("one")), names(copy)) == (["heat"], ["heat", "water"])
        for name in ("one", 'the "copy"'):
            postgres.drop_database(name)
        with pytest.raises(EnvironmentFault, match='database "one" does not exist'):
            names(postgres.url_of("one"))

    def test_a_name_that_is_taken_is_one_line(self, postgres: PrivatePostgres) -> None:
        with pytest.raises(EnvironmentFault, match='database "postgres" already exists') as raised:
            postgres.create_database("postgres")
        assert "\n" not in str(raised.value)

    @pytest.mark.parametrize(("durable", "synced"), [(True, "on"), (False, "off")])
    def test_only_tests_go_without_syncing(self, folder: Path, durable: bool, synced: str) -> None:
        with running(PrivatePostgres(folder, find_postgresql(), durable=durable)) as server:
            books = Books.open(server.url)
            with books.read() as tx:
                assert tx.connection.scalar(text("SHOW fsync")) == synced
                assert tx.connection.scalar(text("SHOW listen_addresses")) == ""
            books.close()


class TestTroubles:
    def test_a_second_server_on_the_same_folder_says_why_not(self, folder: Path) -> None:
        with running(PrivatePostgres(folder, find_postgresql(), durable=False)):
            second = PrivatePostgres(folder, find_postgresql(), durable=False)
            with pytest.raises(EnvironmentFault, match="did not start .*lock file .* already exists"):
                second.start()

    def test_a_path_too_long_for_a_socket_says_so(self, folder: Path) -> None:
        server = PrivatePostgres(folder / ("x" * 120), find_postgresql(), durable=False)
        with pytest.raises(
            EnvironmentFault,
            match="x: the folder.s path is too long for a socket; name one of at most 93 bytes",
        ):
            server.start()

    def test_half_a_cluster_is_made_anew(self, folder: Path) -> None:
        (folder / "draft" / "base").mkdir(parents=True)
        with running(PrivatePostgres(folder, find_postgresql(), durable=False)) as server:
            assert server.pid is not None

    def test_an_initdb_that_fails_gives_its_reason(self, folder: Path) -> None:
        programs = folder / "programs"
        programs.mkdir()
        initdb = programs / "initdb"
        initdb.write_text("#!/bin/sh\necho 'initdb: error: no space left' >&2; exit 1\n")
        initdb.chmod(0o755)
        broken = replace(find_postgresql(), programs=programs, loader=())
        with pytest.raises(EnvironmentFault, match="did not make its cluster .*no space left"):
            PrivatePostgres(folder, broken, account=OURSELVES).start()
        assert not (folder / "data").exists()
