"""What a database refuses, in one line."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager

from sqlalchemy import Engine
from sqlalchemy.exc import DatabaseError, DBAPIError, OperationalError

from domain.errors import EnvironmentFault, LedgerDown, TryAgain

REFUSALS = (DatabaseError, OperationalError)
"""These themselves, not the kinds of DatabaseError that tell of a mistake of ours."""

NOT_OURS = frozenset({"42P01", "42P04", "3D000", "42501"})
"""What PostgreSQL counts as a mistake of ours and may be none: a table that is not there, a database that is or
is not, a right that is missing.
"""


@contextmanager
def told_in_one_line(engine: Engine) -> Iterator[None]:
    """EnvironmentFault when the database cannot do what it was asked: locked, full, damaged; LedgerDown when it
    is not there, or went away.
    """
    try:
        yield
    except DBAPIError as error:
        if not _refused(error):
            raise
        reason, *_ = str(error.orig).splitlines() or ["it gave no reason"]
        kind = _kind(error)
        remedy = REMEDIES.get(kind, "check its disk, its rights and that `dozvon ledger upgrade` ran")
        where = engine.url.render_as_string(hide_password=True)
        raise kind(f"the database refused: {reason}", where=where, remedy=remedy) from error


REMEDIES: Mapping[type[EnvironmentFault], str] = {
    LedgerDown: "check that it runs, its rights, and DOZVON_DATABASE_URL",
    TryAgain: "try again",
}
GAVE_WAY = frozenset({"40001", "40P01", "55P03"})
"""PostgreSQL: serialisation failure, deadlock, lock not available."""


def _refused(error: DBAPIError) -> bool:
    """Whether the database is to blame, not we."""
    cut = error.connection_invalidated
    return cut or type(error) in REFUSALS or getattr(error.orig, "sqlstate", None) in NOT_OURS


def _kind(error: DBAPIError) -> type[EnvironmentFault]:
    if _gave_way(error):
        return TryAgain
    # A connection that was not made, and a commit, have no statement.
    return LedgerDown if error.connection_invalidated or error.statement is None else EnvironmentFault


def _gave_way(error: DBAPIError) -> bool:
    state = getattr(error.orig, "sqlstate", None)
    return state in GAVE_WAY or getattr(error.orig, "sqlite_errorname", "") in (
        "SQLITE_BUSY",
        "SQLITE_LOCKED",
    )
