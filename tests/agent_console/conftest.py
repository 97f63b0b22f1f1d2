"""A node of this test's own."""

from __future__ import annotations

from tests.asterisk.conftest import installation, instance_folder

__all__ = ["installation", "instance_folder"]
