"""From the cells of a row of a list of blocks to whom it concerns, what it closes, and between which times."""

from __future__ import annotations

import re
from datetime import datetime
from typing import NamedTuple

from domain.block import DEFAULT_CHANNELS, BlockReason
from domain.phone import PhoneNumber
from domain.touch import Channel, channels_named
from ledger.imports import values
from ledger.imports.cells import RowReader
from ledger.imports.columns import KNOWN_HEADERS, Layout
from ledger.imports.phones import normalise
from ledger.imports.source import Row

BLOCKS = Layout(
    {
        "external_id": KNOWN_HEADERS["external_id"] + KNOWN_HEADERS["account"],
        "phone": KNOWN_HEADERS["phones"],
        "reason": ("reason", "причина", "причина запрета", "основание", "основание запрета"),
        "channels": ("channels", "каналы"),
        "document": ("document", "документ", "реквизиты документа"),
        "received_at": ("received at", "received", "получен", "получено", "дата получения"),
        "from": ("from", "с", "действует с", "дата начала"),
        "to": ("to", "until", "до", "действует до"),
    },
    required=(("external_id", "phone"), ("reason",), ("received_at", "from")),
    of="block",
)
"""``to`` is when contact may begin again; so a last day (``действует по``) is not taken for it."""

_RUSSIAN: dict[BlockReason, tuple[str, ...]] = {
    BlockReason.REFUSAL: ("отказ", "отказ от взаимодействия"),
    BlockReason.REPRESENTATIVE: ("представитель", "через представителя", "только через представителя"),
    BlockReason.BANKRUPTCY: ("банкротство", "банкрот"),
    BlockReason.HOSPITAL: ("стационар", "госпитализация", "больница"),
    BlockReason.MINOR: ("несовершеннолетний", "несовершеннолетняя", "несовершеннолетие"),
    BlockReason.INCAPACITY: ("недееспособный", "недееспособная", "недееспособность"),
    BlockReason.DISABLED: ("инвалид i группы", "инвалид 1 группы", "инвалидность i группы"),
    BlockReason.DECEASED: ("умер", "умерла", "смерть"),
    BlockReason.WRONG_PERSON: ("не то лицо", "чужой номер"),
    BlockReason.OPT_OUT: ("отказ от массовых звонков", "отказ от массовых вызовов"),
    BlockReason.OTHER: ("другое", "иное", "прочее"),
}
_REASONS = {word: reason for reason, words in _RUSSIAN.items() for word in words} | {
    reason.value.replace("_", " "): reason for reason in BlockReason
}


class BlockRecord(NamedTuple):
    """The checked facts of a row. Naive times are local to whom they concern."""

    line: int
    external_id: str
    phone: PhoneNumber | None
    reason: BlockReason
    channels: frozenset[Channel]
    document: str
    received_at: datetime | None
    start: datetime
    end: datetime | None


class BlockReader(RowReader[BlockRecord]):
    """Reads the rows of a list of blocks; any wrong value refuses its row."""

    def _record(self, row: Row) -> BlockRecord:
        external_id = self._must(row, "external_id", values.label)
        phone = self._must(row, "phone", normalise) if self._text(row, "phone") else None
        if not external_id and phone is None:
            self._refuse(row, "external_id", "", "neither a debtor's key nor a phone")
        reason = self._must(row, "reason", reason_named)
        if reason is BlockReason.WRONG_PERSON and phone is None:
            self._refuse(row, "phone", "", "is empty: a wrong person is one of a number")
        received_at = self._time(row, "received_at")
        start = self._time(row, "from") or received_at
        if start is None:
            self._refuse(row, "from", "", "neither from when it holds nor when the document was received")
        return BlockRecord(
            line=row.line,
            external_id=external_id,
            phone=phone,
            reason=reason,
            channels=self._must(row, "channels", _channels) or DEFAULT_CHANNELS[reason],
            document=self._must(row, "document", values.label),
            received_at=received_at,
            start=start,
            end=self._time(row, "to"),
        )

    def _time(self, row: Row, field: str) -> datetime | None:
        return self._must(row, field, values.moment) if self._text(row, field) else None


def reason_named(text: str) -> BlockReason:
    """The reason by our name of it or a Russian one; ValueError when it is none of them."""
    plain = " ".join(text.casefold().replace("ё", "е").replace("_", " ").split())
    try:
        return _REASONS[plain]
    except KeyError:
        raise ValueError(f"no reason that is known; they are {', '.join(BlockReason)}") from None


def _channels(text: str) -> frozenset[Channel]:
    return channels_named(re.findall(r"[^\s,;/|+]+", text.casefold()))
