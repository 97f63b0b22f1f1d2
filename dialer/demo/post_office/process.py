"""A post office of our own for one machine, ended with us."""

from __future__ import annotations

import asyncio
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

from asterisk.local_asterisk import die_with_parent
from asterisk.ports import LOOPBACK, require_free
from dialer.demo.post_office.plan import PLAN_FILE, RECORD_FILE, PostPlan
from dialer.demo.post_office.record import Row, read_rows
from domain.errors import EnvironmentFault

TAKEN = b'{"taken": '
"""How a row begins; within a text its quotes are escaped."""

START_S = 30.0
POLL_S = 0.02


class PostOffice:
    """Start, stop and kill one. A new process in the same folder goes on where the last one was."""

    def __init__(self, folder: Path, plan: PostPlan) -> None:
        self.plan = plan
        self._folder = folder
        self._process: subprocess.Popen[bytes] | None = None

    @property
    def url(self) -> str:
        """Where customers come in by HTTP."""
        return f"http://{LOOPBACK}:{self.plan.http_port}"

    @property
    def pid(self) -> int | None:
        """The process id; None when it is not running."""
        return self._process.pid if self._process and self._process.poll() is None else None

    def rows(self) -> Iterator[Row]:
        """The truth so far."""
        return read_rows(self._folder / RECORD_FILE)

    def taken(self) -> int:
        """How many letters it has got so far; parts count one by one."""
        record = self._folder / RECORD_FILE
        return record.read_bytes().count(TAKEN) if record.exists() else 0

    async def start(self) -> None:
        """Return when both doors are open. EnvironmentFault when a port is taken, or they are not open within 30 s."""
        require_free(self.plan.smpp_port, "tcp", "the post office's SMPP")
        require_free(self.plan.http_port, "tcp", "the post office's HTTP")
        self._spawn()
        for _ in range(round(START_S / POLL_S)):
            if await _listens(self.plan.smpp_port) and await _listens(self.plan.http_port):
                return
            if self.pid is None:
                break
            await asyncio.sleep(POLL_S)
        self.stop()
        raise EnvironmentFault("the post office did not start", remedy=f"read {self._output}")

    def stop(self) -> None:
        """End it; what it has taken is on the disk."""
        if self._process is not None:
            self._process.kill()
            self._process.wait()
            self._process = None

    def _spawn(self) -> None:
        self._folder.mkdir(parents=True, exist_ok=True)
        (self._folder / PLAN_FILE).write_text(self.plan.model_dump_json(), encoding="utf-8")
        with self._output.open("ab") as output:
            self._process = subprocess.Popen(
                [*die_with_parent(), sys.executable, "-m", "dialer.demo.post_office", str(self._folder)],
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )

    @property
    def _output(self) -> Path:
        return self._folder / "output"


async def _listens(port: int) -> bool:
    try:
        _, writer = await asyncio.open_connection(LOOPBACK, port)
    except OSError:
        return False
    writer.close()
    return True
