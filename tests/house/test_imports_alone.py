"""Every module can be the first that a process imports: a worker enters by another door than the command line."""

from __future__ import annotations

import subprocess
import sys

import pytest

from tests.house.tree import ROOT

pytestmark = pytest.mark.unit

FLOORS = ("agent_console", "asterisk", "dialer", "domain", "files", "ivr_scripts", "ledger", "strategies")

FORGETFUL = """
import importlib, sys
for name in sys.argv[1:]:
    for known in [known for known in sys.modules if known.partition(".")[0] in {floors}]:
        del sys.modules[known]
    if "sqlmodel" in sys.modules:  # it keeps the tables of the modules that were forgotten
        sys.modules["sqlmodel"].SQLModel.metadata.clear()
    try:
        importlib.import_module(name)
    except ImportError as error:
        print(name, error)
"""


@pytest.mark.parametrize("package", ["dialer.jobs", "ivr_scripts", "strategies", "domain"])
def test_no_module_needs_another_one_first(package: str) -> None:
    folder = ROOT / package.replace(".", "/")
    modules = [
        ".".join(file.relative_to(ROOT).with_suffix("").parts) for file in sorted(folder.rglob("*.py"))
    ]
    names = [name.removesuffix(".__init__") for name in modules if not name.endswith("__main__")]
    code = FORGETFUL.format(floors=FLOORS)
    said = subprocess.run(
        [sys.executable, "-c", code, *names], cwd=ROOT, capture_output=True, text=True, check=True
    )
    assert said.stdout == ""
