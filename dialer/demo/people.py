"""The talks of people who sat down at the demo's screens: no robot's record tells of them."""

from __future__ import annotations

from collections.abc import Collection
from functools import reduce

from dialer.demo.team import is_robot
from domain.call import Call, advance
from domain.touch import TouchId
from ledger.transaction import Transaction


def calls_of(tx: Transaction, touches: Collection[TouchId]) -> dict[TouchId, Call]:
    """The calls of these touches, folded anew from the journal."""
    events = tx.journal.events_of(list(touches))
    return {touch: reduce(advance, seen, Call(touch)) for touch, seen in events.items()}


def talks_of_people(tx: Transaction, touches: Collection[TouchId]) -> set[TouchId]:
    """Those of these touches in which somebody talked who is no robot."""
    people = {one.id for one in tx.operators.all() if not is_robot(one.login)}
    return {touch for touch, call in calls_of(tx, touches).items() if call.operator in people}
