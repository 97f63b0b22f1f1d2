"""Ids of touches."""

from __future__ import annotations

from datetime import UTC, datetime

from uuid_utils import UUID, uuid7

from domain.touch import TouchId


def new_touch_id() -> TouchId:
    """A UUIDv7 (RFC 9562) as 32 hexadecimal digits: ids sort by the machine's time at which they were made."""
    return TouchId(uuid7().hex)


def made_at(touch: TouchId) -> datetime:
    """The machine's time at which the id was made (millisecond resolution)."""
    return datetime.fromtimestamp(UUID(touch).timestamp / 1000, UTC)
