"""What webhooks of a provider say, by its file, and whether it is he who says it. Pure."""

from __future__ import annotations

import hmac
import json
from base64 import b64encode
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

from dialer.messages.provider_file import (
    ProviderFile,
    ReceiptFields,
    ReplyFields,
    Signature,
    at,
    id_at,
    storable,
    word,
)
from domain.errors import InputError
from domain.message import MessageState, Receipt
from domain.reply import Reply
from domain.touch import Channel

NOT_READ = "the body is not JSON with the fields that the provider file names"
LONG_AGO = timedelta(days=366)
"""Nothing is told of as long ago as that: its clock is wrong."""


def signed(signature: Signature, secret: str, body: bytes, told: str) -> bool:
    """Whether ``told`` is the signature of this body; nothing is, without a secret."""
    if not secret:
        return False
    digest = hmac.new(secret.encode(), body, signature.algorithm)
    if signature.encoding == "hex":
        told = told.lower()
        right = (signature.prefix + digest.hexdigest()).lower()
    else:
        right = signature.prefix + b64encode(digest.digest()).decode()
    return hmac.compare_digest(right.encode(), told.encode("utf-8", "replace"))


def read_receipts(provider: str, file: ProviderFile, body: bytes, now: datetime) -> list[Receipt]:
    """The receipts of a body. InputError when one cannot be read: the provider may then send them again, mended."""
    found = [read_receipt(provider, file.receipts, one, now) for one in _items(body, file.receipts.items)]
    if any(one is None for one in found):
        raise InputError(NOT_READ)
    return [one for one in found if one is not None]


def read_receipt(
    provider: str, fields: ReceiptFields, document: Mapping[str, Any], now: datetime
) -> Receipt | None:
    """One receipt; None when it lacks an id or has a state that the file does not know."""
    ref, state = id_at(document, fields.ref), fields.states.get(word(at(document, fields.state)))
    if not ref or state is None:
        return None
    told = storable(str(at(document, fields.reason) or "")) if fields.reason else ""
    reason = fields.reasons.get(told, told)[:200] if state is MessageState.FAILED else ""
    return Receipt(
        provider, ref, state, _when(document, fields.at, now), reason, id_at(document, fields.touch)
    )


def read_replies(
    provider: str, file: ProviderFile, body: bytes, kinds: tuple[str, ...], now: datetime
) -> list[Reply]:
    """The replies of a body. InputError when one cannot be read."""
    fields = file.replies
    if fields is None:
        raise InputError("the provider file says nothing of replies")
    channel = Channel.SMS if kinds == (Channel.SMS.value,) else Channel.MESSENGER
    return [_reply(provider, fields, one, channel, now) for one in _items(body, fields.items)]


def _reply(
    provider: str, fields: ReplyFields, document: Mapping[str, Any], channel: Channel, now: datetime
) -> Reply:
    ref, phone, text = id_at(document, fields.ref), id_at(document, fields.phone), at(document, fields.text)
    if not ref or not phone or not isinstance(text, str):
        raise InputError(NOT_READ)
    number, when = f"+{phone.lstrip('+')}"[:32], _when(document, fields.at, now)
    return Reply(provider, ref, number, storable(text), when, channel)


def _items(body: bytes, path: str) -> list[Mapping[str, Any]]:
    try:
        document = at(json.loads(body), path)
    except (ValueError, RecursionError) as error:
        raise InputError(NOT_READ) from error
    items = document if isinstance(document, list) else [document]
    found: list[Mapping[str, Any]] = [one for one in items if isinstance(one, dict)]
    if not items or len(found) < len(items):
        raise InputError(NOT_READ)
    return found


def _when(document: Mapping[str, Any], path: str, now: datetime) -> datetime:
    """When he says it was; our own time where he does not say, or says what cannot be."""
    told = at(document, path) if path else None
    try:
        when = datetime.fromisoformat(told) if isinstance(told, str) else now
    except ValueError:
        return now
    when = when if when.tzinfo else when.replace(tzinfo=UTC)
    return when.astimezone(UTC) if now - LONG_AGO < when < now else now
