"""Builds the root folder: Debian packages unpacked without root, run through the folder's own loader."""

from __future__ import annotations

import fcntl
import json
import os
import subprocess
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from asterisk.install.apt import CODENAME, PrivateApt
from domain.errors import EnvironmentFault

PACKAGES = ("asterisk", "redis-server", "espeak-ng", "postgresql")
MARKER = ".dozvon-packages.json"
"""Written last: a folder that has it is whole. It maps each package to its version."""

Progress = Callable[[str, int, int], None]
"""Told (what is done now, parts finished, parts in all)."""


def cache_folder() -> Path:
    """``$DOZVON_CACHE``, else ``$XDG_CACHE_HOME/dozvon``, else ``~/.cache/dozvon``."""
    if own := os.environ.get("DOZVON_CACHE"):
        return Path(own)
    base = os.environ.get("XDG_CACHE_HOME")
    return (Path(base) if base else Path.home() / ".cache") / "dozvon"


def root_folder_path(cache: Path | None = None) -> Path:
    """Where the root folder is, or would be built."""
    return (cache or cache_folder()) / f"root-{CODENAME}"


def packages_of(root: Path) -> dict[str, str]:
    """Package -> version of a whole root folder; empty when there is none."""
    try:
        versions = json.loads((root / MARKER).read_text())
    except (FileNotFoundError, NotADirectoryError, json.JSONDecodeError):
        return {}
    return versions if isinstance(versions, dict) else {}


def build_root_folder(
    packages: tuple[str, ...] = PACKAGES, *, cache: Path | None = None, progress: Progress | None = None
) -> Path:
    """Returns the root folder with ``packages``, building it first when it is missing or lacks one.

    Raises EnvironmentFault when this is no Debian, the mirror cannot be reached or the disk is full.
    """
    root = root_folder_path(cache)
    if _has(root, packages):
        return root
    try:
        root.parent.mkdir(parents=True, exist_ok=True)
        with _lock(root.with_suffix(".lock")):
            if not _has(root, packages):  # another process may have built it while we waited
                _build(root, packages, progress or _silent)
    except OSError as error:
        raise EnvironmentFault(
            f"the root folder {root} could not be built ({error.strerror})",
            remedy="it needs 900 MB of free disk and the right to write; DOZVON_CACHE names another place",
        ) from error
    return root


def _has(root: Path, packages: tuple[str, ...]) -> bool:
    return set(packages) <= packages_of(root).keys()


def _build(root: Path, packages: tuple[str, ...], progress: Progress) -> None:
    everything = tuple(dict.fromkeys((*packages_of(root), *packages)))
    with tempfile.TemporaryDirectory(prefix=f"{root.name}.", dir=root.parent) as beside:
        apt = PrivateApt(Path(beside) / "apt")
        progress("reading package lists", 0, 0)
        apt.update()
        progress("downloading packages", 0, 0)
        archives = apt.download(everything)
        fresh = Path(beside) / "root"
        versions = {}
        for done, archive in enumerate(archives, start=1):
            _unpack(archive, fresh)
            name, version, _ = archive.name.split("_")
            versions[name] = version.replace("%3a", ":")
            archive.unlink()
            progress("unpacking packages", done, len(archives))
        (fresh / MARKER).write_text(json.dumps(versions, indent=1, sort_keys=True))
        if root.exists():
            root.rename(Path(beside) / "former")  # who runs from it misses it for a moment only
        fresh.rename(root)


def _unpack(archive: Path, root: Path) -> None:
    done = subprocess.run(["dpkg-deb", "-x", archive, root], capture_output=True, text=True)
    if done.returncode != 0:
        reason = (done.stderr.splitlines() or ["no reason given"])[0]
        raise EnvironmentFault(
            f"{archive.name} could not be unpacked ({reason})",
            remedy="check the free disk space and run the same again",
        )


@contextmanager
def _lock(path: Path) -> Iterator[None]:
    with path.open("w") as handle:
        fcntl.flock(handle, fcntl.LOCK_EX)
        yield


def _silent(_what: str, _done: int, _total: int) -> None: ...
