"""Review a text of either kind for its name, before it is proposed or put in force."""

from __future__ import annotations

from datetime import datetime

from dialer.handlers.publish import Reviewed, review
from dialer.handlers.review_script import ReviewedScript, review_script
from dialer.messages.stationery import Stationery
from dialer.repertoire import repertoire
from domain.errors import InputError
from domain.version import VersionKind
from ledger.books import Transaction


def review_as(
    tx: Transaction, kind: VersionKind, name: str, text: str, stationery: Stationery, now: datetime
) -> Reviewed | ReviewedScript:
    """The checked text; InputError with its first fault, or when it is of another name.

    Messages are judged by the house's ``stationery``.
    """
    if kind is VersionKind.STRATEGY:
        reviewed: Reviewed | ReviewedScript = review(
            text, name, now, stationery, repertoire(tx), bailiffs=tx.bailiffs.are_called()
        )
    else:
        reviewed = review_script(tx, text, name)
    if reviewed.name != name:
        raise InputError(f"the text is of a {kind} called {reviewed.name!r}")
    return reviewed


def text_in_force(tx: Transaction, kind: VersionKind, name: str) -> str:
    """The text that a name stands for now; empty when there is none."""
    if kind is VersionKind.SCRIPT:
        known = repertoire(tx)
        return known.text(name)[0] if name in known.names else ""
    version = tx.versions.in_force(name)
    return version.body if version else ""
