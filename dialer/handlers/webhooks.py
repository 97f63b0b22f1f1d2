"""Webhooks: added and removed by the command line and the API, each with a line of audit."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime
from secrets import token_urlsafe
from urllib.parse import urlsplit

from domain.audit import AuditAction, Subject
from domain.errors import InputError
from domain.user import Actor
from domain.webhook import EventKind, Webhook
from ledger.transaction import Transaction

SECRET_BYTES = 32
ALL = frozenset(EventKind)


def add_webhook(
    tx: Transaction, url: str, kinds: Collection[str], actor: Actor, now: datetime, secret: str = ""
) -> Webhook:
    """Tell a URL of these kinds of events, of all where none is named. InputError for a URL or a kind that is none.

    A secret is made where none is given; only its owner and the ledger have it.
    """
    parts = urlsplit(url)
    if parts.scheme not in ("http", "https") or not parts.hostname:
        raise InputError(f"{url!r} is no address of a web server", where="url", remedy="https://host/path")
    unknown = sorted(set(kinds) - set(EventKind))
    if unknown:
        known = ", ".join(EventKind)
        raise InputError(f"no event {unknown[0]!r}", where="events", remedy=f"events: {known}")
    wanted = frozenset(map(EventKind, kinds)) or ALL
    author = f"user {actor.user}" if actor.user else actor.address
    made = tx.webhooks.add(url, secret or token_urlsafe(SECRET_BYTES), wanted, author=author, now=now)
    _note(tx, made, AuditAction.WEBHOOK_ADDED, actor, now)
    return made


def remove_webhook(tx: Transaction, id: int, actor: Actor, now: datetime) -> Webhook:
    """Tell it no more. InputError when there is none."""
    gone = tx.webhooks.get(id)
    tx.webhooks.remove(id)
    _note(tx, gone, AuditAction.WEBHOOK_REMOVED, actor, now)
    return gone


def _note(tx: Transaction, webhook: Webhook, action: AuditAction, actor: Actor, now: datetime) -> None:
    detail = {"url": webhook.url, "events": sorted(webhook.kinds)}
    of = Subject("webhook", str(webhook.id))
    tx.audit_log.add(actor.user, action, subject=of, detail=detail, address=actor.address, now=now)
