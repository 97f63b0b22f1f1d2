"""Opening the books: the engine, and the one way to a transaction.

with books.write() as tx:            # commits at the end, rolls back on an error
    tx.touches.close(...)
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager, nullcontext
from pathlib import Path
from time import sleep
from typing import Any, Self, TypeVar

from sqlalchemy import Connection, Engine, create_engine, event
from sqlalchemy.engine import make_url
from sqlalchemy.exc import ArgumentError

from domain.errors import EnvironmentFault, InputError, TryAgain
from ledger.faults import told_in_one_line
from ledger.transaction import Transaction
from ledger.turn import turn_to_write

__all__ = ["Books", "Transaction"]

T = TypeVar("T")

BUSY_MS = 10_000
CHECKPOINT_PAGES = 16_384
"""64 MB of SQLite's log before its pages go home: a large log's pages are many, and each would go alone."""

PAUSES_S = (0.01, 0.05, 0.2, 0.5)
DRIVERS = frozenset({"sqlite", "postgresql+psycopg"})


class Books:
    """The ledger at a database URL (``sqlite:///path`` or ``postgresql+psycopg://...``)."""

    def __init__(self, engine: Engine) -> None:
        self.engine = engine
        self.retries = 0
        sqlite = engine.dialect.name == "sqlite"
        self._locks = Path(f"{engine.url.database}-turn") if sqlite and engine.url.database else None

    @classmethod
    def open(cls, url: str) -> Self:
        """Connect; the schema is brought up by `ledger.migrate.upgrade`."""
        _check_address(url)
        if url.startswith("sqlite"):
            engine = create_engine(url)
            event.listen(engine, "connect", _prepare_sqlite)
        else:  # a server may be restarted while we keep a connection to it
            engine = create_engine(url, isolation_level="READ COMMITTED", pool_pre_ping=True)
        return cls(engine)

    @staticmethod
    def made(url: str) -> bool:
        """Whether somebody has made them; of those on a server it is taken for granted."""
        address = make_url(url)
        return address.drivername != "sqlite" or Path(address.database or "").exists()

    @contextmanager
    def read(self) -> Iterator[Transaction]:
        """A consistent snapshot."""
        with self._begin("BEGIN", isolation_level="REPEATABLE READ", postgresql_readonly=True) as connection:
            yield Transaction(connection)

    @contextmanager
    def write(self) -> Iterator[Transaction]:
        """A transaction that is alone in writing what it locks."""
        turn = turn_to_write(self._locks, BUSY_MS / 1000) if self._locks else nullcontext()
        with turn, self._begin("BEGIN IMMEDIATE") as connection:
            yield Transaction(connection)

    def attempt(self, work: Callable[[Transaction], T]) -> T:
        """Do it in a transaction, again if the database asks for it; TryAgain after the last attempt.

        ``work`` may run several times: it must change nothing but the transaction.
        """
        for pause in PAUSES_S:
            try:
                with self.write() as tx:
                    return work(tx)
            except TryAgain:
                self.retries += 1
                sleep(pause)
        with self.write() as tx:
            return work(tx)

    @contextmanager
    def _begin(self, sqlite_begin: str, **postgresql_options: Any) -> Iterator[Connection]:
        with told_in_one_line(self.engine), self.engine.connect() as connection:
            if self.engine.dialect.name == "sqlite":
                connection.exec_driver_sql(sqlite_begin)
            elif postgresql_options:
                connection.execution_options(**postgresql_options)
            yield connection
            connection.commit()

    def close(self) -> None:
        """Give all connections back."""
        self.engine.dispose()


def _check_address(url: str) -> None:
    """Refuse what is no database of ours, and make the folder of a file."""
    try:
        address = make_url(url)
    except (ArgumentError, ValueError):
        address = None
    if address is None or address.drivername not in DRIVERS:
        remedy = "sqlite:///path or postgresql+psycopg://user@host/name"
        raise InputError("is no address of a database", where="DOZVON_DATABASE_URL", remedy=remedy)
    if address.drivername == "sqlite":
        try:
            Path(address.database or "").resolve().parent.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            what = f"the folder of the database cannot be made: {error.strerror}"
            raise EnvironmentFault(what, where=str(address.database), remedy="name another one") from error


def _prepare_sqlite(connection: Any, record: object) -> None:
    del record
    connection.isolation_level = None
    for pragma in (
        "journal_mode=WAL",
        "synchronous=FULL",
        "foreign_keys=ON",
        f"busy_timeout={BUSY_MS}",
        f"wal_autocheckpoint={CHECKPOINT_PAGES}",
        "cache_size=-65536",
        "temp_store=MEMORY",
    ):
        connection.execute(f"PRAGMA {pragma}").close()
