"""A node of this test's own, and a browser."""

from __future__ import annotations

from tests.agent_console.browser import browser, chromium, context, page, page_faults
from tests.asterisk.conftest import installation, instance_folder

__all__ = ["browser", "chromium", "context", "installation", "instance_folder", "page", "page_faults"]
