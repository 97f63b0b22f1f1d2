"""A program that runs beside us, and never longer than we do."""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Mapping, Sequence
from pathlib import Path
from types import MappingProxyType

NOTHING: Mapping[str, str] = MappingProxyType({})


class Child:
    """One process, or none yet.

    It dies with the thread that started it, however that ends, so none is left behind: start it from a thread that
    lives as long, as the main thread does. A Ctrl-C in the terminal does not reach it: we end it in our own order.
    """

    def __init__(self) -> None:
        self._process: subprocess.Popen[bytes] | None = None

    @property
    def pid(self) -> int | None:
        """The process id; None when it is not running."""
        return self._process.pid if self._process and self._process.poll() is None else None

    def spawn(
        self,
        command: Sequence[str],
        output: Path,
        environment: Mapping[str, str] = NOTHING,
        account: Sequence[str] = (),
    ) -> None:
        """Start it with our environment and this on top; ``output`` becomes what it prints.

        ``account`` makes it another user, which must come first: whoever changes his user is nobody's child any more.
        """
        with output.open("wb") as printed:
            self._process = subprocess.Popen(
                [*account, *die_with_parent(), *command],
                env={**os.environ, **environment},
                stdin=subprocess.DEVNULL,
                stdout=printed,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )

    def signal(self, number: int) -> None:
        """Send it a signal, if it is running."""
        if self._process is not None:
            self._process.send_signal(number)

    def ended(self, seconds: float) -> bool:
        """Whether it ends within so many seconds."""
        try:
            if self._process is not None:
                self._process.wait(seconds)
        except subprocess.TimeoutExpired:
            return False
        return True

    def kill(self) -> None:
        """End it as a crash would, and wait for that."""
        if self._process is not None:
            self._process.kill()
            self._process.wait()


def die_with_parent() -> list[str]:
    """What to put before a command whose process must not outlive us."""
    setpriv = shutil.which("setpriv")
    return [setpriv, "--pdeathsig", "KILL", "--"] if setpriv else []
