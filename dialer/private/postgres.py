"""A PostgreSQL of our own for one machine: a cluster in a private folder, reached by a unix socket, ended with us."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import time
from pathlib import Path
from urllib.parse import quote

from asterisk.child import Child
from asterisk.install import Postgresql
from dialer.private.unprivileged import Account, unprivileged
from domain.errors import EnvironmentFault
from ledger.databases import create_database, drop_database

START_S = 60.0
"""An idle machine needs 0.1 s; replaying what a killed server had not yet written into its tables may take long."""

STOP_S = 30.0
POLL_S = 0.02
USER = "dozvon"
SOCKET = ".s.PGSQL.5432"
SOCKET_BYTES = 107
"""The longest path that the kernel takes for a socket."""

_SETTINGS = {
    "listen_addresses": "",
    "timezone": "GMT",  # the only zone that needs no files of the machine
    "log_timezone": "GMT",
    "dynamic_shared_memory_type": "mmap",  # the others outlive a killed server in /dev/shm
    "jit": "off",  # it costs our short statements more than it saves
}
_FOR_TESTS = {
    "fsync": "off",
    "full_page_writes": "off",
    "synchronous_commit": "off",
    "autovacuum": "off",
}

_LINGERING = "pre-existing shared memory block"
"""Children of a server that was killed a moment ago have not quite ended."""


class PrivatePostgres:
    """Start, stop and kill one cluster. Not ``durable`` is faster, for tests: a power cut would spoil it.

    The server dies with the thread that started it, as `LocalAsterisk` does.
    """

    def __init__(
        self, folder: Path, program: Postgresql, *, durable: bool = True, account: Account | None = None
    ) -> None:
        self._folder, self._program = folder.resolve(), program
        self._durable, self._account = durable, account or unprivileged()
        self._child = Child()

    @property
    def url(self) -> str:
        """The URL of the database that every cluster has."""
        return self.url_of("postgres")

    def url_of(self, database: str) -> str:
        """What `Books.open` takes."""
        return f"postgresql+psycopg://{USER}@/{quote(database)}?host={quote(str(self._folder))}"

    @property
    def pid(self) -> int | None:
        """The process id of the server; None when it is not running."""
        return self._child.pid

    def create_database(self, name: str, *, template: str = "template1") -> str:
        """A new database, a copy of ``template`` (which nobody may be connected to); answers its URL."""
        create_database(self.url, name, template=template)
        return self.url_of(name)

    def drop_database(self, name: str) -> None:
        """Drop a database; whoever is connected to it is thrown out."""
        drop_database(self.url, name)

    def start(self) -> None:
        """Return when it takes connections; the first start makes the cluster.

        Raises EnvironmentFault with the server's own reason when it does not within ``START_S``.
        """
        if self.pid is not None:
            return
        if len(os.fsencode(self._folder / SOCKET)) > SOCKET_BYTES:
            remedy = f"name one of at most {SOCKET_BYTES - len(SOCKET) - 1} bytes"
            raise EnvironmentFault(
                "the folder's path is too long for a socket", where=str(self._folder), remedy=remedy
            )
        if not self._data.exists():
            self._make_cluster()
        self._spawn()
        for _ in range(round(START_S / POLL_S)):
            if self._ready():
                return
            if self.pid is None:
                if _LINGERING not in self._said():
                    break
                self._spawn()
            time.sleep(POLL_S)
        self.kill()
        raise self._fault("start", self._said())

    def stop(self) -> None:
        """End it in good order: what is open is rolled back, all else is on disk."""
        self._child.signal(signal.SIGINT)
        if not self._child.ended(STOP_S):
            self.kill()

    def kill(self) -> None:
        """End the server and all its children by SIGKILL, as a crash would."""
        if (pid := self.pid) is None:
            return
        os.kill(pid, signal.SIGSTOP)  # else it forks while we look for its children
        for child in Path(f"/proc/{pid}/task/{pid}/children").read_text().split():
            os.kill(int(child), signal.SIGKILL)
        self._child.kill()

    @property
    def _data(self) -> Path:
        return self._folder / "data"

    @property
    def _log(self) -> Path:
        return self._folder / "postgres.log"

    def _make_cluster(self) -> None:
        self._folder.mkdir(parents=True, exist_ok=True)
        os.chown(self._folder, self._account.owner, -1)
        draft = self._folder / "draft"  # a name of its own: whoever is interrupted leaves no half a cluster
        shutil.rmtree(draft, ignore_errors=True)
        made = subprocess.run(
            [
                *(*self._account.prefix, *self._program.initdb(self._folder)),
                *("--pgdata", str(draft), "--username", USER, "--auth", "trust"),
                *("--encoding", "UTF8", "--locale", "C.UTF-8", "--no-sync", "--no-instructions"),
            ],
            capture_output=True,
            text=True,
        )
        if made.returncode != 0:
            raise self._fault("make its cluster", made.stderr)
        draft.rename(self._data)

    def _spawn(self) -> None:
        settings = _SETTINGS | {"unix_socket_directories": f'"{self._folder}"'}
        if not self._durable:
            settings |= _FOR_TESTS
        told = (word for name, value in settings.items() for word in ("-c", f"{name}={value}"))
        command = (*self._program.server, "-D", str(self._data), *told)
        self._child.spawn(command, self._log, account=self._account.prefix)

    def _said(self) -> str:
        return self._log.read_text(errors="replace")

    def _ready(self) -> bool:
        """The server's own word on itself: line 1 of this file is its process id, line 8 its state."""
        try:
            lines = (self._data / "postmaster.pid").read_text().splitlines()
        except FileNotFoundError:
            return False
        return len(lines) >= 8 and lines[0] == str(self.pid) and lines[7].strip() == "ready"

    def _fault(self, what: str, said: str) -> EnvironmentFault:
        reasons = [line for line in said.splitlines() if "FATAL" in line or "error:" in line]
        reason = reasons[0] if reasons else "it gave no reason"
        return EnvironmentFault(
            f"the private PostgreSQL did not {what} ({reason})", remedy=f"look at {self._folder}"
        )
