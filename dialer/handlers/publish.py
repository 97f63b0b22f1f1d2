"""Publish: put a strategy's or script's text in force, by whom and when; running campaigns take it within seconds."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from dialer.handlers.review_script import review_script
from dialer.handlers.script_users import campaigns_that_play
from dialer.known import known_names
from dialer.messages.stationery import Stationery
from dialer.repertoire import SHIPPED, Repertoire
from dialer.script_rules import check_scripts
from domain.errors import InputError
from domain.version import PublicationKind, Version, VersionKind
from ivr_scripts.load import script_text, shipped_script, shipped_scripts
from ledger.books import Transaction
from strategies.check import Severity
from strategies.language import Strategy
from strategies.load import Note, review_strategy

PRODUCT = "Dozvon"
"""Who answers for the texts that come with the product."""


class Publishable(Protocol):
    """A checked text of either kind; ``number`` is the one that the text gives itself, if its kind does."""

    @property
    def kind(self) -> VersionKind: ...
    @property
    def name(self) -> str: ...
    @property
    def text(self) -> str: ...
    @property
    def number(self) -> int | None: ...


@dataclass(frozen=True, slots=True)
class Reviewed:
    """A strategy's text that may be published, with what it is warned of."""

    text: str
    strategy: Strategy
    warnings: Sequence[Note]
    kind: VersionKind = VersionKind.STRATEGY
    number: int | None = None

    @property
    def name(self) -> str:
        """As the text tells it."""
        return self.strategy.name


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


def review(
    text: str,
    file: str,
    now: datetime,
    stationery: Stationery | None = None,
    scripts: Repertoire = SHIPPED,
    *,
    bailiffs: bool = False,
) -> Reviewed:
    """Check a strategy's text; InputError with its first error, and how many there are. Messages are judged by the
    house's ``stationery``, or else by the shipped texts, calls by the ``scripts`` there are, questions to bailiffs by
    whether a campaign calls ``bailiffs``.
    """
    known = known_names(stationery, scripts, bailiffs=bailiffs)
    strategy, notes = review_strategy(text, file, known, now)
    errors = [note for note in notes if note.severity is Severity.ERROR]
    if strategy is None or errors:
        more = f"; {len(errors) - 1} more: dozvon strategy check {file}" if len(errors) > 1 else ""
        raise InputError(errors[0].what, where=errors[0].where, remedy=errors[0].remedy + more)
    check_scripts(strategy, scripts)
    return Reviewed(text, strategy, notes)


def publish(
    tx: Transaction, reviewed: Publishable, *, author: str, note: str = "", now: datetime
) -> Published:
    """Put a text in force as a version of its name; the same text is the same version."""
    versions, name = tx.versions_of(reviewed.kind), reviewed.name
    if reviewed.kind is VersionKind.SCRIPT:
        _keep_shipped(tx, name, now)
    version = versions.put(name, reviewed.text, author=author, note=note, number=reviewed.number, now=now)
    return _put_in_force(tx, version, PublicationKind.PUBLISH, author, now)


def roll_back(
    tx: Transaction,
    name: str,
    *,
    to: int | None = None,
    author: str,
    now: datetime,
    kind: VersionKind = VersionKind.STRATEGY,
) -> Published:
    """Put an earlier version in force again: ``to``, or the one numbered before that in force."""
    known = tx.versions_of(kind)
    versions = known.of(name)
    present = known.in_force(name) or versions[-1]
    earlier = [one.number for one in versions if one.number < present.number]
    if to is None and not earlier:
        what = f"{kind} {name!r} is at its first version: there is none before it"
        raise InputError(
            what, remedy=f"tell --to with one of its {len(versions)} versions, or publish another"
        )
    target = known.numbered(name, earlier[-1] if to is None else to)
    if target.id == present.id:
        raise InputError(f"{target.label} is in force already", remedy="tell another version with --to")
    if kind is VersionKind.SCRIPT:
        review_script(tx, target.body, f"script {target.label}")
    return put_back(tx, target, author=author, now=now)


def put_back(tx: Transaction, version: Version, *, author: str, now: datetime) -> Published:
    """Put a version in force that was so before. Campaigns keep what they say now if their law refuses it."""
    return _put_in_force(tx, version, PublicationKind.ROLLBACK, author, now)


def _keep_shipped(tx: Transaction, name: str, now: datetime) -> None:
    """What came with the product becomes a version when another text takes its place, so that there is a way back."""
    versions = tx.versions_of(VersionKind.SCRIPT)
    if name in shipped_scripts() and not versions.all(name):
        number, body = shipped_script(name).version, script_text(name)[0]
        version = versions.put(name, body, author=PRODUCT, number=number, now=now)
        versions.put_in_force(version, kind=PublicationKind.PUBLISH, author=PRODUCT, now=now)


def _put_in_force(
    tx: Transaction, version: Version, kind: PublicationKind, author: str, now: datetime
) -> Published:
    if not author.strip():
        raise InputError("a version needs an author", where="--author", remedy="tell who answers for it")
    versions = tx.versions_of(version.kind)
    before = versions.in_force(version.name)
    campaigns = versions.put_in_force(version, kind=kind, author=author, now=now)
    if version.kind is VersionKind.SCRIPT:
        campaigns = campaigns_that_play(tx, version.name)
    return Published(version, before, campaigns)
