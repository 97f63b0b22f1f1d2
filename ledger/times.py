"""Times in the books."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import DateTime, TypeDecorator
from sqlalchemy.engine import Dialect

from domain.errors import EnvironmentFault


class UtcDateTime(TypeDecorator[datetime]):
    """Aware UTC in Python on every database; SQLite itself keeps no offset."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def result_processor(self, dialect: Dialect, coltype: object) -> Callable[[Any], datetime | None]:
        """As any column's; what somebody wrote where a time must be is told in one line."""
        read = super().result_processor(dialect, coltype)
        assert read is not None, "there is a process_result_value"

        def told(value: Any) -> datetime | None:
            try:
                return read(value)
            except (TypeError, ValueError) as error:
                what = f"{value!r} stands where a time must be"
                raise EnvironmentFault(what, where="the books", remedy="restore them from a copy") from error

        return told

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """Refuse naive times: a wrong zone is a call at night."""
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError(f"naive time {value!r} for the ledger")
        utc = value.astimezone(UTC)
        return utc.replace(tzinfo=None) if dialect.name == "sqlite" else utc

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """UTC again: SQLite gives no offset, PostgreSQL that of its own zone."""
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)
