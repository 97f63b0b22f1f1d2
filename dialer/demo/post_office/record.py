"""The post office's truth: JSON lines, on the disk before anybody is told."""

from __future__ import annotations

import asyncio
import json
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

Row = dict[str, Any]


class Record:
    """Appends to a file; lines that come at the same time share one fsync."""

    def __init__(self, path: Path) -> None:
        path.parent.mkdir(parents=True, exist_ok=True)
        self._file = path.open("ab", buffering=0)
        if self._file.tell():
            self._file.write(b"\n")  # a killed office may have left half a line
        self._waiting: list[tuple[bytes, asyncio.Future[None]]] = []
        self._writing: asyncio.Task[None] | None = None

    async def write(self, row: Row) -> None:
        """Return when the row will survive a crash."""
        written: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._waiting.append((json.dumps(row).encode() + b"\n", written))
        if self._writing is None or self._writing.done():
            self._writing = asyncio.create_task(self._write_waiting())
        await written

    async def _write_waiting(self) -> None:
        while self._waiting:
            batch, self._waiting = self._waiting, []
            await asyncio.to_thread(self._to_disk, b"".join(line for line, _ in batch))
            for _, written in batch:
                if not written.done():
                    written.set_result(None)

    def _to_disk(self, lines: bytes) -> None:
        self._file.write(lines)
        os.fsync(self._file.fileno())

    async def close(self) -> None:
        """When what is being written is."""
        if self._writing:
            await self._writing
        self._file.close()


def read_rows(path: Path) -> Iterator[Row]:
    """The rows in the order they were written; a line cut by a crash is left out."""
    try:
        text = path.read_text(encoding="utf-8", errors="replace")
    except FileNotFoundError:
        return
    for line in text.split("\n"):
        try:
            row = json.loads(line)
        except json.JSONDecodeError:
            continue
        if isinstance(row, dict):
            yield row
