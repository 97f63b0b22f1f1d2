"""Runs pytest, and what failed beside the others once more, alone: docs/decisions/0012-a-second-go-alone.md.

    python -m tests.second_go [pytest's arguments]

The exit status is pytest's. Only tests of real programs get a second go, but not those marked `proof`, and none does
when more than ``AT_MOST`` failed. What passed only then is listed at the end.
"""

from __future__ import annotations

import subprocess
import sys

import pytest

AT_MOST = 3
REAL = {"integration", "e2e"}
PROOF = "proof"


class Failures:
    """Hears, as a plug-in of pytest, which tests fail."""

    def __init__(self) -> None:
        self.tests: dict[str, bool] = {}
        """Whether the test may have a second go, by its id."""

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        """A test's set-up, call or end is over."""
        if report.failed:
            real = bool(REAL & report.keywords.keys()) and PROOF not in report.keywords
            self.tests[_without_group(report.nodeid)] = real

    @property
    def excusable(self) -> bool:
        """Whether all of them may have been too slow beside the others."""
        return 0 < len(self.tests) <= AT_MOST and all(self.tests.values())


def _without_group(id: str) -> str:
    """pytest-xdist writes the group of a test behind its id."""
    before, at, group = id.rpartition("@")
    return before if at and "]" not in group else id


def run(arguments: list[str]) -> int:
    """Both goes; what pytest answers to the last of them."""
    first = Failures()
    code = pytest.main(arguments, plugins=[first])
    if code != pytest.ExitCode.TESTS_FAILED or not first.excusable:
        return code
    tests = sorted(first.tests)
    print(f"\nsecond go, alone: {', '.join(tests)}", flush=True)
    alone = subprocess.run([sys.executable, "-m", "pytest", "-n", "0", *tests], check=False)
    if alone.returncode == 0:
        print(f"failed beside the others, passed alone: {', '.join(tests)}")
    return alone.returncode


if __name__ == "__main__":
    sys.exit(run(sys.argv[1:]))
