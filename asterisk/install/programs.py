"""Finds a program: in PATH, or in the root folder, where it runs through that folder's own loader."""

from __future__ import annotations

import shutil
from dataclasses import dataclass, field
from pathlib import Path


@dataclass(frozen=True, slots=True)
class Program:
    """How to start a program: put ``command`` before its arguments, add ``environment`` to its own."""

    command: tuple[str, ...]
    environment: dict[str, str] = field(default_factory=dict)


def find_program(name: str, root_folder: Path | None = None) -> Program | None:
    """PATH first, then the root folder; None when neither has it."""
    if path := shutil.which(name):
        return Program((path,))
    return program_in_root_folder(name, root_folder) if root_folder else None


def program_in_root_folder(name: str, root: Path) -> Program | None:
    """The program of the root folder; None when it is not there or no loader fits."""
    folders = (root / "usr" / "bin", root / "usr" / "sbin", *root.glob("usr/lib/postgresql/*/bin"))
    binary = next((path for folder in folders if (path := folder / name).exists()), None)
    loader = next(iter(sorted(root.glob("usr/lib/*/ld-linux*.so.*"))), None)
    if binary is None or loader is None:
        return None
    libraries = loader.parent
    # usr/lib itself holds private libraries of a few packages; pulseaudio's lie deeper.
    places = (libraries, libraries / "pulseaudio", root / "usr" / "lib", libraries / "asterisk" / "modules")
    command = (str(loader), "--library-path", ":".join(map(str, places)), str(binary))
    return Program(command, _environment(name, root))


def _environment(name: str, root: Path) -> dict[str, str]:
    if name != "espeak-ng":
        return {}
    # Its own default is the absolute path of the build, which the root folder does not have.
    places = [*root.glob("usr/lib/*/espeak-ng-data"), *root.glob("usr/share/espeak-ng-data")]
    return {"ESPEAK_DATA_PATH": str(places[0])} if places else {}
