"""Finds a PostgreSQL server that is new enough: this machine's own, or the one of the root folder."""

from __future__ import annotations

import re
import shlex
import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path

from asterisk.install.programs import program_in_root_folder
from asterisk.install.root_folder import root_folder_path
from domain.errors import EnvironmentFault

MINIMUM = 15
DEBIAN_FOLDER = Path("/usr/lib/postgresql")
"""Debian keeps the server's programs out of PATH, in a folder for each version."""


@dataclass(frozen=True, slots=True)
class Postgresql:
    """A PostgreSQL: the folder of its programs, what to put before each of them, its major version."""

    programs: Path
    loader: tuple[str, ...]
    version: int

    @property
    def server(self) -> tuple[str, ...]:
        """The command of the server."""
        return (*self.loader, str(self.programs / "postgres"))

    def initdb(self, folder: Path) -> tuple[str, ...]:
        """The command that makes a cluster; ``folder`` takes a launcher that it may need until it ends.

        initdb executes the ``postgres`` beside itself by path. In the root folder that would start it with the
        machine's own, older loader, so initdb is told that it lies beside a launcher.
        """
        initdb = str(self.programs / "initdb")
        if not self.loader:
            return (initdb,)
        launcher = folder / "postgres"
        launcher.write_text(f'#!/bin/sh\nexec {shlex.join(self.server)} "$@"\n')
        launcher.chmod(0o755)
        share = self.programs.parents[3] / "share" / "postgresql" / self.programs.parent.name
        return (*self.loader, "--argv0", str(launcher), initdb, "-L", str(share))


def find_postgresql(*, root: Path | None = None) -> Postgresql:
    """This machine's PostgreSQL if it is new enough, else that of the root folder; never downloads.

    Raises EnvironmentFault when neither is there.
    """
    found = own_postgresql() or postgresql_in(root or root_folder_path())
    if found is None:
        raise EnvironmentFault(
            f"there is no PostgreSQL >= {MINIMUM} here",
            remedy="run `make setup`, or install one and put its folder of programs into PATH",
        )
    return found


def own_postgresql() -> Postgresql | None:
    """The one in PATH, else the newest in Debian's folders; None when it is too old or has no initdb."""
    in_path = shutil.which("postgres")
    in_folders = sorted(DEBIAN_FOLDER.glob("*/bin"), key=_version_of_folder, reverse=True)
    folders = ([Path(in_path).resolve().parent] if in_path else []) + in_folders
    return next((found for folder in folders if (found := _usable(folder, ()))), None)


def postgresql_in(root: Path) -> Postgresql | None:
    """The PostgreSQL of a root folder; None when it has none that runs on this machine."""
    program = program_in_root_folder("postgres", root)
    return _usable(Path(program.command[-1]).parent, program.command[:-1]) if program else None


def _usable(folder: Path, loader: tuple[str, ...]) -> Postgresql | None:
    version = version_of((*loader, str(folder / "postgres")))
    if version is None or version < MINIMUM or not (folder / "initdb").exists():
        return None
    return Postgresql(folder, loader, version)


def version_of(command: tuple[str, ...]) -> int | None:
    """What ``postgres --version`` says: "postgres (PostgreSQL) 18.6" is 18; None when it cannot be run."""
    try:
        answer = subprocess.run([*command, "--version"], capture_output=True, text=True, timeout=10)
    except (OSError, subprocess.TimeoutExpired):
        return None
    found = re.match(r"postgres \(PostgreSQL\) (\d+)", answer.stdout)
    return int(found[1]) if found else None


def _version_of_folder(programs: Path) -> int:
    return int(name) if (name := programs.parent.name).isdecimal() else 0
