"""``dozvon softphone`` at a real Asterisk: sound by programs, typed commands, the local API, and who may use it."""

from __future__ import annotations

import asyncio
import io
import os
import re
import sys
import threading
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from pathlib import Path

import httpx
import numpy as np
import pytest

from agent_console.softphone import SipAccount
from agent_console.softphone.sitting import READER, Sitting, sit
from agent_console.softphone.sound import SoundPrograms
from asterisk.node import Node
from asterisk.ports import LOOPBACK
from tests.agent_console.telephone import OPERATOR_HZ, TOUCH, account, call
from tests.asterisk.raw_ami import raw_ami
from tests.ivr_scripts.telephone import tones_heard, tones_so_far
from tests.polling import PATIENCE_S, until

pytestmark = pytest.mark.integration


class Terminal:
    """What a person at the softphone types and reads."""

    def __init__(self, capsys: pytest.CaptureFixture[str]) -> None:
        read, self._write = os.pipe()
        self.typed = io.FileIO(read)
        self._capsys, self.shown = capsys, ""

    def type(self, line: str) -> None:
        os.write(self._write, line.encode() + b"\n")

    async def shows(self, pattern: str) -> re.Match[str]:
        """Wait for a line of this form, and take it and all before it as read."""
        found: list[re.Match[str]] = []

        def look() -> bool:
            self.shown += "".join(self._capsys.readouterr())
            found.extend(re.finditer(pattern, self.shown))
            return bool(found)

        await until(look, what=f"{pattern}; shown: {self.shown}")
        self.shown = self.shown[found[0].end() :]
        return found[0]

    def close(self) -> None:
        os.close(self._write)
        for reader in threading.enumerate():
            if reader.name == READER:
                reader.join()
        self.typed.close()


@pytest.fixture
def terminal(capsys: pytest.CaptureFixture[str]) -> Iterator[Terminal]:
    terminal = Terminal(capsys)
    yield terminal
    terminal.close()


@asynccontextmanager
async def sitting(account: SipAccount, wish: Sitting, terminal: Terminal) -> AsyncIterator[None]:
    seat = asyncio.create_task(sit(account, wish, terminal.typed))
    yield
    terminal.type("quit")
    async with asyncio.timeout(PATIENCE_S):
        await seat


def sound(folder: Path) -> SoundPrograms:
    """A microphone before which a tone is heard for minutes, and earphones that write down what they play."""
    samples = np.arange(8000 * 180) / 8000
    tone = (0.3 * 32767 * np.sin(2 * np.pi * OPERATOR_HZ * samples)).astype("<i2")
    (folder / "tone.raw").write_bytes(tone.tobytes())
    return SoundPrograms(
        ("tail", "-c", "+1", "-f", str(folder / "tone.raw")), ("sh", "-c", f"cat > {folder / 'heard.raw'}")
    )


def recorded(node: Node) -> Path:
    """What the exchange heard of the operator."""
    return node.folder.root / "spool" / "monitor" / "operator.wav"


async def test_typed_and_by_another_program(node: Node, tmp_path: Path, terminal: Terminal) -> None:
    wish, said = Sitting(sound(tmp_path), port=0, auto_answer=True, ask_floor=None), recorded(node)
    async with sitting(account(node), wish, terminal), raw_ami(node.plan) as ami:
        api = await terminal.shows(r"local API: (\S+), token (\S+)")
        await terminal.shows("registered, no call\n")
        await call(ami)
        await terminal.shows(f"registered, talking {TOUCH}\n")
        with_token = {"Authorization": f"Bearer {api[2]}"}
        async with httpx.AsyncClient(base_url=api[1], headers=with_token, timeout=PATIENCE_S) as program:
            assert (await program.get("/state")).json() == {
                "registered": True,
                "call": "talking",
                "touch": TOUCH,
                "muted": False,
                "sound_lost": False,
            }
            assert (await program.post("/dtmf", content="12#")).status_code == 200
            (pressed,) = await ami.until(1, Event="UserEvent")
            await until(lambda: OPERATOR_HZ in tones_so_far(said), what="the operator is heard")
            terminal.type("mute")
            await terminal.shows("muted\n")
            assert (await program.post("/unmute")).json()["muted"] is False
            terminal.type("transfer debt")
            await terminal.shows("error: transfer: only the dialler can do it")
            terminal.type("hang-up")
            await terminal.shows("registered, no call\n")
            nothing = await program.post("/answer")
            assert (nothing.status_code, nothing.json()) == (422, {"detail": "answer: there is no call"})
    assert pressed["Digits"] == "12"
    write = np.frombuffer((tmp_path / "heard.raw").read_bytes(), "<i2")
    assert np.abs(write).max() > 1000


async def test_who_mutes_while_it_rings_is_not_heard(node: Node, tmp_path: Path, terminal: Terminal) -> None:
    wish = Sitting(sound(tmp_path), port=None, auto_answer=False, ask_floor=None)
    async with sitting(account(node), wish, terminal), raw_ami(node.plan) as ami:
        await terminal.shows("registered, no call\n")
        await call(ami)
        await terminal.shows(f"registered, ringing {TOUCH}\n")
        terminal.type("mute")
        await terminal.shows("muted\n")
        terminal.type("answer")
        await terminal.shows("talking .*, muted\n")
        terminal.type("hold")
        await terminal.shows("held .*, muted\n")
        terminal.type("unhold")
        await terminal.shows("talking .*, muted\n")
        terminal.type("dtmf 12#")
        await ami.until(1, Event="UserEvent")
        terminal.type("dtmf привет")
        await terminal.shows("error: softphone: 'привет' cannot be pressed")
        terminal.type("sing")
        await terminal.shows("error: 'sing' is no command; take one of answer, dtmf,")
    assert OPERATOR_HZ not in tones_heard(recorded(node))


async def test_what_the_dialler_does_is_asked_of_it(node: Node, terminal: Terminal) -> None:
    asked: list[tuple[str, str]] = []

    async def floor(verb: str, argument: str) -> None:
        asked.append((verb, argument))

    async with sitting(account(node), Sitting(None, None, True, floor), terminal):
        await terminal.shows("registered, no call\n")
        terminal.type("transfer debt")
        terminal.type("hold")
        await until(lambda: len(asked) == 2)
    assert asked == [("transfer", "debt"), ("hold", "")]


async def command(node: Node, typed: str, *options: str) -> tuple[int | None, str, str]:
    """`dozvon softphone` as a user of another machine runs it."""
    server = ("--server", f"{LOOPBACK}:{node.plan.sip_port}", "--password-stdin")
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        "-c",
        "from dialer.cli.main import main; main()",
        *("softphone", "op1", *server, *options),
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
    )
    out, err = await process.communicate(typed.encode())
    return process.returncode, out.decode(), " ".join(err.decode().split())


async def test_the_command(node: Node) -> None:
    status, out, err = await command(node, "secret\nquit\n", "--null-audio")
    assert (status, err) == (0, "")
    assert out.startswith("commands: answer, dtmf,")
    status, _, err = await command(node, "wrong\n", "--null-audio")
    assert (status, err.partition(";")[0]) == (1, "error: the exchange refuses the phone op1 (SIP 401)")
    status, _, err = await command(node, "secret\n", "--microphone", "no-such-program")
    assert status == 1
    assert err.startswith("error: no-such-program: cannot be started (No such file or directory); install")


@pytest.mark.parametrize(
    "sound",
    [
        SoundPrograms(("true",), ("sh", "-c", "cat > /dev/null")),
        SoundPrograms(("cat", "/dev/zero"), ("true",)),
    ],
    ids=["microphone", "earphones"],
)
async def test_a_headset_that_is_lost_is_told(node: Node, terminal: Terminal, sound: SoundPrograms) -> None:
    async with sitting(account(node), Sitting(sound, None, True, None), terminal):
        await terminal.shows("no call, its sound is lost: start it again\n")
