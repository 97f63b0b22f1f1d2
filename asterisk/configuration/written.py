"""A folder of configuration that an engineer may have edited: what would change there, and writing without loss."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from difflib import unified_diff
from hashlib import sha256
from pathlib import Path

from asterisk.configuration.render import write_private
from domain.errors import InputError

WRITTEN = ".dozvon-written.json"
"""File -> digest of what we wrote: whatever differs from that is somebody else's."""

_SECRET = re.compile(r"^([ +-](?:secret|password) = ).*", re.MULTILINE)


def changes(folder: Path, files: Mapping[str, str]) -> list[str]:
    """The files that are not there as they would be written."""
    return [name for name, text in sorted(files.items()) if _text(folder / name) != text]


def edited(folder: Path, files: Mapping[str, str]) -> list[str]:
    """Of those the ones that hold what we did not write."""
    known = _known(folder)
    return [
        name
        for name in changes(folder, files)
        if (text := _text(folder / name)) is not None and known.get(name) != _digest(text)
    ]


def difference(folder: Path, files: Mapping[str, str]) -> Iterator[str]:
    """For each file that would change, how (a unified diff); secrets are stars."""
    for name in changes(folder, files):
        old = (_text(folder / name) or "").splitlines(keepends=True)
        lines = unified_diff(old, files[name].splitlines(keepends=True), str(folder / name), f"new {name}")
        yield _SECRET.sub(r"\1***", "".join(line if line[-1:] == "\n" else f"{line}\n" for line in lines))


def write_files(folder: Path, files: Mapping[str, str], *, force: bool = False) -> list[str]:
    """Writes what differs, readable by us only, and returns its names.

    InputError when that would undo somebody's edits and ``force`` was not asked for; nothing was written then.
    """
    if not force and (theirs := edited(folder, files)):
        remedy = "look at them with --diff, then put --force to replace them, or use another folder"
        raise InputError(f"not as we wrote them: {', '.join(theirs)}", where=str(folder), remedy=remedy)
    folder.mkdir(parents=True, exist_ok=True, mode=0o750)
    changed = changes(folder, files)
    for name in changed:
        write_private(folder / name, files[name])
    for name in files:
        (folder / name).chmod(0o600)
    digests = {name: _digest(text) for name, text in sorted(files.items())}
    write_private(folder / WRITTEN, json.dumps(digests, indent=1) + "\n")
    return changed


def _known(folder: Path) -> dict[str, str]:
    text = _text(folder / WRITTEN)
    try:
        known = json.loads(text or "{}")
    except json.JSONDecodeError:
        return {}
    return known if isinstance(known, dict) else {}


def _text(path: Path) -> str | None:
    try:
        return path.read_text(encoding="utf-8", errors="surrogateescape")
    except FileNotFoundError:
        return None


def _digest(text: str) -> str:
    return sha256(text.encode(errors="surrogateescape")).hexdigest()
