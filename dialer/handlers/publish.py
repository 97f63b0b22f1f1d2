"""Publish: put a strategy's text in force, by whom and when; running campaigns take it within seconds."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from dialer.known import known_names
from dialer.messages.stationery import Stationery
from dialer.script_rules import check_scripts
from domain.errors import InputError
from domain.version import PublicationKind, Version
from ledger.books import Transaction
from strategies.check import Severity
from strategies.language import Strategy
from strategies.load import Note, review_strategy


@dataclass(frozen=True, slots=True)
class Reviewed:
    """A text that may be published, with what it is warned of."""

    text: str
    strategy: Strategy
    warnings: Sequence[Note]


@dataclass(frozen=True, slots=True)
class Published:
    """The version that is in force now, the one before it, and the campaigns that take it."""

    version: Version
    before: Version | None
    campaigns: Sequence[str]

    @property
    def changed(self) -> bool:
        """Whether another version was in force."""
        return self.before is None or self.before.id != self.version.id


def review(text: str, file: str, now: datetime, stationery: Stationery | None = None) -> Reviewed:
    """Check a text; InputError with its first error, and how many there are. Messages are judged by the house's
    ``stationery``, or else by the shipped texts.
    """
    strategy, notes = review_strategy(text, file, known_names(stationery), now)
    errors = [note for note in notes if note.severity is Severity.ERROR]
    if strategy is None or errors:
        more = f"; {len(errors) - 1} more: dozvon strategy check {file}" if len(errors) > 1 else ""
        raise InputError(errors[0].what, where=errors[0].where, remedy=errors[0].remedy + more)
    check_scripts(strategy)
    return Reviewed(text, strategy, notes)


def publish(tx: Transaction, reviewed: Reviewed, *, author: str, note: str = "", now: datetime) -> Published:
    """Put a text in force as a version of its strategy; the same text is the same version."""
    name = reviewed.strategy.name
    version = tx.versions.put(name, reviewed.text, author=author, note=note, now=now)
    return _put_in_force(tx, version, PublicationKind.PUBLISH, author, now)


def roll_back(tx: Transaction, name: str, *, to: int | None = None, author: str, now: datetime) -> Published:
    """Put an earlier version in force again: ``to``, or the one numbered before that in force."""
    versions = tx.versions.of(name)
    present = tx.versions.in_force(name) or versions[-1]
    if to is None and present.number == 1:
        what = f"strategy {name!r} is at its first version: there is none before it"
        raise InputError(
            what, remedy=f"tell --to with one of its {len(versions)} versions, or publish another"
        )
    target = tx.versions.numbered(name, present.number - 1 if to is None else to)
    if target.id == present.id:
        raise InputError(f"{target.label} is in force already", remedy="tell another version with --to")
    return _put_in_force(tx, target, PublicationKind.ROLLBACK, author, now)


def _put_in_force(
    tx: Transaction, version: Version, kind: PublicationKind, author: str, now: datetime
) -> Published:
    if not author.strip():
        raise InputError("a version needs an author", where="--author", remedy="tell who answers for it")
    before = tx.versions.in_force(version.name)
    campaigns = tx.versions.put_in_force(version, kind=kind, author=author, now=now)
    return Published(version, before, campaigns)
