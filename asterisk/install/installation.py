"""Finds an Asterisk that is new enough, with the folders it needs to run a private instance."""

from __future__ import annotations

import re
import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path

from asterisk.install.programs import program_in_root_folder
from asterisk.install.root_folder import Progress, build_root_folder, packages_of, root_folder_path
from domain.errors import EnvironmentFault

MINIMUM = (20, 0, 0)
Version = tuple[int, int, int]


@dataclass(frozen=True, slots=True)
class Installation:
    """An Asterisk on this machine: its command, where its modules and its read-only data lie, its version."""

    command: tuple[str, ...]
    modules_dir: Path
    data_dir: Path
    version: Version

    def has_module(self, name: str) -> bool:
        """Whether this build ships the module (``name`` without ``.so``)."""
        return (self.modules_dir / f"{name}.so").exists()


def find_installation(*, cache: Path | None = None, progress: Progress | None = None) -> Installation:
    """The ``asterisk`` in PATH if it is new enough, else the one of the root folder, built when needed.

    Raises EnvironmentFault when there is none and none can be had.
    """
    if own := installation_in_path():
        return own
    return installation_in(build_root_folder(cache=cache, progress=progress))


def installed() -> Installation:
    """As `find_installation`, but nothing is downloaded: the machine's own, or a root folder that is there already."""
    if own := installation_in_path():
        return own
    root = root_folder_path()
    if "asterisk" in packages_of(root):
        return installation_in(root)
    raise EnvironmentFault(
        f"there is no Asterisk {MINIMUM[0]} or later on this machine",
        remedy="run this where the node's Asterisk is installed",
    )


def installation_in_path() -> Installation | None:
    """The machine's own Asterisk; None if it is missing, older than ``MINIMUM`` or without modules."""
    binary = shutil.which("asterisk")
    if binary is None:
        return None
    version = version_of((binary,))
    prefix = Path(binary).resolve().parent.parent
    modules = [path for path in sorted(prefix.glob("lib*/**/asterisk/modules")) if any(path.glob("*.so"))]
    data_places = (prefix / "share" / "asterisk", Path("/var/lib/asterisk"))
    data = next((path for path in data_places if (path / "documentation").is_dir()), None)
    if version is None or version < MINIMUM or not modules or data is None:
        return None
    return Installation((binary,), modules[0], data, version)


def installation_in(root: Path) -> Installation:
    """The Asterisk of a root folder; raises EnvironmentFault when it does not run on this machine."""
    program = program_in_root_folder("asterisk", root)
    modules = next(iter(sorted(root.glob("usr/lib/*/asterisk/modules"))), None)
    version = version_of(program.command) if program else None
    if program is None or modules is None or version is None:
        raise EnvironmentFault(
            f"the Asterisk in {root} does not run", remedy="remove that folder and run the same again"
        )
    return Installation(program.command, modules, root / "usr" / "share" / "asterisk", version)


def version_of(command: tuple[str, ...]) -> Version | None:
    """What ``asterisk -V`` says: "Asterisk 22.10.1~dfsg" is (22, 10, 1); None when it cannot be run."""
    try:
        answer = subprocess.run([*command, "-V"], capture_output=True, text=True, timeout=10)
    except (OSError, subprocess.TimeoutExpired):
        return None
    found = re.match(r"Asterisk (?:certified/)?(\d+)\.(\d+)(?:\.(\d+))?", answer.stdout)
    return (int(found[1]), int(found[2]), int(found[3] or 0)) if found else None
