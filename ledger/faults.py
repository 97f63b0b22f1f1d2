"""What a database refuses, in one line."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy import Engine
from sqlalchemy.exc import DatabaseError, OperationalError

from domain.errors import EnvironmentFault, TryAgain

REFUSALS = (DatabaseError, OperationalError)
"""These themselves, not the kinds of DatabaseError that tell of a mistake of ours."""


@contextmanager
def told_in_one_line(engine: Engine) -> Iterator[None]:
    """EnvironmentFault when the database cannot do what it was asked: locked, full, damaged, not there."""
    try:
        yield
    except DatabaseError as error:
        if type(error) not in REFUSALS:
            raise
        fault = TryAgain if _gave_way(error) else EnvironmentFault
        raise fault(
            f"the database refused: {error.orig}",
            where=engine.url.render_as_string(hide_password=True),
            remedy="check its disk, its rights and that `dozvon ledger upgrade` ran",
        ) from error


GAVE_WAY = frozenset({"40001", "40P01", "55P03"})
"""PostgreSQL: serialisation failure, deadlock, lock not available."""


def _gave_way(error: DatabaseError) -> bool:
    state = getattr(error.orig, "sqlstate", None)
    return state in GAVE_WAY or getattr(error.orig, "sqlite_errorname", "") in (
        "SQLITE_BUSY",
        "SQLITE_LOCKED",
    )
