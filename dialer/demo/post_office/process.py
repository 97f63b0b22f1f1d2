"""A post office of our own for one machine, ended with us."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path

from asterisk.ports import LOOPBACK, require_free
from dialer.demo.post_office.plan import PLAN_FILE, RECORD_FILE, PostPlan
from dialer.demo.post_office.record import Row, read_rows
from dialer.private.service import PrivateService, listens
from domain.errors import EnvironmentFault

TAKEN = b'{"taken": '
"""How a row begins; within a text its quotes are escaped."""


class PostOffice(PrivateService):
    """Start, stop and kill one. A new process in the same folder goes on where the last one was."""

    def __init__(self, folder: Path, plan: PostPlan) -> None:
        super().__init__(folder)
        self.plan = plan

    @property
    def url(self) -> str:
        """Where customers come in by HTTP."""
        return f"http://{LOOPBACK}:{self.plan.http_port}"

    def rows(self) -> Iterator[Row]:
        """The truth so far."""
        return read_rows(self.folder / RECORD_FILE)

    def taken(self) -> int:
        """How many letters it has got so far; parts count one by one."""
        record = self.folder / RECORD_FILE
        return record.read_bytes().count(TAKEN) if record.exists() else 0

    async def start(self) -> None:
        """Return when both doors are open. EnvironmentFault when a port is taken, or they do not open."""
        require_free(self.plan.smpp_port, "tcp", "the post office's SMPP")
        require_free(self.plan.http_port, "tcp", "the post office's HTTP")
        await super().start()

    def _command(self) -> list[str]:
        (self.folder / PLAN_FILE).write_text(self.plan.model_dump_json(), encoding="utf-8")
        return [sys.executable, "-m", "dialer.demo.post_office", str(self.folder)]

    async def _ready(self) -> bool:
        return await listens(LOOPBACK, self.plan.smpp_port) and await listens(LOOPBACK, self.plan.http_port)

    def _fault(self) -> EnvironmentFault:
        return EnvironmentFault("the post office did not start", remedy=f"read {self.output}")
