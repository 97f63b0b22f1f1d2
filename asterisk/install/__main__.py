"""``python -m asterisk.install``: gets what the telephone side needs and says what was found."""

from __future__ import annotations

import sys
from pathlib import Path

from asterisk.install.installation import find_installation, installation_in_path
from asterisk.install.programs import find_program
from asterisk.install.root_folder import PACKAGES, build_root_folder, packages_of, root_folder_path
from domain.errors import DozvonError


def main() -> int:
    """Builds the root folder when a program is missing from PATH; returns the exit status."""
    try:
        if installation_in_path() is None or any(find_program(name) is None for name in PACKAGES[1:]):
            build_root_folder(progress=_show)
        asterisk = find_installation()
    except DozvonError as error:
        print(f"error: {error}", file=sys.stderr)
        return error.exit_code
    print(f"asterisk {'.'.join(map(str, asterisk.version))}: {asterisk.command[-1]}")
    for name in PACKAGES[1:]:
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
