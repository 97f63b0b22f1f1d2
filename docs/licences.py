"""Prints docs/licences.md: `make licences` writes it, a test compares it with what is installed."""

from __future__ import annotations

import json
import re
import tomllib
from importlib.metadata import PackageNotFoundError, metadata
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]

STATED_ELSEWHERE = {
    "async-timeout": "Apache-2.0",  # only installed on the first patch releases of Python 3.11
    "colorama": "BSD-3-Clause",  # only installed on Windows
    "num2words": "LGPL-2.1-or-later",
    "pjsua2-python": "GPL-2.0-or-later (PJSIP)",
    "python-dateutil": "Apache-2.0 OR BSD-3-Clause",
    "vosk": "Apache-2.0",
}
"""Licences that a package's metadata omits or blurs, as its sources state them."""

HEAD = """\
# Licences

Written by `make licences` from the metadata of the packages in constraints.txt; a test keeps it true.

## Programs

Each runs as a process of its own that we speak to over a socket or a pipe; none is linked into our code or shipped \
with it. They come from the machine or from Debian's packages.

| program | licence | what we use it for |
|---|---|---|
| Asterisk | GPL-2.0 | calls, queues, dialplan; the virtual town |
| Redis | AGPL-3.0 (one of the three it is offered under since 8.0; BSD-3-Clause before 7.4) | queues of jobs, \
leases, the live board |
| espeak-ng | GPL-3.0-or-later | speech without a network |
| PostgreSQL | PostgreSQL | the books, where one machine is outgrown |

## Fonts

| font | licence | where |
|---|---|---|
| DejaVu Sans | Bitstream Vera (free to embed and to give on; its text lies beside it) | PDF: `dialer/reports/fonts` |

## Python packages

`pjsua2-python` is linked into the process that imports it, so the softphone of `agent_console` falls under the GPL \
when it is given to others; it is an optional extra (`desk`) for that reason, and nothing else imports it.

| package | licence | needed by |
|---|---|---|
"""


FRONT_END = """
## Front-end libraries

`make vendor` bundles them into `agent_console/static/vendor`; axe-core is for the tests only.

| library | version | licence |
|---|---|---|
"""


def page() -> str:
    """The whole page; KeyError names a package whose licence is stated nowhere."""
    packages = "".join(f"| {name} | {licence(name)} | {role(name)} |\n" for name in pinned())
    listed = json.loads((ROOT / "agent_console" / "static" / "vendor" / "licences.json").read_text())
    libraries = "".join(f"| {one['name']} | {one['version']} | {one['licence']} |\n" for one in listed)
    return HEAD + packages + FRONT_END + libraries


def pinned() -> list[str]:
    """The names of constraints.txt, in its order."""
    return re.findall(r"^([a-z0-9-]+)==", (ROOT / "constraints.txt").read_text(), re.MULTILINE)


def licence(name: str) -> str:
    """The licence as the package states it, an SPDX expression where it has one."""
    if name in STATED_ELSEWHERE:
        return STATED_ELSEWHERE[name]
    try:
        stated = metadata(name).json
    except PackageNotFoundError:
        raise KeyError(f"{name} is not installed here: add it to STATED_ELSEWHERE") from None
    classifiers = [line for line in stated.get("classifier", []) if line.startswith("License ::")]
    named = [stated.get("license_expression"), stated.get("license"), *classifiers]
    found = next((line for line in named if line and "\n" not in line), None)
    if found is None:
        raise KeyError(f"{name} states no licence: look into its sources and add it to STATED_ELSEWHERE")
    return str(found).rpartition(" :: ")[2]


def role(name: str) -> str:
    """Whether we ask for the package ourselves, and for what."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    groups = {"us": project["dependencies"], **project["optional-dependencies"]}
    for group, requirements in groups.items():
        if name in {re.split(r"[\[<>=;]", line)[0].strip().lower() for line in requirements}:
            return {"us": "us", "dev": "development"}.get(group, f"us, extra `{group}`")
    return "another package"


if __name__ == "__main__":
    print(page(), end="")
