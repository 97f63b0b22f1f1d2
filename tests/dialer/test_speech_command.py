"""`dozvon speech` as a process: it says where it listens, ends on SIGTERM, and errs in one line."""

from __future__ import annotations

import asyncio
import os
import re
import signal
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from tests.ivr_scripts.speech.asterisk_side import caller_at
from tests.polling import PATIENCE_S

pytestmark = pytest.mark.integration


@asynccontextmanager
async def speech(folder: Path, **settings: str) -> AsyncIterator[asyncio.subprocess.Process]:
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        "-m",
        "dialer",
        "speech",
        env={**os.environ, **{f"DOZVON_SPEECH__{name.upper()}": value for name, value in settings.items()}},
        stderr=asyncio.subprocess.PIPE,
        cwd=folder,
    )
    try:
        yield process
    finally:
        if process.returncode is None:
            process.kill()
        await process.communicate()


async def first_line(process: asyncio.subprocess.Process) -> str:
    assert process.stderr is not None
    async with asyncio.timeout(PATIENCE_S):
        return (await process.stderr.readline()).decode().strip()


@pytest.fixture
def root(monkeypatch: pytest.MonkeyPatch, request: pytest.FixtureRequest, tmp_path: Path) -> Path:
    monkeypatch.setenv("PYTHONPATH", str(request.config.rootpath))
    monkeypatch.setenv("COLUMNS", "500")
    return tmp_path


async def test_it_listens_answers_and_ends_when_told(root: Path) -> None:
    async with speech(root, recogniser="tones", port="0", streams="3") as process:
        line = await first_line(process)
        port = re.fullmatch(r"listening at ws://127\.0\.0\.1:(\d+)/ to at most 3 callers", line)
        assert port, line
        async with caller_at(int(port[1])) as caller:
            await caller.setup()
            await caller.question("ru/yes_no")
            await caller.say("нет")
            assert (await caller.result())["text"] == "no|нет"
            process.send_signal(signal.SIGTERM)
            async with asyncio.timeout(PATIENCE_S):
                assert await process.wait() == 0


async def test_without_a_model_it_says_so_in_one_line(root: Path) -> None:
    async with speech(root, model="nowhere", port="0") as process:
        assert process.stderr is not None
        async with asyncio.timeout(PATIENCE_S):
            lines = (await process.stderr.read()).decode().splitlines()
        assert lines == [
            "error: nowhere: there is no Vosk model here; "
            "unpack a Russian model there and name its folder in DOZVON_SPEECH__MODEL"
        ]
        assert await process.wait() == 1
