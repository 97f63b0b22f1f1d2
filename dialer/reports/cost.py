"""What touches have cost, by the prices of the settings: kopecks."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import NamedTuple

from dialer.handlers.take_over import published_strategy
from domain.errors import InputError
from domain.touch import Channel
from ledger.reports.figures import Cell
from ledger.transaction import Transaction
from strategies.chances import Prices


class StepKey(NamedTuple):
    """A step of a version."""

    version_id: int
    segment: str
    variant: str
    step: str


def cost_of(cells: Iterable[Cell], prices: Prices, parts: Mapping[StepKey, int]) -> int:
    """What they cost together; ``parts`` are the SMS that a message of a step is sent in, one where nothing is told."""
    return round(sum(_roubles(cell, prices, parts) for cell in cells) * 100)


def parts_of(tx: Transaction, cells: Iterable[Cell]) -> dict[StepKey, int]:
    """In how many SMS each step's message goes out."""
    steps = {_key(cell) for cell in cells if cell.channel is Channel.SMS and cell.version_id}
    return {key: _parts(tx, key) for key in sorted(steps)}


def _parts(tx: Transaction, key: StepKey) -> int:
    try:
        strategy, _ = published_strategy(tx.versions.get(key.version_id))
    except InputError:  # a version of an older Dozvon: its figures are still worth showing
        return 1
    segment = strategy.segment(key.segment)
    steps = segment.steps_of(key.variant) if segment else ()
    return next((step.message.segments for step in steps if step.id == key.step and step.message), 1)


def _roubles(cell: Cell, prices: Prices, parts: Mapping[StepKey, int]) -> float:
    if not cell.left_us:
        return 0.0
    match cell.channel:
        case Channel.SMS:
            return cell.touches * prices.sms * parts.get(_key(cell), 1)
        case Channel.MESSENGER:
            return cell.touches * prices.messenger
        case _ if cell.call:
            return cell.touches * prices.attempt + cell.minutes * prices.minute
        case _:
            return 0.0


def _key(cell: Cell) -> StepKey:
    return StepKey(cell.version_id, cell.segment, cell.variant, cell.step)
