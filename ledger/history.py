"""What a reserve must know before it judges: the locks it holds, and the touches that may count."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, and_, bindparam, or_, select

from domain.debtor import Debtor
from domain.errors import TryAgain
from domain.intensity import Ask
from domain.rules import RuleSet, Scope
from domain.touch import Channel, Direction, Outcome, PastTouch
from ledger.locks import hold
from ledger.tables import DebtorRow, TouchRow, table

TOUCH, DEBTOR = table(TouchRow), table(DebtorRow)

# A lookup costs a fifth of an enumeration's constructor, and a batch reads thousands of rows.
CHANNELS = {channel.value: channel for channel in Channel}
OUTCOMES: dict[str | None, Outcome | None] = {None: None, **{outcome.value: outcome for outcome in Outcome}}
DIRECTIONS = {direction.value: direction for direction in Direction}

OF_THE_HOUSE = frozenset({Scope.CAMPAIGN, Scope.TRUNK})
KEYS = {
    Scope.DEBTOR: TOUCH.c.debtor_id,
    Scope.PHONE: TOUCH.c.phone,
    Scope.CAMPAIGN: TOUCH.c.campaign_id,
    Scope.TRUNK: TOUCH.c.caller_number,
}
_COLUMNS = (
    *(TOUCH.c.id, TOUCH.c.reserved_at, TOUCH.c.channel, TOUCH.c.outcome, TOUCH.c.debtor_id, TOUCH.c.phone),
    *(TOUCH.c.direction, TOUCH.c.debt, TOUCH.c.creditor, TOUCH.c.campaign_id, TOUCH.c.caller_number),
)
_RECENT = and_(
    TOUCH.c.reserved_at > bindparam("longest"),
    or_(
        TOUCH.c.reserved_at > bindparam("every"),
        TOUCH.c.outcome.is_(None),
        TOUCH.c.outcome.in_(bindparam("outcomes", expanding=True)),
    ),
)
_HISTORY = {
    scope: select(*_COLUMNS).where(key.in_(bindparam("keys", expanding=True)), _RECENT)
    for scope, key in KEYS.items()
}
_LOCK = (
    select(DEBTOR.c.id, DEBTOR.c.person)
    .where(DEBTOR.c.id.in_(bindparam("debtors", expanding=True)))
    .order_by(DEBTOR.c.id)
    .with_for_update(key_share=True)
)
"""A debtor's key never changes, so an import that refers to him need not wait for a reserve, nor it for the import."""


def lock(connection: Connection, debtors: Collection[Debtor], asks: Sequence[Ask], rules: RuleSet) -> None:
    """Keep every other reserve off these debtors, persons and phones until the transaction ends; and off their
    campaigns and trunks if a limit looks at either: of two reserves, at least one must see what the other wrote.

    TryAgain when an import has told another person of one of them since he was read.
    """
    if connection.dialect.name == "sqlite":
        return
    persons = {debtor.id: debtor.person for debtor in debtors}
    for id, person in connection.execute(_LOCK, {"debtors": list(persons)}):
        if (person or "") != persons[id]:
            raise TryAgain(f"the person of debtor {id} has just changed", remedy="try again")
    scopes = {Scope.PHONE} if OF_THE_HOUSE.isdisjoint(rules.scopes) else {Scope.PHONE, *OF_THE_HOUSE}
    names = {f"{scope}:{name}" for scope in scopes for name in _named(scope, asks)}
    hold(connection, names | {f"person:{person}" for person in persons.values() if person})


def load_history(
    connection: Connection, asks: Sequence[Ask], same: Mapping[int, str], rules: RuleSet, now: datetime
) -> History:
    """The touches that can matter: of these debtors, and of these phones, campaigns and trunks if a limit looks
    at them. ``same``: the debtors of the persons who are asked for (`same_persons`).
    """
    history = History(rules.lookbacks)
    for scope, back in rules.lookbacks.items():
        known_by = {
            "keys": _keys(scope, asks, same),
            "longest": now - back.longest,
            "every": now - back.every,
            "outcomes": [outcome.value for outcome in back.outcomes],
        }
        for row in connection.execute(_HISTORY[scope], known_by):
            if row.id not in history.ids:
                history.add(past_touch(row, same))
    return history


def _keys(scope: Scope, asks: Sequence[Ask], same: Mapping[int, str]) -> list[Any]:
    """What the log has in the column of a scope."""
    names = _named(scope, asks)
    if scope is Scope.DEBTOR:
        return [*names.difference(same.values()), *same]
    return [int(name) for name in names] if scope is Scope.CAMPAIGN else list(names)


def _named(scope: Scope, asks: Sequence[Ask]) -> set[Any]:
    """Who or what is asked for in a scope; a message may name no phone, and a manual call no campaign."""
    return {getattr(ask, scope.value) for ask in asks} - {""}


def touches_of(connection: Connection, debtor_ids: Collection[int]) -> dict[int, list[PastTouch]]:
    """All past touches of these debtors, in order: what clauses over outcomes and talks look at."""
    mine = select(*_COLUMNS).where(TOUCH.c.debtor_id.in_(debtor_ids))
    found = defaultdict[int, list[PastTouch]](list)
    for row in connection.execute(mine.order_by(TOUCH.c.debtor_id, TOUCH.c.reserved_at)):
        found[row.debtor_id].append(past_touch(row, {}))
    return found


class History:
    """Past touches by debtor, and by those shared scopes that a limit looks at."""

    def __init__(self, scopes: Iterable[Scope]) -> None:
        self.ids: set[str] = set()
        self._own: defaultdict[int | str, list[PastTouch]] = defaultdict(list)
        self._shared: dict[str, defaultdict[str, list[PastTouch]]] = {
            scope.value: defaultdict(list) for scope in scopes if scope is not Scope.DEBTOR
        }

    def add(self, touch: PastTouch) -> None:
        """A touch that a later ask of the batch must see too."""
        self.ids.add(touch.id)
        self._own[touch.debtor].append(touch)
        for scope, by in self._shared.items():
            by[getattr(touch, scope)].append(touch)

    def of(self, ask: Ask) -> list[PastTouch]:
        """The touches of the asked debtor, and those of others over the same phone, campaign or trunk."""
        found = list(self._own[ask.debtor])
        for scope, by in self._shared.items():
            if name := getattr(ask, scope):
                found += [touch for touch in by[name] if touch.debtor != ask.debtor]
        return found


def past_touch(row: Any, same: Mapping[int, str]) -> PastTouch:
    """A row of the log as the rules see it: of a person, if its debtor is one of the ``same``."""
    return PastTouch(
        id=row.id,
        at=row.reserved_at,
        channel=CHANNELS[row.channel],
        outcome=OUTCOMES[row.outcome],
        debtor=same.get(row.debtor_id, row.debtor_id),
        phone=row.phone,
        direction=DIRECTIONS[row.direction],
        debt=row.debt,
        creditor=row.creditor,
        campaign=str(row.campaign_id or ""),
        trunk=row.caller_number,
    )
