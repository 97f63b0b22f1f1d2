"""Opening the books: the engine, and the one way to a transaction.

with books.write() as tx:            # commits at the end, rolls back on an error
    tx.touches.close(...)
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from time import sleep
from typing import Any, Self, TypeVar

from sqlalchemy import Connection, Engine, create_engine, event
from sqlalchemy.engine import make_url
from sqlalchemy.exc import ArgumentError

from domain.errors import EnvironmentFault, InputError, TryAgain
from ledger.bailiffs import Bailiffs
from ledger.blocks import Blocks
from ledger.call_backs import CallBacks
from ledger.callers import Callers
from ledger.campaigns import Campaigns
from ledger.cards import Cards
from ledger.consents import Consents
from ledger.debtors import Debtors
from ledger.faults import told_in_one_line
from ledger.inbound import Inbound
from ledger.journal import Journal
from ledger.lines import Lines
from ledger.numbers import Numbers
from ledger.operators import Operators
from ledger.plans import Plans
from ledger.portfolios import Portfolios
from ledger.proceedings import Proceedings
from ledger.promises import Promises
from ledger.script_versions import ScriptVersions
from ledger.seals import Seals
from ledger.step_use import StepUse
from ledger.touches import Touches
from ledger.versions import Versions

T = TypeVar("T")

BUSY_MS = 10_000
CHECKPOINT_PAGES = 16_384
"""64 MB of SQLite's log before its pages go home: a large log's pages are many, and each would go alone."""

PAUSES_S = (0.01, 0.05, 0.2, 0.5)
DRIVERS = frozenset({"sqlite", "postgresql+psycopg"})


@dataclass(frozen=True)
class Transaction:
    """The repositories on one connection; whoever opened it commits it."""

    connection: Connection

    @cached_property
    def debtors(self) -> Debtors:
        """Debtors with debts and phones."""
        return Debtors(self.connection)

    @cached_property
    def portfolios(self) -> Portfolios:
        """Portfolios and their legal basis."""
        return Portfolios(self.connection)

    @cached_property
    def campaigns(self) -> Campaigns:
        """Campaigns, their caps and owners."""
        return Campaigns(self.connection)

    @cached_property
    def versions(self) -> Versions:
        """Versions of strategies, and which are in force."""
        return Versions(self.connection)

    @cached_property
    def promises(self) -> Promises:
        """What debtors promised to pay."""
        return Promises(self.connection)

    @cached_property
    def proceedings(self) -> Proceedings:
        """Enforcement proceedings, and what bailiffs said of them."""
        return Proceedings(self.connection)

    @cached_property
    def bailiffs(self) -> Bailiffs:
        """The bailiffs who are called."""
        return Bailiffs(self.connection)

    @cached_property
    def callers(self) -> Callers:
        """Whom a caller's number leads to."""
        return Callers(self.connection)

    @cached_property
    def cards(self) -> Cards:
        """Whose card is asked for, and what happened last."""
        return Cards(self.connection)

    @cached_property
    def step_use(self) -> StepUse:
        """What steps with a daily cap have used up."""
        return StepUse(self.connection)

    @cached_property
    def plans(self) -> Plans:
        """What is next for each debtor."""
        return Plans(self.connection)

    @cached_property
    def touches(self) -> Touches:
        """The log of touches."""
        return Touches(self.connection)

    @cached_property
    def inbound(self) -> Inbound:
        """The log of those who call us."""
        return Inbound(self.connection)

    @cached_property
    def call_backs(self) -> CallBacks:
        """Whom we owe a call."""
        return CallBacks(self.connection)

    @cached_property
    def lines(self) -> Lines:
        """The numbers of ours that people ring."""
        return Lines(self.connection)

    @cached_property
    def blocks(self) -> Blocks:
        """Who may not be contacted."""
        return Blocks(self.connection)

    @cached_property
    def consents(self) -> Consents:
        """What debtors agreed to."""
        return Consents(self.connection)

    @cached_property
    def numbers(self) -> Numbers:
        """The register of caller numbers."""
        return Numbers(self.connection)

    @cached_property
    def operators(self) -> Operators:
        """Who talks to debtors, and when."""
        return Operators(self.connection)

    @cached_property
    def scripts(self) -> ScriptVersions:
        """The texts that calls were made with."""
        return ScriptVersions(self.connection)

    @cached_property
    def seals(self) -> Seals:
        """The journal's seals."""
        return Seals(self.connection)

    @cached_property
    def journal(self) -> Journal:
        """The append-only events of touches."""
        return Journal(self.connection)


class Books:
    """The ledger at a database URL (``sqlite:///path`` or ``postgresql+psycopg://...``)."""

    def __init__(self, engine: Engine) -> None:
        self.engine = engine
        self.retries = 0

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

    @contextmanager
    def read(self) -> Iterator[Transaction]:
        """A consistent snapshot."""
        with self._begin("BEGIN", isolation_level="REPEATABLE READ", postgresql_readonly=True) as connection:
            yield Transaction(connection)

    @contextmanager
    def write(self) -> Iterator[Transaction]:
        """A transaction that is alone in writing what it locks."""
        with self._begin("BEGIN IMMEDIATE") as connection:
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
