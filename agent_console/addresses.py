"""What an address may hold: where it holds anything else, there is no such page."""

from __future__ import annotations

from typing import Annotated

from fastapi import Path

LAST_ID = 2**31 - 1
"""Rows that have pages are counted from 1, in 32 bits."""

Id = Annotated[int, Path(ge=1, le=LAST_ID)]
"""The number of a row of the books, of a version or a recording in an address."""
