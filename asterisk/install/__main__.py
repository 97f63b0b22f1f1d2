"""``python -m asterisk.install``: gets the programs that demo and tests need and says what was found."""

from __future__ import annotations

import sys
from pathlib import Path

from asterisk.install.installation import find_installation, installation_in_path
from asterisk.install.postgresql import find_postgresql, own_postgresql
from asterisk.install.programs import find_program
from asterisk.install.root_folder import build_root_folder, packages_of, root_folder_path
from domain.errors import DozvonError

PLAIN = ("redis-server", "espeak-ng")
"""Programs of which any version will do."""


def main() -> int:
    """Builds the root folder when a program is missing from the machine; returns the exit status."""
    try:
        if installation_in_path() is None or own_postgresql() is None or not all(map(find_program, PLAIN)):
            build_root_folder(progress=_show)
        asterisk, postgresql = find_installation(), find_postgresql()
    except DozvonError as error:
        print(f"error: {error}", file=sys.stderr)
        return error.exit_code
    print(f"asterisk {'.'.join(map(str, asterisk.version))}: {asterisk.command[-1]}")
    print(f"postgresql {postgresql.version}: {postgresql.server[-1]}")
    for name in PLAIN:
        if program := find_program(name, root_folder_path()):
            print(f"{name} {_version(name, Path(program.command[-1]))}: {program.command[-1]}")
    return 0


def _version(package: str, binary: Path) -> str:
    root = root_folder_path()
    return packages_of(root).get(package, "") if binary.is_relative_to(root) else "of this machine"


def _show(what: str, done: int, total: int) -> None:
    count = f" {done}/{total}" if total else ""
    start, end = ("\r", "\n" if done == total else "") if sys.stdout.isatty() else ("", "\n")
    if sys.stdout.isatty() or done in (0, total):
        print(f"{start}{what}{count}", end=end, flush=True)


if __name__ == "__main__":
    sys.exit(main())
