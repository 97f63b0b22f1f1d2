"""Openings and readings that several commands share."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager

from dialer.cli.console import warn
from dialer.clock import SystemClock
from dialer.settings import Settings, load_settings
from domain.errors import FormFault, InputError
from domain.intensity import HORIZON
from ledger.books import Books
from ledger.imports.phones import normalise
from ledger.migrate import upgrade
from strategies.regime import calendar_warning


@contextmanager
def open_books(settings: Settings | None = None) -> Iterator[Books]:
    """The ledger of the settings, with its schema brought up to date."""
    books = Books.open((settings or load_settings()).database_url)
    try:
        upgrade(books.engine)
        yield books
    finally:
        books.close()


def clock_of(settings: Settings) -> SystemClock:
    """The clock that the settings ask for."""
    return SystemClock(settings.clock_ahead)


def warn_of_days_off(regime: str, settings: Settings) -> None:
    """Say which of the next weeks' years the regime's calendar does not know yet."""
    now = clock_of(settings).now()
    if told := calendar_warning(regime, {now.year, (now + HORIZON).year}):
        warn(told)


def phone_of(text: str, where: str, normalised: Callable[[str], str] = normalise) -> str:
    """A number as the books keep it; an InputError that names the option when it is none."""
    try:
        return normalised(text)
    except ValueError as error:
        raise InputError(f"{text!r}: {error}", where=where) from error


@contextmanager
def named_by_options(options: Mapping[str, str] | None = None) -> Iterator[None]:
    """The first fault of a form, by the option that is to blame: ``--`` and the field's name where none is told."""
    try:
        yield
    except FormFault as fault:
        first = fault.faults[0]
        option = (options or {}).get(first.field) or "--" + first.field.replace("_", "-")
        raise InputError(first.message % first.facts, where=option) from fault


def bailiffs_are_called(settings: Settings) -> bool:
    """Whether a campaign calls bailiffs. Books that nobody has made yet are not made to be asked."""
    if not Books.made(settings.database_url):
        return False
    with open_books(settings) as books, books.read() as tx:
        return tx.bailiffs.are_called()
