"""What a database refuses, in one line."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy import Engine
from sqlalchemy.exc import DatabaseError, OperationalError

from domain.errors import EnvironmentFault, TryAgain

REFUSALS = (DatabaseError, OperationalError)
"""These themselves, not the kinds of DatabaseError that tell of a mistake of ours."""

NOT_OURS = frozenset({"42P01", "42P04", "3D000", "42501"})
"""What PostgreSQL counts as a mistake of ours and may be none: a table that is not there, a database that is or
is not, a right that is missing.
"""


@contextmanager
def told_in_one_line(engine: Engine) -> Iterator[None]:
    """EnvironmentFault when the database cannot do what it was asked: locked, full, damaged, not there."""
    try:
        yield
    except DatabaseError as error:
        if type(error) not in REFUSALS and getattr(error.orig, "sqlstate", None) not in NOT_OURS:
            raise
        reason, *_ = str(error.orig).splitlines() or ["it gave no reason"]
        fault = TryAgain if _gave_way(error) else EnvironmentFault
        raise fault(
            f"the database refused: {reason}",
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
