"""The kinds of texts that have versions, as the command line reads, checks and compares them."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from dialer.handlers.publish import Reviewed, review
from dialer.handlers.review_script import ReviewedScript, review_script
from dialer.messages.stationery import stationery_of
from dialer.repertoire import repertoire
from dialer.settings import Settings
from domain.version import Version, VersionKind
from files.diff import Change
from ivr_scripts import diff as scripts
from ivr_scripts.load import find_text, parse_script
from ledger.books import Transaction
from strategies import diff as strategies
from strategies.load import parse_strategy, strategy_text


@dataclass(frozen=True, slots=True)
class Written:
    """One kind: ``text`` finds a file or a shipped name, ``review`` raises InputError for what may not be published."""

    kind: VersionKind
    text: Callable[[str], tuple[str, str]]
    parse: Callable[[str, str], Any]
    diff: Callable[[Any, Any], Sequence[Change]]
    review: Callable[[Transaction, str, str, datetime, Settings], Reviewed | ReviewedScript]

    def changes(self, before: Version, after: Version) -> Sequence[Change]:
        """What a published version changed."""
        was, became = (self.parse(one.body, f"{self.kind} {one.label}") for one in (before, after))
        return self.diff(was, became)


def _review_strategy(tx: Transaction, text: str, file: str, now: datetime, settings: Settings) -> Reviewed:
    called = tx.bailiffs.are_called()
    return review(text, file, now, stationery_of(settings), repertoire(tx), bailiffs=called)


def _review_script(
    tx: Transaction, text: str, file: str, now: datetime, settings: Settings
) -> ReviewedScript:
    return review_script(tx, text, file)


WRITTEN: Mapping[VersionKind, Written] = {
    VersionKind.STRATEGY: Written(
        VersionKind.STRATEGY, strategy_text, parse_strategy, strategies.diff, _review_strategy
    ),
    VersionKind.SCRIPT: Written(VersionKind.SCRIPT, find_text, parse_script, scripts.diff, _review_script),
}
